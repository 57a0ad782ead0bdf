//! What decides about others is found wherever it is: a look at the beginnings of lines must not pass it by.

use crate::support::injector;
use crate::support::manifests::{SERVICE, WEB, injected, known};

const NAMESPACE: &str =
    "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n  annotations: {proxy-injection: disabled}\n";

/// The same as one value of JSON.
const JSON: &str = r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"default","annotations":{"proxy-injection":"disabled"}}}"#;

/// Documents that pass through, of more than a mebibyte together: work on them is for all cores.
fn many() -> String {
    let lines = "  line: of some text, with the words Namespace, ResourceList and AdmissionReview\n".repeat(90);
    (0..160)
        .map(|at| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{at}}}\ndata:\n{lines}---\n"))
        .collect()
}

#[test]
fn a_namespace_counts_in_every_form_and_place() {
    let indented: String = NAMESPACE.lines().map(|line| format!("  {line}\n")).collect();
    let item = indented.replacen("  ", "- ", 1);
    for namespace in [
        NAMESPACE.to_owned(),
        NAMESPACE.replace('\n', "\r\n"),
        indented,
        NAMESPACE.replace("kind:", "\"kind\":"),
        JSON.to_owned(),
        format!("{NAMESPACE}x: \"\nkind: ConfigMap\nb\"\n").replace(": Namespace", ": Namespace # c"),
        format!("apiVersion: v1\nkind: List\nitems:\n{item}"),
        format!("{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{JSON}]}}"),
    ] {
        let text = format!("{WEB}---\n{namespace}");
        let ran = injector(["inject"]).stdin(text.clone()).succeeds();
        assert_eq!(ran.stdout, text, "{namespace}");
        assert!(ran.stderr.contains("namespace-opted-out"), "{namespace}: {}", ran.stderr);
    }
    let text = format!("{WEB}---\n{}{NAMESPACE}", many());
    let ran = injector(["inject"]).stdin(text.clone()).succeeds();
    assert_eq!(ran.stdout, text);
    assert!(ran.stderr.contains("namespace-opted-out"), "{}", ran.stderr);
}

#[test]
fn a_word_in_the_data_of_another_object_decides_nothing() {
    let text = format!("{}{WEB}", many());
    let ran = known("inject", []).stdin(text).succeeds();
    assert_eq!(ran.stdout, format!("{}{}", many(), injected()));
    assert_eq!(ran.stderr, "deployment/web (default): injected by cortexflow\n1 workload: 1 injected\n");
}

#[test]
fn a_resource_list_is_found_behind_other_documents() {
    let list = format!(
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- {}\n",
        WEB.replace('\n', "\n  ").trim_end()
    );
    for before in [format!("{SERVICE}---\n"), many()] {
        let ran = known("check", []).stdin(format!("{before}{list}")).finds();
        assert_eq!(ran.stdout, format!("{before}{list}"));
        let refused = known("diff", []).stdin(format!("{before}{list}")).fails();
        assert!(refused.stderr.contains("a diff is not a ResourceList"), "{}", refused.stderr);
    }
}

#[test]
fn a_review_is_answered_in_every_form() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: 'a:1'}]}}";
    let request = format!("request: {{uid: u, namespace: default, operation: CREATE, object: {pod}}}\n");
    let review = format!("apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\n{request}");
    let item = format!("- {}", review.replace('\n', "\n  ").trim_end());
    for text in [
        review.clone(),
        review.replace("kind: AdmissionReview", "\"kind\": AdmissionReview"),
        format!("apiVersion: v1\nkind: List\nitems:\n{item}\n"),
    ] {
        let ran = injector(["inject", "-q"]).stdin(text.clone()).succeeds();
        assert!(ran.stdout.contains("\"patchType\""), "{text}: {}", ran.stdout);
    }
}
