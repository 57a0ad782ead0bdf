use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::Value;

use crate::report::tests::{HOSTILE, excerpt, hostile, render};
use crate::report::{Colour, Report, Verbosity};

fn gitlab(report: &Report) -> Vec<Value> {
    serde_json::from_str(&render(report, "gitlab", Verbosity::Normal, Colour::Off)).unwrap()
}

fn fingerprints(report: &Report) -> Vec<String> {
    gitlab(report).iter().map(|element| element["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_finding_has_a_path_and_a_line() {
    let mut all = gitlab(&excerpt());
    for element in &mut all {
        assert_eq!(element["fingerprint"].take().as_str().map(str::len), Some(64));
    }
    let lines: Vec<String> = all.iter().map(Value::to_string).collect();
    assert_snapshot!(lines.join("\n"), @r##"
    {"description":"there is no such file","check_name":"file-missing","fingerprint":null,"severity":"major","location":{"path":"absent.yaml","lines":{"begin":1}}}
    {"description":"<stdin>:1:1: not a manifest","check_name":"not-a-manifest","fingerprint":null,"severity":"major","location":{"path":".","lines":{"begin":1}}}
    {"description":"standard input is named twice","check_name":"named-twice","fingerprint":null,"severity":"major","location":{"path":".","lines":{"begin":1}}}
    {"description":"label `a:b,c` is 100% kept","check_name":"kept-value","fingerprint":null,"severity":"minor","location":{"path":"deploy.yaml","lines":{"begin":3}}}
    {"description":"container port 5054 is already used by container `web`\nhint: set another port with `--set tcpPort=…`","check_name":"conflict","fingerprint":null,"severity":"major","location":{"path":"deploy.yaml","lines":{"begin":12}}}
    {"description":"daemonset/old (default): outdated injection by cortexflow","check_name":"outdated","fingerprint":null,"severity":"major","location":{"path":"deploy.yaml","lines":{"begin":1}}}
    "##);
}

#[test]
fn fingerprints_stay_when_lines_move_and_are_unique() {
    let moved = |by| {
        excerpt().map(|entries, diagnostics| {
            let of_entries = entries.iter_mut().flat_map(|entry| {
                if let Some(position) = &mut entry.position {
                    position.line += by;
                }
                &mut entry.diagnostics
            });
            for position in of_entries.chain(diagnostics).filter_map(|placed| placed.position.as_mut()) {
                position.line += by;
            }
        })
    };
    assert_eq!(fingerprints(&moved(0)), fingerprints(&moved(3)));
    assert_ne!(gitlab(&moved(0)), gitlab(&moved(3)));
    for report in [excerpt(), hostile()] {
        let all = fingerprints(&report);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }
}

#[test]
fn hostile_text_comes_back_as_it_was() {
    let all = gitlab(&hostile());
    for hostile in HOSTILE {
        let end = format!("{hostile}\nhint: {hostile}");
        assert!(all.iter().any(|element| element["description"].as_str().unwrap().ends_with(&end)), "{hostile:?}");
    }
    let long = all.iter().find(|element| element["check_name"] == "syntax").unwrap();
    assert_eq!(long["location"]["path"], "a b/é #/deploy.yaml");
    assert_eq!(long["location"]["lines"]["begin"], 1);
}
