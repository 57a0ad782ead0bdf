//! One table of entries, through every renderer.

use crate::diagnostic::Code;
use insta::assert_snapshot;

use super::exit::ExitStatus;
use super::*;
use crate::diagnostic::{Placed, Position, Severity};

fn line(profile: &str, verdict: ReportVerdict) -> ResultLine {
    ResultLine::new(profile.to_owned(), verdict)
}

fn skipped(rule: &str, reason: &str, would_deny: bool) -> ReportVerdict {
    ReportVerdict::Skipped { rule: rule.to_owned(), reason: reason.to_owned(), would_deny }
}

fn placed(severity: Severity, code: Code, (line, column): (usize, usize), message: &str) -> Placed {
    Placed { severity, ..Placed::new(code, message).at("deploy.yaml", Some(Position { line, column })) }
}

fn entry(kind: &str, name: &str, namespace: &str, results: Vec<ResultLine>) -> TemplateReport {
    TemplateReport {
        file: "deploy.yaml".to_owned(),
        position: Some(Position { line: 1, column: 1 }),
        api_version: "apps/v1".to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        results,
        ..TemplateReport::default()
    }
}

pub(super) fn table() -> Report {
    Report::new(
        [went_well(), went_wrong()].concat(),
        vec![
            Placed::new(Code::FileMissing, "there is no such file").at("absent.yaml", None),
            Placed::new(Code::NotAManifest, "not a manifest").at("<stdin>", Some(Position { line: 1, column: 1 })),
            Placed::new(Code::NamedTwice, "standard input is named twice"),
            Placed::new(Code::KubernetesVersion, "runs on Kubernetes 1.29 and newer"),
        ],
    )
    .closing(Closing::Numbers)
}

fn went_well() -> Vec<TemplateReport> {
    let kept = placed(Severity::Warning, Code::KeptValue, (3, 5), "label `a:b,c` is 100% kept");
    vec![
        entry("Deployment", "web", "default", vec![line("cortexflow", ReportVerdict::Injected)]),
        entry(
            "Deployment",
            "two",
            "default",
            vec![line("cortexflow", ReportVerdict::Injected), line("nginx", ReportVerdict::Injected)],
        ),
        entry(
            "Pod",
            "node-exporter",
            "kube-system",
            vec![line("cortexflow", skipped("excluded-namespace", "namespace `kube-system` is left alone", false))],
        ),
        TemplateReport {
            diagnostics: vec![kept],
            ..entry(
                "StatefulSet",
                "db",
                "prod",
                vec![
                    line("cortexflow", ReportVerdict::Injected),
                    line("nginx", skipped("host-network", "the pod uses the node's network", false)),
                ],
            )
        },
        entry(
            "Pod",
            "out",
            "default",
            vec![line("cortexflow", skipped("pod-opted-out", "annotation `proxy-injection` is `disabled`", true))],
        ),
    ]
}

fn went_wrong() -> Vec<TemplateReport> {
    let conflict = Placed {
        path: "/spec/template/spec/containers/0/ports/0".to_owned(),
        ..placed(Severity::Error, Code::Conflict, (12, 11), "container port 5054 is already used by container `web`")
            .hint(Some("set another port with `--set tcpPort=…`"))
    };
    vec![
        TemplateReport {
            file: "deploy.yaml".to_owned(),
            template: Some("/spec/worker/template".to_owned()),
            ..entry(
                "PyTorchJob",
                "train",
                "ml",
                vec![line("cortexflow", ReportVerdict::Rejected { errors: vec![conflict] })],
            )
        },
        entry("Job", "\u{1b}[31mred", "default", vec![line("cortexflow", ReportVerdict::Uninjected)]),
        entry("CronJob", "night", "default", vec![line("cortexflow", ReportVerdict::Unchanged)]),
        entry("DaemonSet", "old", "default", vec![line("cortexflow", ReportVerdict::Outdated)]),
        entry("DaemonSet", "half", "default", vec![line("cortexflow", ReportVerdict::Partial)]),
        entry(
            "DaemonSet",
            "none",
            "default",
            vec![line("cortexflow", ReportVerdict::Missing), line("nginx", ReportVerdict::Missing)],
        ),
    ]
}

