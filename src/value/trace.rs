//! What is read of a value, so that it need not be read again of another one that is the same there.
//!
//! A [`Trace`] notes what is read through a [`Traced`] view, and who reads it. What one reader has read is [`Reads`]. If these
//! places [are the same](Reads::are_of) in another value, a reader finds the same there.

use std::cell::RefCell;

use serde_json::{Number, Value};

use super::footprint::KnownPlace;
use super::pointer::ReferenceToken;
use super::view::{self, Kind, View};

mod again;
mod known;
mod traced;

pub(crate) use again::Again;
use again::ROOT;
use known::KnownReads;
pub(crate) use traced::Traced;

/// How many bytes the notes of one value may take: whoever writes objects could ask for any number. Beyond that, nothing more is
/// noted, and nothing of it can be used.
const MOST_BYTES: usize = 512 * 1024;

/// Notes what is read of one value.
#[derive(Debug, Default)]
pub(crate) struct Trace(RefCell<Notes>);

#[derive(Debug, Default)]
struct Notes {
    root: There,
    /// Where the value is in a text that its document is like.
    known: Option<KnownPlace>,
    /// Every place that was met below the root. A place has the number of its index plus one, and the root has 0.
    places: Vec<Met>,
    /// What was read before the first reader: it counts for all of them.
    before: Vec<Note>,
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
    /// The place of a scalar in that text.
    known: Option<u32>,
}

#[derive(Debug)]
enum Note {
    /// What is at the place of this number.
    There(usize),
    /// How many elements the list has.
    Length(usize, usize),
    /// The names of the object's members, in their order.
    Names(usize, Box<[ReferenceToken]>),
    /// Whether it has no member and no element.
    Emptiness(usize, bool),
    /// The text beside the value.
    Beside(Box<str>),
}

/// A text that belongs to a value and is not in it. It is noted where it is read, as the value is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside<'t> {
    text: &'t str,
    trace: Option<&'t Trace>,
}

impl<'t> Beside<'t> {
    /// A text that is read without a note.
    pub(crate) const fn untraced(text: &'t str) -> Self {
        Self { text, trace: None }
    }

    pub(crate) fn read(self) -> &'t str {
        if let Some(trace) = self.trace {
            trace.note(|| Note::Beside(self.text.into()));
        }
        self.text
    }
}

/// From a place to one in it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(ReferenceToken),
    Element(usize),
}

impl Step {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Member(one), Self::Member(other)) => view::is_same_name(one, other),
            (Self::Element(one), Self::Element(other)) => one == other,
            _ => false,
        }
    }

    fn bytes(&self) -> usize {
        if let Self::Member(name) = self { name.len() } else { 0 }
    }
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

    const fn is_scalar(&self) -> bool {
        !matches!(self, Self::Nothing | Self::List | Self::Object)
    }
}

impl Trace {
    /// The value, to be read. A trace is of one value.
    pub(crate) fn of<'a, V: View<'a>>(&self, value: V) -> Traced<'_, V> {
        let notes = &mut *self.0.borrow_mut();
        (notes.root, notes.known) = (There::of(Some(value)), value.known_place());
        Traced::new(value, 0, self)
    }

    /// A text beside the value, to be read. A trace is of one such text.
    pub(crate) const fn beside<'t>(&'t self, text: &'t str) -> Beside<'t> {
        Beside { text, trace: Some(self) }
    }

    /// Does something, and notes what it reads for this reader. A reader within it reads for itself alone. What is read before the
    /// first reader counts for all of them, and what is read between two of them is not noted.
    pub(crate) fn read_by<T>(&self, reader: usize, within: impl FnOnce() -> T) -> T {
        let before = self.0.borrow_mut().reader.replace(reader);
        let result = within();
        self.0.borrow_mut().reader = before;
        result
    }

    /// What a reader has read; `None` where too much was read to be noted.
    pub(crate) fn reads(&self, reader: usize) -> Option<Reads> {
        let notes = self.0.borrow();
        (!notes.is_full()).then(|| notes.reads(reader))
    }

    /// A place within another one: its number.
    fn meet<'a, V: View<'a>>(&self, within: usize, step: impl FnOnce() -> Step, found: Option<V>) -> usize {
        let notes = &mut *self.0.borrow_mut();
        if notes.is_full() {
            return 0;
        }
        let known = found.filter(|_| notes.known.is_some()).and_then(View::known_place).map(|known| known.place);
        let met = Met { within, step: step(), there: There::of(found), known };
        notes.bytes += size_of::<Met>() + met.step.bytes() + met.there.bytes();
        notes.places.push(met);
        let number = notes.places.len();
        notes.note(Note::There(number));
        number
    }

    fn note(&self, note: impl FnOnce() -> Note) {
        let notes = &mut *self.0.borrow_mut();
        if !notes.is_full() {
            notes.note(note());
        }
    }
}

impl Notes {
    const fn is_full(&self) -> bool {
        self.bytes > MOST_BYTES
    }

    fn note(&mut self, note: Note) {
        let within = match &note {
            Note::Names(_, names) => names.iter().map(|name| size_of::<ReferenceToken>() + name.len()).sum(),
            Note::Beside(text) => text.len(),
            Note::There(_) | Note::Length(..) | Note::Emptiness(..) => 0,
        };
        let notes = match self.reader {
            Some(reader) => {
                self.readers.resize_with(self.readers.len().max(reader + 1), Vec::new);
                self.readers.get_mut(reader)
            }
            None => self.readers.is_empty().then_some(&mut self.before),
        };
        if let Some(notes) = notes {
            notes.push(note);
            self.bytes += size_of::<Note>() + within;
        }
    }

