//! An explanation as JSON, version `v1`: the same model that is printed as text, each place with its line. Fields may be added to it;
//! none changes or goes.

use serde::Serialize;
use serde_json::Value;

use super::Page;
use crate::decide::eligibility::{Applies, Effect, RuleTrace};
use crate::decide::explain::{EntryState, Explanation, ParameterState, ProfileExplanation, RecordState};
use crate::decide::inject::{Answer, Edit, EditedField, InjectionState, Verdict};
use crate::diagnostic::{Code, Diagnostic, Placed, Severity};
use crate::process::explain::Explained;
use crate::profile::parameter::Origin;
use crate::value::pointer::Pointer;

/// All that is explained in a run.
#[derive(Serialize)]
pub(crate) struct Explanations {
    pub(crate) version: &'static str,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) policies: Vec<PolicyAnswer>,
    /// What could not be explained.
    pub(crate) diagnostics: Vec<Placed>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Workload {
    file: String,
    #[serde(flatten)]
    place: Place,
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
    templates: Vec<Template>,
    warnings: Vec<Placed>,
}

/// Whether a profile can be a policy of the API server.
#[derive(Serialize)]
pub(crate) struct PolicyAnswer {
    pub(super) profile: String,
    pub(super) possible: bool,
    pub(super) obstacles: Vec<Obstacle>,
}

/// What keeps a profile from being a policy, at its place in the profile.
#[derive(Serialize)]
pub(super) struct Obstacle {
    pub(super) path: String,
    pub(super) message: String,
}

#[derive(Serialize)]
struct Place {
    /// From the root of the object.
    path: String,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Template {
    #[serde(flatten)]
    place: Place,
    record: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_error: Option<Placed>,
    profiles: Vec<Profile>,
}

#[derive(Serialize)]
struct Entry {
    profile: String,
    version: String,
    /// Absent where the injection is not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    missing: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    edits: Vec<EditAnswer>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EditAnswer {
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found_index: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    profile: String,
    verdict: &'static str,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    would_deny: bool,
    rules: Vec<Rule>,
    parameters: Vec<Parameter>,
    errors: Vec<Placed>,
    warnings: Vec<Placed>,
}

#[derive(Serialize)]
struct Rule {
    rule: &'static str,
    applies: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<String>,
    saw: String,
    #[serde(flatten)]
    place: Option<Place>,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    /// The key of the annotation, or what the keys begin with.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(flatten)]
    place: Option<Place>,
    #[serde(flatten)]
    settings: Option<SettingsPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Placed>,
}

/// Where a parameter is set in a file of settings.
#[derive(Serialize)]
struct SettingsPlace {
    file: String,
    line: usize,
    column: usize,
}

impl Page<'_> {
    /// An object with its places.
    pub(super) fn workload(&self, object: &Explained) -> Workload {
        let identity = &object.identity;
        Workload {
            file: self.stream.name.clone(),
            place: self.place(object, &Pointer::root()),
            api_version: identity.api_version.clone(),
            kind: identity.kind.clone(),
            namespace: object.namespace.clone(),
            name: identity.name.clone().or_else(|| identity.generate_name.clone()).unwrap_or_default(),
            templates: object.explanations.iter().map(|explanation| self.template(object, explanation)).collect(),
            warnings: self.all_placed(object, &object.warnings, |code| code.severity().min(Severity::Warning)),
        }
    }

    fn place(&self, object: &Explained, at: &Pointer) -> Place {
        let position = self.position(object, at);
        Place { path: at.to_string(), line: position.line, column: position.column }
    }

    fn placed(&self, object: &Explained, diagnostic: &Diagnostic, severity: Severity) -> Placed {
        let mut placed = Placed::new(diagnostic.code, diagnostic.message.as_str())
            .at(self.stream.name.as_str(), Some(self.position(object, &diagnostic.at)))
            .hint(diagnostic.hint.as_deref());
        placed.severity = severity;
        placed.path = diagnostic.at.to_string();
        placed
    }

    fn all_placed(&self, object: &Explained, all: &[Diagnostic], severity: impl Fn(Code) -> Severity) -> Vec<Placed> {
        all.iter().map(|one| self.placed(object, one, severity(one.code))).collect()
    }

    fn template(&self, object: &Explained, explanation: &Explanation) -> Template {
        let (record, record_error) = match &explanation.record {
            RecordState::None => (Vec::new(), None),
            RecordState::Entries(entries) => (entries.iter().map(|entry| self.entry(object, entry)).collect(), None),
            RecordState::Unreadable(wrong) => (Vec::new(), Some(self.placed(object, wrong, Severity::Error))),
        };
        let profiles = explanation.profiles.iter().map(|profile| self.profile_answer(object, profile)).collect();
        Template { place: self.place(object, &explanation.template), record, record_error, profiles }
    }

