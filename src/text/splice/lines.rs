//! Values rendered as lines, kept from one document to the next: a run adds the same few values to many documents, and most
//! documents have the same layout.

use std::sync::{Arc, Mutex, PoisonError};

use super::made::Made;
use super::stand_in::{self, StandIn};
use crate::text::yaml::emit::{self, BlockLayout};
use crate::value::view::is_same_name;

/// How many different values are kept for one name, column and layout, the latest.
const KEPT: usize = 8;

/// The lines that a run has rendered so far.
#[derive(Debug, Default)]
pub(crate) struct RenderedLines(Mutex<Vec<OfName>>);

/// The latest values of a member, or of items of lists, where the name is empty, in one layout.
#[derive(Debug)]
struct OfName {
    name: Box<str>,
    layout: Layout,
    known: Vec<Arc<RenderedValue>>,
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

impl OfName {
    fn is(&self, layout: Layout, name: &str) -> bool {
        self.layout == layout && is_same_name(&self.name, name)
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
        let mut lines = String::new();
        if name.is_empty() {
            emit::item(&mut lines, value, column, style);
        } else {
            emit::member(&mut lines, name, value, column, style);
        }
        lines.push_str(style.eol);
        let stand_in = stand_in::of(&lines, name, value, column, style.eol);
        let rendered = Arc::new(RenderedValue { made: made.clone(), lines: lines.into(), stand_in });
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.iter_mut().find(|of| of.is(layout, name)) {
            Some(OfName { known, .. }) => {
                known.truncate(KEPT - 1);
                known.insert(0, Arc::clone(&rendered));
            }
            None => all.push(OfName { name: name.into(), layout, known: vec![Arc::clone(&rendered)] }),
        }
        rendered
    }

    fn known(&self, layout: Layout, name: &str, made: &Made) -> Option<Arc<RenderedValue>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let OfName { known, .. } = all.iter().find(|of| of.is(layout, name))?;
        let same = known.iter().find(|known| known.made.is_it(made));
        same.or_else(|| known.iter().find(|known| known.made.is_as(made))).map(Arc::clone)
    }
}
