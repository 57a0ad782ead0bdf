//! What a page is told.

use serde::Serialize;

use super::question::{Asked, Fault, Question};
use crate::decide::facts::ClusterFacts;
use crate::diagnostic::Placed;
use crate::process::guard::Guard;
use crate::process::look::Triage;
use crate::process::output::{self, OutputFormat};
use crate::process::run::{Leaves, Run};
use crate::process::stream::{FactKind, Stream};
use crate::profile::builtin::{self, Builtin, Group};
use crate::report::Report;
use crate::tell::diff::unified;
use crate::tell::explain::{self, Explanations, Form, Told};
use crate::tell::profiles::ListedParameter;
use crate::tell::report::{self as tell, Subjects, Voice};
use crate::text::workers::InTurn;

/// An answer. Fields may be added to it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'p> {
    /// The profile that was chosen, where it could be loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Chosen<'p>>,
    /// What is wrong with the question itself.
    faults: Vec<Fault>,
    /// What came of it; absent where something is wrong with the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
}

/// What there is to choose from.
#[derive(Serialize)]
struct Offers {
    profiles: Vec<Offered>,
}

/// A built-in profile, among which a page chooses. To load them all would take too long before anything is chosen.
#[derive(Serialize)]
struct Offered {
    name: &'static str,
    group: &'static str,
    /// As a user would write it.
    text: &'static str,
}

/// The profile that was chosen.
#[derive(Serialize)]
struct Chosen<'p> {
    name: &'p str,
    description: &'p str,
    parameters: Vec<ListedParameter<'p>>,
}

/// What the commands say about the manifest.
#[derive(Serialize)]
struct Outcome {
    /// What `inject -o yaml` prints; absent where it would print nothing because of an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// What `diff` prints; absent where it would print nothing because of an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    /// What `inject -o patch` prints.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    /// What `inject -o response` prints, a line for each object: what the webhook answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<String>,
    /// What `explain -o json` prints.
    explanation: Explanations,
    /// What `inject --report json` reports.
    report: Report,
}

/// What is said of a text that is no question: a mistake of the page.
#[derive(Serialize)]
struct Refusal {
    refused: String,
}

/// Answers the question of a page. Both are JSON.
pub fn answer(question: &str) -> String {
    match serde_json::from_str(question) {
        Ok(Question::Profiles) => profiles(),
        Ok(Question::Inject(asked)) => inject(&asked),
        Err(error) => json(&Refusal { refused: error.to_string() }),
    }
}

/// Texts, numbers and values alone: this does not fail.
fn json(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}

fn profiles() -> String {
    let of = |group: Group| builtin::ALL.iter().filter(move |known| known.group == group);
    let offered = Group::ALL.into_iter().flat_map(of);
    let offer = |known: &Builtin| Offered { name: known.name, group: known.group.title(), text: known.text };
    json(&Offers { profiles: offered.map(offer).collect() })
}

fn inject(asked: &Asked) -> String {
    let profile = match asked.profile.load() {
        Ok(profile) => profile,
        Err(faults) => return json(&Answer { profile: None, faults, outcome: None }),
    };
    let (faults, outcome) = match asked.prepare(&profile) {
        Ok((run, cluster)) => (Vec::new(), Some(outcome(asked, run, cluster))),
        Err(faults) => (faults, None),
    };
    let parameters = profile.parameters.iter().map(ListedParameter::of).collect();
    let chosen = Chosen { name: &profile.name, description: &profile.description, parameters };
    json(&Answer { profile: Some(chosen), faults, outcome })
}

fn outcome(asked: &Asked, mut run: Run, mut cluster: ClusterFacts) -> Outcome {
    let mut stream = Stream::open(asked.file.clone(), &asked.manifest, &InTurn);
    stream.collect_facts(FactKind::read_by(std::iter::once(&run)), &run, &mut cluster);
    run.leaves = Leaves::Patch;
    process(&mut stream, &run, &cluster);
    let report = tell::report(std::slice::from_ref(&stream), &[], (Subjects::All, Voice::Doing), tell::in_turn);
    let Told { workloads, errors, .. } = explain::explain([(&stream, &run)].into_iter(), &cluster, Form::Json);
    let policies = explain::policy_answers([&run].into_iter());
    let is_whole = !stream.is_failed();
    let response = stream.is_readable().then(|| written(&output::RESPONSE, &stream));
    let text = is_whole.then(|| stream.pieces().collect::<String>());
    let diff = is_whole.then(|| if stream.is_changed() { unified(&stream) } else { String::new() });
    run.guard = Guard::Auto;
    process(&mut stream, &run, &cluster);
    Outcome {
        text,
        diff,
        patch: (!stream.is_failed()).then(|| written(&output::PATCH, &stream)).and_then(Result::ok),
        response: response.and_then(Result::ok),
        explanation: Explanations { version: "v1", workloads, policies, diagnostics: errors },
        report,
    }
}

/// Takes all documents of a stream through.
fn process(stream: &mut Stream<'_>, run: &Run, cluster: &ClusterFacts) {
    for index in 0..stream.documents.len() {
        if stream.triage(index, run) == Triage::Candidate
            && let Some(document) = stream.documents.get(index)
        {
            let result = stream.process(document, run, cluster);
            if let Some(slot) = stream.results.get_mut(index) {
                *slot = result;
            }
        }
    }
}

fn written(format: &OutputFormat, stream: &Stream<'_>) -> Result<String, Placed> {
    format.write(std::slice::from_ref(stream)).map(Iterator::collect)
}