    fn entry(&self, object: &Explained, entry: &EntryState) -> Entry {
        let mut answer = Entry {
            profile: entry.profile.clone(),
            version: entry.version.clone(),
            state: entry.state.as_ref().map(InjectionState::id),
            missing: Vec::new(),
            rule: None,
            reason: None,
            edits: Vec::new(),
        };
        match &entry.state {
            Some(InjectionState::Partial(missing)) => {
                answer.missing = missing.iter().map(Pointer::to_string).collect();
            }
            Some(InjectionState::Unwanted { rule, reason }) => {
                (answer.rule, answer.reason) = (Some(rule.id()), Some(reason.clone()));
            }
            Some(InjectionState::Edited(fields)) => {
                answer.edits = fields.iter().map(|field| self.edit(object, field)).collect();
            }
            Some(InjectionState::Current | InjectionState::Incomplete | InjectionState::Outdated) | None => {}
        }
        answer
    }

    fn edit(&self, object: &Explained, field: &EditedField) -> EditAnswer {
        let place = self.place(object, &field.at);
        let (wanted, found, wanted_index, found_index) = match &field.edit {
            Edit::Value { wanted, found } => (wanted.clone(), found.clone(), None, None),
            Edit::Index { wanted, found } => (None, None, Some(*wanted), Some(*found)),
        };
        EditAnswer { place, wanted, found, wanted_index, found_index }
    }

    fn profile_answer(&self, object: &Explained, profile: &ProfileExplanation) -> Profile {
        let (verdict, rule, reason) = match &profile.verdict {
            Verdict::Injected(rule) => ("injected", Some(rule), None),
            Verdict::Extended(rule) => ("extended", Some(rule), None),
            Verdict::Removed(rule, reason) => ("removed", Some(rule), Some(reason.clone())),
            Verdict::Rejected(..) => ("rejected", None, None),
            Verdict::Skipped { rule, reason, .. } => ("skipped", Some(rule), Some(reason.clone())),
            Verdict::Uninjected => ("uninjected", None, None),
        };
        let errors = match &profile.verdict {
            Verdict::Rejected(errors, _) => self.all_placed(object, errors, |_| Severity::Error),
            _ => Vec::new(),
        };
        Profile {
            profile: profile.profile.clone(),
            verdict,
            rule: rule.map(|rule| rule.id()),
            reason,
            would_deny: matches!(profile.verdict, Verdict::Skipped { answer: Answer::Deny, .. }),
            rules: profile.rules.iter().map(|trace| self.rule(object, trace)).collect(),
            parameters: profile.parameters.iter().map(|one| self.parameter(object, profile, one)).collect(),
            errors,
            warnings: self.all_placed(object, &profile.warnings, |code| code.severity().min(Severity::Warning)),
        }
    }

    fn rule(&self, object: &Explained, trace: &RuleTrace) -> Rule {
        let effect = |effect: &Effect| Some(effect.to_string());
        let (applies, effect) = match &trace.applies {
            Applies::Decides(what) => ("decides", effect(what)),
            Applies::No => ("no", None),
            Applies::Off => ("notAsked", None),
            Applies::Overruled(what) => ("overruled", effect(what)),
        };
        let place = trace.at.as_ref().map(|at| self.place(object, at));
        Rule { rule: trace.rule.id(), applies, effect, saw: trace.saw.clone(), place }
    }

    fn parameter(&self, object: &Explained, profile: &ProfileExplanation, parameter: &ParameterState) -> Parameter {
        let name = parameter.name.clone();
        let mut answer =
            Parameter { name, value: None, source: None, key: None, place: None, settings: None, error: None };
        let (value, origin) = match &parameter.value {
            Ok(found) => found,
            Err(wrong) => {
                answer.error = Some(self.placed(object, wrong, Severity::Error));
                return answer;
            }
        };
        answer.value = Some(value.clone());
        (answer.source, answer.key) = match origin {
            Origin::Annotation(at) => (Some("annotation"), at.tokens().last().map(ToString::to_string)),
            Origin::Annotations(prefix) => (Some("annotations"), Some(prefix.clone())),
            Origin::Namespace(key) => (Some("namespace"), Some(key.clone())),
            Origin::Set => (Some("set"), None),
            Origin::Place(_) => (Some("place"), None),
            Origin::Default => (Some("default"), None),
        };
        if let Origin::Annotation(at) | Origin::Place(at) = origin {
            answer.place = Some(self.place(object, at));
        }
        if let Some((file, at)) = self.set_in(profile, parameter) {
            answer.source = Some("settings");
            answer.settings = Some(SettingsPlace { file: file.clone(), line: at.line, column: at.column });
        }
        answer
    }
}
