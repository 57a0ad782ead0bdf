//! Defaults that expressions over earlier parameters give.

use std::borrow::Cow;

use serde_json::Value;

use super::{Known, bad_value};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::template::{Rendering, Surroundings};
use crate::profile::{Let, Parameter};
use crate::value::pointer::Pointer;
use crate::value::view;

/// A default with expressions in it.
#[derive(Clone, Debug)]
pub struct ComputedDefault {
    /// As it is written.
    text: String,
    made: Let,
    /// Its value, with the values of the parameters that it uses.
    known: Known<Vec<(usize, Value)>>,
}

// Two are the same for a user where they are written the same, wherever that is.
impl PartialEq for ComputedDefault {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl ComputedDefault {
    pub(crate) fn new(text: String, made: Let) -> Self {
        Self { text, made, known: Known::default() }
    }

    /// What gives the value.
    pub(crate) const fn made(&self) -> &Let {
        &self.made
    }

    /// As it is written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The indexes of the parameters that it uses.
    pub(crate) fn parameters(&self) -> Vec<usize> {
        self.made.value.variables()
    }

    /// The value, from those of the parameters before this one.
    pub(crate) fn value<'p>(
        &'p self,
        parameter: &Parameter,
        earlier: &[Cow<'_, Value>],
    ) -> Result<Cow<'p, Value>, Diagnostic> {
        let is_same = |known: &Vec<(usize, Value)>| {
            known.iter().all(|(index, known)| earlier.get(*index).is_some_and(|value| view::identical(known, value)))
        };
        let used = || {
            let value = |index: usize| Some((index, Value::clone(earlier.get(index)?)));
            self.parameters().into_iter().filter_map(value).collect()
        };
        self.known.get(is_same, used, || self.evaluated(parameter, earlier))
    }

    fn evaluated(&self, parameter: &Parameter, earlier: &[Cow<'_, Value>]) -> Result<Value, Diagnostic> {
        let what = format!("default of parameter `{}`", parameter.name);
        let rendering = Rendering::new(earlier, &[], Surroundings::nothing());
        let value = match rendering.made(&self.made) {
            Ok(value) => value,
            Err(fault) => {
                return Err(Diagnostic::new(Code::BadValue, Pointer::root(), format!("{what} has no value: {fault}")));
            }
        };
        if value.is_null() && parameter.is_optional() {
            return Ok(parameter.nothing());
        }
        parameter.check_default(&value).map_err(|bad| bad_value(Pointer::root(), &what, &bad))
    }
}
