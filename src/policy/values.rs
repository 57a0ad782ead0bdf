//! Values of a profile as expressions of a policy: what a template gives for a pod.

use serde_json::Value;

use super::cel::{Cel, any, literal, quoted};
use super::scope::{Scope, local};
use super::wrong::Wrong;
use crate::expression::Type;
use crate::expression::kubernetes::Names as _;
use crate::kube::version::KubernetesVersion;
use crate::profile::scope::Variable;
use crate::profile::template::{Condition, Content, Part, Repeat, ScalarSource, Template, TemplateScalar, WantedType};
use crate::value::pointer::Pointer;

/// What a member or element gives.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// One value.
    Always(Cel),
    /// One value where the condition holds.
    Where(Cel, Cel),
    /// The elements of a list.
    Each(Cel),
}

/// A value, and when it is there.
struct Found {
    value: Cel,
    /// What holds where it is not empty; `None` where it never is.
    filled: Option<Cel>,
}

/// Writes templates. What cannot be said is collected.
pub(super) struct Values<'s, 'p> {
    pub(super) scope: &'s Scope<'p>,
    pub(super) wrong: &'s Wrong,
}

impl Values<'_, '_> {
    /// What a template gives that stands in a list by itself, with so many local variables around it.
    pub(super) fn pieces(&self, template: &Template, around: usize) -> Vec<Piece> {
        if let Some(values) = self.scope.values(template, around) {
            return values.iter().map(|value| Piece::Always(literal(value))).collect();
        }
        match template {
            Template::Literal(value) => vec![Piece::Always(literal(value))],
            Template::Scalar(scalar) => self.scalar(scalar),
            Template::List(elements) => vec![Piece::Always(self.list(elements, around).value)],
            Template::Object(members) => vec![Piece::Always(self.object(members, around).value)],
            Template::Sparse(inner) => {
                let found = match &**inner {
                    Template::Scalar(scalar) => return self.filled_scalar(scalar),
                    Template::List(elements) => self.list(elements, around),
                    Template::Object(members) => self.object(members, around),
                    other => return self.pieces(other, around),
                };
                vec![match found.filled {
                    None => Piece::Always(found.value),
                    Some(filled) => Piece::Where(filled, found.value),
                }]
            }
            Template::Part(part) => self.part(part, around),
        }
    }

    /// The one value of a template that has one in any case.
    pub(super) fn one(&self, template: &Template, around: usize) -> Cel {
        match self.pieces(template, around).as_slice() {
            [Piece::Always(value)] => value.clone(),
            [Piece::Where(condition, value)] => format!("({condition} ? dyn({value}) : dyn(null))"),
            _ => "null".to_owned(),
        }
    }

    /// The text of a template, which stands where Kubernetes wants one.
    pub(super) fn text(&self, template: &Template, around: usize) -> Cel {
        match self.scope.values(template, around).as_deref() {
            Some([Value::String(text)]) => quoted(text),
            Some([other]) => quoted(&other.to_string()),
            _ => match template {
                Template::Scalar(scalar) => self.source_text(&scalar.source, &scalar.at),
                other => format!("string({})", self.one(other, around)),
            },
        }
    }

    /// Whether a condition holds; a constant where it is one.
    pub(super) fn holds(&self, condition: &Condition) -> Cel {
        match self.scope.constant(&condition.holds) {
            Some(value) => value.to_string(),
            None => self.expression(&condition.holds, &condition.at),
        }
    }

    pub(super) fn expression(&self, expression: &crate::expression::Expression, at: &Pointer) -> Cel {
        expression.in_kubernetes(self.scope).unwrap_or_else(|why| {
            self.wrong.push(at, &why);
            "null".to_owned()
        })
    }

    fn list(&self, elements: &[Template], around: usize) -> Found {
        let pieces: Vec<Piece> = elements.iter().flat_map(|element| self.pieces(element, around)).collect();
        Found { value: lists(&pieces), filled: filled(&pieces) }
    }

    fn object(&self, members: &[(String, Template)], around: usize) -> Found {
        let mut written = Vec::new();
        let mut all = Vec::new();
        for (name, member) in members {
            let pieces = self.pieces(member, around);
            let name = quoted(name);
            written.extend(pieces.last().map(|piece| match piece {
                Piece::Always(value) => format!("{name}: dyn({value})"),
                Piece::Where(condition, value) => {
                    format!("?{name}: ({condition} ? optional.of(dyn({value})) : optional.none())")
                }
                Piece::Each(list) => format!("?{name}: {list}[?0]"),
            }));
            all.extend(pieces);
        }
        Found { value: format!("{{{}}}", written.join(", ")), filled: filled(&all) }
    }

    fn part(&self, part: &Part, around: usize) -> Vec<Piece> {
        let Part { repeat, when, content } = part;
        let within = around + usize::from(repeat.is_some());
        let when = when.as_ref().map(|when| self.holds(when));
        if when.as_deref() == Some("false") {
            return Vec::new();
        }
        let when = when.filter(|when| when != "true");
        let pieces: Vec<Piece> =
            self.content(content, within).into_iter().map(|piece| under(when.as_deref(), piece)).collect();
        match repeat {
            Some(repeat) => self.repeated(repeat, &pieces, around),
            None => pieces,
        }
    }

