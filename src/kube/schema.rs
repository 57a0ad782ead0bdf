//! Which fields a pod template, a container and a volume have in Kubernetes, and of which type each is. The fields are in
//! `core_v1` and `pod`.
//!
//! This finds unknown fields, which an API server drops with only a warning, and values of the wrong type. Which values of
//! the right type are valid is in `validity`.

use serde_json::Value;

use crate::diagnostic::words::nearest;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View, is_same_name};

mod core_v1;
mod pod;

/// A field and its type.
pub(crate) type Field = (&'static str, Shape);

/// The name of a field, where the table of fields has it. It is half as large as a `&str`, and copied with every value that is read.
pub(crate) type FieldName = &'static &'static str;

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A string.
    Str,
    /// An integer.
    Int,
    /// `true` or `false`.
    Bool,
    /// An integer or a string: a port's number or name.
    IntOrStr,
    /// A quantity: a string or a number.
    Quantity,
    /// An object of any names, whose values are strings.
    StrMap,
    /// An object of any names, whose values are quantities.
    QuantityMap,
    /// Any value.
    Any,
    /// An object of these fields only.
    Obj(&'static [Field]),
    /// A list of these.
    List(&'static Self),
}

/// A container, and an init container.
pub(crate) static CONTAINER: Shape = core_v1::CONTAINER;
/// A volume of a pod.
pub(crate) static VOLUME: Shape = core_v1::VOLUME;
/// An item of `imagePullSecrets`.
pub(crate) static PULL_SECRET: Shape = core_v1::PULL_SECRET;
/// An item of a container's `env`.
pub(crate) static ENV_VAR: Shape = core_v1::ENV_VAR;
/// An item of a container's `envFrom`.
pub(crate) static ENV_FROM_SOURCE: Shape = core_v1::ENV_FROM_SOURCE;
/// An item of a profile's `application.env`: a variable, and how it is added.
pub(crate) static APPLICATION_ENV_VAR: Shape = core_v1::APPLICATION_ENV_VAR;
/// An item of a container's `volumeMounts`.
pub(crate) static VOLUME_MOUNT: Shape = core_v1::VOLUME_MOUNT;
/// A pod's spec.
pub(crate) static POD_SPEC: Shape = pod::POD_SPEC;
/// A pod template: `metadata` and `spec`.
pub(crate) static POD_TEMPLATE: Shape = pod::POD_TEMPLATE;

static STR: Shape = Shape::Str;
static QUANTITY: Shape = Shape::Quantity;
static ANY: Shape = Shape::Any;

/// A field that Kubernetes does not have, or a value of the wrong type. The profile's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaError {
    /// The field or value.
    pub at: Pointer,
    /// What is wrong.
    pub message: String,
    /// A known name that is similar, where there is one; or what to do about a type.
    pub hint: Option<String>,
}

impl Shape {
    /// The type, in the words of messages.
    pub(crate) const fn expected(&self) -> &'static str {
        match self {
            Self::Str => "a string",
            Self::Int => "an integer",
            Self::Bool => "`true` or `false`",
            Self::IntOrStr => "an integer or a string",
            Self::Quantity => "a quantity",
            Self::StrMap | Self::QuantityMap | Self::Obj(_) => "an object",
            Self::Any => "anything",
            Self::List(_) => "a list",
        }
    }

    /// Whether a value is of this type, whatever is inside it.
    fn takes(&self, value: &Value) -> bool {
        match self {
            Self::Str => value.is_string(),
            Self::Int => is_integer(value),
            Self::Bool => value.is_boolean(),
            Self::IntOrStr => value.is_string() || is_integer(value),
            Self::Quantity => value.is_string() || value.is_number(),
            Self::StrMap | Self::QuantityMap | Self::Obj(_) => value.is_object(),
            Self::Any => true,
            Self::List(_) => value.is_array(),
        }
    }

    /// Whether two shapes have the same fields, by where these are written.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Obj(one), Self::Obj(two)) => one.as_ptr() == two.as_ptr(),
            _ => false,
        }
    }

    /// The type of a member; `None` where Kubernetes has no such field, or where this is not an object.
    pub(crate) fn member(&self, name: &str) -> Option<&'static Self> {
        self.field(name).map(|(_, shape)| shape)
    }

    /// The member's name, where it is one of an object's fields, or else the empty text; and its type.
    pub(crate) fn field(&self, name: &str) -> Option<(FieldName, &'static Self)> {
        match self {
            Self::Obj(fields) => {
                fields.iter().find(|(known, _)| is_same_name(known, name)).map(|(known, shape)| (known, shape))
            }
            Self::StrMap => Some((&"", &STR)),
            Self::QuantityMap => Some((&"", &QUANTITY)),
            Self::Any => Some((&"", &ANY)),
            Self::List(_) | Self::Str | Self::Int | Self::Bool | Self::IntOrStr | Self::Quantity => None,
        }
    }

    /// The names of its fields; none where it is not an object of fixed fields.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let fields: &'static [Field] = match self {
            Self::Obj(fields) => fields,
            _ => &[],
        };
        fields.iter().map(|(name, _)| *name)
    }

    /// Whether a text with expressions may be there.
    pub(crate) const fn may_be_text(&self) -> bool {
        self.is_scalar() || matches!(self, Self::Any)
    }

    /// Whether an empty value says the same as an absent one: a list, a map of texts or quantities, and resources. An empty object
    /// of other fields may mean something, as `emptyDir: {}` does.
    pub(crate) fn is_nothing_where_empty(&self) -> bool {
        let has_quantities = |name: &str| matches!(self.member(name), Some(Self::QuantityMap));
        matches!(self, Self::List(_) | Self::StrMap | Self::QuantityMap)
            || ["limits", "requests"].into_iter().all(has_quantities)
    }

    /// Whether it is a single value, not a list or an object.
    pub(crate) const fn is_scalar(&self) -> bool {
        matches!(self, Self::Str | Self::Int | Self::Bool | Self::IntOrStr | Self::Quantity)
    }
}

/// What is wrong with a single value, or with null, at a place of a shape. A string with `{{` in it fits any scalar.
pub(crate) fn misfit(value: &Value, shape: &Shape, at: &Pointer) -> Option<SchemaError> {
    let is_template = shape.may_be_text() && value.as_str().is_some_and(|text| text.contains("{{"));
    (!is_template && !shape.takes(value)).then(|| wrong_type(value, shape, at))
}

/// A value of another type than its place has.
pub(crate) fn wrong_type(value: &Value, shape: &Shape, at: &Pointer) -> SchemaError {
    let mut message = format!("expected {}, found {}", shape.expected(), View::kind(value).name());
    if let Value::Bool(_) | Value::Number(_) | Value::String(_) = value {
        message.push_str(&format!(" `{}`", excerpt(value)));
    }
    let quotes = matches!(shape, Shape::Str) && matches!(View::kind(value), Kind::Boolean | Kind::Number);
    let hint = quotes.then(|| "quote the value".to_owned());
    SchemaError { at: at.clone(), message, hint }
}

/// A field that an object of this shape does not have. `at` is the object's place.
pub(crate) fn unknown_field(name: &str, shape: &Shape, at: &Pointer) -> SchemaError {
    SchemaError {
        at: at.join(name),
        message: format!("unknown field `{name}`"),
        hint: nearest(name, shape.names()).map(|known| format!("did you mean `{known}`?")),
    }
}

fn is_integer(value: &Value) -> bool {
    value.is_i64() || value.is_u64()
}

/// The value in at most 40 characters.
fn excerpt(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
