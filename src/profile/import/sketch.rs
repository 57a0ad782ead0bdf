//! The profile that an importer makes: what all of them have, in the order of a profile's fields.

use serde_json::{Value, json};

use super::carry;
use super::draft::{Draft, Dropped, Line, Member};
use super::source::{ImportError, Node};
use crate::kube::schema::{self, Shape};
use crate::profile::load::{API_VERSION, KIND};

/// What the metadata of an object says that is not about the profile.
const STORED: &str = "a profile is a file, and this is about the object in the cluster";

/// A profile in parts. A part that is empty is not written.
#[derive(Default)]
pub(super) struct Sketch {
    /// One line for `profile list`.
    pub(super) description: String,
    /// What the profile's own metadata has beside the name.
    pub(super) metadata: Vec<Line<Member>>,
    /// What has no place in a profile.
    pub(super) dropped: Vec<Dropped>,
    /// The annotation by which a pod opts in; without one, the gates and conditions alone say which pods.
    pub(super) pod_switch: Option<Draft>,
    /// `namespaceSelector` and `objectSelector`.
    pub(super) gates: Vec<Line<Member>>,
    pub(super) conditions: Vec<Line<Draft>>,
    pub(super) lets: Vec<(&'static str, &'static str)>,
    pub(super) init_containers: Vec<Line<Draft>>,
    pub(super) containers: Vec<Line<Draft>>,
    pub(super) volumes: Vec<Line<Draft>>,
    pub(super) image_pull_secrets: Vec<Line<Draft>>,
    pub(super) annotations: Vec<Line<Member>>,
    /// The annotation by which the other injector knows what is injected: with it, it leaves alone what this one has injected.
    pub(super) status: Option<&'static str>,
    /// Annotations in their other form: as a list.
    pub(super) annotation_entries: Vec<Line<Draft>>,
    pub(super) labels: Vec<Line<Member>>,
    pub(super) application: Vec<Line<Member>>,
    pub(super) pod: Vec<Line<Member>>,
}

impl Sketch {
    /// Adds a comment at the top of the profile's spec.
    pub(super) fn drop(&mut self, node: &Node<'_>, reason: impl Into<String>) {
        self.dropped.push(Dropped::new(node, reason));
    }

    /// Adds what must hold for the injection.
    pub(super) fn condition(&mut self, at: usize, name: &str, expression: String) {
        let members = [("name", Draft::made(name.into())), ("expression", Draft::text(at, expression))];
        self.conditions.push(Line::Written(Draft::object(written(members).into())));
    }

    /// Adds a list of what the pod gets.
    pub(super) fn list(&mut self, field: &str, node: &Node<'_>) -> Result<(), ImportError> {
        let (lines, shape): (_, &'static Shape) = match field {
            "initContainers" => (&mut self.init_containers, &schema::CONTAINER),
            "containers" => (&mut self.containers, &schema::CONTAINER),
            "volumes" => (&mut self.volumes, &schema::VOLUME),
            _ => (&mut self.image_pull_secrets, &schema::PULL_SECRET),
        };
        for element in node.elements()? {
            lines.push(Line::Written(carry::part(&element, shape)?));
        }
        Ok(())
    }

    /// The metadata of an object that becomes the profile, but its name.
    pub(super) fn metadata(&mut self, metadata: &Node<'_>, own: &[&str]) -> Result<(), ImportError> {
        for (name, value) in metadata.given()? {
            match name.as_str() {
                own_name if own.contains(&own_name) => {}
                "labels" | "annotations" => self.metadata.push(Line::Written((name, carry::plain(&value)?))),
                _ => self.drop(&value, STORED),
            }
        }
        Ok(())
    }

    fn adds_something(&self) -> bool {
        let lists = [&self.init_containers, &self.containers, &self.volumes, &self.image_pull_secrets];
        let maps = [&self.annotations, &self.labels, &self.application, &self.pod];
        lists.iter().any(|list| !list.is_empty()) || maps.iter().any(|map| !map.is_empty())
    }

    /// The document of the profile.
    pub(super) fn document(mut self, name: Draft) -> Draft {
        self.dropped.sort_by_key(|dropped| dropped.at);
        // A profile that adds nothing else must not say of a pod that it is injected.
        if let Some(status) = self.status.filter(|_| self.adds_something()) {
            self.annotations.extend(written([(status, Draft::made("injected".into()))]));
        }
        let mut metadata = vec![Line::Written(("name".to_owned(), name))];
        metadata.extend(self.metadata);
        let mut spec: Vec<Line<Member>> = self.dropped.into_iter().map(Line::Dropped).collect();
        let policy = if self.pod_switch.is_some() { "OptIn" } else { "OptOut" };
        spec.extend(written([
            ("description", Draft::made(Value::String(self.description))),
            ("policy", Draft::made(policy.into())),
        ]));
        spec.extend(self.pod_switch.into_iter().flat_map(|switch| written([("podSwitch", switch)])));
        spec.extend(self.gates);
        let lets = self
            .lets
            .into_iter()
            .map(|(name, value)| Line::Written(Draft::made(json!({"name": name, "value": value}))));
        let parts = [
            ("matchConditions", listed(self.conditions)),
            ("let", listed(lets.collect())),
            ("initContainers", listed(self.init_containers)),
            ("containers", listed(self.containers)),
            ("volumes", listed(self.volumes)),
            ("imagePullSecrets", listed(self.image_pull_secrets)),
            ("annotations", listed(self.annotation_entries).or(mapped(self.annotations))),
            ("labels", mapped(self.labels)),
            ("application", mapped(self.application)),
            ("pod", mapped(self.pod)),
        ];
        spec.extend(parts.into_iter().filter_map(|(name, part)| Some(Line::Written((name.to_owned(), part?)))));
        Draft::object(
            written([
                ("apiVersion", Draft::made(API_VERSION.into())),
                ("kind", Draft::made(KIND.into())),
                ("metadata", Draft::object(metadata)),
                ("spec", Draft::object(spec)),
            ])
            .into(),
        )
    }
}

fn listed(lines: Vec<Line<Draft>>) -> Option<Draft> {
    (!lines.is_empty()).then(|| Draft::list(lines))
}

fn mapped(lines: Vec<Line<Member>>) -> Option<Draft> {
    (!lines.is_empty()).then(|| Draft::object(lines))
}

/// Members of these names.
pub(super) fn written<const N: usize>(members: [(&str, Draft); N]) -> [Line<Member>; N] {
    members.map(|(name, draft)| Line::Written((name.to_owned(), draft)))
}
