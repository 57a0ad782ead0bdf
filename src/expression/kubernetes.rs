//! Expressions as text that an API server evaluates in an admission policy.
//!
//! Kubernetes has the same language with stricter types: a list, a map and the two sides of a choice have values of one type
//! there, so they are written with `dyn()`. It lacks our own functions, and a map has no order there. What cannot be said is
//! an error, and never left out.
//!
//! Source: <https://kubernetes.io/docs/reference/using-api/cel/>.

use std::fmt::Write as _;

use serde_json::Value;
use thiserror::Error;

use super::Expression;
use super::ast::{Access, Binary, CheckedElement, CheckedNode, Literal, LoopKind, Part, Unary, Variable};
use super::functions::{CallStyle, Function};
use crate::kube::version::KubernetesVersion;

/// What an API server cannot evaluate.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum NotInKubernetes {
    #[error("a policy has no function `{0}`")]
    Function(&'static str),
    #[error("`{0}` needs Kubernetes {1} in a policy")]
    Version(&'static str, KubernetesVersion),
    #[error("a policy cannot read {0}")]
    Variable(String),
    #[error("a map has no order in a policy, so nothing can go over its keys")]
    MapLoop,
    #[error("a policy has no unsigned integers beside those of Kubernetes' own fields")]
    Unsigned,
}

/// What is known of the variables of a scope.
pub(crate) trait Names {
    /// The expression for the variable at this index of the scope, complete enough to be followed by `.`.
    fn of(&self, index: usize) -> Result<String, NotInKubernetes>;

    /// What the variable is, or the member of it at these names, for what goes over it.
    fn kind(&self, index: usize, path: &[&str]) -> OverKind;

    /// The keys of a map that is the same for every pod, in their order.
    fn keys(&self, index: usize) -> Option<String>;

    /// The oldest API server that has to understand it.
    fn version(&self) -> KubernetesVersion;
}

/// What something goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverKind {
    List,
    /// Here its keys have an order, which an API server's maps do not have.
    Map,
    /// It shows only when it is evaluated.
    Unknown,
}

/// The first version that has the lists' functions in policies.
const LISTS: KubernetesVersion = KubernetesVersion(35);

impl Expression {
    /// The text for an API server, in parentheses where it needs them.
    pub(crate) fn in_kubernetes(&self, names: &dyn Names) -> Result<String, NotInKubernetes> {
        Writer { names }.node(&self.root)
    }
}