    fn content(&self, content: &Content, around: usize) -> Vec<Piece> {
        match content {
            Content::One(template) => self.pieces(template, around),
            Content::Several(templates) => {
                templates.iter().flat_map(|template| self.pieces(template, around)).collect()
            }
            Content::Spliced(scalar) => self.spliced(scalar),
            Content::OneOf { common, alternatives } => self.one_of(common, alternatives, around),
        }
    }

    fn one_of(
        &self,
        common: &[(String, Template)],
        alternatives: &[(Option<Condition>, Template)],
        around: usize,
    ) -> Vec<Piece> {
        let mut cases: Vec<(Cel, Cel)> = Vec::new();
        let mut last = None;
        for (when, template) in alternatives {
            let value = match (common.is_empty(), template) {
                (true, other) => self.one(other, around),
                (false, other) => {
                    let members = common.iter().cloned().chain(members_of(other)).collect::<Vec<_>>();
                    self.object(&members, around).value
                }
            };
            match when.as_ref().map(|when| self.holds(when)).as_deref() {
                Some("false") => {}
                None | Some("true") => {
                    last = Some(value);
                    break;
                }
                Some(holds) => cases.push((holds.to_owned(), value)),
            }
        }
        let conditions: Vec<Cel> = cases.iter().map(|(condition, _)| condition.clone()).collect();
        let chain = |otherwise: &str| {
            let cases: String =
                cases.iter().map(|(condition, value)| format!("{condition} ? dyn({value}) : ")).collect();
            format!("({cases}{otherwise})")
        };
        match (cases.is_empty(), last) {
            (true, None) => Vec::new(),
            (true, Some(value)) => vec![Piece::Always(value)],
            (false, Some(value)) => vec![Piece::Always(chain(&format!("dyn({value})")))],
            (false, None) => vec![Piece::Where(any(&conditions), chain("dyn(null)"))],
        }
    }

    /// What is there once for each element.
    fn repeated(&self, repeat: &Repeat, pieces: &[Piece], around: usize) -> Vec<Piece> {
        let over = match self.scope.constant(&repeat.over) {
            Some(Value::Object(members)) => {
                let keys: Vec<Cel> = members.keys().map(|key| format!("dyn({})", quoted(key))).collect();
                format!("[{}]", keys.join(", "))
            }
            Some(value) => format!("{}.map(e, dyn(e))", literal(&value)),
            None => self.expression(&repeat.over, &repeat.at),
        };
        let over = match repeat.over.result() {
            // Its keys have the order of their names.
            Type::Map(_) => format!("{over}.map(k, k).sort()"),
            _ => over,
        };
        let name = local(around);
        let each = match pieces {
            [] => return Vec::new(),
            [Piece::Always(value)] => format!("{over}.map({name}, dyn({value}))"),
            [Piece::Where(condition, value)] => format!("{over}.map({name}, {condition}, dyn({value}))"),
            several => {
                if self.scope.version < KubernetesVersion(35) {
                    let why = "a `forEach` that gives several elements each time needs Kubernetes 1.35 in a policy";
                    self.wrong.say(&repeat.at, why);
                }
                format!("{over}.map({name}, {}).flatten()", lists(several))
            }
        };
        vec![Piece::Each(each)]
    }

    fn spliced(&self, scalar: &TemplateScalar) -> Vec<Piece> {
        let list = match &scalar.source {
            ScalarSource::Computed(expression) => match self.scope.constant(expression) {
                Some(value) => literal(&value),
                None => self.expression(expression, &scalar.at),
            },
            ScalarSource::Parameter(index) => self.name(*index, &scalar.at),
            ScalarSource::Text(_) | ScalarSource::Concatenation(_) => return Vec::new(),
        };
        let of_text = match &scalar.source {
            ScalarSource::Computed(expression) => {
                matches!(expression.result(), Type::List(of) if matches!(**of, Type::String))
            }
            _ => false,
        };
        vec![Piece::Each(match scalar.wanted {
            WantedType::String if !of_text => format!("{list}.map(s, dyn(string(s)))"),
            _ => format!("{list}.map(s, dyn(s))"),
        })]
    }

    fn scalar(&self, scalar: &TemplateScalar) -> Vec<Piece> {
        let (value, ty) = match &scalar.source {
            ScalarSource::Text(text) => return vec![Piece::Always(quoted(text))],
            ScalarSource::Concatenation(_) => {
                return vec![Piece::Always(self.source_text(&scalar.source, &scalar.at))];
            }
            ScalarSource::Parameter(index) => (self.name(*index, &scalar.at), self.type_of(*index)),
            ScalarSource::Computed(expression) => {
                (self.expression(expression, &scalar.at), expression.result().clone())
            }
        };
        let may_be_null = matches!(ty, Type::Dyn | Type::Null | Type::Optional(_));
        let wanted = match scalar.wanted {
            WantedType::String => as_text(&value, &ty),
            _ => value.clone(),
        };
        vec![if may_be_null { Piece::Where(format!("{value} != null"), wanted) } else { Piece::Always(wanted) }]
    }

