//! What is read of a value, so that it need not be read again of another one that is the same there.
//!
//! A [`Trace`] notes what is read through a [`Traced`] view, and who reads it. What one reader has read is [`Reads`]: whoever
//! reads another value of which these [are the same](Reads::are_of) finds the same, however different the rest of it is.

use std::cell::RefCell;

use serde_json::{Number, Value};

use super::pointer::ReferenceToken;
use super::view::{self, Kind, View};

mod traced;

pub(crate) use traced::Traced;

/// How many places of a value are noted: whoever writes objects could ask for any number.
const MOST_PLACES: usize = 4096;

/// How many bytes of texts and names are noted.
const MOST_BYTES: usize = 64 * 1024;

/// Notes what is read of one value.
#[derive(Debug, Default)]
pub(crate) struct Trace(RefCell<Notes>);

#[derive(Debug, Default)]
struct Notes {
    root: There,
    /// Every place that was met below the root. A place has the number of its index plus one, and the root has 0.
    places: Vec<Met>,
    /// What each reader has read.
    readers: Vec<Vec<Note>>,
    /// Who reads now.
    reader: Option<usize>,
    bytes: usize,
}

/// A place as it was met.
#[derive(Debug)]
struct Met {
    /// The number of the place that it is in.
    within: usize,
    step: Step,
    there: There,
}

#[derive(Debug)]
enum Note {
    /// What is at the place of this number.
    There(usize),
    /// How many elements the list has.
    Length(usize, usize),
    /// The names of the object's members, in their order.
    Names(usize, Box<[ReferenceToken]>),
}

/// From a place to one in it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(ReferenceToken),
    Element(usize),
}

/// What is at a place, without what is in it.
#[derive(Clone, Debug, Default)]
enum There {
    #[default]
    Nothing,
    Null,
    Boolean(bool),
    Number(Number),
    Text(Box<str>),
    List,
    Object,
}

/// To the letter.
impl PartialEq for There {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) | (Self::Null, Self::Null) => true,
            (Self::List, Self::List) | (Self::Object, Self::Object) => true,
            (Self::Boolean(one), Self::Boolean(two)) => one == two,
            (Self::Number(one), Self::Number(two)) => one == two && one.to_string() == two.to_string(),
            (Self::Text(one), Self::Text(two)) => one == two,
            _ => false,
        }
    }
}

impl There {
    fn of<'a, V: View<'a>>(found: Option<V>) -> Self {
        let Some(found) = found else { return Self::Nothing };
        match found.kind() {
            Kind::Null => Self::Null,
            Kind::Boolean => found.boolean().map_or(Self::Null, Self::Boolean),
            Kind::Number => match found.value() {
                Value::Number(number) => Self::Number(number),
                _ => Self::Null,
            },
            Kind::String => Self::Text(found.string().unwrap_or_default().into()),
            Kind::Sequence => Self::List,
            Kind::Mapping => Self::Object,
        }
    }

    /// Whether the same is found, to the letter.
    fn is<'a, V: View<'a>>(&self, found: Option<V>) -> bool {
        let Some(found) = found else { return matches!(self, Self::Nothing) };
        match (self, found.kind()) {
            (Self::Null, Kind::Null) | (Self::List, Kind::Sequence) | (Self::Object, Kind::Mapping) => true,
            (Self::Boolean(value), Kind::Boolean) => found.boolean() == Some(*value),
            (Self::Number(number), Kind::Number) => view::identical(&Value::Number(number.clone()), &found.value()),
            (Self::Text(text), Kind::String) => found.string().is_some_and(|found| *found == **text),
            _ => false,
        }
    }

    fn bytes(&self) -> usize {
        if let Self::Text(text) = self { text.len() } else { 0 }
    }
}

impl Trace {
    /// The value, to be read. A trace is of one value.
    pub(crate) fn of<'a, V: View<'a>>(&self, value: V) -> Traced<'_, V> {
        self.0.borrow_mut().root = There::of(Some(value));
        Traced::new(value, 0, self)
    }

    /// Does something that reads for this reader. What another reader does within it counts for that one alone.
    pub(crate) fn read_by<T>(&self, reader: usize, within: impl FnOnce() -> T) -> T {
        let before = self.0.borrow_mut().reader.replace(reader);
        let result = within();
        self.0.borrow_mut().reader = before;
        result
    }

    /// What a reader has read; `None` where too much was read to be noted.
    pub(crate) fn reads(&self, reader: usize) -> Option<Reads> {
        let notes = self.0.borrow();
        let is_all = notes.places.len() <= MOST_PLACES && notes.bytes <= MOST_BYTES;
        is_all.then(|| notes.reads(reader))
    }

    /// A place within another one: its number.
    fn meet<'a, V: View<'a>>(&self, within: usize, step: impl FnOnce() -> Step, found: Option<V>) -> usize {
        let notes = &mut *self.0.borrow_mut();
        if notes.places.len() <= MOST_PLACES && notes.bytes <= MOST_BYTES {
            let met = Met { within, step: step(), there: There::of(found) };
            notes.bytes += met.there.bytes();
            notes.places.push(met);
        }
        let number = notes.places.len();
        notes.note(Note::There(number));
        number
    }

    fn note(&self, note: Note) {
        self.0.borrow_mut().note(note);
    }
}

