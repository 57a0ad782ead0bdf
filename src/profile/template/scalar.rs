//! Scalars of a template: what their texts and expressions give, in the type that Kubernetes wants.

use serde_json::Value;

use super::rendering::{Rendering, single};
use super::{ScalarSource, TemplateScalar, WantedType};
use crate::expression::{EvalFault, Item, Sort};
use crate::value::view::View;

impl TemplateScalar {
    pub(super) fn render<'v, V: View<'v>>(&self, rendering: &Rendering<'_, 'v, V>) -> Value {
        match self.make(rendering) {
            Ok(value) => value,
            Err(fault) => {
                rendering.push(&self.at, fault, self.variables());
                Value::Null
            }
        }
    }

    pub(super) fn make<'v, V: View<'v>>(&self, rendering: &Rendering<'_, 'v, V>) -> Result<Value, EvalFault> {
        let value = match &self.source {
            ScalarSource::Parameter(index) => rendering.value(*index).clone(),
            ScalarSource::Computed(expression) => self.fit(rendering.scalar(expression)?)?,
            source => {
                let mut text = String::new();
                source.write(rendering, &mut text)?;
                Value::String(text)
            }
        };
        Ok(if self.wanted == WantedType::String { as_text(value) } else { value })
    }

    /// What an expression gives, if it may be here. Parameters were checked when the profile was loaded.
    fn fit(&self, value: Value) -> Result<Value, EvalFault> {
        let fits = match self.wanted {
            WantedType::Integer => value.is_i64() || value.is_u64(),
            WantedType::Boolean => value.is_boolean(),
            WantedType::String | WantedType::Typed | WantedType::Node => true,
        };
        let wanted = if self.wanted == WantedType::Integer { "an integer" } else { "`true` or `false`" };
        let found = Item::<&Value>::of_value(&value).sort().noun();
        if fits || value.is_null() { Ok(value) } else { Err(EvalFault::Type { wanted, found }) }
    }

    /// Hands over the elements of the list that it gives.
    pub(super) fn splice<'v, V: View<'v>>(&self, rendering: &Rendering<'_, 'v, V>, found: &mut dyn FnMut(Value)) {
        let list = match &self.source {
            ScalarSource::Computed(expression) => rendering.evaluate(expression),
            ScalarSource::Parameter(index) => Ok(Item::of_value(rendering.value(*index))),
            ScalarSource::Text(_) | ScalarSource::Concatenation(_) => Ok(Item::Null),
        };
        let elements = list.and_then(|item| match item.elements() {
            Some(elements) => Ok(elements),
            None if matches!(item, Item::Null) => Ok([].into()),
            None => Err(EvalFault::Type { wanted: Sort::List.noun(), found: item.sort().noun() }),
        });
        let values: Result<Vec<Value>, EvalFault> = elements.and_then(|elements| {
            let value = |element: &Item<'v, V>| {
                if self.wanted == WantedType::Node {
                    let fault = EvalFault::Type { wanted: "a node of the pod", found: element.sort().noun() };
                    return element.to_value().ok_or(fault);
                }
                let value = self.fit(single(element)?)?;
                Ok(if self.wanted == WantedType::String { as_text(value) } else { value })
            };
            elements.iter().map(value).collect()
        });
        match values {
            Ok(values) => values.into_iter().for_each(found),
            Err(fault) => rendering.push(&self.at, fault, self.variables()),
        }
    }

    /// The indexes of the variables that it uses.
    pub(crate) fn variables(&self) -> Vec<usize> {
        let mut used = Vec::new();
        self.source.collect(&mut used);
        used
    }
}

/// A single value as a string; null stays.
fn as_text(value: Value) -> Value {
    match value {
        Value::String(_) | Value::Null => value,
        other => Value::String(other.to_string()),
    }
}

impl ScalarSource {
    fn write<'v, V: View<'v>>(&self, rendering: &Rendering<'_, 'v, V>, text: &mut String) -> Result<(), EvalFault> {
        let mut push = |value: &Value| match value {
            Value::String(value) => text.push_str(value),
            Value::Null => {}
            other => text.push_str(&other.to_string()),
        };
        match self {
            Self::Text(literal) => text.push_str(literal),
            Self::Parameter(index) => push(rendering.value(*index)),
            Self::Computed(expression) => push(&rendering.scalar(expression)?),
            Self::Concatenation(parts) => {
                for part in parts {
                    part.write(rendering, text)?;
                }
            }
        }
        Ok(())
    }

    fn collect(&self, used: &mut Vec<usize>) {
        match self {
            Self::Text(_) => {}
            Self::Parameter(index) => used.push(*index),
            Self::Computed(expression) => used.extend(expression.variables()),
            Self::Concatenation(parts) => parts.iter().for_each(|part| part.collect(used)),
        }
    }
}
