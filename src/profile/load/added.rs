//! What a profile adds, and the parameters that stand in it.
//!
//! Containers and volumes are kept as templates; whether Kubernetes knows their fields is for `shape`.

use std::collections::BTreeMap;

use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

use super::super::grammar::is_parameter_name;
use super::super::reader::{Errors, Node, ProfileErrorKind};
use super::super::template::{Segment, segments};
use super::super::{Application, Parameter, ParameterType, Placement, Profile, ReservedUser, Targets, Template};
use super::{DNS_LABEL, KEY, LABEL_VALUE, nodes, shape};
use crate::diagnostic::words::nearest;
use crate::kube::names::{is_dns_label, is_label_value, is_qualified_name};
use crate::kube::schema::{self, Shape};

/// As deep as any document may be nested.
const DEEPEST: usize = 100;

/// Fills in what the profile adds.
pub(super) fn read<'a, V: View<'a>>(spec: &Node<V>, profile: &mut Profile, errors: &mut Errors) {
    for node in nodes(spec.get("parameters"), errors) {
        if let Some(parameter) = parameter(node.clone(), errors) {
            if profile.parameters.iter().any(|other| other.name == parameter.name) {
                let at = node.at.join("name");
                errors.add(&at, ProfileErrorKind::Duplicate { what: "parameter", name: parameter.name });
            } else {
                profile.parameters.push(parameter);
            }
        }
    }
    // Also of parameters that have other errors, which would else be told again wherever they are used.
    let names: Vec<String> = spec
        .get("parameters")
        .map(|list| list.view.elements())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|parameter| parameter.text(&["name"]).map(std::borrow::Cow::into_owned))
        .collect();
    let parameters = std::mem::take(&mut profile.parameters);
    let mut added = Added { names: &names, parameters: &parameters, errors };
    profile.init_containers = added.containers(spec.get("initContainers"));
    profile.containers = added.containers(spec.get("containers"));
    added.unique("container", &[spec.get("initContainers"), spec.get("containers")]);
    profile.volumes = added.objects(spec.get("volumes"), &schema::VOLUME);
    added.unique("volume", &[spec.get("volumes")]);
    profile.image_pull_secrets = added.objects(spec.get("imagePullSecrets"), &schema::PULL_SECRET);
    profile.annotations = added.metadata(spec.get("annotations"), is_annotation_key, |_| true, "");
    profile.labels = added.metadata(spec.get("labels"), is_qualified_name, is_label_value, LABEL_VALUE);
    profile.reserved_user = spec.get("reservedUser").and_then(|node| added.reserved_user(node));
    profile.application = spec.get("application").and_then(|node| added.application(node));
    profile.parameters = parameters;
    profile.placement = spec.get("placement").and_then(|node| placement(node, errors)).unwrap_or_default();
}

struct Added<'r> {
    /// The names of all parameters, those with errors too.
    names: &'r [String],
    parameters: &'r [Parameter],
    errors: &'r mut Errors,
}