impl Notes {
    fn note(&mut self, note: Note) {
        let Some(reader) = self.reader else { return };
        if let Note::Names(_, names) = &note {
            self.bytes += names.iter().map(|name| name.len()).sum::<usize>();
        }
        if self.readers.len() <= reader {
            self.readers.resize_with(reader + 1, Vec::new);
        }
        if let Some(notes) = self.readers.get_mut(reader) {
            notes.push(note);
        }
    }

    fn reads(&self, reader: usize) -> Reads {
        let mut root = Place { there: self.root.clone(), ..Place::default() };
        for note in self.readers.get(reader).into_iter().flatten() {
            match note {
                Note::There(number) => drop(self.place(&mut root, *number)),
                Note::Length(number, length) => {
                    self.place(&mut root, *number).into_iter().for_each(|place| place.length = Some(*length));
                }
                Note::Names(number, names) => {
                    self.place(&mut root, *number).into_iter().for_each(|place| place.names = Some(names.clone()));
                }
            }
        }
        Reads(root)
    }

    /// The place of this number in a tree of places, which gets it where it has not. Recurses as deep as the value is nested, which its document caps.
    fn place<'p>(&self, root: &'p mut Place, number: usize) -> Option<&'p mut Place> {
        let Some(index) = number.checked_sub(1) else { return Some(root) };
        let Met { within, step, there } = self.places.get(index)?;
        let parent = self.place(root, *within)?;
        let index = match parent.below.iter().position(|(known, _)| known == step) {
            Some(index) => index,
            None => {
                let place = Place { there: there.clone(), ..Place::default() };
                parent.below.push((step.clone(), place));
                parent.below.len() - 1
            }
        };
        parent.below.get_mut(index).map(|(_, place)| place)
    }
}

/// What one reader has read of a value.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Reads(Place);

/// A place that was read, and what was read of it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Place {
    there: There,
    /// How many elements it has.
    length: Option<usize>,
    /// The names of its members.
    names: Option<Box<[ReferenceToken]>>,
    below: Vec<(Step, Self)>,
}

impl Reads {
    /// What several readers have read, of one value or of values that are the same to each of them.
    pub(crate) fn of_all<'r>(all: impl IntoIterator<Item = &'r Self>) -> Self {
        let mut all = all.into_iter();
        let mut sum = all.next().map_or_else(Place::default, |first| first.0.clone());
        all.for_each(|more| sum.take(&more.0));
        Self(sum)
    }

    /// Whether all of this is the same in another value. Recurses as deep as what was read.
    pub(crate) fn are_of<'a, V: View<'a>>(&self, value: V) -> bool {
        self.0.there.is(Some(value)) && self.0.is_within(value)
    }
}

impl Place {
    /// Recurses as deep as what was read.
    fn take(&mut self, more: &Self) {
        self.length = self.length.or(more.length);
        self.names = self.names.take().or_else(|| more.names.clone());
        for (step, place) in &more.below {
            match self.below.iter_mut().find(|(known, _)| known == step) {
                Some((_, known)) => known.take(place),
                None => self.below.push((step.clone(), place.clone())),
            }
        }
    }

    fn is_within<'a, V: View<'a>>(&self, found: V) -> bool {
        let has_names = |names: &[ReferenceToken]| {
            let members = found.members();
            members.len() == names.len() && members.iter().zip(names).all(|((name, _), known)| **name == **known)
        };
        let is_below = |(step, place): &(Step, Self)| {
            let found = match step {
                Step::Member(name) => found.member(name),
                Step::Element(index) => found.element(*index),
            };
            place.there.is(found) && found.is_none_or(|found| place.is_within(found))
        };
        self.length.is_none_or(|length| found.elements().len() == length)
            && self.names.as_deref().is_none_or(has_names)
            && self.below.iter().all(is_below)
    }
}

#[cfg(test)]
mod tests;
