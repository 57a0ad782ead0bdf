//! One table of entries, through every renderer.

use crate::diagnostic::Code;
use insta::assert_snapshot;

use super::*;

fn line(profile: &str, verdict: Verdict) -> ResultLine {
    ResultLine { profile: profile.to_owned(), verdict }
}

fn skipped(rule: &str, reason: &str, would_deny: bool) -> Verdict {
    Verdict::Skipped { rule: rule.to_owned(), reason: reason.to_owned(), would_deny }
}

fn placed(severity: Severity, code: Code, (line, column): (usize, usize), message: &str) -> Placed {
    Placed { severity, ..Placed::new(code, message).at("deploy.yaml", Some(Position { line, column })) }
}

fn entry(kind: &str, name: &str, namespace: &str, results: Vec<ResultLine>) -> Entry {
    Entry {
        file: "deploy.yaml".to_owned(),
        position: Some(Position { line: 1, column: 1 }),
        api_version: "apps/v1".to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        results,
        ..Entry::default()
    }
}

fn table() -> Report {
    let conflict = Placed {
        path: "/spec/template/spec/containers/0/ports/0".to_owned(),
        ..placed(Severity::Error, Code::Conflict, (12, 11), "container port 5054 is already used by container `web`")
            .hint(Some("set another port with `--set tcpPort=…`"))
    };
    let kept = placed(Severity::Warning, Code::KeptValue, (3, 5), "label `a:b,c` is 100% kept");
    Report::new(
        vec![
            entry("Deployment", "web", "default", vec![line("cortexflow", Verdict::Injected)]),
            entry(
                "Deployment",
                "two",
                "default",
                vec![line("cortexflow", Verdict::Injected), line("nginx", Verdict::Injected)],
            ),
            entry(
                "Pod",
                "node-exporter",
                "kube-system",
                vec![line("cortexflow", skipped("excluded-namespace", "namespace `kube-system` is left alone", false))],
            ),
            Entry {
                diagnostics: vec![kept],
                ..entry(
                    "StatefulSet",
                    "db",
                    "prod",
                    vec![
                        line("cortexflow", Verdict::Injected),
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
            Entry {
                file: "deploy.yaml".to_owned(),
                template: Some("/spec/worker/template".to_owned()),
                ..entry(
                    "PyTorchJob",
                    "train",
                    "ml",
                    vec![line("cortexflow", Verdict::Rejected { errors: vec![conflict] })],
                )
            },
            entry("Job", "\u{1b}[31mred", "default", vec![line("cortexflow", Verdict::Uninjected)]),
            entry("CronJob", "night", "default", vec![line("cortexflow", Verdict::Unchanged)]),
            entry("DaemonSet", "old", "default", vec![line("cortexflow", Verdict::Outdated)]),
            entry("DaemonSet", "half", "default", vec![line("cortexflow", Verdict::Partial)]),
            entry(
                "DaemonSet",
                "none",
                "default",
                vec![line("cortexflow", Verdict::Missing), line("nginx", Verdict::Missing)],
            ),
        ],
        vec![
            Placed::new(Code::FileMissing, "no such file or directory").at("absent.yaml", None),
            Placed::new(Code::NotAManifest, "not a manifest").at("<stdin>", Some(Position { line: 1, column: 1 })),
            Placed::new(Code::NamedTwice, "standard input is named twice"),
            Placed::new(Code::KubernetesVersion, "runs on Kubernetes 1.29 and newer"),
        ],
    )
}

fn render(report: &Report, format: Format, verbosity: Verbosity, colour: Colour) -> String {
    let mut out = Vec::new();
    report.write(format, verbosity, colour, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text() {
    assert_snapshot!(render(&table(), Format::Text, Verbosity::Normal, Colour::Off), @r"
    error: absent.yaml: no such file or directory
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
    ");
}

#[test]
fn text_quiet() {
    assert_snapshot!(render(&table(), Format::Text, Verbosity::Quiet, Colour::Off), @"
    error: absent.yaml: no such file or directory
    error: <stdin>:1:1: not a manifest
    error: standard input is named twice
    error: deploy.yaml:12:11: container port 5054 is already used by container `web`
      hint: set another port with `--set tcpPort=…`
    ");
}

#[test]
fn text_coloured() {
    let text = render(&table(), Format::Text, Verbosity::Normal, Colour::On);
    assert_snapshot!(text.replace('\x1b', "ESC"), @r"
    ESC[31merror:ESC[0m absent.yaml: no such file or directory
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
    ");
}

#[test]
fn github() {
    assert_snapshot!(render(&table(), Format::Github, Verbosity::Normal, Colour::Off), @r#"
    ::error file=absent.yaml,title=file-missing::no such file or directory
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
    assert_snapshot!(render(&table(), Format::Github, Verbosity::Quiet, Colour::Off), @r#"
    ::error file=absent.yaml,title=file-missing::no such file or directory
    ::error title=not-a-manifest::<stdin>:1:1: not a manifest
    ::error title=named-twice::standard input is named twice
    ::error file=deploy.yaml,line=12,col=11,title=conflict::container port 5054 is already used by container `web`%0Ahint: set another port with `--set tcpPort=…`
    "#);
}

/// Those entries of which each says something that the others do not.
fn excerpt() -> Report {
    let all = table();
    let entries =
        all.entries.into_iter().filter(|e| ["db", "train", "out", "old"].contains(&e.name.as_str())).collect();
    Report::new(entries, all.diagnostics.into_iter().take(3).collect())
}

#[test]
fn json() {
    assert_snapshot!(render(&excerpt(), Format::Json, Verbosity::Normal, Colour::Off), @r#"
    {
      "version": "v1",
      "entries": [
        {
          "file": "deploy.yaml",
          "line": 1,
          "column": 1,
          "apiVersion": "apps/v1",
          "kind": "StatefulSet",
          "namespace": "prod",
          "name": "db",
          "results": [
            {
              "profile": "cortexflow",
              "verdict": "injected"
            },
            {
              "profile": "nginx",
              "verdict": "skipped",
              "rule": "host-network",
              "reason": "the pod uses the node's network",
              "wouldDeny": false
            }
          ],
          "diagnostics": [
            {
              "severity": "warning",
              "code": "kept-value",
              "message": "label `a:b,c` is 100% kept",
              "file": "deploy.yaml",
              "line": 3,
              "column": 5,
              "path": ""
            }
          ]
        },
        {
          "file": "deploy.yaml",
          "line": 1,
          "column": 1,
          "apiVersion": "apps/v1",
          "kind": "Pod",
          "namespace": "default",
          "name": "out",
          "results": [
            {
              "profile": "cortexflow",
              "verdict": "skipped",
              "rule": "pod-opted-out",
              "reason": "annotation `proxy-injection` is `disabled`",
              "wouldDeny": true
            }
          ],
          "diagnostics": []
        },
        {
          "file": "deploy.yaml",
          "line": 1,
          "column": 1,
          "apiVersion": "apps/v1",
          "kind": "PyTorchJob",
          "namespace": "ml",
          "name": "train",
          "template": "/spec/worker/template",
          "results": [
            {
              "profile": "cortexflow",
              "verdict": "rejected",
              "errors": [
                {
                  "severity": "error",
                  "code": "conflict",
                  "message": "container port 5054 is already used by container `web`",
                  "hint": "set another port with `--set tcpPort=…`",
                  "file": "deploy.yaml",
                  "line": 12,
                  "column": 11,
                  "path": "/spec/template/spec/containers/0/ports/0"
                }
              ]
            }
          ],
          "diagnostics": []
        },
        {
          "file": "deploy.yaml",
          "line": 1,
          "column": 1,
          "apiVersion": "apps/v1",
          "kind": "DaemonSet",
          "namespace": "default",
          "name": "old",
          "results": [
            {
              "profile": "cortexflow",
              "verdict": "outdated"
            }
          ],
          "diagnostics": []
        }
      ],
      "diagnostics": [
        {
          "severity": "error",
          "code": "file-missing",
          "message": "no such file or directory",
          "file": "absent.yaml",
          "path": ""
        },
        {
          "severity": "error",
          "code": "not-a-manifest",
          "message": "not a manifest",
          "file": "<stdin>",
          "line": 1,
          "column": 1,
          "path": ""
        },
        {
          "severity": "error",
          "code": "named-twice",
          "message": "standard input is named twice",
          "file": "",
          "path": ""
        }
      ],
      "summary": {
        "workloads": 4,
        "injected": 1,
        "skipped": 2,
        "rejected": 1,
        "uninjected": 0,
        "unchanged": 0,
        "outdated": 1,
        "partial": 0,
        "missing": 0,
        "errors": 4,
        "warnings": 1,
        "notes": 0
      }
    }
    "#);
}

#[test]
fn sarif() {
    assert_snapshot!(render(&excerpt(), Format::Sarif, Verbosity::Normal, Colour::Off), @r#"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "injector",
              "semanticVersion": "0.1.0",
              "rules": [
                {
                  "id": "file-missing",
                  "shortDescription": {
                    "text": "file missing"
                  }
                },
                {
                  "id": "not-a-manifest",
                  "shortDescription": {
                    "text": "not a manifest"
                  }
                },
                {
                  "id": "named-twice",
                  "shortDescription": {
                    "text": "named twice"
                  }
                },
                {
                  "id": "kept-value",
                  "shortDescription": {
                    "text": "kept value"
                  }
                },
                {
                  "id": "conflict",
                  "shortDescription": {
                    "text": "conflict"
                  }
                },
                {
                  "id": "outdated",
                  "shortDescription": {
                    "text": "outdated"
                  }
                }
              ]
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "file-missing",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "no such file or directory"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "absent.yaml"
                    }
                  }
                }
              ]
            },
            {
              "ruleId": "not-a-manifest",
              "ruleIndex": 1,
              "level": "error",
              "message": {
                "text": "not a manifest"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "%3Cstdin%3E"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 1
                    }
                  }
                }
              ]
            },
            {
              "ruleId": "named-twice",
              "ruleIndex": 2,
              "level": "error",
              "message": {
                "text": "standard input is named twice"
              },
              "locations": []
            },
            {
              "ruleId": "kept-value",
              "ruleIndex": 3,
              "level": "warning",
              "message": {
                "text": "label `a:b,c` is 100% kept"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "deploy.yaml"
                    },
                    "region": {
                      "startLine": 3,
                      "startColumn": 5
                    }
                  },
                  "logicalLocations": [
                    {
                      "name": "statefulset/db (prod)"
                    }
                  ]
                }
              ]
            },
            {
              "ruleId": "conflict",
              "ruleIndex": 4,
              "level": "error",
              "message": {
                "text": "container port 5054 is already used by container `web`\nhint: set another port with `--set tcpPort=…`"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "deploy.yaml"
                    },
                    "region": {
                      "startLine": 12,
                      "startColumn": 11
                    }
                  },
                  "logicalLocations": [
                    {
                      "name": "pytorchjob/train (ml) at /spec/worker/template",
                      "fullyQualifiedName": "/spec/template/spec/containers/0/ports/0"
                    }
                  ]
                }
              ]
            },
            {
              "ruleId": "outdated",
              "ruleIndex": 5,
              "level": "error",
              "message": {
                "text": "daemonset/old (default): outdated injection by cortexflow"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "deploy.yaml"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 1
                    }
                  },
                  "logicalLocations": [
                    {
                      "name": "daemonset/old (default)"
                    }
                  ]
                }
              ]
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn the_status_follows_from_the_gravest() {
    let one = |verdict| Report::new(vec![entry("Pod", "a", "b", vec![line("p", verdict)])], vec![]);
    for (report, expected) in [
        (Report::default(), ExitStatus::Done),
        (one(Verdict::Injected), ExitStatus::Done),
        (one(skipped("default", "opt-in", true)), ExitStatus::Done),
        (one(Verdict::Missing), ExitStatus::Findings),
        (one(Verdict::Outdated), ExitStatus::Findings),
        (one(Verdict::Partial), ExitStatus::Findings),
        (one(Verdict::Rejected { errors: vec![] }), ExitStatus::Error),
        (Report::new(vec![], vec![placed(Severity::Warning, Code::QosChanged, (1, 1), "m")]), ExitStatus::Done),
        (table(), ExitStatus::Error),
    ] {
        assert_eq!(report.status(), expected, "{report:?}");
    }
}
