//! The API server evaluates the rows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use super::{Corpus, Row, corpus};
use crate::support::control_plane::ControlPlane;
use crate::support::{Lack, skipped};

/// How many rows are in a policy. The API server sends warnings of 4096 characters at most, so those that fail are fewer.
const WITH_VALUE: usize = 64;
const WITHOUT_VALUE: usize = 12;

/// What the API server makes of a row, if it is not true.
type Outcomes = BTreeMap<usize, String>;

/// A value as a CEL expression. CEL's checker wants values of one type in a literal, hence `dyn`.
fn cel(value: &Value) -> String {
    match value {
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(|value| format!("dyn({})", cel(value))).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| format!("{}: dyn({})", json!(name), cel(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A condition that is true where the row has its value, with the row's number in its text for the sake of messages.
fn condition(index: usize, row: &Row, variables: &[(String, Value)]) -> Value {
    let expression = &row.expression;
    let wanted = row.value.as_ref().unwrap_or(expression);
    // A comment ends with its line. Elsewhere no line ends, since a warning is one line.
    let end = if expression.contains("//") { "\n" } else { "" };
    let mut condition =
        format!("dyn({expression}{end}) == dyn({wanted}{end}) && type({expression}{end}) == type({wanted}{end})");
    for (name, _) in variables {
        condition = format!("[variables.{name}].all({name}, {condition})");
    }
    json!({"expression": format!("'row {index}.' != '' && {condition}"), "message": format!("row {index}. is false")})
}

fn policies(chunk: usize, conditions: &BTreeMap<usize, Value>, variables: &[(String, Value)]) -> [Value; 2] {
    let name = format!("chunk-{chunk}");
    let mut validations: Vec<&Value> = conditions.values().collect();
    let ready = json!({"expression": "false", "message": "ready"});
    validations.push(&ready);
    let variable = |(name, value): &(String, Value)| match name.as_str() {
        "pod" => json!({"name": "pod", "expression": "object"}),
        name => json!({"name": name, "expression": format!("dyn({})", cel(value))}),
    };
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]},
            ]},
            "matchConditions": [
                {"name": "chunk", "expression": format!("object.spec.hostname == 'chunk-{chunk}'")},
            ],
            "variables": variables.iter().map(variable).collect::<Vec<_>>(),
            "validations": validations,
        },
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Warn"]},
    });
    [policy, binding]
}

/// The number behind a mark in a message.
fn number_behind(text: &str, mark: &str) -> Option<usize> {
    let rest = text.split_once(mark)?.1;
    rest.split(|next: char| !next.is_ascii_digit()).next()?.parse().ok()
}

/// The conditions that can be compiled; the others are noted.
fn compiled(
    plane: &ControlPlane,
    chunk: usize,
    mut conditions: BTreeMap<usize, Value>,
    corpus: &Corpus,
    outcomes: &mut Outcomes,
) -> BTreeMap<usize, Value> {
    let create = |conditions: &BTreeMap<usize, Value>| {
        let [policy, _] = policies(chunk, conditions, &corpus.variables);
        plane.kubectl(["create", "--dry-run=server", "-f", "-"], policy.to_string())
    };
    loop {
        let ran = create(&conditions);
        if ran.success {
            return conditions;
        }
        let rows: Vec<usize> = conditions.keys().copied().collect();
        let named = ran.stderr.split("spec.validations").skip(1);
        let named = named.filter_map(|message| rows.get(number_behind(message, "[")?).copied());
        let mut refused: BTreeSet<usize> = named.collect();
        // At some texts, such as `[?1]`, the API server panics. It names no row then.
        if refused.is_empty() {
            let fails = |row: &usize| !create(&BTreeMap::from([(*row, conditions[row].clone())])).success;
            refused.extend(rows.into_iter().find(fails));
        }
        assert!(!refused.is_empty(), "{ran:?}");
        for row in refused {
            conditions.remove(&row);
            let mark = format!("row {row}.");
            let message = ran.stderr.split("spec.validations").find(|message| message.contains(&mark));
            outcomes.insert(row, format!("does not compile: {}", message.unwrap_or(&ran.stderr)));
        }
    }
}

fn outcomes(plane: &ControlPlane, corpus: &Corpus) -> Outcomes {
    let mut outcomes = Outcomes::new();
    let rows = corpus.rows.iter().enumerate();
    let (with, without): (Vec<(usize, &Row)>, Vec<_>) = rows.partition(|(_, row)| row.value.is_some());
    let chunks: Vec<_> = with.chunks(WITH_VALUE).chain(without.chunks(WITHOUT_VALUE)).enumerate().collect();
    let mut documents = String::new();
    for (chunk, rows) in &chunks {
        let conditions = rows.iter().map(|(index, row)| (*index, condition(*index, row, &corpus.variables))).collect();
        let conditions = compiled(plane, *chunk, conditions, corpus, &mut outcomes);
        for document in policies(*chunk, &conditions, &corpus.variables) {
            documents += &format!("{document}\n");
        }
    }
    plane.ok("create -f -", &documents);
    let pod = corpus.variables.iter().find(|(name, _)| name == "pod").map(|(_, pod)| pod.clone()).unwrap();
    for (chunk, _) in &chunks {
        let mut pod = pod.clone();
        pod["apiVersion"] = json!("v1");
        pod["kind"] = json!("Pod");
        pod["spec"]["hostname"] = json!(format!("chunk-{chunk}"));
        let warnings = plane.eventually(&format!("policy {chunk} is in force"), || {
            let ran = plane.kubectl(["create", "--dry-run=server", "-f", "-"], pod.to_string());
            assert!(ran.success, "{ran:?}");
            ran.stderr.contains(": ready").then_some(ran.stderr)
        });
        for warning in warnings.lines().filter(|line| line.contains("row ")) {
            outcomes.insert(number_behind(warning, "row ").unwrap(), warning.to_owned());
        }
    }
    plane.ok("delete validatingadmissionpolicies,validatingadmissionpolicybindings --all", "");
    outcomes
}

#[test]
fn the_api_server_gives_the_same_values() {
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else {
        return skipped("the_api_server_gives_the_same_values", &Lack::ControlPlane);
    };
    let plane = ControlPlane::start(Path::new(&assets));
    let mut wrong = Vec::new();
    for name in ["kubernetes.txt", "drafts.txt"] {
        let corpus = corpus(name);
        let outcomes = outcomes(&plane, &corpus);
        for (index, Row { line, expression, value }) in corpus.rows.iter().enumerate() {
            let outcome = outcomes.get(&index);
            let is_false = outcome.is_some_and(|outcome| outcome.contains("is false"));
            if outcome.is_none() != value.is_some() || is_false {
                wrong.push(format!("{name}:{line}: {expression}{} {value:?}\n    {outcome:?}", super::SEPARATOR));
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}
