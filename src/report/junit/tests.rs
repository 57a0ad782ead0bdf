use insta::assert_snapshot;
use roxmltree::{Document, Node};

use crate::report::tests::{HOSTILE, excerpt, hostile, render};
use crate::report::{Colour, Report, Verbosity};

fn junit(report: &Report) -> String {
    render(report, "junit", Verbosity::Normal, Colour::Off)
}

#[test]
fn a_suite_for_each_file_and_a_test_for_each_workload_and_profile() {
    assert_snapshot!(junit(&excerpt()), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="injector" tests="8" failures="2" errors="3" skipped="2" time="0">
      <testsuite name="absent.yaml" tests="1" failures="0" errors="1" skipped="0" time="0">
        <testcase classname="injector" name="file-missing" file="absent.yaml" time="0">
          <error type="file-missing" message="there is no such file">error: absent.yaml: there is no such file</error>
        </testcase>
      </testsuite>
      <testsuite name="&lt;stdin&gt;" tests="1" failures="0" errors="1" skipped="0" time="0">
        <testcase classname="injector" name="not-a-manifest" line="1" time="0">
          <error type="not-a-manifest" message="not a manifest">error: &lt;stdin&gt;:1:1: not a manifest</error>
        </testcase>
      </testsuite>
      <testsuite name="injector" tests="1" failures="0" errors="1" skipped="0" time="0">
        <testcase classname="injector" name="named-twice" time="0">
          <error type="named-twice" message="standard input is named twice">error: standard input is named twice</error>
        </testcase>
      </testsuite>
      <testsuite name="deploy.yaml" tests="5" failures="2" errors="0" skipped="2" time="0">
        <testcase classname="cortexflow" name="statefulset/db (prod)" file="deploy.yaml" line="1" time="0">
          <system-out>warning: deploy.yaml:3:5: label `a:b,c` is 100% kept</system-out>
        </testcase>
        <testcase classname="nginx" name="statefulset/db (prod)" file="deploy.yaml" line="1" time="0">
          <skipped message="skipped: host-network: the pod uses the node&apos;s network"/>
        </testcase>
        <testcase classname="cortexflow" name="pod/out (default)" file="deploy.yaml" line="1" time="0">
          <skipped message="skipped (the webhook would deny it): pod-opted-out: annotation `proxy-injection` is `disabled`"/>
        </testcase>
        <testcase classname="cortexflow" name="pytorchjob/train (ml) at /spec/worker/template" file="deploy.yaml" line="1" time="0">
          <failure type="conflict" message="container port 5054 is already used by container `web`">error: deploy.yaml:12:11: container port 5054 is already used by container `web`&#10;  hint: set another port with `--set tcpPort=…`</failure>
        </testcase>
        <testcase classname="cortexflow" name="daemonset/old (default)" file="deploy.yaml" line="1" time="0">
          <failure type="outdated" message="outdated injection by cortexflow">error: deploy.yaml:1:1: outdated injection by cortexflow</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "##);
}

fn named<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |inner| inner.has_tag_name(name))
}

/// What is left of a text: XML 1.0 has no way to write the rest.
fn allowed(text: &str) -> String {
    let is_allowed = |c: &char| match *c {
        '\t' | '\n' | '\r' => true,
        c => c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}',
    };
    text.chars().filter(is_allowed).collect()
}

#[test]
fn hostile_text_is_valid_and_comes_back_as_it_was() {
    let text = junit(&hostile());
    let document = Document::parse(&text).unwrap();
    let root = document.root_element();
    for hostile in HOSTILE {
        let hostile = allowed(hostile);
        let message = |node: Node<'_, '_>| node.attribute("message") == Some(&hostile);
        assert!(named(root, "failure").any(message) && named(root, "error").any(message), "{hostile:?}");
        let is_of =
            |node: Node<'_, '_>| node.attribute("message").unwrap().ends_with(&format!(": {hostile}: {hostile}"));
        assert!(named(root, "skipped").any(is_of), "{hostile:?}");
    }
    assert!(text.len() > 2 << 20, "a long message is whole, also in the text");
}

#[test]
fn the_numbers_are_those_of_the_elements_and_names_are_unique_in_a_suite() {
    for report in [excerpt(), hostile(), Report::default()] {
        let text = junit(&report);
        let document = Document::parse(&text).unwrap();
        let root = document.root_element();
        for node in named(root, "testsuite").chain([root]) {
            for (attribute, element) in
                [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
            {
                let count = named(node, element).count().to_string();
                assert_eq!(node.attribute(attribute), Some(count.as_str()), "{attribute}");
            }
        }
        for suite in named(root, "testsuite") {
            let name = |node: Node<'_, '_>| {
                ["classname", "name"].map(|attribute| node.attribute(attribute).unwrap().to_owned())
            };
            let mut names: Vec<_> = named(suite, "testcase").map(name).collect();
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }
}
