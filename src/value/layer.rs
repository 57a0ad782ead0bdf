//! A value under change without a copy of it: what is new lies over what was there, which stays where it stands.
//!
//! It decides nothing, and knows no patch: `inject::editor` keeps the two in step. Tokens are those of JSON Pointers.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// What became of a value, whose view is kept beside it.
#[derive(Clone, Debug, Default)]
pub enum Change {
    /// Nothing.
    #[default]
    Kept,
    /// It is another one, shared with the operation that put it there.
    New(Arc<Value>),
    /// An object of which these members changed, or are gone.
    Object(Vec<(String, Option<Self>)>),
    /// A list that elements were added to or removed from. None of them was changed inside: such a list is new as a whole.
    List(Vec<Element>),
}

/// An element of a changed list.
#[derive(Clone, Debug)]
pub enum Element {
    /// The one that was at this index.
    Kept(usize),
    /// An added one.
    New(Arc<Value>),
}

/// A changed value, seen through the view of what was there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layer<'e, V> {
    /// As it was.
    Kept(V),
    /// Put there.
    New(&'e Value),
    /// An object of which members changed.
    Object(V, &'e [(String, Option<Change>)]),
    /// A list, and what was there before it, if anything was.
    List(Option<V>, &'e [Element]),
}

/// Where a change is made.
enum Slot<'c, V> {
    Change(Option<V>, &'c mut Change),
    Value(&'c mut Value),
}

impl Change {
    fn new(value: &Arc<Value>) -> Self {
        // What is added to a new list is shared too.
        if value.as_array().is_some_and(Vec::is_empty) { Self::List(Vec::new()) } else { Self::New(Arc::clone(value)) }
    }

    /// Adds a member, or an element before that at an index or after the last. Whether there is an object or a list for it.
    pub fn add<'a, V: View<'a>>(&mut self, base: V, at: &[String], value: &Arc<Value>) -> bool {
        let Some((last, parent)) = at.split_last() else { return false };
        let parent = match self.slot(base, parent) {
            Some(Slot::Change(base, change)) => change.opened(base),
            Some(Slot::Value(parent)) => return add(parent, last, value),
            None => return false,
        };
        match parent {
            Self::Kept => false,
            Self::New(parent) => add(Arc::make_mut(parent), last, value),
            Self::Object(members) => {
                put(members, last, Some(Self::new(value)));
                true
            }
            Self::List(elements) => {
                let index = last.parse().map_or(elements.len(), |index: usize| index.min(elements.len()));
                elements.insert(index, Element::New(Arc::clone(value)));
                true
            }
        }
    }

    /// Replaces what is there. Whether anything is.
    pub fn replace<'a, V: View<'a>>(&mut self, base: V, at: &[String], value: &Arc<Value>) -> bool {
        match self.slot(base, at) {
            Some(Slot::Change(_, change)) => *change = Self::new(value),
            Some(Slot::Value(node)) => *node = Value::clone(value),
            None => return false,
        }
        true
    }

    /// Removes what is there. Whether anything was.
    pub fn remove<'a, V: View<'a>>(&mut self, base: V, at: &[String]) -> bool {
        let Some((last, parent)) = at.split_last() else { return false };
        let (base, parent) = match self.slot(base, parent) {
            Some(Slot::Change(base, change)) => (base, change.opened(base)),
            Some(Slot::Value(parent)) => return remove(parent, last),
            None => return false,
        };
        match parent {
            Self::Kept => false,
            Self::New(parent) => remove(Arc::make_mut(parent), last),
            Self::Object(members) => {
                let known = members.iter().find(|(name, _)| name == last);
                let is_there = known.map_or_else(
                    || base.is_some_and(|base| base.member(last).is_some()),
                    |(_, member)| member.is_some(),
                );
                if is_there {
                    put(members, last, None);
                }
                is_there
            }
            Self::List(elements) => {
                let index = last.parse().ok().filter(|index| *index < elements.len());
                index.map(|index: usize| elements.remove(index)).is_some()
            }
        }
    }

    /// Whether all is as it was: what was only looked into.
    pub fn is_nothing(&self) -> bool {
        let is_kept = |(index, element): (usize, &Element)| matches!(element, Element::Kept(kept) if *kept == index);
        match self {
            Self::Kept => true,
            Self::New(_) => false,
            Self::Object(members) => members.iter().all(|(_, member)| member.as_ref().is_some_and(Self::is_nothing)),
            // An empty one was put there: nothing looks for an element in a list that has none.
            Self::List(elements) => !elements.is_empty() && elements.iter().enumerate().all(is_kept),
        }
    }

    /// The places of members that are gone, where the value stands at `at`. As deep as the deepest change, which is one of ours.
    pub fn gone(&self, at: &Pointer) -> Vec<Pointer> {
        let Self::Object(members) = self else { return Vec::new() };
        let gone = |(name, member): &(String, Option<Self>)| match member {
            None => vec![at.join(name.as_str())],
            Some(change) => change.gone(&at.join(name.as_str())),
        };
        members.iter().flat_map(gone).collect()
    }

    /// With members or elements that can be changed, where there are any.
    fn opened<'a, V: View<'a>>(&mut self, base: Option<V>) -> &mut Self {
        if let (Self::Kept, Some(base)) = (&*self, base) {
            match base.kind() {
                Kind::Mapping => *self = Self::Object(Vec::new()),
                Kind::Sequence => *self = Self::List((0..base.elements().len()).map(Element::Kept).collect()),
                _ => {}
            }
        }
        self
    }

    fn slot<'a, V: View<'a>>(&mut self, base: V, at: &[String]) -> Option<Slot<'_, V>> {
        let (mut change, mut base) = (self, Some(base));
        let mut rest = at;
        while let Some((token, deeper)) = rest.split_first() {
            change.opened(base);
            if let Self::List(elements) = change {
                *change = Self::New(Arc::new(Layer::List(base, elements).to_value()));
            }
            match change {
                Self::New(value) => return descend(Arc::make_mut(value), rest).map(Slot::Value),
                Self::Object(members) => {
                    base = base.and_then(|base| base.member(token));
                    let index = match members.iter().position(|(name, _)| name == token) {
                        Some(index) => index,
                        None => {
                            base?;
                            members.push((token.clone(), Some(Self::Kept)));
                            members.len() - 1
                        }
                    };
                    change = members.get_mut(index)?.1.as_mut()?;
                }
                Self::Kept | Self::List(_) => return None,
            }
            rest = deeper;
        }
        Some(Slot::Change(base, change))
    }
}

fn put(members: &mut Vec<(String, Option<Change>)>, name: &str, member: Option<Change>) {
    match members.iter_mut().find(|(known, _)| known == name) {
        Some((_, place)) => *place = member,
        None => members.push((name.to_owned(), member)),
    }
}

fn descend<'v>(value: &'v mut Value, tokens: &[String]) -> Option<&'v mut Value> {
    tokens.iter().try_fold(value, |node, token| match node {
        Value::Object(map) => map.get_mut(token),
        Value::Array(list) => list.get_mut(token.parse::<usize>().ok()?),
        _ => None,
    })
}

