//! What the names in a profile's expressions are in a policy.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::cel::{Cel, literal};
use crate::expression::kubernetes::{Names, NotInKubernetes, OverKind};
use crate::expression::{Expression, Item, Type};
use crate::kube::schema::Shape;
use crate::kube::version::KubernetesVersion;
use crate::profile::scope::{Fact, Variable};
use crate::profile::template::{Rendering, ScalarSource, Surroundings, Template, TemplateScalar, WantedType};
use crate::profile::{Let, Profile};
use crate::value::pointer::Pointer;

/// What a parameter or a `let` value is.
#[derive(Clone, Debug)]
pub(super) enum Given {
    /// The same for every pod.
    Constant(Value),
    /// This, of the pod at hand.
    Computed(Cel),
    /// It cannot be said.
    Impossible(NotInKubernetes),
}

/// The names of a profile, as far as they are known.
pub(super) struct Scope<'p> {
    pub(super) profile: &'p Profile,
    /// Those of the parameters, in their order.
    pub(super) parameters: Vec<Given>,
    /// Those of the `let` values, in their order.
    pub(super) lets: Vec<Given>,
    pub(super) version: KubernetesVersion,
    /// What begins the names of the policy's variables.
    pub(super) prefix: String,
}

impl Scope<'_> {
    /// A variable of the policy.
    pub(super) fn variable(&self, name: &str) -> Cel {
        format!("variables.{}{name}", self.prefix)
    }

    fn variable_at(&self, index: usize) -> Variable {
        Variable::at(index, self.profile.parameters.len(), self.profile.lets.len())
    }

    fn given(&self, index: usize) -> Option<&Given> {
        match self.variable_at(index) {
            Variable::Parameter(index) => self.parameters.get(index),
            Variable::Let(index) => self.lets.get(index),
            Variable::Fact(_) | Variable::Local(_) => None,
        }
    }

    /// Whether a variable is the same for every pod; `around` of the local ones are not.
    fn is_constant(&self, index: usize, around: usize) -> bool {
        match self.variable_at(index) {
            Variable::Fact(fact) => fact == Fact::Kubernetes,
            Variable::Local(index) => index >= around,
            Variable::Parameter(_) | Variable::Let(_) => matches!(self.given(index), Some(Given::Constant(_))),
        }
    }

    /// The value of an expression that is the same for every pod.
    pub(super) fn constant(&self, expression: &Expression) -> Option<Value> {
        let is_constant = expression.variables().all(|index| self.is_constant(index, 0) && !self.is_local(index));
        let source = ScalarSource::Computed(expression.clone());
        let value = Template::Scalar(TemplateScalar { source, at: Pointer::root(), wanted: WantedType::Typed });
        let made = Let { name: String::new(), at: Pointer::root(), value };
        is_constant.then(|| self.with_constants(|rendering| rendering.made(&made).ok())).flatten()
    }

    fn is_local(&self, index: usize) -> bool {
        matches!(self.variable_at(index), Variable::Local(_))
    }

    /// The values of a template that is the same for every pod, with so many local variables around it; `None` where it is not.
    pub(super) fn values(&self, template: &Template, around: usize) -> Option<Vec<Value>> {
        if !template.variables().iter().all(|index| self.is_constant(*index, around)) {
            return None;
        }
        self.with_constants(|rendering| {
            let mut values = Vec::new();
            within(rendering, around, &mut || template.each(rendering, &mut |value| values.push(value)));
            Some(values)
        })
    }

    /// `None` where something has no value.
    fn with_constants<T>(&self, render: impl FnOnce(&Constants<'_>) -> Option<T>) -> Option<T> {
        let value = |given: &Given| match given {
            Given::Constant(value) => Cow::Owned(value.clone()),
            Given::Computed(_) | Given::Impossible(_) => Cow::Owned(Value::Null),
        };
        let values: Vec<Cow<'_, Value>> = self.parameters.iter().map(value).collect();
        let kubernetes = Item::map([("minor", Item::Int(i64::from(self.version.0)))]);
        let surroundings = Surroundings::new(&Value::Null, [Item::Null, Item::Null, kubernetes, Item::Null]);
        let rendering = Rendering::new(&values, &self.profile.lets, surroundings);
        let found = render(&rendering);
        if rendering.faults().is_empty() { found } else { None }
    }
}

type Constants<'r> = Rendering<'r, 'static, &'static Value>;

/// Does something with so many local variables around it. They have no value, and are not used.
fn within(rendering: &Constants<'_>, around: usize, then: &mut dyn FnMut()) {
    match around.checked_sub(1) {
        None => then(),
        Some(rest) => rendering.with(Item::Null, || within(rendering, rest, then)),
    }
}

impl Names for Scope<'_> {
    fn of(&self, index: usize) -> Result<Cel, NotInKubernetes> {
        match self.variable_at(index) {
            Variable::Parameter(_) | Variable::Let(_) => match self.given(index) {
                Some(Given::Constant(value)) => Ok(format!("dyn({})", literal(value))),
                Some(Given::Computed(text)) => Ok(text.clone()),
                Some(Given::Impossible(why)) => Err(why.clone()),
                None => Err(NotInKubernetes::Variable("a value that comes later".to_owned())),
            },
            Variable::Fact(Fact::Pod) => Ok("object".to_owned()),
            Variable::Fact(Fact::Ns) => Ok(self.variable("ns")),
            Variable::Fact(Fact::Workload) => Ok(self.variable("workload")),
            Variable::Fact(Fact::Kubernetes) => Ok(literal(&json!({"minor": self.version.0}))),
            Variable::Fact(Fact::ServiceAccount) => {
                Err(NotInKubernetes::Variable("the pod's ServiceAccount".to_owned()))
            }
            Variable::Local(index) => Ok(local(index)),
        }
    }

    fn kind(&self, index: usize, path: &[&str]) -> OverKind {
        let of_shape = |shape: &'static Shape| {
            let inner = path.iter().try_fold(shape, |shape, name| shape.member(name));
            inner.map_or(OverKind::Unknown, |shape| of_type(&Type::of_shape(shape)))
        };
        match self.variable_at(index) {
            Variable::Parameter(index) if path.is_empty() => {
                let parameter = self.profile.parameters.get(index);
                parameter.map_or(OverKind::Unknown, |known| of_type(&known.ty.expression_type()))
            }
            Variable::Let(index) if path.is_empty() => {
                self.profile.lets.get(index).map_or(OverKind::Unknown, |made| of_type(&made.value_type()))
            }
            Variable::Fact(fact) => of_shape(fact.shape()),
            Variable::Parameter(_) | Variable::Let(_) | Variable::Local(_) => OverKind::Unknown,
        }
    }

    fn keys(&self, index: usize) -> Option<Cel> {
        match self.given(index)? {
            Given::Constant(Value::Object(members)) => {
                Some(literal(&members.keys().map(|key| Value::from(key.as_str())).collect()))
            }
            Given::Constant(_) | Given::Computed(_) | Given::Impossible(_) => None,
        }
    }

    fn version(&self) -> KubernetesVersion {
        self.version
    }
}

const fn of_type(ty: &Type) -> OverKind {
    match ty {
        Type::List(_) => OverKind::List,
        Type::Map(_) | Type::Object(_) => OverKind::Map,
        _ => OverKind::Unknown,
    }
}

/// The name of a `forEach` variable or of the container at hand, by how many others are around it.
pub(super) fn local(index: usize) -> Cel {
    format!("e{index}")
}