    fn reads(&self, reader: usize) -> Reads {
        let (mut root, mut beside) = (Place { there: self.root.clone(), ..Place::default() }, None);
        for note in self.before.iter().chain(self.readers.get(reader).into_iter().flatten()) {
            match note {
                Note::There(number) => drop(self.place(&mut root, *number)),
                Note::Length(number, length) => {
                    self.place(&mut root, *number).into_iter().for_each(|place| place.length = Some(*length));
                }
                Note::Beside(text) => beside = Some(text.clone()),
                Note::Emptiness(number, is_empty) => {
                    self.place(&mut root, *number).into_iter().for_each(|place| place.is_empty = Some(*is_empty));
                }
                Note::Names(number, names) => {
                    self.place(&mut root, *number).into_iter().for_each(|place| place.names = Some(names.clone()));
                }
            }
        }
        Reads { root, beside, known: self.known_reads(reader) }
    }

    /// The scalars that a reader has read, where the value's document is like a known text.
    fn known_reads(&self, reader: usize) -> Option<KnownReads> {
        let notes = self.before.iter().chain(self.readers.get(reader).into_iter().flatten());
        let met = notes.filter_map(|note| match note {
            Note::There(number) => self.places.get(number.checked_sub(1)?),
            _ => None,
        });
        let scalars = met.filter(|met| met.there.is_scalar()).map(|met| Some((met.known?, met.there.clone())));
        Some(KnownReads { root: self.known?, scalars: scalars.collect::<Option<_>>()? })
    }

    /// The place of this number in a tree of places. A place that the tree does not have yet is added. Recurses as deep as the value
    /// is nested, which its document caps.
    fn place<'p>(&self, root: &'p mut Place, number: usize) -> Option<&'p mut Place> {
        let Some(index) = number.checked_sub(1) else { return Some(root) };
        let Met { within, step, there, .. } = self.places.get(index)?;
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
#[derive(Debug, Default)]
pub(crate) struct Reads {
    root: Place,
    /// The text beside it, where that was read.
    beside: Option<Box<str>>,
    /// The same, where it is enough to compare scalars.
    known: Option<KnownReads>,
}

/// However it was found out.
impl PartialEq for Reads {
    fn eq(&self, other: &Self) -> bool {
        (&self.root, &self.beside) == (&other.root, &other.beside)
    }
}

/// A place that was read, and what was read of it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Place {
    there: There,
    /// How many elements it has.
    length: Option<usize>,
    /// The names of its members.
    names: Option<Box<[ReferenceToken]>>,
    /// Whether it has no member and no element.
    is_empty: Option<bool>,
    below: Vec<(Step, Self)>,
}

impl Reads {
    /// What several readers have read. All of it must hold for one and the same value.
    pub(crate) fn of_all<'r>(all: impl IntoIterator<Item = &'r Self>) -> Self {
        let mut all = all.into_iter();
        let Some(Self { root, beside, known }) = all.next() else { return Self::default() };
        let mut sum = Self { root: root.clone(), beside: beside.clone(), known: known.clone() };
        for more in all {
            sum.root.take(&more.root);
            sum.known = sum.known.zip(more.known.as_ref()).and_then(|(known, more)| known.with(more));
            sum.beside = sum.beside.take().or_else(|| more.beside.clone());
        }
        sum
    }

    /// Whether all of this is the same in another value. Recurses as deep as what was read.
    pub(crate) fn are_of<'a, V: View<'a>>(&self, value: &Again<V>) -> bool {
        let by_places = || self.root.there.is(value.found(ROOT)) && self.root.is_within(value, ROOT);
        let by_scalars = || self.known.as_ref()?.are_of(value.found(ROOT)?);
        self.beside.as_deref().is_none_or(|text| text == &*value.beside)
            && match by_scalars() {
                Some(are_same) => {
                    debug_assert_eq!(are_same, by_places());
                    are_same
                }
                None => by_places(),
            }
    }
}

impl Place {
    /// Recurses as deep as what was read.
    fn take(&mut self, more: &Self) {
        self.length = self.length.or(more.length);
        self.names = self.names.take().or_else(|| more.names.clone());
        self.is_empty = self.is_empty.or(more.is_empty);
        for (step, place) in &more.below {
            match self.below.iter_mut().find(|(known, _)| known == step) {
                Some((_, known)) => known.take(place),
                None => self.below.push((step.clone(), place.clone())),
            }
        }
    }

    fn is_within<'a, V: View<'a>>(&self, value: &Again<V>, number: usize) -> bool {
        let Some(found) = value.found(number) else { return true };
        let has_names = |names: &[ReferenceToken]| {
            let members = found.members();
            members.len() == names.len() && members.iter().zip(names).all(|((name, _), known)| **name == **known)
        };
        let is_below = |(step, place): &(Step, Self)| {
            let number = value.below(number, step);
            place.there.is(value.found(number)) && place.is_within(value, number)
        };
        self.length.is_none_or(|length| found.length() == length)
            && self.is_empty.is_none_or(|is_empty| found.is_empty() == is_empty)
            && self.names.as_deref().is_none_or(has_names)
            && self.below.iter().all(is_below)
    }
}

#[cfg(test)]
mod tests;
