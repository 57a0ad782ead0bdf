//! The variables of a profile's expressions, and their order: the parameters, what is known of the object, the profile's own
//! `let` values, and those of `forEach` and `container`, the innermost last.

use super::{Let, Parameter};
use crate::expression::{Scope, Type};
use crate::kube::schema::{self, Field, Shape};

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variable {
    /// The parameter at this index.
    Parameter(usize),
    /// A part of what is known of the object.
    Fact(Fact),
    /// The value of `let` at this index.
    Let(usize),
    /// One that has a value only for a part of the profile, by how many others are around it.
    Local(usize),
}

/// What is known of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The pod template before the profile.
    Pod,
    /// The namespace. `namespace` is a reserved word of CEL.
    Ns,
    /// The object that makes the pod.
    Workload,
    /// The cluster's version.
    Kubernetes,
    /// The ServiceAccount of the pod.
    ServiceAccount,
}

/// The group of the parameters.
const PARAMS: &str = "params";
/// The container at hand, of the application.
pub(crate) const CONTAINER: &str = "container";
/// The probe or hook at hand, of that container.
pub(crate) const HANDLER: &str = "handler";
/// The group of the `let` values.
const LETS: &str = "lets";

/// Of a namespace, and of a ServiceAccount.
static NAMED: Shape = Shape::Obj(NAMED_FIELDS);
const NAMED_FIELDS: &[Field] = &[("name", Shape::Str), ("labels", Shape::StrMap), ("annotations", Shape::StrMap)];
static WORKLOAD: Shape = Shape::Obj(&[("kind", Shape::Str), ("name", Shape::Str), ("apiVersion", Shape::Str)]);
static KUBERNETES: Shape = Shape::Obj(&[("minor", Shape::Int)]);

/// A probe or hook that is rewritten: its name and kind, and what its handler says, with a port that is a number.
pub(crate) static HANDLER_SHAPE: Shape = Shape::Obj(&[
    ("name", Shape::Str),
    ("kind", Shape::Str),
    ("port", Shape::Int),
    ("path", Shape::Str),
    ("scheme", Shape::Str),
    ("host", Shape::Str),
    ("service", Shape::Str),
]);

impl Fact {
    const ALL: [Self; 5] = [Self::Pod, Self::Ns, Self::Workload, Self::Kubernetes, Self::ServiceAccount];

    const fn name(self) -> &'static str {
        match self {
            Self::Pod => "pod",
            Self::Ns => "ns",
            Self::Workload => "workload",
            Self::Kubernetes => "kubernetes",
            Self::ServiceAccount => "serviceAccount",
        }
    }

    pub(crate) fn shape(self) -> &'static Shape {
        match self {
            Self::Pod => &schema::POD_TEMPLATE,
            Self::Ns | Self::ServiceAccount => &NAMED,
            Self::Workload => &WORKLOAD,
            Self::Kubernetes => &KUBERNETES,
        }
    }
}

/// Whether a name is that of something that every profile's expressions may use.
pub(super) fn is_known(name: &str) -> bool {
    name == PARAMS || name == LETS || name == CONTAINER || Fact::ALL.iter().any(|fact| fact.name() == name)
}

impl Variable {
    /// What the variable at an index is, in a profile with so many parameters and `let` values.
    pub(crate) fn at(index: usize, parameters: usize, lets: usize) -> Self {
        let Some(index) = index.checked_sub(parameters) else { return Self::Parameter(index) };
        if let Some(fact) = Fact::ALL.get(index) {
            return Self::Fact(*fact);
        }
        let index = index - Fact::ALL.len();
        index.checked_sub(lets).map_or(Self::Let(index), Self::Local)
    }
}

/// The scope of a profile's expressions, as far as its `let` values go: each sees those before it. `names` are those of all
/// parameters; one with errors of its own may be anything.
pub(crate) fn scope(names: &[String], parameters: &[Parameter]) -> Scope {
    let mut scope = of_parameters(names, parameters);
    scope.group(LETS);
    for fact in Fact::ALL {
        scope.add(fact.name(), Type::of_shape(fact.shape()));
    }
    scope
}

/// The scope of expressions that see only parameters.
pub(crate) fn of_parameters(names: &[String], parameters: &[Parameter]) -> Scope {
    let mut scope = Scope::default();
    scope.group(PARAMS);
    for name in names {
        let parameter = parameters.iter().find(|parameter| parameter.name == *name);
        let index = scope.add(name.as_str(), parameter.map_or(Type::Dyn, Parameter::expression_type));
        scope.member(PARAMS, name.as_str(), index);
    }
    scope
}

/// Adds a `let` value to a scope.
pub(crate) fn add_let(scope: &mut Scope, added: &Let) {
    let index = scope.variable(added.value_type());
    scope.member(LETS, added.name.as_str(), index);
}
