//! Expressions by themselves, for tests and fuzzing: text in, the value as CEL writes it out.

use std::fmt::Write as _;

use serde_json::Value;

use super::ast::LoopKind;
use super::functions::{CallStyle, Function, find};
use super::{EvalFault, Expression, Item, Meter, Scope, Type, Variables};

/// Why there is no value: the byte of the expression, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The byte.
    pub at: usize,
    /// Whether the text itself is wrong; otherwise, the evaluation failed.
    pub is_of_text: bool,
    /// The message.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

struct Given<'g>(&'g [(&'g str, Value)]);

impl<'v> Variables<'v, &'v Value> for Given<'v> {
    fn get(&self, index: usize) -> Result<Item<'v, &'v Value>, EvalFault> {
        let (name, value) = self.0.get(index).ok_or_else(|| EvalFault::NoField(index.to_string()))?;
        if value.is_null() { Err(EvalFault::NoField((*name).to_owned())) } else { Ok(Item::of_view(value)) }
    }
}

/// The value of an expression over these variables, as a CEL literal. A variable that is null is a fact that is not known.
///
/// # Errors
///
/// The text is not an expression of these variables, or its evaluation failed.
pub fn evaluate(text: &str, variables: &[(&str, Value)]) -> Result<String, Failure> {
    let mut scope = Scope::default();
    for (name, _) in variables {
        scope.add(*name, Type::Dyn);
    }
    let expression = Expression::new(text, &scope).map_err(|error| Failure {
        at: error.at,
        is_of_text: true,
        message: error.to_string(),
        hint: error.hint(),
    })?;
    let item = expression.evaluate(&Given(variables), &Meter::default()).map_err(|error| Failure {
        at: error.at,
        is_of_text: false,
        message: error.fault.to_string(),
        hint: None,
    })?;
    Ok(literal(&item))
}

/// Each function as it is called, such as `list.slice(int, int)`, and the name of each macro with its numbers of steps.
pub fn signatures() -> (Vec<String>, Vec<(&'static str, &'static [usize])>) {
    let mut made = Vec::new();
    for function in Function::ALL {
        for overload in function.overloads() {
            let takes: Vec<&str> = overload.takes.iter().map(|sort| sort.name()).collect();
            if find(function.name(), CallStyle::Global).is_some() {
                made.push(format!("{}({})", function.name(), takes.join(", ")));
            }
            if let ([first, rest @ ..], true) = (takes.as_slice(), find(function.name(), CallStyle::Receiver).is_some())
            {
                made.push(format!("{first}.{}({})", function.name(), rest.join(", ")));
            }
        }
    }
    (made, LoopKind::ALL.iter().map(|(name, _, steps)| (*name, *steps)).collect())
}

fn literal(item: &Item<'_, &Value>) -> String {
    match item {
        Item::Null => "null".to_owned(),
        Item::Bool(value) => value.to_string(),
        Item::Int(value) => value.to_string(),
        Item::Uint(value) => format!("{value}u"),
        Item::Double(value) if value.is_nan() => "double('NaN')".to_owned(),
        Item::Double(value) if value.is_infinite() => {
            format!("{}double('Infinity')", if *value < 0.0 { "-" } else { "" })
        }
        Item::Double(value) => format!("{value:?}"),
        Item::Text(text) => quoted(text.as_str()),
        Item::Bytes(bytes) => {
            let escaped = bytes.iter().fold(String::new(), |mut made, byte| {
                let _ = write!(made, "\\x{byte:02x}");
                made
            });
            format!("b'{escaped}'")
        }
        Item::Type(sort) => sort.name().to_owned(),
        Item::Optional(None) => "optional.none()".to_owned(),
        Item::Optional(Some(held)) => format!("optional.of({})", literal(held)),
        Item::List(_) | Item::Map(_) | Item::View(_) => collection(item),
    }
}

/// A list or a map. CEL's checker wants values of one type in a literal, so mixed ones are `dyn`.
fn collection(item: &Item<'_, &Value>) -> String {
    let members = item.members();
    let values: Vec<Item<'_, &Value>> = match &members {
        Some(members) => members.iter().map(|(_, value)| value.clone()).collect(),
        None => item.elements().unwrap_or_default().to_vec(),
    };
    let shapes: Vec<String> = values.iter().map(shape).collect();
    let is_mixed = shapes.windows(2).any(|pair| pair[0] != pair[1]);
    let mut written =
        values.iter().map(|value| if is_mixed { format!("dyn({})", literal(value)) } else { literal(value) });
    match &members {
        Some(members) => {
            let members =
                members.iter().zip(written).map(|((name, _), value)| format!("{}: {value}", quoted(name.as_str())));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        None => format!("[{}]", written.by_ref().collect::<Vec<_>>().join(", ")),
    }
}

/// The type with what is inside, as far as the checker of CEL looks.
fn shape(item: &Item<'_, &Value>) -> String {
    let values: Vec<Item<'_, &Value>> = match (item.members(), item.elements(), item) {
        (Some(members), ..) => members.iter().map(|(_, value)| value.clone()).collect(),
        (_, Some(elements), _) => elements.to_vec(),
        (_, _, Item::Optional(Some(held))) => vec![(**held).clone()],
        _ => Vec::new(),
    };
    let inner: Vec<String> = values.iter().map(shape).collect();
    let of =
        if inner.windows(2).all(|pair| pair[0] == pair[1]) { inner.first().map_or("", String::as_str) } else { "dyn" };
    format!("{}({of})", item.sort().name())
}

fn quoted(text: &str) -> String {
    let mut made = String::from("'");
    for next in text.chars() {
        match next {
            '\'' | '\\' => made.extend(['\\', next]),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            next if next.is_control() => {
                let _ = write!(made, "\\u{:04x}", u32::from(next));
            }
            next => made.push(next),
        }
    }
    made.push('\'');
    made
}