    /// A scalar that is left out where it is empty, zero or false.
    fn filled_scalar(&self, scalar: &TemplateScalar) -> Vec<Piece> {
        let says = |value: &str| match scalar.wanted {
            // What is no boolean is not left out: the API server refuses it.
            WantedType::Boolean => format!("{value} != false"),
            WantedType::Integer => format!("{value} != 0"),
            WantedType::String | WantedType::Typed | WantedType::Node => format!("{value} != ''"),
        };
        let one = |piece| match piece {
            Piece::Always(value) => Piece::Where(says(&value), value),
            Piece::Where(condition, value) => Piece::Where(format!("({condition} && {})", says(&value)), value),
            Piece::Each(list) => Piece::Each(list),
        };
        self.scalar(scalar).into_iter().map(one).collect()
    }

    /// A text made of this.
    fn source_text(&self, source: &ScalarSource, at: &Pointer) -> Cel {
        match source {
            ScalarSource::Text(text) => quoted(text),
            ScalarSource::Parameter(index) => as_text(&self.name(*index, at), &self.type_of(*index)),
            ScalarSource::Computed(expression) => match self.scope.constant(expression) {
                Some(Value::String(text)) => quoted(&text),
                Some(value) => quoted(&value.to_string()),
                None => as_text(&self.expression(expression, at), expression.result()),
            },
            ScalarSource::Concatenation(parts) => {
                let parts: Vec<Cel> = parts.iter().map(|part| self.source_text(part, at)).collect();
                format!("({})", parts.join(" + "))
            }
        }
    }

    fn name(&self, index: usize, at: &Pointer) -> Cel {
        self.scope.of(index).unwrap_or_else(|why| {
            self.wrong.push(at, &why);
            "null".to_owned()
        })
    }

    fn type_of(&self, index: usize) -> Type {
        let profile = self.scope.profile;
        match Variable::at(index, profile.parameters.len(), profile.lets.len()) {
            Variable::Parameter(index) => {
                profile.parameters.get(index).map_or(Type::Dyn, crate::profile::Parameter::expression_type)
            }
            _ => Type::Dyn,
        }
    }
}

/// The members of an object.
pub(super) fn members_of(template: &Template) -> Vec<(String, Template)> {
    match template {
        Template::Object(members) => members.clone(),
        Template::Literal(Value::Object(members)) => {
            members.iter().map(|(name, value)| (name.clone(), Template::Literal(value.clone()))).collect()
        }
        Template::Sparse(inner) => members_of(inner),
        _ => Vec::new(),
    }
}

/// A value that is no text as one.
pub(super) fn as_text(value: &str, ty: &Type) -> Cel {
    match ty {
        Type::String => value.to_owned(),
        Type::Bool => format!("({value} ? \"true\" : \"false\")"),
        _ => format!("string({value})"),
    }
}

fn under(when: Option<&str>, piece: Piece) -> Piece {
    let Some(when) = when else { return piece };
    match piece {
        Piece::Always(value) => Piece::Where(when.to_owned(), value),
        Piece::Where(condition, value) => Piece::Where(format!("({when} && {condition})"), value),
        Piece::Each(list) => Piece::Each(format!("({when} ? {list} : [])")),
    }
}

/// A list of what pieces give.
pub(super) fn lists(pieces: &[Piece]) -> Cel {
    let mut parts: Vec<Cel> = Vec::new();
    let mut run: Vec<Cel> = Vec::new();
    for piece in pieces {
        let more = match piece {
            Piece::Always(value) => {
                run.push(format!("dyn({value})"));
                continue;
            }
            Piece::Where(condition, value) => format!("({condition} ? [dyn({value})] : [])"),
            Piece::Each(list) => list.clone(),
        };
        if !run.is_empty() {
            parts.push(format!("[{}]", std::mem::take(&mut run).join(", ")));
        }
        parts.push(more);
    }
    if !run.is_empty() || parts.is_empty() {
        parts.push(format!("[{}]", run.join(", ")));
    }
    if parts.len() == 1 { parts.remove(0) } else { format!("({})", parts.join(" + ")) }
}

/// When one or more of the pieces are there; `None` for always.
fn filled(pieces: &[Piece]) -> Option<Cel> {
    let condition = |piece: &Piece| match piece {
        Piece::Always(_) => None,
        Piece::Where(condition, _) => Some(condition.clone()),
        Piece::Each(list) => Some(format!("{list}.size() > 0")),
    };
    let conditions: Option<Vec<Cel>> = pieces.iter().map(condition).collect();
    conditions.map(|conditions| any(&conditions))
}