pub(super) fn render(report: &Report, format: &str, verbosity: Verbosity, colour: Colour) -> String {
    let mut out = Vec::new();
    let checkout = Checkout::new("/repo", "/repo");
    let style = Style { verbosity, colour, checkout: &checkout };
    let format = REPORT_FORMATS.iter().find(|known| known.name == format).unwrap();
    report.write(*format, &style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text() {
    assert_snapshot!(render(&table(), "text", Verbosity::Normal, Colour::Off), @r"
    error: absent.yaml: there is no such file
    error: <stdin>:1:1: not a manifest
    error: standard input is named twice
    deployment/web (default): injected by cortexflow
    deployment/two (default): injected by cortexflow, nginx
    pod/node-exporter (kube-system): skipped: excluded-namespace: namespace `kube-system` is left alone
    statefulset/db (prod): injected by cortexflow
    statefulset/db (prod): skipped by nginx: host-network: the pod uses the node's network
    warning: deploy.yaml:3:5: label `a:b,c` is 100% kept
    pod/out (default): skipped (the webhook would deny it): pod-opted-out: annotation `proxy-injection` is `disabled`
    pytorchjob/train (ml) at /spec/worker/template: rejected by cortexflow
    error: deploy.yaml:12:11: container port 5054 is already used by container `web`
      hint: set another port with `--set tcpPort=…`
    job/\u{1b}[31mred (default): uninjected: cortexflow
    cronjob/night (default): unchanged
    daemonset/old (default): outdated injection by cortexflow
    daemonset/half (default): partial injection by cortexflow
    daemonset/none (default): not injected by cortexflow, nginx
    note: runs on Kubernetes 1.29 and newer
    11 workloads: 3 injected, 1 uninjected, 1 unchanged, 2 skipped, 1 not injected, 1 outdated, 1 partial, 1 refused
    ");
}

#[test]
fn text_quiet() {
    assert_snapshot!(render(&table(), "text", Verbosity::Quiet, Colour::Off), @"
    error: absent.yaml: there is no such file
    error: <stdin>:1:1: not a manifest
    error: standard input is named twice
    error: deploy.yaml:12:11: container port 5054 is already used by container `web`
      hint: set another port with `--set tcpPort=…`
    ");
}

#[test]
fn text_coloured() {
    let text = render(&table(), "text", Verbosity::Normal, Colour::On);
    assert_snapshot!(text.replace('\x1b', "ESC"), @r"
    ESC[31merror:ESC[0m absent.yaml: there is no such file
    ESC[31merror:ESC[0m <stdin>:1:1: not a manifest
    ESC[31merror:ESC[0m standard input is named twice
    deployment/web (default): ESC[32minjected by cortexflowESC[0m
    deployment/two (default): ESC[32minjected by cortexflow, nginxESC[0m
    pod/node-exporter (kube-system): ESC[33mskipped: excluded-namespace: namespace `kube-system` is left aloneESC[0m
    statefulset/db (prod): ESC[32minjected by cortexflowESC[0m
    statefulset/db (prod): ESC[33mskipped by nginx: host-network: the pod uses the node's networkESC[0m
    ESC[33mwarning:ESC[0m deploy.yaml:3:5: label `a:b,c` is 100% kept
    pod/out (default): ESC[33mskipped (the webhook would deny it): pod-opted-out: annotation `proxy-injection` is `disabled`ESC[0m
    pytorchjob/train (ml) at /spec/worker/template: ESC[31mrejected by cortexflowESC[0m
    ESC[31merror:ESC[0m deploy.yaml:12:11: container port 5054 is already used by container `web`
      ESC[36mhint:ESC[0m set another port with `--set tcpPort=…`
    job/\u{1b}[31mred (default): ESC[32muninjected: cortexflowESC[0m
    cronjob/night (default): ESC[33munchangedESC[0m
    daemonset/old (default): ESC[31moutdated injection by cortexflowESC[0m
    daemonset/half (default): ESC[31mpartial injection by cortexflowESC[0m
    daemonset/none (default): ESC[31mnot injected by cortexflow, nginxESC[0m
    ESC[36mnote:ESC[0m runs on Kubernetes 1.29 and newer
    11 workloads: 3 injected, 1 uninjected, 1 unchanged, 2 skipped, 1 not injected, 1 outdated, 1 partial, 1 refused
    ");
}

#[test]
fn github() {
    assert_snapshot!(render(&table(), "github", Verbosity::Normal, Colour::Off), @r#"
    ::error file=absent.yaml,title=file-missing::there is no such file
    ::error title=not-a-manifest::<stdin>:1:1: not a manifest
    ::error title=named-twice::standard input is named twice
    ::notice title=kubernetes-version::runs on Kubernetes 1.29 and newer
    ::warning file=deploy.yaml,line=3,col=5,title=kept-value::label `a:b,c` is 100%25 kept
    ::error file=deploy.yaml,line=12,col=11,title=conflict::container port 5054 is already used by container `web`%0Ahint: set another port with `--set tcpPort=…`
    ::error file=deploy.yaml,line=1,col=1,title=outdated::daemonset/old (default): outdated injection by cortexflow
    ::error file=deploy.yaml,line=1,col=1,title=partial::daemonset/half (default): partial injection by cortexflow
    ::error file=deploy.yaml,line=1,col=1,title=missing::daemonset/none (default): not injected by cortexflow, nginx
    "#);
}

#[test]
fn github_quiet() {
    assert_snapshot!(render(&table(), "github", Verbosity::Quiet, Colour::Off), @r#"
    ::error file=absent.yaml,title=file-missing::there is no such file
    ::error title=not-a-manifest::<stdin>:1:1: not a manifest
    ::error title=named-twice::standard input is named twice
    ::error file=deploy.yaml,line=12,col=11,title=conflict::container port 5054 is already used by container `web`%0Ahint: set another port with `--set tcpPort=…`
    "#);
}

/// Those entries of which each says something that the others do not.
pub(super) fn excerpt() -> Report {
    let all = table();
    let entries =
        all.entries().iter().filter(|e| ["db", "train", "out", "old"].contains(&e.name.as_str())).cloned().collect();
    Report::new(entries, all.diagnostics().iter().take(3).cloned().collect()).closing(Closing::Numbers)
}

/// Names and messages that would end what they are written in, or that a form cannot have.
pub(super) const HOSTILE: [&str; 6] = [
    "\"'<&>]]>--><x a=\"b\">",
    "100%, a:b %0A ::error::x",
    "a\tb\nc\rd\u{0}\u{1b}[31m\u{7f}\u{85}\u{fffe}\u{ffff}",
    "\u{1f600}\u{10ffff} grün \u{202e}",
    "",
    "<stdin>",
];

/// A report in which these are everywhere, and a message is very long.
pub(super) fn hostile() -> Report {
    let long = "x".repeat(1 << 20);
    let mut entries = Vec::new();
    let mut diagnostics = Vec::new();
    for text in HOSTILE {
        let placed = || Placed {
            path: format!("/{text}"),
            ..Placed::new(Code::Conflict, text).at(text, Some(Position { line: 7, column: 1 })).hint(Some(text))
        };
        let rejected = ReportVerdict::Rejected { errors: vec![placed(), placed()] };
        let results = vec![
            line(text, ReportVerdict::Missing),
            line(text, skipped(text, text, true)),
            line(text, rejected),
            line(text, ReportVerdict::Injected),
        ];
        let warning = Placed::new(Code::QosChanged, text).at(text, None);
        entries.push(TemplateReport {
            file: text.to_owned(),
            template: Some(text.to_owned()),
            diagnostics: vec![warning.clone(), placed()],
            ..entry(text, text, text, results)
        });
        diagnostics.extend([placed(), warning]);
    }
    diagnostics.push(Placed::new(Code::Syntax, long).at("a b/é #/deploy.yaml", None));
    Report::new(entries, diagnostics)
}

/// The parts of the hostile report that a form must not lose.
fn in_github(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[test]
fn no_text_begins_a_line_of_its_own_for_github() {
    let text = render(&hostile(), "github", Verbosity::Normal, Colour::Off);
    for line in text.lines() {
        assert!(["::error ", "::warning "].iter().any(|start| line.starts_with(start)), "{line:?}");
    }
    for hostile in HOSTILE {
        assert!(text.contains(&format!("{}%0Ahint: {}\n", in_github(hostile), in_github(hostile))), "{hostile:?}");
    }
    assert!(text.contains("::error file=a b/é #/deploy.yaml,title=syntax::xxx"));
}

#[test]
fn json_has_every_text_as_it_is() {
    let json: serde_json::Value =
        serde_json::from_str(&render(&hostile(), "json", Verbosity::Normal, Colour::Off)).unwrap();
    let names: Vec<&str> =
        json["entries"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!(names, HOSTILE);
}

#[test]
fn the_status_follows_from_the_gravest() {
    let one = |verdict| Report::new(vec![entry("Pod", "a", "b", vec![line("p", verdict)])], vec![]);
    for (report, expected) in [
        (Report::default(), ExitStatus::Done),
        (one(ReportVerdict::Injected), ExitStatus::Done),
        (one(skipped("default", "opt-in", true)), ExitStatus::Done),
        (one(ReportVerdict::Missing), ExitStatus::Findings),
        (one(ReportVerdict::Outdated), ExitStatus::Findings),
        (one(ReportVerdict::Partial), ExitStatus::Findings),
        (one(ReportVerdict::Rejected { errors: vec![] }), ExitStatus::Error),
        (Report::new(vec![], vec![placed(Severity::Warning, Code::QosChanged, (1, 1), "m")]), ExitStatus::Done),
        (table(), ExitStatus::Error),
    ] {
        assert_eq!(report.status(), expected, "{report:?}");
    }
}
