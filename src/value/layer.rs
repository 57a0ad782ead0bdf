//! Changes of a value without a copy of the value: the changes lie over it, and the value below stays as it is.
//!
//! A webhook changes a few members of a large object, and what comes next is decided by the object with these changes. To
//! copy the object and change the copy would cost far more than the changes. So there are two parts:
//!
//! - [`Change`] holds only what changed: a tree as deep as the deepest change, with a branch for each changed member.
//! - [`Layer`] reads the object with its changes, through the same [`View`] as an object without changes. It is made on
//!   the spot from a view of the original and a `Change`, and holds no data of its own.
//!
//! A `Change` does not know its original: each call gets the view of it again (`base`). Both must be of the same value all
//! the time, or the kept indices of a list point at the wrong elements.
//!
//! Nothing here decides anything or knows a patch; `decide::inject::editor` makes each change and the operation of the
//! patch together. Tokens are those of JSON Pointers.

use std::sync::Arc;

use serde_json::Value;

use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{Kind, View};

mod view;

pub(crate) use view::Layer;

/// What changed in a value.
#[derive(Clone, Debug, Default)]
pub enum Change {
    /// Nothing.
    #[default]
    Kept,
    /// It is replaced. The new value is shared with the operation of the patch, and so with every pod that gets the same.
    New(Arc<Value>),
    /// An object of which these members changed; `None` for a removed one. All other members are as they were.
    Object(Vec<(ReferenceToken, Option<Self>)>),
    /// A list, as its elements in their new order, kept or added ones. None of them is changed inside. Where one is, the
    /// whole list becomes [`New`](Self::New), with a copy of its elements: only the lists of a pod, such as its containers,
    /// are changed so, and they are short.
    List(Vec<Element>),
}

/// An element of a changed list.
#[derive(Clone, Debug)]
pub enum Element {
    /// The original's element at this index.
    Kept(usize),
    New(Arc<Value>),
}

/// Where a change is made.
enum Target<'c, V> {
    /// In the layer: the part of the original, where there is one, and its change.
    Change(Option<V>, &'c mut Change),
    /// Inside a new value.
    Value(&'c mut Value),
}

impl Change {
    fn new(value: &Arc<Value>) -> Self {
        // An empty list is usually made to be filled next. As a `List` it takes shared elements; as a `New` value it would
        // need a copy of each.
        if value.as_array().is_some_and(Vec::is_empty) { Self::List(Vec::new()) } else { Self::New(Arc::clone(value)) }
    }

    /// Adds a member, or an element before the one at an index or at the end (`-`). Returns false, and changes nothing,
    /// where there is no object or list to add it to.
    pub fn add<'a, V: View<'a>>(&mut self, base: V, at: &[ReferenceToken], value: &Arc<Value>) -> bool {
        let Some((last, parent)) = at.split_last() else { return false };
        let parent = match self.target(base, parent) {
            Some(Target::Change(base, change)) => change.opened(base),
            Some(Target::Value(parent)) => return add(parent, last, value),
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

    /// Replaces what is there. Returns false where nothing is.
    pub fn replace<'a, V: View<'a>>(&mut self, base: V, at: &[ReferenceToken], value: &Arc<Value>) -> bool {
        match self.target(base, at) {
            Some(Target::Change(_, change)) => *change = Self::new(value),
            Some(Target::Value(node)) => *node = Value::clone(value),
            None => return false,
        }
        true
    }

    /// Removes what is there. Returns false where nothing is.
    pub fn remove<'a, V: View<'a>>(&mut self, base: V, at: &[ReferenceToken]) -> bool {
        let Some((last, parent)) = at.split_last() else { return false };
        let (base, parent) = match self.target(base, parent) {
            Some(Target::Change(base, change)) => (base, change.opened(base)),
            Some(Target::Value(parent)) => return remove(parent, last),
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

    /// Whether nothing changed, though a change may have opened parts on its way ([`opened`](Self::opened)).
    pub fn is_nothing(&self) -> bool {
        let is_kept = |(index, element): (usize, &Element)| matches!(element, Element::Kept(kept) if *kept == index);
        match self {
            Self::Kept => true,
            Self::New(_) => false,
            Self::Object(members) => members.iter().all(|(_, member)| member.as_ref().is_some_and(Self::is_nothing)),
            // An empty list is new, or has lost its elements: an empty original is not opened, as there is nothing in it.
            Self::List(elements) => !elements.is_empty() && elements.iter().enumerate().all(is_kept),
        }
    }

    /// The places of all removed members; `at` is the place of the value. The recursion is as deep as the deepest change,
    /// and changes are only made by this program.
    pub fn gone(&self, at: &Pointer) -> Vec<Pointer> {
        let Self::Object(members) = self else { return Vec::new() };
        let gone = |(name, member): &(ReferenceToken, Option<Self>)| match member {
            None => vec![at.join(name.as_str())],
            Some(change) => change.gone(&at.join(name.as_str())),
        };
        members.iter().flat_map(gone).collect()
    }

    /// Turns `Kept` into an object or a list without changes yet, where the original is one, so that a part can change.
    fn opened<'a, V: View<'a>>(&mut self, base: Option<V>) -> &mut Self {
        if let (Self::Kept, Some(base)) = (&*self, base) {
            match base.kind() {
                Kind::Mapping => *self = Self::Object(Vec::new()),
                Kind::Sequence => *self = Self::List((0..base.length()).map(Element::Kept).collect()),
                _ => {}
            }
        }
        self
    }

    /// Follows the tokens down to the part that changes, and opens each part on the way.
    ///
    /// `base` follows along in the original, and becomes `None` where the original does not have the part.
    fn target<'a, V: View<'a>>(&mut self, base: V, at: &[ReferenceToken]) -> Option<Target<'_, V>> {
        let (mut change, mut base) = (self, Some(base));
        let mut rest = at;
        while let Some((token, deeper)) = rest.split_first() {
            change.opened(base);
            // The change is inside an element. See `List`: the list becomes a value of its own.
            if let Self::List(elements) = change {
                *change = Self::New(Arc::new(Layer::List(base, elements).to_value()));
            }
            match change {
                Self::New(value) => return descend(Arc::make_mut(value), rest).map(Target::Value),
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
        Some(Target::Change(base, change))
    }
}

fn put(members: &mut Vec<(ReferenceToken, Option<Change>)>, name: &ReferenceToken, member: Option<Change>) {
    match members.iter_mut().find(|(known, _)| known == name) {
        Some((_, place)) => *place = member,
        None => members.push((name.clone(), member)),
    }
}

fn descend<'v>(value: &'v mut Value, tokens: &[ReferenceToken]) -> Option<&'v mut Value> {
    tokens.iter().try_fold(value, |node, token| match node {
        Value::Object(map) => map.get_mut(token.as_str()),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tokens(path: &str) -> Vec<ReferenceToken> {
        Pointer::parse(path).unwrap().tokens().to_vec()
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
        assert!(view.equals(&after) && !view.equals(&before));
        let names =
            |view: Layer<'_, &Value>| view.members().into_iter().map(|(name, _)| name.into_owned()).collect::<Vec<_>>();
        assert_eq!(names(view), ["m", "l", "s"]);
        assert_eq!(names(view.member("m").unwrap()), ["b", "c"]);
        assert_eq!(view.text(&["m", "b", "k"]).as_deref(), Some("v"));
        assert_eq!(view.path(&["m", "a"]).map(View::value), None);
    }
}
