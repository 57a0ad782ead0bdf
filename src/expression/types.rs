//! The types of values, as far as they are known before evaluation.

use std::fmt;

use crate::kube::schema::Shape;

/// What is known of a value's type.
#[derive(Clone, Debug)]
#[expect(clippy::enum_variant_names, reason = "a type is a value of the type `type`, in CEL too")]
pub(crate) enum Type {
    /// Nothing: it shows at evaluation.
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    /// A type itself, such as `int`.
    Type,
    List(Box<Self>),
    /// Its keys are strings, or unknown.
    Map(Box<Self>),
    Optional(Box<Self>),
    /// An object with these fields.
    Object(&'static Shape),
}

/// A type without what is inside, as signatures and messages have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Any,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Type,
    List,
    Map,
    Optional,
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(one), Self::List(two)) | (Self::Map(one), Self::Map(two)) => one == two,
            (Self::Optional(one), Self::Optional(two)) => one == two,
            (Self::Object(one), Self::Object(two)) => one.is(two),
            (Self::Dyn, Self::Dyn) => true,
            _ => self.sort() == other.sort() && self.is_scalar() && other.is_scalar(),
        }
    }
}

impl Type {
    /// The type of a value of this shape. What may be of several types is not known.
    pub(crate) fn of_shape(shape: &'static Shape) -> Self {
        match shape {
            Shape::Str => Self::String,
            Shape::Int => Self::Int,
            Shape::Bool => Self::Bool,
            Shape::IntOrStr | Shape::Quantity | Shape::Any => Self::Dyn,
            Shape::StrMap => Self::Map(Box::new(Self::String)),
            Shape::QuantityMap => Self::Map(Box::new(Self::Dyn)),
            Shape::Obj(_) => Self::Object(shape),
            Shape::List(element) => Self::List(Box::new(Self::of_shape(element))),
        }
    }

    pub(crate) fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    pub(crate) fn optional(of: Self) -> Self {
        match of {
            Self::Optional(_) => of,
            of => Self::Optional(Box::new(of)),
        }
    }

    pub(crate) const fn sort(&self) -> Sort {
        match self {
            Self::Dyn => Sort::Any,
            Self::Null => Sort::Null,
            Self::Bool => Sort::Bool,
            Self::Int => Sort::Int,
            Self::Uint => Sort::Uint,
            Self::Double => Sort::Double,
            Self::String => Sort::String,
            Self::Bytes => Sort::Bytes,
            Self::Type => Sort::Type,
            Self::List(_) => Sort::List,
            Self::Map(_) | Self::Object(_) => Sort::Map,
            Self::Optional(_) => Sort::Optional,
        }
    }

    const fn is_scalar(&self) -> bool {
        !matches!(self.sort(), Sort::Any | Sort::List | Sort::Map | Sort::Optional)
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self.sort(), Sort::Int | Sort::Uint | Sort::Double)
    }

    /// Whether a value of this type may be used where one of a sort is wanted.
    pub(crate) fn may_be(&self, sort: Sort) -> bool {
        sort == Sort::Any || matches!(self, Self::Dyn) || self.sort() == sort
    }

    /// The type of a value that is of either type.
    pub(crate) fn or(self, other: Self) -> Self {
        if self == other { self } else { Self::Dyn }
    }

    /// The type of an element of a list, or of a key of a map; `None` where it has neither.
    pub(crate) fn element(&self) -> Option<Self> {
        match self {
            Self::Dyn => Some(Self::Dyn),
            Self::List(element) => Some((**element).clone()),
            Self::Map(_) | Self::Object(_) => Some(Self::String),
            _ => None,
        }
    }

    /// The type of a member.
    pub(crate) fn member(&self, name: &str) -> Member {
        match self {
            Self::Dyn => Member::Is(Self::Dyn),
            Self::Map(value) => Member::Is((**value).clone()),
            Self::Object(shape) => match shape.member(name) {
                Some(found) => Member::Is(Self::of_shape(found)),
                None => Member::Unknown(shape.names().collect()),
            },
            _ => Member::None,
        }
    }
}

/// What is known of a member.
pub(crate) enum Member {
    Is(Type),
    /// The object has no such field, but these.
    Unknown(Vec<&'static str>),
    /// It is not an object.
    None,
}

impl Sort {
    /// With its article.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Int => "an integer",
            Self::Uint => "an unsigned integer",
            Self::Double => "a double",
            Self::String => "a string",
            Self::Bytes => "bytes",
            Self::Type => "a type",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Optional => "an optional",
        }
    }

    /// As CEL names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Any => "dyn",
            Self::Null => "null_type",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Type => "type",
            Self::List => "list",
            Self::Map => "map",
            Self::Optional => "optional_type",
        }
    }

    /// The sorts that an expression may name, as `type(x) == int` does.
    pub(crate) const NAMED: [Self; 10] = [
        Self::Null,
        Self::Bool,
        Self::Int,
        Self::Uint,
        Self::Double,
        Self::String,
        Self::Bytes,
        Self::Type,
        Self::List,
        Self::Map,
    ];
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sort().noun())
    }
}
