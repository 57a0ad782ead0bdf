//! Expressions that read the ServiceAccount of the pod.

use crate::support::manifests::WEB;
use crate::support::{Run, injector};

/// A label with the role of the ServiceAccount; `spec` is more of the profile.
fn profile(spec: &str) -> String {
    format!(
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: role}}\nspec:\n  policy: OptOut\n{spec}  \
         labels: [{{key: role, value: \"{{{{ serviceAccount.annotations[?'role'].orValue('none') }}}}\"}}]\n"
    )
}

fn account(name: &str, namespace: &str, role: &str) -> String {
    let place = if namespace.is_empty() { String::new() } else { format!(", namespace: {namespace}") };
    format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}{place}, annotations: {{role: {role}}}}}\n")
}

/// The command with this profile, and `accounts.yaml` with the account `default`.
fn with(command: &'static str, spec: &str, args: &[&'static str], input: &str) -> Run {
    let args = [command, "-p", "p.yaml"].into_iter().chain(args.iter().copied());
    let run = injector(args).file("p.yaml", profile(spec)).file("accounts.yaml", account("default", "default", "file"));
    run.stdin(input.to_owned())
}

const KNOWN: &[&str] = &["--serviceaccount-file", "accounts.yaml"];

#[test]
fn the_account_of_a_pod_is_found_by_namespace_and_name() {
    let named = |field: &str| WEB.replace("    spec:\n", &format!("    spec:\n      {field}\n"));
    let after = |account: String, text: &str| format!("{account}---\n{text}");
    for (args, input, role) in [
        (KNOWN, WEB.to_owned(), "file"),
        (KNOWN, after(account("default", "", "input"), WEB), "input"),
        (&[], after(account("app", "", "named"), &named("serviceAccountName: app")), "named"),
        (&[], after(account("app", "default", "old"), &named("serviceAccount: app")), "old"),
        (&["-n", "shop"], after(account("default", "", "shop"), WEB), "shop"),
        (&[], format!("{WEB}---\n{}", account("default", "default", "behind")), "behind"),
        (&[], after(account("default", "other", "no") + "---\n" + &account("default", "default", "own"), WEB), "own"),
    ] {
        let ran = with("inject", "", args, &input).succeeds();
        assert!(ran.stdout.contains(&format!("role: {role}\n")), "{role}: {}{}", ran.stdout, ran.stderr);
        let back = injector(["uninject", "-q"]).stdin(ran.stdout.clone()).succeeds();
        assert_eq!(back.stdout, input, "{role}");
        assert_eq!(with("inject", "", args, &ran.stdout).succeeds().stdout, ran.stdout, "{role}");
    }
}

#[test]
fn an_account_that_is_not_known_is_never_one_without_annotations() {
    let ran = with("inject", "", &[], WEB).fails();
    let said = "the annotations of ServiceAccount `default` in namespace `default` are not known";
    assert!(ran.stdout.is_empty() && ran.stderr.contains(said), "{}", ran.stderr);
    assert!(ran.stderr.contains("`--serviceaccount-file`"), "{}", ran.stderr);
    let requires = "  require: [{that: \"serviceAccount.labels[?'a'].orValue('') == ''\", message: stop}]\n";
    assert!(with("inject", requires, &[], WEB).fails().stderr.contains("the labels of ServiceAccount `default`"));
    let condition = "  matchConditions: [{name: role, expression: \"'role' in serviceAccount.annotations\"}]\n";
    let skipped = with("inject", condition, &["--report=json"], WEB).succeeds();
    assert_eq!(skipped.stdout, WEB);
    assert!(skipped.stderr.contains("\"service-account-unknown\""), "{}", skipped.stderr);
    let known = with("inject", condition, KNOWN, WEB).succeeds();
    assert!(known.stdout.contains("role: file\n"));
    // A profile may say that unknown counts as nothing.
    let asks = "  matchConditions: [{name: role, expression: \"'role' in serviceAccount.?annotations.orValue({})\"}]\n";
    let ran = with("inject", asks, &["--report=json"], WEB).succeeds();
    assert!(ran.stdout == WEB && !ran.stderr.contains("service-account-unknown"), "{}", ran.stderr);
}

#[test]
fn an_injection_made_of_an_account_is_left_where_the_account_is_not_known() {
    for spec in [
        "",
        "  matchConditions: [{name: role, expression: \"'role' in serviceAccount.annotations\"}]\n",
        "  require: [{that: \"'role' in serviceAccount.annotations\", message: stop}]\n",
    ] {
        let injected = with("inject", spec, KNOWN, WEB).succeeds().stdout;
        assert!(injected.contains("role: file\n"));
        for args in [&[][..], &["--reinject"]] {
            assert_eq!(with("inject", spec, args, &injected).succeeds().stdout, injected, "{spec} {args:?}");
        }
        with("check", spec, &[], &injected).succeeds();
        let changed = account("default", "", "changed") + "---\n" + &injected;
        let ran = with("check", spec, &[], &changed).exits_any();
        assert!(ran.stderr.contains("outdated"), "{spec}: {}", ran.stderr);
    }
}

#[test]
fn a_value_of_an_account_that_is_not_a_string_is_reported_where_it_is_read() {
    let wrong =
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, annotations: {role: 1}}\n---\n".to_owned();
    let ran = with("inject", "", &[], &(wrong.clone() + WEB)).succeeds();
    assert!(ran.stdout.contains("role: none\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains("<stdin>:3:47: `role` of a ServiceAccount is a number"), "{}", ran.stderr);
    let ran = injector(["inject"]).stdin(wrong + WEB).succeeds();
    assert!(!ran.stderr.contains("ServiceAccount"), "{}", ran.stderr);
}

#[test]
fn what_the_pod_lacks_is_not_said_of_its_account_or_namespace() {
    for name in ["serviceAccount.name", "ns.name"] {
        let condition =
            format!("  matchConditions: [{{name: a, expression: \"pod.metadata.annotations.x == {name}\"}}]\n");
        let profile = format!(
            "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: p}}\nspec:\n  policy: OptOut\n{condition}  \
             labels: {{a: b}}\n"
        );
        let ran = injector(["inject", "-p", "p.yaml"]).file("p.yaml", profile).stdin(WEB).fails();
        assert!(ran.stderr.contains("`annotations`") && !ran.stderr.contains("not known"), "{name}: {}", ran.stderr);
    }
}

#[test]
fn a_profile_for_some_files_knows_the_accounts_of_all() {
    let settings = "apiVersion: sidecar-injector/v1\nkind: Config\nspec:\n  profiles: [curl]\n  overrides: [{files: staging/**, profiles: [./p.yaml]}]\n";
    let run =
        |args: &[&str]| injector(args.iter().copied()).file("p.yaml", profile("")).file(".injector.yaml", settings);
    let ran = run(&["inject", "-R", "a.yaml", "staging"])
        .file("a.yaml", account("default", "default", "found"))
        .file("staging/web.yaml", WEB)
        .succeeds();
    assert!(ran.stdout.contains("role: found\n"), "{}", ran.stdout);

    let item = |text: &str| format!("- {}\n", text.trim_end().replace('\n', "\n  "));
    let web =
        WEB.replace("  name: web\n", "  name: web\n  annotations: {config.kubernetes.io/path: staging/web.yaml}\n");
    let items = item(&account("default", "default", "found")) + &item(&web);
    let list = format!("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n{items}");
    assert!(run(&["fn"]).stdin(list).succeeds().stdout.contains("role: found\n"));
}
