//! Where the value of a parameter comes from, for one pod template. What a value may be is in `parameter::types`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::{Parameter, ParameterType, Presence, Profile};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::Type;
use crate::kube::workload::locate;
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{Kind, View};

mod bounds;
mod collection;
mod computed;
mod entries;
mod fault;
mod inherit;
mod known;
mod types;
mod values;

pub(crate) use bounds::Bounds;
pub(crate) use collection::{ListType, MapType};
pub(crate) use computed::ComputedDefault;
pub(crate) use fault::BadValue;
pub(crate) use inherit::{Inherit, Inherited, unknown};
pub(crate) use known::Known;
pub(crate) use values::{ParameterValues, UsualValues, settings, spelled};

/// Where a parameter's value comes from. Places count from the pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The pod template's annotation.
    Annotation(Pointer),
    /// The pod template's annotations whose keys begin so.
    Annotations(String),
    /// The namespace's annotation with this key.
    Namespace(String),
    /// `--set`.
    Set,
    /// A place that the parameter names.
    Place(Pointer),
    /// The profile.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Annotation(at) => write!(f, "annotation `{}`", at.tokens().last().map_or("", ReferenceToken::as_str)),
            Self::Annotations(prefix) => write!(f, "annotations `{prefix}…`"),
            Self::Namespace(key) => write!(f, "annotation `{key}` of the namespace"),
            Self::Set => f.write_str("`--set`"),
            Self::Place(at) => write!(f, "`{at}`"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// What `--set` gives: by profile, then by parameter.
pub(crate) type SetValues = BTreeMap<String, BTreeMap<String, String>>;

/// The value of each of a profile's parameters for one pod template.
///
/// The first of these that is there: the template's annotation, the namespace's where the parameter inherits it,
/// `--set`, the places that the parameter names, its default. The values come in the order of the profile's parameters. `application` is the index of the application's first
/// container: a place that names the first container means that one.
///
/// # Errors
///
/// One diagnostic for each bad or missing value, whose place counts from the template's root.
pub(crate) fn resolve<'p, 'a, V: View<'a>>(
    profile: &'p Profile,
    template: V,
    set: &SetValues,
    application: Option<usize>,
    inherited: Inherited<'_>,
) -> Result<ParameterValues<'p>, Vec<Diagnostic>> {
    let first = || first(profile, profile.parameters.len(), template, set, (application, inherited));
    let annotations = template.path(&["metadata", "annotations"]);
    if !profile.parameters.iter().all(|parameter| parameter.from.is_empty())
        || inherit::may_be_written(profile, annotations, inherited)
    {
        return first();
    }
    let set = set.get(&profile.name);
    let usual = profile.usual.get(|known| known.as_ref() == set, || set.cloned(), || first().map(|all| all.owned()));
    Ok(match usual? {
        Cow::Borrowed(all) => ParameterValues::usual(all),
        Cow::Owned(all) => ParameterValues::usual_owned(all),
    })
}

