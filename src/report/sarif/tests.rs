use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::rule;
use crate::diagnostic::{Code, Placed, Position};
use crate::report::tests::{HOSTILE, excerpt, hostile, render};
use crate::report::{Colour, Report, Verbosity};

#[test]
fn sarif() {
    let mut log: Value = serde_json::from_str(&render(&excerpt(), "sarif", Verbosity::Normal, Colour::Off)).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].take();
    assert_eq!(rules.as_array().unwrap().len(), Code::ALL.len());
    assert_snapshot!(format!("{log:#}"), @r##"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "injector",
              "semanticVersion": "0.1.0",
              "rules": null
            }
          },
          "automationDetails": {
            "id": "injector/"
          },
          "originalUriBaseIds": {
            "%SRCROOT%": {
              "uri": "file:///repo/"
            }
          },
          "invocations": [
            {
              "executionSuccessful": false,
              "toolExecutionNotifications": [
                {
                  "level": "error",
                  "message": {
                    "text": "<stdin>:1:1: not a manifest"
                  },
                  "descriptor": {
                    "id": "not-a-manifest"
                  },
                  "associatedRule": {
                    "id": "not-a-manifest",
                    "index": 38
                  }
                },
                {
                  "level": "error",
                  "message": {
                    "text": "standard input is named twice"
                  },
                  "descriptor": {
                    "id": "named-twice"
                  },
                  "associatedRule": {
                    "id": "named-twice",
                    "index": 50
                  }
                }
              ]
            }
          ],
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "level": "error",
              "message": {
                "text": "there is no such file"
              },
              "ruleId": "file-missing",
              "ruleIndex": 41,
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "absent.yaml",
                      "uriBaseId": "%SRCROOT%"
                    }
                  }
                }
              ],
              "partialFingerprints": {
                "injectorFinding/v1": "8bdfd87f8c5c6b35cc374ed3631c2239ba7a914c4954055fa12740bcbb83bc2b"
              }
            },
            {
              "level": "warning",
              "message": {
                "text": "label `a:b,c` is 100% kept"
              },
              "ruleId": "kept-value",
              "ruleIndex": 10,
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "deploy.yaml",
                      "uriBaseId": "%SRCROOT%"
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
              ],
              "partialFingerprints": {
                "injectorFinding/v1": "d164b4e0f6981f7321b1d48104e7252c9870af4333cb1cf1f465ca491c6747c8"
              }
            },
            {
              "level": "error",
              "message": {
                "text": "container port 5054 is already used by container `web`\nhint: set another port with `--set tcpPort=…`"
              },
              "ruleId": "conflict",
              "ruleIndex": 1,
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "deploy.yaml",
                      "uriBaseId": "%SRCROOT%"
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
              ],
              "partialFingerprints": {
                "injectorFinding/v1": "58fd0724e3186254aa70dc800b413c79dd59dd895844f512e33c69fbc7c17d42"
              }
            },
            {
              "level": "error",
              "message": {
                "text": "daemonset/old (default): outdated injection by cortexflow"
              },
              "ruleId": "outdated",
              "ruleIndex": 66,
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "deploy.yaml",
                      "uriBaseId": "%SRCROOT%"
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
              ],
              "partialFingerprints": {
                "injectorFinding/v1": "916f04834e792f343c7d5996a17a4ddff5a23692d2093e7a1ce16722140e1730"
              }
            }
          ]
        }
      ]
    }
    "##);
}

#[test]
fn a_rule_says_what_its_row_says() {
    let conflict = "Something else already has the name, port, volume or mount that the profile adds.";
    let correct = "Correct the manifest, the file, the flag or the annotation.";
    assert_eq!(
        rule(Code::Conflict),
        json!({
            "id": "conflict",
            "shortDescription": {"text": conflict},
            "fullDescription": {"text": format!("{conflict} {correct}")},
            "help": {
                "text": format!("{conflict}\n\nLevel: error. {correct}"),
                "markdown": format!("{conflict}\n\n| code | level |\n|---|---|\n| `conflict` | error |\n\n{correct}"),
            },
            "defaultConfiguration": {"level": "error"},
            "properties": {"fault": "user"},
        })
    );
    let warning = rule(Code::QosChanged);
    assert_eq!(
        warning["help"]["text"],
        "The pod's quality-of-service class changes.\n\nLevel: warning. It is not a fault. In `inject`, `check` and `profile lint`, \
         `--deny qos-changed` makes it an error, and `--allow qos-changed` leaves it out."
    );
}

fn results(report: &Report) -> Vec<Value> {
    let log: Value = serde_json::from_str(&render(report, "sarif", Verbosity::Normal, Colour::Off)).unwrap();
    let run = &log["runs"][0];
    let all = [&run["results"], &run["invocations"][0]["toolExecutionNotifications"]];
    all.into_iter().flat_map(|list| list.as_array().unwrap().clone()).collect()
}

#[test]
fn only_a_file_has_a_uri_and_one_of_the_repository_counts_from_its_root() {
    let artifact = |file: &str| {
        let placed = Placed::new(Code::Syntax, "m").at(file, Some(Position { line: 2, column: 3 }));
        let all = results(&Report::new(Vec::new(), vec![placed]));
        (all[0]["locations"][0]["physicalLocation"]["artifactLocation"].clone(), all[0]["message"]["text"].clone())
    };
    let inside = json!({"uri": "a%20b/%C3%A9%23.yaml", "uriBaseId": "%SRCROOT%"});
    assert_eq!(artifact("a b/é#.yaml"), (inside.clone(), json!("m")));
    assert_eq!(artifact("/repo/x/../a b/é#.yaml"), (inside, json!("m")));
    assert_eq!(artifact("../a b.yaml"), (json!({"uri": "file:///a%20b.yaml"}), json!("m")));
    assert_eq!(artifact("/tmp/a.yaml"), (json!({"uri": "file:///tmp/a.yaml"}), json!("m")));
    assert_eq!(artifact("<stdin>"), (Value::Null, json!("<stdin>:2:3: m")));
    assert_eq!(artifact("<nginx>"), (Value::Null, json!("<nginx>:2:3: m")));
    assert_eq!(artifact(""), (Value::Null, json!("m")));
}

#[test]
fn hostile_text_comes_back_as_it_was_and_fingerprints_are_unique() {
    let all = results(&hostile());
    for hostile in HOSTILE {
        let end = format!("{hostile}\nhint: {hostile}");
        assert!(all.iter().any(|one| one["message"]["text"].as_str().unwrap().ends_with(&end)), "{hostile:?}");
        let path = format!("/{hostile}");
        assert!(
            all.iter().any(|one| one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == path.as_str())
        );
    }
    let fingerprints: BTreeSet<&str> =
        all.iter().filter_map(|one| one["partialFingerprints"]["injectorFinding/v1"].as_str()).collect();
    let results = all.iter().filter(|one| one.get("ruleId").is_some());
    assert_eq!(fingerprints.len(), results.count());
}
