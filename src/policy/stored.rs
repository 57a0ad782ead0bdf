//! Templates of elements as the API server stores what they give: with its defaults, and without what says nothing. A policy sees
//! pods as they are stored, so only such values can be compared with theirs.

use serde_json::{Map, Value, json};

use super::scope::Scope;
use super::values::members_of;
use crate::kube::defaults::{is_left_out, seen};
use crate::profile::pod::PodList;
use crate::profile::slot::{Home, Slot};
use crate::profile::template::{self, Content, Part, ScalarSource, Template, TemplateScalar, WantedType};
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::View;

/// What stands for what is computed while the rest is looked at: no field takes it for its default, and none for nothing.
const SCALAR: &str = "\u{1}";

/// Members that are filled in by what a sibling says, and that sibling. They are not filled in where it depends on the pod.
const BY_SIBLING: [(&str, &str); 2] = [("pullPolicy", "reference"), ("imagePullPolicy", "image")];

/// An element of a slot's list, with so many local variables around it.
pub(super) fn element(scope: &Scope<'_>, slot: Slot, template: &Template, around: usize) -> Template {
    let list = match slot.home() {
        Home::Application => Pointer::of(["spec", "containers", "0"]).join(slot.field()),
        Home::Spec | Home::Metadata => slot.place().clone(),
    };
    stored(&list.join("0"), &folded(scope, template, around))
}

/// A list or a map of the pod's spec.
pub(super) fn list(scope: &Scope<'_>, list: PodList, template: &Template) -> Template {
    stored(&list.place(), &folded(scope, template, 0))
}

/// The template with literals for scalars that are the same for every pod.
fn folded(scope: &Scope<'_>, template: &Template, around: usize) -> Template {
    let fold = |template: &Template| folded(scope, template, around);
    let members = |members: &[(String, Template)], around: usize| -> Vec<(String, Template)> {
        members.iter().map(|(name, member)| (name.clone(), folded(scope, member, around))).collect()
    };
    match template {
        Template::Literal(_) => template.clone(),
        Template::Scalar(_) => match scope.values(template, around).as_deref() {
            Some([value]) => Template::Literal(value.clone()),
            _ => template.clone(),
        },
        Template::List(elements) => template::list(elements.iter().map(fold).collect()),
        Template::Object(all) => template::object(members(all, around)),
        Template::Sparse(inner) => Template::Sparse(Box::new(fold(inner))),
        Template::Part(part) => {
            let around = around + usize::from(part.repeat.is_some());
            let fold = |template: &Template| folded(scope, template, around);
            let content = match &part.content {
                Content::One(inner) => Content::One(fold(inner)),
                Content::Several(several) => Content::Several(several.iter().map(fold).collect()),
                Content::Spliced(scalar) => Content::Spliced(scalar.clone()),
                Content::OneOf { common, alternatives } => Content::OneOf {
                    common: members(common, around),
                    alternatives: alternatives.iter().map(|(when, one)| (when.clone(), fold(one))).collect(),
                },
            };
            Template::Part(Box::new(Part { content, ..(**part).clone() }))
        }
    }
}

/// A template of an element at a place of the pod template. Each of its alternatives has the members that all have in common.
fn stored(place: &Pointer, template: &Template) -> Template {
    match template {
        Template::Part(part) => {
            let content = match &part.content {
                Content::One(inner) => Content::One(stored(place, inner)),
                Content::Several(several) => Content::Several(several.iter().map(|one| stored(place, one)).collect()),
                Content::Spliced(scalar) => Content::Spliced(scalar.clone()),
                Content::OneOf { common, alternatives } => {
                    let whole = |template: &Template| match common.is_empty() {
                        true => stored(place, template),
                        false => {
                            let members = common.iter().cloned().chain(members_of(template)).collect();
                            stored(place, &template::object(members))
                        }
                    };
                    let alternatives = alternatives.iter().map(|(when, one)| (when.clone(), whole(one))).collect();
                    Content::OneOf { common: Vec::new(), alternatives }
                }
            };
            Template::Part(Box::new(Part { content, ..(**part).clone() }))
        }
        template => {
            seen_at(place, outline(template)).map_or_else(|| template.clone(), |found| rebuilt(template, &found, place))
        }
    }
}

/// What the API server stores of a value at a place.
fn seen_at(place: &Pointer, value: Value) -> Option<Value> {
    let pod = around(place.tokens(), value);
    let found = place.tokens().iter().try_fold(seen(&pod, ""), |at, token| match token.as_str() {
        "0" => at.element(0),
        name => at.member(name),
    });
    found.map(View::value)
}

/// A document that has this value at the place, whose indexes are all the first.
fn around(place: &[ReferenceToken], value: Value) -> Value {
    place.iter().rev().fold(value, |value, token| match token.as_str() {
        "0" => json!([value]),
        name => json!({name: value}),
    })
}