/// The values of the first parameters, which are as many as `count`.
fn first<'p, 'a, V: View<'a>>(
    profile: &'p Profile,
    count: usize,
    template: V,
    set: &SetValues,
    around: (Option<usize>, Inherited<'_>),
) -> Result<ParameterValues<'p>, Vec<Diagnostic>> {
    let annotations = template.path(&["metadata", "annotations"]);
    let set = set.get(&profile.name);
    let mut values = ParameterValues::with_capacity(count);
    let mut wrong = Vec::new();
    let may_be_written = inherit::may_be_written(profile, annotations, around.1);
    // Few of many are set, so these are looked up the other way round.
    let index_of = |name: &String| profile.parameters.iter().position(|parameter| parameter.name == *name);
    let set_ones: Vec<_> = set.into_iter().flatten().filter_map(|(name, _)| index_of(name)).collect();
    for (index, parameter) in profile.parameters.iter().enumerate().take(count) {
        let is_given = may_be_written || !parameter.from.is_empty() || set_ones.contains(&index);
        let found = if is_given { find(parameter, template, annotations, set, around) } else { Ok(None) };
        let found = match found {
            Ok(Some(found)) => Ok(found),
            // What it is made of may be wrong, which is then the one error.
            Ok(None) if !wrong.is_empty() && parameter.computed.is_some() => {
                Ok((Cow::Owned(Value::Null), Origin::Default))
            }
            Ok(None) => parameter.default_value(&values).map(|value| (value, Origin::Default)),
            Err(diagnostic) => Err(diagnostic),
        };
        let (value, origin) = found.unwrap_or_else(|diagnostic| {
            wrong.push(diagnostic);
            (Cow::Owned(Value::Null), Origin::Default)
        });
        values.push(value, &origin);
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

/// The value of one of the profile's parameters for one pod template, and where it comes from; see [`resolve`].
///
/// # Errors
///
/// What is wrong with the value, or that there is none; the place counts from the template's root.
pub(crate) fn value_of<'p, 'a, V: View<'a>>(
    profile: &'p Profile,
    parameter: &'p Parameter,
    template: V,
    set: &SetValues,
    application: Option<usize>,
    inherited: Inherited<'_>,
) -> Result<(Cow<'p, Value>, Origin), Diagnostic> {
    let around = (application, inherited);
    let annotations = template.path(&["metadata", "annotations"]);
    if let Some(found) = find(parameter, template, annotations, set.get(&profile.name), around)? {
        return Ok(found);
    }
    let before = profile.parameters.iter().position(|other| other.name == parameter.name);
    let earlier = match before.filter(|_| parameter.computed.is_some()) {
        Some(count) => first(profile, count, template, set, around)
            .map_err(|wrong| wrong.into_iter().next().unwrap_or_else(|| parameter.without_value()))?,
        None => ParameterValues::default(),
    };
    Ok((parameter.default_value(&earlier)?, Origin::Default))
}

/// The value that is given for a pod; `None` where only the profile can give one.
fn find<'p, 'a, V: View<'a>>(
    parameter: &'p Parameter,
    template: V,
    annotations: Option<V>,
    set: Option<&BTreeMap<String, String>>,
    (application, inherited): (Option<usize>, Inherited<'_>),
) -> Result<Option<(Cow<'p, Value>, Origin)>, Diagnostic> {
    let name = &parameter.name;
    if let Some((key, found)) = parameter.written_in(annotations) {
        let at = Pointer::of(["metadata", "annotations", key]);
        let Some(text) = found.string() else {
            return Err(not_text(at, key, found.kind()));
        };
        return match parameter.parse(&text) {
            Ok(value) => Ok(Some((Cow::Owned(value), Origin::Annotation(at)))),
            Err(bad) => Err(bad_value(at, &format!("annotation `{key}`"), &bad)),
        };
    }
    if let Some(read) = entries::read(parameter, annotations) {
        return read.map(|(value, origin)| Some((Cow::Owned(value), origin)));
    }
    if let Some(found) = from_namespace(parameter, template, inherited) {
        return found.map(Some);
    }
    if let Some(text) = set.and_then(|set| set.get(name)) {
        // It is the same for all pods, and some patterns take long.
        return match parameter.set.get(|known| known == text, || text.clone(), || parameter.parse(text)) {
            Ok(value) => Ok(Some((value, Origin::Set))),
            Err(bad) => Err(bad_value(Pointer::root(), &format!("`--set {name}`"), &bad)),
        };
    }
    for place in &parameter.from {
        let Some(place) = in_application(template, place, &parameter.ty, application) else { continue };
        if let Some(found) = locate(template, &place).filter(|found| found.kind() != Kind::Null) {
            let checked = match found.kind() {
                // Not read whole: a place can hold the entire pod.
                kind @ (Kind::Sequence | Kind::Mapping) if parameter.ty.structure() != Some(kind) => {
                    let expected = parameter.ty.expected().to_owned();
                    Err(BadValue::WrongKind { value: place.to_string(), kind, expected })
                }
                _ => parameter.check(found),
            };
            return match checked {
                Ok(value) => Ok(Some((Cow::Owned(value), Origin::Place(place.into_owned())))),
                Err(bad) => Err(bad_value(place.into_owned(), &format!("parameter `{name}`"), &bad)),
            };
        }
    }
    Ok(None)
}

