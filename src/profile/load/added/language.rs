//! Values with names, and what must hold for an injection.

use super::super::nodes;
use super::Added;
use crate::kube::names::is_qualified_name;
use crate::kube::schema::Shape;
use crate::profile::load::parser::{Within, is_whole_expression};
use crate::profile::reader::{Node, ProfileErrorKind};
use crate::profile::{Let, MatchCondition, Profile, Requirement, RequirementSeverity, grammar, scope};
use crate::value::view::View;

impl Added<'_> {
    pub(super) fn lets<'a, V: View<'a>>(&mut self, list: Option<Node<V>>, profile: &mut Profile) {
        for node in nodes(list, self.parser.errors) {
            let Some(node) = node.object(&["name", "value"], self.parser.errors) else { continue };
            let form = "a name: a letter, then letters, digits and `_`";
            let name = node.require("name", self.parser.errors);
            let name = name.and_then(|name| name.formed(form, grammar::is_parameter_name, self.parser.errors));
            let Some(value) = node.require("value", self.parser.errors) else { continue };
            let is_expression = value.view.string().is_some_and(|text| is_whole_expression(&text));
            let template = match is_expression {
                true => match self.parser.computed(&value) {
                    Some(template) => template,
                    None => continue,
                },
                false => self.parser.parse(&value, None, Within::Object),
            };
            let Some(name) = name else { continue };
            if profile.lets.iter().any(|known| known.name == name) {
                let duplicate = ProfileErrorKind::Duplicate { what: "`let`", name };
                self.parser.errors.add(&node.at.join("name"), duplicate);
                continue;
            }
            let made = Let { name, at: value.at, value: template };
            scope::add_let(&mut self.parser.scope, &made);
            profile.lets.push(made);
        }
    }

    pub(super) fn match_conditions<'a, V: View<'a>>(&mut self, list: Option<Node<V>>) -> Vec<MatchCondition> {
        let mut conditions: Vec<MatchCondition> = Vec::new();
        for node in nodes(list, self.parser.errors) {
            let Some(node) = node.object(&["expression", "name"], self.parser.errors) else { continue };
            let form = "a qualified name, as `matchConditions` of Kubernetes have it";
            let name = node.require("name", self.parser.errors);
            let name = name.and_then(|name| name.formed(form, is_qualified_name, self.parser.errors));
            let condition = node.require("expression", self.parser.errors);
            let condition = condition.and_then(|condition| self.parser.condition(&condition));
            let (Some(name), Some(condition)) = (name, condition) else { continue };
            if conditions.iter().any(|known| known.name == name) {
                let duplicate = ProfileErrorKind::Duplicate { what: "the condition", name };
                self.parser.errors.add(&node.at.join("name"), duplicate);
                continue;
            }
            conditions.push(MatchCondition { name, condition });
        }
        conditions
    }

    pub(super) fn requirements<'a, V: View<'a>>(&mut self, list: Option<Node<V>>) -> Vec<Requirement> {
        let mut requirements = Vec::new();
        for node in nodes(list, self.parser.errors) {
            let Some(node) = node.object(&["message", "severity", "that"], self.parser.errors) else { continue };
            let that = node.require("that", self.parser.errors).and_then(|that| self.parser.condition(&that));
            let message = node.require("message", self.parser.errors);
            let message = message.and_then(|message| {
                let text = message.string(self.parser.errors)?;
                Some(self.parser.text(&text, &message.at, Some(&Shape::Str)))
            });
            let severity = node.get("severity");
            let severity = severity.and_then(|node| node.choice(&RequirementSeverity::WORDS, self.parser.errors));
            if let (Some(that), Some(message)) = (that, message) {
                requirements.push(Requirement { that, message, severity: severity.unwrap_or_default() });
            }
        }
        requirements
    }
}
