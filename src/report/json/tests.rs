use insta::assert_snapshot;

use crate::report::tests::{excerpt, render};
use crate::report::{Colour, Verbosity};

#[test]
fn json() {
    assert_snapshot!(render(&excerpt(), "json", Verbosity::Normal, Colour::Off), @r#"
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
          "message": "there is no such file",
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
        "incomplete": 0,
        "edited": 0,
        "unwanted": 0,
        "partial": 0,
        "missing": 0,
        "errors": 4,
        "warnings": 1,
        "notes": 0
      }
    }
    "#);
}