/// What the namespace says, or that this is not known. `None` where the parameter inherits nothing.
fn from_namespace<'p, 'a, V: View<'a>>(
    parameter: &Parameter,
    template: V,
    inherited: Inherited<'_>,
) -> Option<Result<(Cow<'p, Value>, Origin), Diagnostic>> {
    let namespace = inherited.namespace;
    if let Some(key) = inherit::unknown_key(parameter, template, inherited) {
        let name = &parameter.name;
        let message = format!("parameter `{name}`: the annotation `{key}` of namespace `{namespace}` is not known");
        let hint = "put the Namespace into the input, or use `--namespace-annotations`";
        return Some(Err(Diagnostic::new(Code::BadValue, Pointer::root(), message).hint(hint)));
    }
    let (key, text) = inherited.of(parameter)?;
    Some(match parameter.parse(text) {
        Ok(value) => Ok((Cow::Owned(value), Origin::Namespace(key.to_owned()))),
        Err(bad) => Err(bad_value(Pointer::root(), &format!("annotation `{key}` of namespace `{namespace}`"), &bad)),
    })
}

impl Parameter {
    /// The value where nothing gives one for a pod; `earlier` are those of the parameters before it.
    fn default_value<'p>(&'p self, earlier: &[Cow<'_, Value>]) -> Result<Cow<'p, Value>, Diagnostic> {
        let computed = self.computed.as_ref().map(|computed| computed.value(self, earlier)).transpose()?;
        let default = computed.or_else(|| self.default.as_ref().map(Cow::Borrowed));
        let default = default.or_else(|| self.is_optional().then(|| Cow::Owned(self.nothing())));
        default.ok_or_else(|| self.without_value())
    }

    /// The value of an optional parameter that has none: a list or map without items, so that it can be repeated; else null.
    fn nothing(&self) -> Value {
        match self.ty.structure() {
            Some(Kind::Sequence) => Value::Array(Vec::new()),
            Some(_) => Value::Object(serde_json::Map::new()),
            None => Value::Null,
        }
    }

    /// Whether the profile gives a value where nothing else does.
    pub(crate) const fn has_default(&self) -> bool {
        self.default.is_some() || self.computed.is_some()
    }

    fn without_value(&self) -> Diagnostic {
        let name = &self.name;
        let hint = match self.annotation_words() {
            Some(words) => format!("set it with {words} or `--set {name}=…`"),
            None => format!("set it with `--set {name}=…`"),
        };
        Diagnostic::new(Code::BadValue, Pointer::root(), format!("parameter `{name}` has no value")).hint(hint)
    }

    /// Whether it may have no value.
    pub(crate) fn is_optional(&self) -> bool {
        self.presence == Presence::Optional
    }

    /// What sets it on a pod, for messages.
    pub(crate) fn annotation_words(&self) -> Option<String> {
        let prefix = self.annotation_prefix.as_ref();
        self.annotation()
            .map(|key| format!("the annotation `{key}`"))
            .or_else(|| prefix.map(|prefix| format!("annotations `{prefix}…`")))
    }

    /// The annotation that messages name.
    pub(crate) fn annotation(&self) -> Option<&str> {
        self.annotations.first().map(String::as_str)
    }

    /// The first of its annotations that is there, and its key.
    fn written_in<'a, V: View<'a>>(&self, annotations: Option<V>) -> Option<(&str, V)> {
        self.annotations.iter().find_map(|key| Some((key.as_str(), annotations?.member(key)?)))
    }

    /// The type of its value in an expression. An optional one of a single value may be null.
    pub(crate) fn expression_type(&self) -> Type {
        match self.nothing() {
            Value::Null if self.is_optional() => Type::Dyn,
            _ => self.ty.expression_type(),
        }
    }

    /// Reads a value that is written as text. An empty one of an optional parameter is no value.
    ///
    /// # Errors
    ///
    /// The type does not allow it.
    pub(crate) fn parse(&self, text: &str) -> Result<Value, BadValue> {
        if self.is_optional() && text.is_empty() {
            return Ok(self.nothing());
        }
        self.bounds.check_text(text, &self.ty)?;
        self.within_bounds(self.ty.parse(text)?)
    }

    /// Reads a value that is found in the pod.
    ///
    /// # Errors
    ///
    /// The type does not allow it.
    fn check<'a, V: View<'a>>(&self, found: V) -> Result<Value, BadValue> {
        found.string().map_or(Ok(()), |text| self.bounds.check_text(&text, &self.ty))?;
        self.within_bounds(self.ty.check(found)?)
    }

    fn within_bounds(&self, value: Value) -> Result<Value, BadValue> {
        let is_empty = match &value {
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            _ => false,
        };
        if is_empty && self.presence == Presence::Required {
            return Err(BadValue::Empty);
        }
        self.bounds.check(&value, &self.ty)?;
        Ok(value)
    }

    /// Reads a default. The usual bound of a value's length is for values that others give.
    ///
    /// # Errors
    ///
    /// The type does not allow it.
    pub(super) fn check_default<'a, V: View<'a>>(&self, written: V) -> Result<Value, BadValue> {
        let value = self.ty.check(written)?;
        self.bounds.of_default().check(&value, &self.ty)?;
        Ok(value)
    }
}

/// The place that is meant: a container may be given by its name, the first container is the application's first, and the first port of a port parameter is the
/// first TCP port. `None` where there is none.
fn in_application<'p, 'a, V: View<'a>>(
    template: V,
    place: &'p Pointer,
    ty: &ParameterType,
    application: Option<usize>,
) -> Option<Cow<'p, Pointer>> {
    let [spec, list, first, rest @ ..] = place.tokens() else { return Some(Cow::Borrowed(place)) };
    if spec == "spec" && matches!(list.as_str(), "containers" | "initContainers") && !is_index(first) {
        let containers = template.path(&["spec", list])?.elements();
        let named = |container: &V| container.text(&["name"]).is_some_and(|name| name == first.as_str());
        let index = containers.iter().position(named)?.to_string();
        let tokens = [spec.clone(), list.clone(), index.into()];
        return Some(Cow::Owned(Pointer::of(tokens.into_iter().chain(rest.iter().cloned()))));
    }
    if (spec.as_str(), list.as_str(), first.as_str()) != ("spec", "containers", "0") {
        return Some(Cow::Borrowed(place));
    }
    let container = application?;
    let mut rest: Vec<ReferenceToken> = rest.to_vec();
    if let (ParameterType::Port, [ports, port, ..]) = (ty, rest.as_mut_slice())
        && (ports.as_str(), port.as_str()) == ("ports", "0")
    {
        let declared = template.path(&["spec", "containers"])?.element(container)?.member("ports")?.elements();
        let is_tcp = |port: &V| port.text(&["protocol"]).is_none_or(|protocol| protocol == "TCP");
        *port = declared.iter().position(is_tcp)?.to_string().into();
    }
    let tokens = [spec.clone(), list.clone(), container.to_string().into()];
    Some(Cow::Owned(Pointer::of(tokens.into_iter().chain(rest))))
}

/// Whether a container is meant by its index. A name of digits alone is a DNS label too, but the index was there first.
fn is_index(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_digit())
}

fn not_text(at: Pointer, key: &str, kind: Kind) -> Diagnostic {
    let message = format!("annotation `{key}` is {}, not a string", kind.name());
    Diagnostic::new(Code::BadValue, at, message).hint("quote the value")
}

fn bad_value(at: Pointer, what: &str, bad: &BadValue) -> Diagnostic {
    Diagnostic { hint: bad.hint(), ..Diagnostic::new(Code::BadValue, at, format!("{what}: {bad}")) }
}

#[cfg(test)]
mod tests;