/// A value with the members of the template, whatever they give.
fn outline(template: &Template) -> Value {
    match template {
        Template::Literal(value) => value.clone(),
        Template::Scalar(scalar) => Value::from(outline_of(&scalar.source)),
        Template::List(elements) => elements.iter().map(outline).collect(),
        Template::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), outline(member))).collect())
        }
        Template::Sparse(inner) => outline(inner),
        Template::Part(part) => match &part.content {
            Content::One(inner) => outline(inner),
            Content::Several(_) | Content::Spliced(_) | Content::OneOf { .. } => Value::Null,
        },
    }
}

fn outline_of(source: &ScalarSource) -> String {
    match source {
        ScalarSource::Text(text) => text.clone(),
        ScalarSource::Concatenation(parts) => parts.iter().map(outline_of).collect(),
        ScalarSource::Parameter(_) | ScalarSource::Computed(_) => SCALAR.to_owned(),
    }
}

/// The template at a place with what is stored of its literals, and with what is filled in beside them.
fn rebuilt(template: &Template, seen: &Value, place: &Pointer) -> Template {
    match (template, seen) {
        (Template::Literal(value), seen) => Template::Literal(ordered(seen, value)),
        (Template::Object(members), Value::Object(seen)) => template::object(object(members, seen, place)),
        (Template::List(elements), Value::Array(seen)) if elements.len() == seen.len() => {
            let place = place.join("0");
            let pairs = elements.iter().zip(seen);
            template::list(pairs.map(|(element, seen)| rebuilt(element, seen, &place)).collect())
        }
        (Template::Sparse(inner), seen) => Template::Sparse(Box::new(rebuilt(inner, seen, place))),
        (Template::Part(_), _) => stored(place, template),
        (Template::Scalar(_) | Template::Object(_) | Template::List(_), _) => template.clone(),
    }
}

/// What is stored of a literal, with the members in its own order: the record has the keys of a map as they are written.
fn ordered(seen: &Value, written: &Value) -> Value {
    match (seen, written) {
        (Value::Object(seen), Value::Object(written)) => {
            let own = written.iter().filter_map(|(name, value)| Some((name.clone(), ordered(seen.get(name)?, value))));
            let filled = seen.iter().filter(|(name, _)| !written.contains_key(*name));
            own.chain(filled.map(|(name, value)| (name.clone(), value.clone()))).collect()
        }
        (Value::Array(seen), Value::Array(written)) if seen.len() == written.len() => {
            seen.iter().zip(written).map(|(seen, written)| ordered(seen, written)).collect()
        }
        (seen, _) => seen.clone(),
    }
}

fn object(members: &[(String, Template)], seen: &Map<String, Value>, around: &Pointer) -> Vec<(String, Template)> {
    let own = members.iter().filter_map(|(name, member)| {
        let place = around.join(name.as_str());
        let stored = match (seen.get(name), member) {
            (None, Template::Literal(value)) if is_left_out(place.tokens(), value) => return None,
            (None, Template::Part(_)) => stored(&place, member),
            (None, member) => member.clone(),
            (Some(_), Template::Scalar(scalar)) if may_be_empty(scalar, &place) => {
                Template::Sparse(Box::new(member.clone()))
            }
            (Some(seen), member) => rebuilt(member, seen, &place),
        };
        let others = members.iter().filter(|(other, _)| other != name);
        let others = others.map(|(name, member)| (name.clone(), outline(member))).collect();
        Some((name.clone(), or_default(stored, (around, others), name)))
    });
    let has = |name: &str| members.iter().any(|(own, _)| own == name);
    let is_known = |name: &str| match BY_SIBLING.iter().find(|(filled, _)| *filled == name) {
        Some((_, sibling)) => !members.iter().any(|(own, one)| own == sibling && !has_fixed_tag(one)),
        None => true,
    };
    let filled = seen.iter().filter(|(name, _)| !has(name) && is_known(name));
    own.chain(filled.map(|(name, value)| (name.clone(), Template::Literal(value.clone())))).collect()
}

/// A member with what is filled in where its conditions leave it out. `others` is what else its object has.
fn or_default(member: Template, (around, others): (&Pointer, Map<String, Value>), name: &str) -> Template {
    let Template::Part(part) = &member else { return member };
    let default = || seen_at(around, Value::Object(others))?.get(name).cloned();
    let conditional = match (&part.repeat, &part.when, &part.content) {
        (None, Some(when), Content::One(inner)) => (Vec::new(), vec![(Some(when.clone()), inner.clone())]),
        (None, None, Content::OneOf { common, alternatives })
            if alternatives.iter().all(|(when, _)| when.is_some()) =>
        {
            (common.clone(), alternatives.clone())
        }
        _ => return member,
    };
    let Some(default) = default() else { return member };
    let (common, mut alternatives) = conditional;
    alternatives.push((None, Template::Literal(default)));
    let content = Content::OneOf { common, alternatives };
    Template::Part(Box::new(Part { repeat: None, when: None, content }))
}