impl Added<'_> {
    fn containers<'a, V: View<'a>>(&mut self, list: Option<Node<V>>) -> Vec<Template> {
        for node in list.iter().flat_map(|list| list.clone().list(&mut Errors::default())) {
            // Decisions need the names before any parameter has a value, so these are no templates.
            if let Some(name) = node.require("name", self.errors) {
                let _ = name.formed(DNS_LABEL, is_dns_label, self.errors);
            }
        }
        self.objects(list, &schema::CONTAINER)
    }

    fn objects<'a, V: View<'a>>(&mut self, list: Option<Node<V>>, shape: &Shape) -> Vec<Template> {
        let mut templates = Vec::new();
        for node in nodes(list, self.errors) {
            if node.view.kind() == Kind::Mapping {
                let template = self.template(&node);
                shape::check(&template.0, shape, &node.at, self.parameters, self.errors);
                templates.push(template);
            } else {
                let expected = Kind::Mapping.name();
                self.errors.add(&node.at, ProfileErrorKind::WrongType { expected, found: node.view.kind() });
            }
        }
        templates
    }

    fn unique<'a, V: View<'a>>(&mut self, what: &'static str, lists: &[Option<Node<V>>]) {
        let mut seen: Vec<String> = Vec::new();
        for node in lists.iter().flatten().flat_map(|list| list.clone().list(&mut Errors::default())) {
            let Some(name) = node.view.text(&["name"]).map(std::borrow::Cow::into_owned) else { continue };
            if seen.contains(&name) {
                self.errors.add(&node.at.join("name"), ProfileErrorKind::Duplicate { what, name });
            } else {
                seen.push(name);
            }
        }
    }

    fn metadata<'a, V: View<'a>>(
        &mut self,
        node: Option<Node<V>>,
        is_key: fn(&str) -> bool,
        has: fn(&str) -> bool,
        form: &'static str,
    ) -> BTreeMap<String, Template> {
        let mut templates = BTreeMap::new();
        for (key, value) in node.map(|node| node.entries(self.errors)).unwrap_or_default() {
            check_key(&key, is_key, &value.at, self.errors);
            let Some(text) = value.string(self.errors) else { continue };
            // A text with parameters has no value yet that could be judged.
            if !text.contains("{{") && !has(&text) {
                self.errors.add(&value.at, ProfileErrorKind::BadForm { value: text, form });
            }
            templates.insert(key, self.template(&value));
        }
        templates
    }

    fn reserved_user<'a, V: View<'a>>(&mut self, node: Node<V>) -> Option<ReservedUser> {
        let node = node.object(&["id", "when"], self.errors)?;
        let id = node.require("id", self.errors);
        let when = node.require("when", self.errors)?;
        let id = id?;
        for (part, kind, expected) in
            [(&id, Kind::Number, "a user id or a parameter"), (&when, Kind::Boolean, "a boolean or a parameter")]
        {
            let found = part.view.kind();
            if found != kind && found != Kind::String {
                self.errors.add(&part.at, ProfileErrorKind::WrongType { expected, found });
            }
        }
        for (part, shape) in [(&id, &Shape::Int), (&when, &Shape::Bool)] {
            shape::check(&part.view.value(), shape, &part.at, self.parameters, self.errors);
        }
        Some(ReservedUser { id: self.template(&id), when: self.template(&when) })
    }

    fn application<'a, V: View<'a>>(&mut self, node: Node<V>) -> Option<Application> {
        let node = node.object(&["env", "targets", "volumeMounts"], self.errors)?;
        Some(Application {
            targets: node.get("targets").and_then(|targets| targets_of(targets, self.errors)).unwrap_or_default(),
            env: self.objects(node.get("env"), &schema::ENV_VAR),
            volume_mounts: self.objects(node.get("volumeMounts"), &schema::VOLUME_MOUNT),
        })
    }

    fn template<'a, V: View<'a>>(&mut self, node: &Node<V>) -> Template {
        self.check_scalars(node);
        Template(node.view.value())
    }

    /// Every scalar's `{{ … }}`. Goes by an explicit stack, so that depth costs no call stack.
    fn check_scalars<'a, V: View<'a>>(&mut self, root: &Node<V>) {
        let mut open = vec![root.clone()];
        while let Some(node) = open.pop() {
            if node.at.tokens().len() > DEEPEST {
                self.errors.add(&node.at, ProfileErrorKind::TooDeep(DEEPEST));
                return;
            }
            if let Some(text) = node.view.string() {
                self.check_text(&text, &node.at);
            }
            let mut inner: Vec<Node<V>> = match node.view.kind() {
                Kind::Mapping => node.entries(self.errors).into_iter().map(|(_, member)| member).collect(),
                Kind::Sequence => node.list(self.errors),
                _ => continue,
            };
            inner.reverse();
            open.append(&mut inner);
        }
    }

    fn check_text(&mut self, text: &str, at: &Pointer) {
        for piece in segments(text) {
            match piece {
                Ok(Segment::Parameter(name)) if !self.names.iter().any(|known| known == name) => {
                    let nearest = nearest(name, self.names.iter().map(String::as_str)).map(str::to_owned);
                    self.errors.add(at, ProfileErrorKind::UnknownParameter { name: name.to_owned(), nearest });
                }
                Ok(_) => {}
                Err(error) => self.errors.add(at, error),
            }
        }
    }
}

