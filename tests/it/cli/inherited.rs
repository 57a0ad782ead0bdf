//! Parameters that take their value from an annotation of the namespace.

use crate::support::injector;
use crate::support::manifests::WEB;

#[test]
fn an_injection_made_of_the_namespace_is_left_where_the_namespace_is_not_known() {
    let reads = INHERITS.replace("{level: '{{ level }}'}", "[{key: level, value: \"{{ ns.labels['x'] }}\"}]");
    assert_ne!(reads, INHERITS);
    let run = |args: &[&'static str], text: &str| {
        let args =
            ["inject", "-p", "p.yaml", "--namespace-annotations=default:"].into_iter().chain(args.iter().copied());
        injector(args).file("p.yaml", &*reads).stdin(text.to_owned()).succeeds().stdout
    };
    let injected = run(&["--namespace-labels=default:x=one"], WEB);
    assert!(injected.contains("level: one"), "{injected}");
    for args in [&[][..], &["--reinject"]] {
        assert_eq!(run(args, &injected), injected, "{args:?}");
    }
    assert_ne!(run(&["--reinject", "--namespace-labels=default:x=two"], &injected), injected);
}

/// A profile whose parameter inherits from the namespace.
const INHERITS: &str = "\
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: inherits}
spec:
  policy: OptOut
  parameters:
    - {name: level, type: string, default: info, annotation: example.com/level, inherit: Namespace}
  labels: {level: '{{ level }}'}
";

#[test]
fn a_parameter_inherits_the_annotation_of_the_namespace() {
    let annotated = WEB.replace("    metadata:\n", "    metadata:\n      annotations: {example.com/level: pod}\n");
    assert_ne!(annotated, WEB);
    let inherits = |args: &[&'static str], text: &str| {
        injector(["inject", "-p", "p.yaml"].iter().chain(args)).file("p.yaml", INHERITS).stdin(text.to_owned())
    };
    let run = |args: &[&'static str], text: &str| inherits(args, text).succeeds();
    let known = "--namespace-annotations=default:example.com/level=ns";
    for (args, text, level) in [
        (&[known][..], WEB, "ns"),
        (&[known, "--set=level=set"], WEB, "ns"),
        (&[known], &annotated, "pod"),
        (&[], &annotated, "pod"),
        (&["--namespace-annotations=default:"], WEB, "info"),
        (&["--namespace-annotations=default:", "--set=level=set"], WEB, "set"),
    ] {
        let ran = run(args, text);
        assert!(ran.stdout.contains(&format!("level: {level}\n")), "{args:?}: {}{}", ran.stdout, ran.stderr);
    }
    for args in [&[][..], &["--set=level=set"], &["--namespace-annotations=other:example.com/level=ns"]] {
        let ran = run(args, WEB);
        assert_eq!(ran.stdout, WEB, "never as if the namespace had none");
        assert!(
            ran.stderr.contains("annotation `example.com/level` of namespace `default`, which is not known"),
            "{}",
            ran.stderr
        );
    }
    let injected = run(&[known], WEB).stdout;
    assert_eq!(run(&[known], &injected).stdout, injected);
    // What is there was made when the annotation was known.
    for args in [&[][..], &["--reinject"]] {
        assert_eq!(run(args, &injected).stdout, injected, "{args:?}");
    }
    let checked = injector(["check", "-p", "p.yaml"]).file("p.yaml", INHERITS).stdin(injected).succeeds();
    assert!(checked.stderr.contains("injected by inherits"), "{}", checked.stderr);
    let ran = injector(["explain", "-p", "p.yaml", known]).file("p.yaml", INHERITS).stdin(WEB.to_owned()).succeeds();
    assert!(ran.stdout.contains("annotation `example.com/level` of the namespace"), "{}", ran.stdout);
}
