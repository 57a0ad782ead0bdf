//! Values and records that are too long or too large: what an admission policy cannot take, no one takes.

use crate::support::injector;

fn pod(annotation: &str, value: &str) -> String {
    let annotations = serde_json::json!({annotation: value});
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: web, annotations: {annotations}}}, spec: {{containers: [{{name: web, image: 'web:1'}}]}}}}\n"
    )
}

fn profile(ty: &str) -> String {
    format!(
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: own}}\nspec:\n  policy: OptOut\n  parameters: [{{name: p, type: {ty}, default: '1', annotation: a.example/p}}]\n  containers: [{{name: own, image: 'own:1', env: [{{name: P, value: '{{{{ p }}}}'}}]}}]\n"
    )
}

/// The first line of what is told about a value; empty where it is taken.
fn told(ty: &str, value: &str) -> String {
    let run = injector(["inject", "-p", "own.yaml", "--keep-going"]).file("own.yaml", profile(ty));
    let ran = run.stdin(pod("a.example/p", value)).exits_any();
    let error = ran.stderr.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
    error.split_once("annotation `a.example/p`: ").map_or(String::new(), |(_, told)| told.to_owned())
}

#[test]
fn ports_have_at_most_1024_bytes() {
    let ports = |bytes| format!("{}1", "80,".repeat(400)).chars().take(bytes).collect::<String>();
    assert_eq!(told("ports", &ports(1022)), "");
    assert_eq!(told("ports", &ports(1025)), "1025 bytes are more than `maxLength: 1024`");
    assert_eq!(told("string", &ports(1025)), "");
    let run = injector(["inject", "-p", "own.yaml", "--set", &format!("p={}", ports(1025))]);
    let ran = run.file("own.yaml", profile("ports")).stdin(pod("a", "b")).fails();
    assert!(ran.stderr.contains("--set p: 1025 bytes are more than `maxLength: 1024`"), "{}", ran.stderr);
}

#[test]
fn integers_are_below_2_to_the_53() {
    for edge in ["9007199254740991", "-9007199254740991"] {
        assert_eq!(told("integer", edge), "");
    }
    for beyond in ["9007199254740992", "-9007199254740992", "9223372036854775807"] {
        let message = format!("`{beyond}` is not an integer from -9007199254740991 to 9007199254740991");
        assert_eq!(told("integer", beyond), message);
    }
}

#[test]
fn a_string_has_no_control_characters_but_line_breaks_and_tabs() {
    assert_eq!(told("string", "a\r\n\tb"), "");
    let message = "the control character U+001B is not allowed: only line breaks and tabs are";
    assert_eq!(told("string", "a\u{1b}[0m"), message);
}

#[test]
fn a_record_that_is_too_long_is_not_read_and_not_written() {
    let record = format!("[{}]", " ".repeat(16383));
    let ran = injector(["inject"]).stdin(pod("sidecar-injector/status", &record)).fails();
    let message = "the record `sidecar-injector/status` cannot be read: 16385 characters are more than 16384";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    let variables: String = (0..700).map(|i| format!("{{name: V_{i}_0123456789, value: x}}, ")).collect();
    let profile = format!(
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: own}}\nspec:\n  policy: OptOut\n  application: {{env: [{variables}]}}\n"
    );
    let ran = injector(["inject", "-p", "own.yaml"]).file("own.yaml", profile).stdin(pod("a", "b")).fails();
    let message = "the record `sidecar-injector/status` would be too long: ";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}