/// A JSON value as an expression. `dyn()` stands around each part, since lists and maps have parts of one type.
pub(crate) fn literal(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(elements) if elements.iter().all(Value::is_string) => {
            format!("[{}]", elements.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(dynamic).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| format!("{}: {}", quoted(name), dynamic(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

fn dynamic(value: &Value) -> String {
    format!("dyn({})", literal(value))
}

/// A text as a string literal: one of JSON is one of CEL too.
pub(crate) fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

struct Writer<'n> {
    names: &'n dyn Names,
}

type Written = Result<String, NotInKubernetes>;

impl Writer<'_> {
    /// Recurses as deep as the tree, whose height is bounded.
    fn node(&self, node: &CheckedNode) -> Written {
        match &node.part {
            Part::Literal(literal) => of_literal(literal),
            Part::Name(Variable::Given(index)) => self.names.of(*index),
            Part::Name(Variable::Local(index)) => Ok(local(*index)),
            Part::Select { of, field, access } => {
                let dot = if *access == Access::Optional { ".?" } else { "." };
                Ok(format!("{}{dot}{field}", self.node(of)?))
            }
            Part::Has { of, field } => Ok(format!("has({}.{field})", self.node(of)?)),
            Part::Index { of, key, access } => {
                let open = if *access == Access::Optional { "[?" } else { "[" };
                Ok(format!("{}{open}{}]", self.node(of)?, self.node(key)?))
            }
            Part::Call { function, arguments } => self.call(*function, arguments),
            Part::Unary(sign, of) => {
                let sign = if *sign == Unary::Not { "!" } else { "-" };
                Ok(format!("({sign}{})", self.node(of)?))
            }
            Part::Binary(sign, left, right) => {
                Ok(format!("({} {} {})", self.node(left)?, sign.sign(), self.operand(*sign, right)?))
            }
            Part::Choice(condition, yes, no) => {
                let [yes, no] = [self.part(yes)?, self.part(no)?];
                Ok(format!("({} ? {yes} : {no})", self.node(condition)?))
            }
            Part::List(elements) => {
                let elements: Result<Vec<String>, _> = elements.iter().map(|element| self.element(element)).collect();
                Ok(format!("[{}]", elements?.join(", ")))
            }
            Part::Map(members) => {
                let member = |(key, element): &(CheckedNode, CheckedElement)| {
                    let mark = if element.access == Access::Optional { "?" } else { "" };
                    Ok(format!("{mark}{}: {}", self.node(key)?, self.dynamic_element(element)?))
                };
                let members: Result<Vec<String>, NotInKubernetes> = members.iter().map(member).collect();
                Ok(format!("{{{}}}", members?.join(", ")))
            }
            Part::Loop { kind, over, variable, steps } => self.repeated(*kind, over, *variable, steps),
        }
    }

    /// What stands on the right of a sign. A list of texts is one of a single type already.
    fn operand(&self, sign: Binary, node: &CheckedNode) -> Written {
        match &node.part {
            Part::List(elements) if sign == Binary::In && elements.iter().all(is_text) => {
                let elements: Result<Vec<String>, _> =
                    elements.iter().map(|element| self.node(&element.value)).collect();
                Ok(format!("[{}]", elements?.join(", ")))
            }
            _ => self.node(node),
        }
    }

    /// A part of what has parts of one type.
    fn part(&self, node: &CheckedNode) -> Written {
        Ok(format!("dyn({})", self.node(node)?))
    }

    fn element(&self, element: &CheckedElement) -> Written {
        let mark = if element.access == Access::Optional { "?" } else { "" };
        Ok(format!("{mark}{}", self.dynamic_element(element)?))
    }

    /// An optional part is an optional of anything.
    fn dynamic_element(&self, element: &CheckedElement) -> Written {
        match element.access {
            Access::Required => self.part(&element.value),
            Access::Optional => self.node(&element.value),
        }
    }

    fn call(&self, function: Function, arguments: &[CheckedNode]) -> Written {
        let name = function.name();
        self.may_call(function)?;
        let texts: Vec<String> = arguments.iter().map(|argument| self.node(argument)).collect::<Result<_, _>>()?;
        if let Some(text) = own(function, &texts) {
            return Ok(text);
        }
        match (function.style(), texts.split_first()) {
            (CallStyle::Receiver, Some((receiver, rest))) => Ok(format!("{receiver}.{name}({})", rest.join(", "))),
            _ => Ok(format!("{name}({})", texts.join(", "))),
        }
    }

    fn may_call(&self, function: Function) -> Result<(), NotInKubernetes> {
        match support(function) {
            Support::None => Err(NotInKubernetes::Function(function.name())),
            Support::Since(version) if self.names.version() < version => {
                Err(NotInKubernetes::Version(function.name(), version))
            }
            Support::Since(_) | Support::Always => Ok(()),
        }
    }

    fn repeated(&self, kind: LoopKind, over: &CheckedNode, variable: Variable, steps: &[CheckedNode]) -> Written {
        let name = LoopKind::ALL.iter().find(|(_, known, _)| *known == kind).map_or("", |(name, ..)| *name);
        if kind == LoopKind::SortBy && self.names.version() < LISTS {
            return Err(NotInKubernetes::Version(name, LISTS));
        }
        let over_text = self.node(over)?;
        let over = match kind {
            LoopKind::Filter | LoopKind::Map | LoopKind::SortBy => self.in_order(over, over_text)?,
            // Whether something holds for all or any keys does not depend on their order.
            LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne | LoopKind::OptMap | LoopKind::OptFlatMap => {
                over_text
            }
        };
        let Variable::Local(index) = variable else { return Err(NotInKubernetes::Function(name)) };
        let mut text = format!("{over}.{name}({}", local(index));
        for step in steps {
            // Writing to a string cannot fail.
            let _ = write!(text, ", {}", self.node(step)?);
        }
        text.push(')');
        Ok(text)
    }

    /// What goes over a map goes over its keys in their order, which is that of their names unless the profile wrote them.
    fn in_order(&self, node: &CheckedNode, text: String) -> Written {
        if let Part::Name(Variable::Given(index)) = &node.part
            && let Some(keys) = self.names.keys(*index)
        {
            return Ok(keys);
        }
        let is_old = self.names.version() < LISTS;
        match self.kind(node) {
            OverKind::List => Ok(text),
            OverKind::Map | OverKind::Unknown if is_old => Err(NotInKubernetes::MapLoop),
            OverKind::Map => Ok(format!("{text}.map(k, k).sort()")),
            OverKind::Unknown => {
                Ok(format!("[dyn({text})].map(d, type(d) == map ? dyn(d.map(k, string(k)).sort()) : d)[0]"))
            }
        }
    }

    fn kind(&self, node: &CheckedNode) -> OverKind {
        match &node.part {
            Part::List(_) => OverKind::List,
            Part::Map(_) => OverKind::Map,
            Part::Loop { kind: LoopKind::Filter | LoopKind::Map | LoopKind::SortBy, .. } => OverKind::List,
            Part::Binary(Binary::Add, left, _) => self.kind(left),
            Part::Name(Variable::Given(index)) => self.names.kind(*index, &[]),
            Part::Select { .. } => {
                let mut path = Vec::new();
                let mut at = node;
                while let Part::Select { of, field, .. } = &at.part {
                    path.insert(0, field.as_str());
                    at = of;
                }
                match &at.part {
                    Part::Name(Variable::Given(index)) => self.names.kind(*index, &path),
                    _ => OverKind::Unknown,
                }
            }
            Part::Call { function, arguments } => self.kind_of_call(*function, arguments),
            Part::Choice(_, yes, no) => match (self.kind(yes), self.kind(no)) {
                (one, other) if one == other => one,
                _ => OverKind::Unknown,
            },
            _ => OverKind::Unknown,
        }
    }

    fn kind_of_call(&self, function: Function, arguments: &[CheckedNode]) -> OverKind {
        match (function, arguments) {
            (Function::OrValue, [first, otherwise]) => match self.kind(first) {
                OverKind::Unknown => self.kind(otherwise),
                known => known,
            },
            (Function::Or | Function::OptionalValue, [first, ..]) => self.kind(first),
            (
                Function::Split
                | Function::Distinct
                | Function::Flatten
                | Function::Sort
                | Function::Slice
                | Function::Range
                | Function::Keys,
                _,
            ) => OverKind::List,
            _ => OverKind::Unknown,
        }
    }
}

/// Whether a policy can call a function, or something stands for it.
enum Support {
    Always,
    Since(KubernetesVersion),
    None,
}

#[rustfmt::skip]
const fn support(function: Function) -> Support {
    use Function as F;
    match function {
        F::Merge | F::ToJson | F::FromJson | F::FromYaml | F::Base64 | F::Sha256 | F::QuantityAdd | F::QuantityMax => Support::None,
        F::Keys | F::Distinct | F::Flatten | F::Sort | F::Slice | F::Range => Support::Since(LISTS),
        F::Size | F::ToInt | F::ToUint | F::ToDouble | F::ToText | F::ToBool | F::ToBytes | F::ToDyn | F::TypeOf
        | F::Contains | F::StartsWith | F::Matches | F::EndsWith
        | F::OptionalOf | F::OptionalOfNonZero | F::OptionalNone | F::HasValue | F::OptionalValue | F::Or | F::OrValue
        | F::CharAt | F::IndexOf | F::LastIndexOf | F::Join | F::LowerAscii | F::UpperAscii | F::Replace | F::Split
        | F::Substring | F::Trim
        | F::Cut | F::LabelValue | F::PortOf | F::QuantityCompare | F::WholeCores => Support::Always,
    }
}

/// What stands for a function of our own that Kubernetes has no name for.
fn own(function: Function, arguments: &[String]) -> Option<String> {
    Some(match (function, arguments) {
        (Function::PortOf, [container, port]) => format!(
            "[dyn({port})].map(port, type(port) == string ? int({container}.?ports.orValue([]).filter(p, p.?name.orValue('') == port)[0].containerPort) : int(port))[0]"
        ),
        (Function::Keys, [map]) => format!("{map}.map(k, string(k)).sort()"),
        (Function::Cut, [text, length]) => {
            format!("[dyn({text})].map(t, t.size() > {length} ? t.substring(0, {length}) : t)[0]")
        }
        (Function::LabelValue, [text]) => format!(
            "[dyn({text})].map(t, t.size() > 63 ? t.substring(0, 63) : t).map(t, t.find('(?s)[A-Za-z0-9](?:.*[A-Za-z0-9])?'))[0]"
        ),
        (Function::QuantityCompare, [one, other]) => {
            format!("quantity(string({one})).compareTo(quantity(string({other})))")
        }
        (Function::WholeCores, [amount]) => format!(
            "[quantity(string({amount})).asApproximateFloat()].map(f, double(int(f)) < f ? int(f) + 1 : int(f))[0]"
        ),
        _ => return None,
    })
}

const fn is_text(element: &CheckedElement) -> bool {
    matches!(element.value.part, Part::Literal(Literal::String(_)))
}

/// The name of a macro's variable.
fn local(index: usize) -> String {
    format!("v{index}")
}

fn of_literal(literal: &Literal) -> Written {
    Ok(match literal {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Uint(_) => return Err(NotInKubernetes::Unsigned),
        // Debug has a point or an exponent in any case.
        Literal::Double(value) => format!("{value:?}"),
        Literal::String(text) => quoted(text),
        Literal::Bytes(bytes) => {
            let mut text = "b\"".to_owned();
            bytes.iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
            text + "\""
        }
        Literal::Type(sort) => sort.name().to_owned(),
    })
}
