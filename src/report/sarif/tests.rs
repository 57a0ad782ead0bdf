use insta::assert_snapshot;
use serde_json::Value;

use super::{rule, uri};
use crate::diagnostic::Code;
use crate::report::tests::{excerpt, render};
use crate::report::{Colour, Verbosity};

#[test]
fn sarif() {
    let mut log: Value = serde_json::from_str(&render(&excerpt(), "sarif", Verbosity::Normal, Colour::Off)).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].take();
    assert_eq!(rules.as_array().unwrap().len(), Code::ALL.len());
    assert_snapshot!(format!("{log:#}"), @r#"
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
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "file-missing",
              "ruleIndex": 41,
              "level": "error",
              "message": {
                "text": "there is no such file"
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
              "ruleIndex": 38,
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
              "ruleIndex": 47,
              "level": "error",
              "message": {
                "text": "standard input is named twice"
              },
              "locations": []
            },
            {
              "ruleId": "kept-value",
              "ruleIndex": 10,
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
              "ruleIndex": 1,
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
              "ruleIndex": 58,
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
fn a_path_becomes_a_relative_reference() {
    for (path, expected) in [
        ("charts/web/deploy.yaml", "charts/web/deploy.yaml"),
        ("a b/100%/ü.yaml", "a%20b/100%25/%C3%BC.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
    ] {
        assert_eq!(uri(path), expected);
    }
}

#[test]
fn a_rule_says_how_grave_it_is_and_whose_fault() {
    let rule = rule(Code::Conflict);
    assert_eq!(
        rule,
        serde_json::json!({
            "id": "conflict",
            "shortDescription": {"text": "Something else already has the name, port, volume or mount that the profile adds."},
            "defaultConfiguration": {"level": "error"},
            "properties": {"fault": "user"},
        })
    );
}
