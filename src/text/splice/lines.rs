//! Values rendered as lines, kept from one document to the next: a run adds the same few values to many documents, and most
//! documents have the same layout.

use std::sync::{Arc, Mutex, PoisonError};

use super::made::Made;
use super::stand_in::{self, StandIn};
use crate::text::yaml::emit::{self, BlockLayout};
use crate::value::view::is_same_name;

/// How many different values are kept for one name, column and layout, the latest.
const KEPT: usize = 8;

/// For how many names and layouts values are kept, those that were asked for last. A profile may compute names, one for each object,
/// and all that are kept are looked through.
const MOST_NAMES: usize = 128;

/// The lines that a run has rendered, as far as they are kept.
#[derive(Debug, Default)]
pub(crate) struct RenderedLines(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    all: Vec<OfName>,
    /// How often any name was asked for.
    asked: u64,
}

/// The latest values of a member, or of items of lists, where the name is empty, in one layout.
#[derive(Debug)]
struct OfName {
    name: Box<str>,
    layout: Layout,
    known: Vec<Arc<RenderedValue>>,
    /// The [`Names::asked`] of when it was asked for last.
    asked: u64,
}

/// A value and its lines.
#[derive(Debug)]
pub(super) struct RenderedValue {
    pub(super) made: Made,
    /// Each has its line end.
    pub(super) lines: Arc<str>,
    /// What may be read in the place of the lines; `None` where only the lines themselves show what they say.
    stand_in: Option<StandIn>,
}

impl RenderedValue {
    pub(super) const fn stand_in(&self) -> Option<&StandIn> {
        self.stand_in.as_ref()
    }
}

/// Where lines go, and how they look there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    column: usize,
    indent: usize,
    dash: usize,
    eol: &'static str,
}

impl Names {
    fn get(&mut self, layout: Layout, name: &str) -> Option<&mut OfName> {
        self.asked += 1;
        let found = self.all.iter_mut().find(|of| of.layout == layout && is_same_name(&of.name, name))?;
        found.asked = self.asked;
        Some(found)
    }

    fn put(&mut self, layout: Layout, name: &str, rendered: Arc<RenderedValue>) {
        if let Some(OfName { known, .. }) = self.get(layout, name) {
            known.truncate(KEPT - 1);
            return known.insert(0, rendered);
        }
        let new = OfName { name: name.into(), layout, known: vec![rendered], asked: self.asked };
        if self.all.len() < MOST_NAMES {
            self.all.push(new);
        } else if let Some(oldest) = self.all.iter_mut().min_by_key(|of| of.asked) {
            *oldest = new;
        }
    }
}

impl RenderedLines {
    /// A member, or an item of a list where the name is empty.
    pub(super) fn get(&self, name: &str, made: &Made, column: usize, style: &BlockLayout) -> Arc<RenderedValue> {
        let layout = Layout { column, indent: style.indent, dash: style.dash, eol: style.eol };
        if let Some(known) = self.known(layout, name, made) {
            return known;
        }
        let value = &*made.value();
        let mut lines = String::with_capacity(256);
        if name.is_empty() {
            emit::item(&mut lines, value, column, style);
        } else {
            emit::member(&mut lines, name, value, column, style);
        }
        lines.push_str(style.eol);
        let stand_in = stand_in::of(&lines, name, value, column, style.eol);
        let rendered = Arc::new(RenderedValue { made: made.clone(), lines: lines.into(), stand_in });
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.put(layout, name, Arc::clone(&rendered));
        rendered
    }

    fn known(&self, layout: Layout, name: &str, made: &Made) -> Option<Arc<RenderedValue>> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let OfName { known, .. } = names.get(layout, name)?;
        let same = known.iter().find(|known| known.made.is_it(made));
        same.or_else(|| known.iter().find(|known| known.made.is_as(made))).map(Arc::clone)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_objects_choose_do_not_pile_up_and_those_in_use_stay() {
        let lines = RenderedLines::default();
        let style = BlockLayout { indent: 2, dash: 0, eol: "\n" };
        let value = Made::Whole(Arc::new(json!({"a": 1})));
        let used = || lines.get("used", &value, 4, &style);
        let first = used();
        for number in 0..3 * MOST_NAMES {
            let own = lines.get(&format!("of-{number}"), &value, 4, &style);
            assert!(own.lines.contains(&format!("of-{number}:")));
            assert!(Arc::ptr_eq(&used(), &first) && lines.0.lock().unwrap().all.len() <= MOST_NAMES);
        }
        assert!(!Arc::ptr_eq(&lines.get("used", &value, 6, &style), &first), "another column");
    }
}
