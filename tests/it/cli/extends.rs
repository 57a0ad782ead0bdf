//! Profiles that extend others.

use crate::support::manifests::WEB;
use crate::support::{Run, injector};

const COMPANY: &str = include_str!("../../../testdata/examples/company.yaml");
const LABELS: &str = "--namespace-labels=sidecar-inject=enabled";

fn profile(name: &str, extends: &str, rest: &str) -> String {
    format!(
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: {name}}}\nspec:\n  extends: {extends}\n{rest}"
    )
}

const BASE: &str = "\
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: base}
spec:
  policy: OptOut
  parameters: [{name: team, type: string, required: true}]
  containers: [{name: side, image: 'side:1', args: ['{{ team }}']}]
";

/// `inject` with the profile `p.yaml` of these files.
fn inject<'f>(files: impl IntoIterator<Item = (&'f str, String)>) -> Run {
    let files: Vec<(String, String)> = files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    files
        .into_iter()
        .fold(injector(["inject", "-q", "-p", "p.yaml"]).stdin(WEB), |run, (name, text)| run.file(name, text))
}

#[test]
fn a_companys_variant_of_a_built_in_profile_is_ten_lines() {
    let run = |args: &[&'static str], text: &str| {
        injector(args.iter().copied().chain(["-q"]))
            .file("company.yaml", COMPANY)
            .stdin(text.to_owned())
            .succeeds()
            .stdout
    };
    let injected = run(&["inject", "-p", "company.yaml", LABELS], WEB);
    for part in [
        "image: registry.example/nginx:1.29.4",
        "name: TEAM",
        "company.example/proxied: \"yes\"",
        "\"profile\":\"company\"",
    ] {
        assert!(injected.contains(part), "no `{part}` in {injected}");
    }
    let resolved =
        injector(["profile", "show", "--resolved", "company.yaml"]).file("company.yaml", COMPANY).succeeds().stdout;
    assert!(!resolved.contains("extends"), "{resolved}");
    let same =
        injector(["inject", "-q", LABELS, "-p", "one.yaml"]).file("one.yaml", resolved).stdin(WEB).succeeds().stdout;
    assert_eq!(same, injected, "the one document says the same, and has the same hash");
    assert_eq!(run(&["uninject"], &injected), WEB);
}

#[test]
fn a_file_is_meant_from_the_folder_of_the_one_that_names_it() {
    let files = [
        ("p.yaml", profile("p", "shared/team.yaml", "  labels: {a: b}\n")),
        ("shared/team.yaml", profile("team", "./base.yaml", "  parameters: [{name: team, default: shop}]\n")),
        ("shared/base.yaml", BASE.to_owned()),
    ];
    let injected = inject(files).succeeds().stdout;
    for part in ["image: side:1", "- shop", "a: b", "\"profile\":\"p\""] {
        assert!(injected.contains(part), "no `{part}` in {injected}");
    }
}

#[test]
fn an_error_is_at_its_place_in_the_file_that_it_is_from() {
    let base = || ("base.yaml", BASE.to_owned());
    for (child, parent, expected) in [
        (
            profile("p", "base.yaml", "  containers: [{name: side, imagee: x}]\n"),
            base(),
            "p.yaml:6:29: unknown field `imagee`",
        ),
        (
            profile("p", "base.yaml", "  policy: OptIn\n"),
            ("base.yaml", BASE.replace("args: ['{{ team }}']", "args: ['{{ teem }}']")),
            "base.yaml:7:53: unknown parameter `teem`",
        ),
        (profile("p", "base.yaml", "  parameters: [{name: team, min: 3}]\n"), base(), "p.yaml:6:"),
        (
            profile("p", "nothing.yaml", ""),
            base(),
            "p.yaml:5:12: `extends`: cannot read the profile: there is no such file",
        ),
        (profile("p", "ngimx", ""), base(), "p.yaml:5:12: `extends`: there is no built-in profile `ngimx`"),
        (
            profile("p", "base.yaml", ""),
            ("base.yaml", profile("q", "p.yaml", "")),
            "base.yaml:5:12: `extends`: `p.yaml` extends this file in turn",
        ),
        (profile("p", "base.yaml", ""), ("base.yaml", "a: [".to_owned()), "base.yaml:"),
        (profile("p", "./p.yaml", ""), base(), "p.yaml:5:12: `extends`: `./p.yaml` extends this file in turn"),
        (profile("p", "base.yaml", ""), ("base.yaml", "[a]".to_owned()), "base.yaml: the file holds no profile"),
        (profile("p", "base.yaml", "").replace("metadata: {name: p}\n", ""), base(), "`metadata` is missing"),
        (profile("p", "[a]", ""), base(), "p.yaml:5:3: expected a string"),
    ] {
        let failed = inject([("p.yaml", child), parent]).fails();
        assert!(failed.stderr.contains(expected), "{expected}: {}", failed.stderr);
        assert_eq!(failed.stdout, "");
    }
    let wrong = BASE.replace("side:1", "UPPER:1");
    let failed =
        inject([("p.yaml", profile("p", "base.yaml", "  onError: Sometimes\n")), ("base.yaml", wrong)]).fails();
    assert!(failed.stderr.contains("p.yaml:6:12"), "{}", failed.stderr);
}

#[test]
fn more_profiles_than_anyone_needs_do_not_extend_each_other() {
    let mut files = vec![("p.yaml".to_owned(), profile("p", "p1.yaml", ""))];
    files.extend((1..9).map(|index| (format!("p{index}.yaml"), profile("p", &format!("p{}.yaml", index + 1), ""))));
    files.push(("p9.yaml".to_owned(), BASE.to_owned()));
    let failed = inject(files.iter().map(|(name, text)| (name.as_str(), text.clone()))).fails();
    assert!(failed.stderr.contains("more than 8 profiles extend each other"), "{}", failed.stderr);
}