/// Whether an image has the same tag for every pod: a text that is the same for all, or ends with a tag.
fn has_fixed_tag(image: &Template) -> bool {
    match image {
        Template::Literal(_) => true,
        Template::Scalar(TemplateScalar { source: ScalarSource::Concatenation(parts), .. }) => match parts.last() {
            Some(ScalarSource::Text(end)) => {
                end.rsplit('/').next().and_then(|name| name.split('@').next()).is_some_and(|name| name.contains(':'))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether the scalar may give a value that the API server leaves out at this place.
fn may_be_empty(scalar: &TemplateScalar, place: &Pointer) -> bool {
    let has_text = |part: &ScalarSource| matches!(part, ScalarSource::Text(text) if !text.is_empty());
    let is_filled = match &scalar.source {
        ScalarSource::Text(text) => !text.is_empty(),
        ScalarSource::Concatenation(parts) => parts.iter().any(has_text),
        ScalarSource::Parameter(_) | ScalarSource::Computed(_) => false,
    };
    let nothing = match scalar.wanted {
        WantedType::String => Value::from(""),
        WantedType::Integer => Value::from(0),
        WantedType::Boolean => Value::from(false),
        WantedType::Typed | WantedType::Node => return false,
    };
    !is_filled && is_left_out(place.tokens(), &nothing)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(field: &str, members: &[(&str, Template)]) -> Template {
        let place = Pointer::of(["spec", field, "0"]);
        stored(&place, &template::object(members.iter().map(|(name, one)| ((*name).to_owned(), one.clone())).collect()))
    }

    fn scalar(wanted: WantedType) -> Template {
        Template::Scalar(TemplateScalar { source: ScalarSource::Parameter(0), at: Pointer::root(), wanted })
    }

    #[test]
    fn a_literal_has_the_defaults_of_its_place_and_nothing_that_is_left_out() {
        let volume = json!({"name": "v", "emptyDir": {"medium": "", "sizeLimit": "1024Mi"}, "hostPath": null});
        let wanted = json!({"name": "v", "emptyDir": {"sizeLimit": "1Gi"}});
        let Value::Object(members) = volume else { panic!("an object") };
        let members: Vec<(&str, Template)> =
            members.iter().map(|(name, one)| (name.as_str(), Template::Literal(one.clone()))).collect();
        assert_eq!(of("volumes", &members), Template::Literal(wanted));
    }

    #[test]
    fn a_template_has_the_defaults_beside_its_members() {
        let source = |members: Vec<(&str, Template)>| {
            Template::Object(members.into_iter().map(|(name, one)| (name.to_owned(), one)).collect())
        };
        let name = || ("secretName", scalar(WantedType::String));
        let given = of("volumes", &[("secret", source(vec![name()]))]);
        let filled = source(vec![
            ("secretName", Template::Sparse(Box::new(scalar(WantedType::String)))),
            ("defaultMode", Template::Literal(json!(420))),
        ]);
        assert_eq!(given, source(vec![("secret", filled)]));
    }

    #[test]
    fn how_an_image_is_pulled_is_not_filled_in_where_the_image_depends_on_the_pod() {
        let image =
            |reference: Template| of("volumes", &[("image", Template::Object(vec![("reference".into(), reference)]))]);
        let policy =
            |volume: Template| volume.part("image").unwrap().part("pullPolicy").map(|found| found.into_owned());
        assert_eq!(policy(image(Template::Literal("a:1".into()))), Some(Template::Literal("IfNotPresent".into())));
        assert_eq!(policy(image(scalar(WantedType::String))), None);
        let with = |end: &str| {
            let source = ScalarSource::Concatenation(vec![ScalarSource::Parameter(0), ScalarSource::Text(end.into())]);
            Template::Scalar(TemplateScalar { source, at: Pointer::root(), wanted: WantedType::String })
        };
        assert_eq!(policy(image(with(":1"))), Some(Template::Literal("IfNotPresent".into())));
        assert_eq!(policy(image(with(":1/a"))), None);
        assert_eq!(policy(image(with("@sha256:0"))), None, "the tag before a digest counts");
    }

    #[test]
    fn what_may_be_empty_is_left_out_then_but_for_fields_that_are_pointers() {
        let place = |names: &[&str]| Pointer::of(names.iter().copied());
        let may = |wanted: WantedType, names: &[&str]| {
            let Template::Scalar(scalar) = scalar(wanted) else { panic!("a scalar") };
            may_be_empty(&scalar, &place(names))
        };
        assert!(may(WantedType::String, &["spec", "containers", "0", "env", "0", "value"]));
        assert!(may(WantedType::Boolean, &["spec", "containers", "0", "volumeMounts", "0", "readOnly"]));
        assert!(!may(WantedType::Boolean, &["spec", "volumes", "0", "secret", "optional"]));
        assert!(
            !may(WantedType::String, &["spec", "nodeSelector", "key"]),
            "a map's value is there, even an empty one"
        );
        assert!(!may(WantedType::Integer, &["spec", "volumes", "0", "secret", "defaultMode"]));
        assert!(!may(WantedType::String, &["spec", "containers", "0", "env", "0", "name"]), "a name is always there");
    }
}