fn add(parent: &mut Value, token: &str, value: &Value) -> bool {
    match parent {
        Value::Object(map) => drop(map.insert(token.to_owned(), value.clone())),
        Value::Array(list) => {
            let index = token.parse().map_or(list.len(), |index: usize| index.min(list.len()));
            list.insert(index, value.clone());
        }
        _ => return false,
    }
    true
}

fn remove(parent: &mut Value, token: &str) -> bool {
    match parent {
        Value::Object(map) => map.shift_remove(token).is_some(),
        Value::Array(list) => {
            let index = token.parse().ok().filter(|index| *index < list.len());
            index.map(|index: usize| list.remove(index)).is_some()
        }
        _ => false,
    }
}

impl<'a, 'e, V: View<'a>> Layer<'e, V> {
    /// A value with what became of it; `None` where there is none.
    pub(crate) fn of(base: Option<V>, change: &'e Change) -> Option<Self> {
        match change {
            Change::Kept => base.map(Self::Kept),
            Change::New(value) => Some(Self::New(value)),
            Change::Object(members) => base.map(|base| Self::Object(base, members)),
            Change::List(elements) => Some(Self::List(base, elements)),
        }
    }

    /// Whether this is a list.
    pub(crate) fn is_list(self) -> bool {
        match self {
            Self::Kept(view) => view.kind() == Kind::Sequence,
            Self::New(value) => value.is_array(),
            Self::Object(..) => false,
            Self::List(..) => true,
        }
    }

