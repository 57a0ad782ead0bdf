//! A part of an object: of a map the keys that are named, of a list the elements that are named. `null` says that there is no such
//! field.
//!
//! An element of a list with a name is compared with the one of that name, wherever it is. Other elements have to be there in
//! their order; more may be between them.

use serde_json::Value;

use super::{Came, Mismatch};
use crate::diagnostic::Position;
use crate::value::pointer::Pointer;

/// What names an element of a list, in the order in which they are asked. A mount has a name too, that of its volume.
const NAMES: [&str; 4] = ["mountPath", "devicePath", "name", "containerPort"];

pub(super) fn judge(wanted: &Value, places: &[(Pointer, Position)], came: &Came) -> Vec<Mismatch> {
    let mut finder = Finder { title: &came.title, places, wrong: Vec::new() };
    finder.compare(wanted, Some(&came.object), (&Pointer::root(), &Pointer::root()));
    finder.wrong
}

struct Finder<'p> {
    title: &'p str,
    places: &'p [(Pointer, Position)],
    wrong: Vec<Mismatch>,
}

/// The place in what is expected, and the place in the object.
type Both<'p> = (&'p Pointer, &'p Pointer);

impl Finder<'_> {
    fn compare(&mut self, wanted: &Value, found: Option<&Value>, (at, of): Both<'_>) {
        match (wanted, found) {
            (Value::Null, None | Some(Value::Null)) => {}
            (Value::Object(wanted), Some(Value::Object(found))) => {
                for (key, value) in wanted {
                    self.compare(value, found.get(key), (&at.join(key), &of.join(key)));
                }
            }
            (Value::Array(wanted), Some(Value::Array(found))) => self.list(wanted, found, (at, of)),
            (wanted, Some(found)) if is_same(wanted, found) => {}
            (wanted, found) => {
                let what = if found.is_none() { "is not there" } else { "is not as expected" };
                let gone = if wanted.is_null() { "is there, and should not be" } else { what };
                self.add((at, of), gone, difference(Some(wanted).filter(|wanted| !wanted.is_null()), found));
            }
        }
    }

    fn list(&mut self, wanted: &[Value], found: &[Value], (at, of): Both<'_>) {
        if wanted.is_empty() && !found.is_empty() {
            let whole = Value::Array(found.to_vec());
            self.add((at, of), "is not empty", difference(Some(&Value::Array(Vec::new())), Some(&whole)));
        }
        // Where the elements without a name go on.
        let mut from = 0;
        let mut taken = Vec::new();
        for (index, element) in wanted.iter().enumerate() {
            let at = &at.element(index);
            if let Some((position, name)) = by_name(element, found, &taken) {
                taken.push(position);
                self.compare(element, found.get(position), (at, &of.join(name)));
                continue;
            }
            let rest = found.iter().enumerate().skip(from);
            let is_it = |(position, other): &(usize, &Value)| !taken.contains(position) && is_part(element, other);
            match rest.into_iter().find(is_it) {
                Some((position, _)) => from = position + 1,
                None => {
                    let all = Value::Array(found.to_vec());
                    let behind = if from > 0 { ", behind the one before it," } else { "" };
                    let what = format!("has no such element{behind}");
                    self.add((at, of), what.trim_end_matches(','), difference(Some(element), Some(&all)));
                }
            }
        }
    }

    fn add(&mut self, (at, of): Both<'_>, what: &str, diff: String) {
        let of = if of.is_root() { "the object".to_owned() } else { format!("`{of}`") };
        let place = self.places.iter().find(|(known, _)| known == at).map(|(_, place)| *place);
        self.wrong.push(Mismatch { at: place, ..Mismatch::new(format!("{}: {of} {what}", self.title), diff) });
    }
}

/// The element of a list that has the name of this one, and the name. A port can be there twice, once for each protocol: then
/// the one that fits is meant. No element stands for two.
fn by_name(element: &Value, found: &[Value], taken: &[usize]) -> Option<(usize, String)> {
    let (key, name) =
        NAMES.into_iter().find_map(|key| Some((key, element.get(key).filter(|name| !name.is_null())?)))?;
    let is_meant = |(position, other): &(usize, &Value)| other.get(key) == Some(name) && !taken.contains(position);
    let of_name = || found.iter().enumerate().filter(is_meant);
    let (position, _) = of_name().find(|(_, other)| is_part(element, other)).or_else(|| of_name().next())?;
    Some((position, name.as_str().map_or_else(|| name.to_string(), str::to_owned)))
}

fn is_part(wanted: &Value, found: &Value) -> bool {
    let mut finder = Finder { title: "", places: &[], wrong: Vec::new() };
    finder.compare(wanted, Some(found), (&Pointer::root(), &Pointer::root()));
    finder.wrong.is_empty()
}

/// Whether two values are the same to Kubernetes: a number is the same with and without a fraction of zero.
fn is_same(wanted: &Value, found: &Value) -> bool {
    // As fractions, two large whole numbers that differ could be the same.
    let has_fraction = wanted.is_f64() || found.is_f64();
    wanted == found || (has_fraction && wanted.as_f64().is_some_and(|number| Some(number) == found.as_f64()))
}

/// The lines of what was expected and of what is there.
fn difference(wanted: Option<&Value>, found: Option<&Value>) -> String {
    let lines = |sign: char, value: Option<&Value>| {
        let of = |value: &Value| match value {
            Value::Array(items) if !items.is_empty() => items.iter().map(Value::to_string).collect(),
            other => vec![other.to_string()],
        };
        let all: Vec<String> = value.map(of).unwrap_or_default();
        all.into_iter().map(|line| format!("{sign}{line}\n")).collect::<String>()
    };
    lines('-', wanted) + &lines('+', found)
}
