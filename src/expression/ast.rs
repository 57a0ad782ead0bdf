//! What an expression says, as a tree. Each part knows where in the text it begins.

use super::functions::{CallStyle, Function};
use super::types::Sort;

/// A part of an expression. `N` is what a name is, and `F` what a function is: words at first, and what they mean once the
/// expression is checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<N, F> {
    /// The byte at which it begins; of an operator or a call, that of its sign or name.
    pub(crate) at: usize,
    pub(crate) part: Part<N, F>,
}

/// As it is read.
pub(crate) type ParsedNode = Node<String, CalledName>;
/// With names that are known.
pub(crate) type CheckedNode = Node<Variable, Function>;
pub(crate) type CheckedElement = Element<Variable, Function>;

/// What a part is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part<N, F> {
    Literal(Literal),
    Name(N),
    /// `of.field`, or `of.?field`.
    Select {
        of: Box<Node<N, F>>,
        field: String,
        access: Access,
    },
    /// `has(of.field)`.
    Has {
        of: Box<Node<N, F>>,
        field: String,
    },
    /// `of[key]`, or `of[?key]`.
    Index {
        of: Box<Node<N, F>>,
        key: Box<Node<N, F>>,
        access: Access,
    },
    /// A call; a receiver is the first of the arguments.
    Call {
        function: F,
        arguments: Vec<Node<N, F>>,
    },
    Unary(Unary, Box<Node<N, F>>),
    Binary(Binary, Box<Node<N, F>>, Box<Node<N, F>>),
    /// `condition ? yes : no`.
    Choice(Box<Node<N, F>>, Box<Node<N, F>>, Box<Node<N, F>>),
    /// `[a, ?b]`.
    List(Vec<Element<N, F>>),
    /// `{key: value, ?key: value}`.
    Map(Vec<(Node<N, F>, Element<N, F>)>),
    /// A macro that goes over a list or the keys of a map.
    Loop {
        kind: LoopKind,
        over: Box<Node<N, F>>,
        variable: N,
        steps: Vec<Node<N, F>>,
    },
}

/// A function as it is called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CalledName {
    pub(crate) name: String,
    pub(crate) style: CallStyle,
}

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variable {
    /// The one at this index of the scope.
    Given(usize),
    /// That of a macro, by how many others are around it.
    Local(usize),
}

/// A value that is written out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    /// The name of a type, such as `int`.
    Type(Sort),
}

/// What it means that a member or element is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// An error.
    Required,
    /// An empty optional.
    Optional,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Negate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Binary {
    /// As it is written.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// An element of a list, or the value of a member of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element<N, F> {
    /// Optional: it is left out where its value is an empty optional.
    pub(crate) access: Access,
    pub(crate) value: Node<N, F>,
}

/// A macro with a variable of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoopKind {
    /// Whether all elements hold.
    All,
    /// Whether one or more elements hold.
    Exists,
    /// Whether exactly one element holds.
    ExistsOne,
    /// The elements that hold.
    Filter,
    /// What becomes of each element; with two steps, only of those for which the first holds.
    Map,
    /// The elements in the order of what becomes of each.
    SortBy,
    /// What becomes of an optional's value.
    OptMap,
    /// The same, where the step is an optional itself.
    OptFlatMap,
}

impl LoopKind {
    /// Its name, and how many steps it may have.
    pub(crate) const ALL: [(&'static str, Self, &'static [usize]); 8] = [
        ("all", Self::All, &[1]),
        ("exists", Self::Exists, &[1]),
        ("exists_one", Self::ExistsOne, &[1]),
        ("filter", Self::Filter, &[1]),
        ("map", Self::Map, &[1, 2]),
        ("sortBy", Self::SortBy, &[1]),
        ("optMap", Self::OptMap, &[1]),
        ("optFlatMap", Self::OptFlatMap, &[1]),
    ];

    /// Whether it goes over many elements. An optional has one at most.
    pub(crate) const fn repeats(self) -> bool {
        !matches!(self, Self::OptMap | Self::OptFlatMap)
    }
}

impl CheckedNode {
    /// The texts and whole numbers that are written out in it. Recurses as deep as an expression may be.
    pub(crate) fn literals(&self, found: &mut Vec<String>) {
        match &self.part {
            Part::Literal(Literal::String(text)) => found.push(text.clone()),
            Part::Literal(Literal::Int(number)) => found.push(number.to_string()),
            Part::Literal(_) | Part::Name(_) => {}
            Part::Select { of, .. } | Part::Has { of, .. } | Part::Unary(_, of) => of.literals(found),
            Part::Index { of, key, .. } => [of, key].into_iter().for_each(|node| node.literals(found)),
            Part::Binary(_, left, right) => [left, right].into_iter().for_each(|node| node.literals(found)),
            Part::Choice(condition, yes, no) => [condition, yes, no].into_iter().for_each(|node| node.literals(found)),
            Part::Call { arguments, .. } => arguments.iter().for_each(|node| node.literals(found)),
            Part::List(elements) => elements.iter().for_each(|element| element.value.literals(found)),
            Part::Map(members) => members.iter().for_each(|(key, element)| {
                key.literals(found);
                element.value.literals(found);
            }),
            Part::Loop { over, steps, .. } => {
                over.literals(found);
                steps.iter().for_each(|step| step.literals(found));
            }
        }
    }
}