    /// Whether this is an object.
    pub(crate) fn is_object(self) -> bool {
        match self {
            Self::Kept(view) => view.kind() == Kind::Mapping,
            Self::New(value) => value.is_object(),
            Self::Object(..) => true,
            Self::List(..) => false,
        }
    }

    /// The member of that name, or the element at that index.
    pub(crate) fn child(self, token: &str) -> Option<Self> {
        let index = || token.parse::<usize>().ok();
        match self {
            Self::Kept(view) if view.kind() == Kind::Sequence => view.element(index()?).map(Self::Kept),
            Self::Kept(view) => view.member(token).map(Self::Kept),
            Self::New(Value::Array(list)) => list.get(index()?).map(Self::New),
            Self::New(value) => value.get(token).map(Self::New),
            Self::Object(object, members) => match members.iter().find(|(name, _)| name == token) {
                Some((_, member)) => Self::of(object.member(token), member.as_ref()?),
                None => object.member(token).map(Self::Kept),
            },
            Self::List(before, elements) => match elements.get(index()?)? {
                Element::Kept(index) => before?.element(*index).map(Self::Kept),
                Element::New(value) => Some(Self::New(value)),
            },
        }
    }

    /// The elements of a list; empty where this is none.
    pub(crate) fn list(self) -> Vec<Self> {
        match self {
            Self::Kept(view) => view.elements().into_iter().map(Self::Kept).collect(),
            Self::New(value) => value.as_array().into_iter().flatten().map(Self::New).collect(),
            Self::Object(..) => Vec::new(),
            Self::List(before, elements) => {
                let before = before.map(View::elements).unwrap_or_default();
                let element = |element: &'e Element| match element {
                    Element::Kept(index) => before.get(*index).copied().map(Self::Kept),
                    Element::New(value) => Some(Self::New(value)),
                };
                elements.iter().filter_map(element).collect()
            }
        }
    }

    /// What is there as JSON: borrowed where it is new.
    pub(crate) fn as_value(self) -> Cow<'e, Value> {
        match self {
            Self::New(value) => Cow::Borrowed(value),
            _ => Cow::Owned(self.to_value()),
        }
    }

    fn to_value(self) -> Value {
        match self {
            Self::Kept(view) => view.value(),
            Self::New(value) => value.clone(),
            Self::List(..) => self.list().into_iter().map(Self::to_value).collect(),
            Self::Object(object, members) => {
                let Value::Object(mut map) = object.value() else { return Value::Null };
                for (name, _) in members {
                    match self.child(name) {
                        Some(member) => drop(map.insert(name.clone(), member.to_value())),
                        None => drop(map.shift_remove(name)),
                    }
                }
                Value::Object(map)
            }
        }
    }
}