/// Capitals in an annotation's prefix are no matter (`ValidateAnnotations` in apimachinery).
fn is_annotation_key(key: &str) -> bool {
    is_qualified_name(&key.to_lowercase())
}

fn check_key(key: &str, is_key: fn(&str) -> bool, at: &Pointer, errors: &mut Errors) {
    if key == super::super::RECORD {
        errors.add(at, ProfileErrorKind::Reserved(key.to_owned()));
    } else if !is_key(key) {
        errors.add(at, ProfileErrorKind::BadForm { value: key.to_owned(), form: KEY });
    }
}

fn parameter<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<Parameter> {
    const FIELDS: &[&str] = &["annotation", "default", "description", "from", "name", "type", "values"];
    let node = node.object(FIELDS, errors)?;
    let form = "a parameter name: a letter, then letters, digits and `_`";
    let name = node.require("name", errors).and_then(|name| name.formed(form, is_parameter_name, errors));
    let ty = parameter_type(&node, errors);
    let description = node.get("description").and_then(|text| text.string(errors)).unwrap_or_default();
    let annotation = node.get("annotation").and_then(|key| {
        let text = key.string(errors)?;
        check_key(&text, is_annotation_key, &key.at, errors);
        Some(text)
    });
    let mut from = Vec::new();
    for place in nodes(node.get("from"), errors) {
        match place.string(errors).map(|text| Pointer::parse(&text)) {
            Some(Ok(pointer)) => from.push(pointer),
            Some(Err(error)) => errors.add(&place.at, error),
            None => {}
        }
    }
    let (name, ty) = (name?, ty?);
    let default = node.get("default").and_then(|default| match ty.check(&default.view.value()) {
        Ok(value) => Some(value),
        Err(bad) => {
            errors.add(&default.at, ProfileErrorKind::Default { name: name.clone(), bad });
            None
        }
    });
    Some(Parameter { name, ty, description, default, from, annotation })
}

fn parameter_type<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Option<ParameterType> {
    let types = [
        ParameterType::String,
        ParameterType::Integer,
        ParameterType::Port,
        ParameterType::Ports,
        ParameterType::Boolean,
        ParameterType::Quantity,
        ParameterType::Image,
        ParameterType::Duration,
        ParameterType::Enum(Vec::new()),
    ];
    let words: Vec<(&'static str, &ParameterType)> = types.iter().map(|ty| (ty.id(), ty)).collect();
    let ty = node.require("type", errors)?.choice(&words, errors)?;
    let values = node.get("values");
    if !matches!(ty, ParameterType::Enum(_)) {
        if let Some(values) = values {
            errors.add(&values.at, ProfileErrorKind::ValuesWithoutEnum(ty.id()));
        }
        return Some(ty.clone());
    }
    let Some(values) = values else {
        errors.add(&node.at, ProfileErrorKind::Missing("values"));
        return None;
    };
    if values.view.kind() == Kind::Sequence && values.view.elements().is_empty() {
        errors.add(&values.at, ProfileErrorKind::Empty("an enum needs at least one value"));
    }
    Some(ParameterType::Enum(values.strings("value", errors)))
}

fn targets_of<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<Targets> {
    if node.view.kind() == Kind::Sequence {
        if node.view.elements().is_empty() {
            errors.add(&node.at, ProfileErrorKind::Empty("`targets` names no container"));
        }
        return Some(Targets::Named(node.strings("container", errors)));
    }
    let words =
        [("Containers", &Targets::Containers), ("InitContainers", &Targets::InitContainers), ("All", &Targets::All)];
    node.choice(&words, errors).cloned()
}

fn placement<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<Placement> {
    if node.view.kind() != Kind::Mapping {
        return node.choice(&[("First", &Placement::First), ("Last", &Placement::Last)], errors).cloned();
    }
    let node = node.object(&["After", "Before"], errors)?;
    let mut name = |field| node.get(field).map(|name| name.formed(DNS_LABEL, is_dns_label, errors));
    match (name("Before"), name("After")) {
        (Some(before), None) => before.map(Placement::Before),
        (None, Some(after)) => after.map(Placement::After),
        _ => {
            errors.add(&node.at, ProfileErrorKind::Empty("a placement names one container: `Before` or `After`"));
            None
        }
    }
}