impl<'a: 'e, 'e, V: View<'a>> View<'e> for Layer<'e, V> {
    fn kind(self) -> Kind {
        match self {
            Self::Kept(view) => view.kind(),
            Self::New(value) => value.kind(),
            Self::Object(..) => Kind::Mapping,
            Self::List(..) => Kind::Sequence,
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        match self {
            Self::Kept(view) => view.member(name).map(Self::Kept),
            Self::New(value) => value.member(name).map(Self::New),
            Self::Object(..) => self.child(name),
            Self::List(..) => None,
        }
    }

    fn members(self) -> Vec<(Cow<'e, str>, Self)> {
        match self {
            Self::Kept(view) => view.members().into_iter().map(|(name, member)| (name, Self::Kept(member))).collect(),
            Self::New(value) => value.members().into_iter().map(|(name, member)| (name, Self::New(member))).collect(),
            Self::List(..) => Vec::new(),
            Self::Object(object, changed) => {
                let kept = object.members().into_iter().map(|(name, _)| name);
                let added = changed.iter().filter(|(name, _)| object.member(name).is_none());
                let names = kept.chain(added.map(|(name, _)| Cow::Borrowed(name.as_str())));
                names.filter_map(|name| self.child(&name).map(|member| (name, member))).collect()
            }
        }
    }

    fn elements(self) -> Vec<Self> {
        self.list()
    }

    fn string(self) -> Option<Cow<'e, str>> {
        match self {
            Self::Kept(view) => view.string(),
            Self::New(value) => value.string(),
            Self::Object(..) | Self::List(..) => None,
        }
    }

    fn value(self) -> Value {
        self.to_value()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tokens(path: &str) -> Vec<String> {
        path.split('/').skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn changes_lie_over_what_was_there_as_if_they_had_been_made_in_it() {
        let before = json!({"m": {"a": 1, "b": null}, "l": [{"n": "x"}, {"n": "y"}], "s": "text"});
        let mut node = Change::Kept;
        let new = |value: Value| Arc::new(value);
        assert!(node.add(&before, &tokens("/m/c"), &new(json!([]))));
        assert!(node.add(&before, &tokens("/m/c/-"), &new(json!(3))));
        assert!(node.replace(&before, &tokens("/m/b"), &new(json!({}))));
        assert!(node.add(&before, &tokens("/m/b/k"), &new(json!("v"))));
        assert!(node.remove(&before, &tokens("/m/a")));
        assert!(node.add(&before, &tokens("/l/1"), &new(json!({"n": "new"}))));
        assert!(node.add(&before, &tokens("/l/-"), &new(json!({"n": "last"}))));
        assert!(
            matches!(Layer::of(Some(&before), &node).unwrap().child("l"), Some(Layer::List(..))),
            "no element was changed inside"
        );
        assert!(node.add(&before, &tokens("/l/2/deep"), &new(json!(true))));
        assert!(node.remove(&before, &tokens("/l/0")));
        for (at, done) in [("/s/x", false), ("/m/none/x", false), ("/l/9/x", false), ("", false)] {
            assert_eq!(node.add(&before, &tokens(at), &new(json!(1))), done, "{at}");
        }
        assert!(
            !node.remove(&before, &tokens("/m/a"))
                && !node.remove(&before, &tokens("/l/7"))
                && !node.replace(&before, &tokens("/m/a"), &new(json!(1)))
        );
        let after = json!({"m": {"b": {"k": "v"}, "c": [3]}, "s": "text",
            "l": [{"n": "new"}, {"n": "y", "deep": true}, {"n": "last"}]});
        let view = Layer::of(Some(&before), &node).unwrap();
        assert_eq!(view.value(), after);
        assert!(crate::value::view::equals(view, &after) && !crate::value::view::equals(view, &before));
        let names =
            |view: Layer<'_, &Value>| view.members().into_iter().map(|(name, _)| name.into_owned()).collect::<Vec<_>>();
        assert_eq!(names(view), ["m", "l", "s"]);
        assert_eq!(names(view.member("m").unwrap()), ["b", "c"]);
        assert_eq!(view.text(&["m", "b", "k"]).as_deref(), Some("v"));
        assert_eq!(view.path(&["m", "a"]).map(View::value), None);
    }
}
