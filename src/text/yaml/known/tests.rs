use super::*;
use crate::text::yaml::{judge_yaml, parse_json, parse_yaml};
use crate::value::pointer::Pointer;
use crate::value::trace::{Again, Reads, Trace};
use crate::value::view::View as _;

const POD: &str = "---
# the pod 1
# and its sidecar
kind: Pod
metadata:
  name: web-1
  namespace: \"team a\"
  labels:
    app: web-1 # the app
    tier: 'back'
  annotations: {team: a}
spec:
  # one
  containers:
    - name: web
      image: example.com/web:1.2@sha256:00ff
      args: [a, 'b']
      ports:
      - containerPort: 8080
      env:
        - name: TEXT
          value: |
            of: a
  empty: ''
  restartPolicy: Always
  hosts:
  - web.example.com
  - \"other\\t\"
";

const REVIEW: &str = r#"{"kind": "AdmissionReview","request":{"uid":"0-1", "dryRun" : false, "object":{
"metadata":{"name":"a b","generation":12,"empty":"","escaped":"a\"b","managed":[{"time":"12:00","left":-1.5e10,"right":2.5}]},
"spec":{"containers":[{"ports":[80,443],"image":"a:1"}]}}}} "#;

fn parse(text: &str, language: Language) -> Result<Tree<'_>, SyntaxError> {
    match language {
        Language::Yaml => parse_yaml(text),
        Language::Json => parse_json(text).map(|(tree, _)| tree),
    }
}

/// A text that is kept.
fn kept(text: &str, language: Language) -> Arc<KnownText> {
    let known = KnownTexts::default();
    known.read((text, language), |text| parse(text, language)).unwrap();
    known.0.all().remove(0)
}

/// Whether a text is read as a known one. If it is, it is read as both parsers read it.
fn is_like(known: &Arc<KnownText>, text: &str, language: Language) -> bool {
    let found = known.read(text, language);
    if let Some(tree) = &found {
        assert_eq!(Ok(tree), parse(text, language).as_ref(), "{text}");
        if language == Language::Yaml {
            assert_eq!(Ok(tree), judge_yaml(text).as_ref(), "{text}");
        }
    }
    found.is_some()
}

/// With each of these replacements in turn.
fn assert_like(base: &str, language: Language, cases: &[(&str, &str)], wanted: bool) {
    let known = kept(base, language);
    assert!(is_like(&known, base, language));
    for (from, to) in cases {
        assert!(base.contains(from), "{from}");
        assert_eq!(is_like(&known, &base.replacen(from, to, 1), language), wanted, "{from} -> {to}");
    }
}

#[test]
fn what_is_in_a_gap_may_be_anything_that_fits() {
    let cases = [
        ("web-1\n", "other.2\n"),
        ("web-1 #", "12 #"),
        ("web:1.2@", "web-long/name:v17@"),
        ("kind: Pod", "kind: null"),
        ("back", "0x10: # \"{"),
        ("'back'", "''"),
        ("''", "'x'"),
        ("team a", "&a ' !"),
        ("the pod 1", "another, with more: words"),
        ("Always", "/health"),
        ("Always", "_"),
        ("8080", "http"),
        ("web.example.com", "w"),
        ("TEXT", "2026-11-29"),
    ];
    assert_like(POD, Language::Yaml, &cases, true);
    let cases = [("0-1", ""), ("a b", "{[,: 'x"), ("12,", "0,"), ("12:00", "later"), ("80", "8080"), ("\"\"", "\"x\"")];
    assert_like(REVIEW, Language::Json, &cases, true);
}

#[test]
fn all_else_is_the_same() {
    let cases = [
        ("web-1\n", "web 1\n"),
        ("web-1\n", "'web-1'\n"),
        ("web-1\n", "web-1:\n"),
        ("web-1\n", "web-1: a\n"),
        ("web-1\n", "\n"),
        ("web-1\n", "-web\n"),
        ("web-1\n", ".inf\n"),
        ("web-1\n", "&a web-1\n"),
        ("web-1\n", "web-1\n   more\n"),
        ("web-1\n", "web-1 \n"),
        ("web-1\n", "wéb\n"),
        ("'back'", "'ba''ck'"),
        ("'back'", "\"back\""),
        ("\"team a\"", "\"team\\n\""),
        ("\"team a\"", "\"team a\" b"),
        ("\"team a\"", "\"te\"am\""),
        ("\"team a\"", "\"team\n  a\""),
        ("\"other\\t\"", "\"another\\t\""),
        ("# the app", "# an app"),
        ("# the app", "#the app"),
        ("# one", "# two"),
        ("[a, 'b']", "[b, 'b']"),
        ("of: a", "of: b"),
        ("team: a", "team: b"),
        ("tier:", "tear:"),
        ("---\n", ""),
        ("# the pod 1\n", ""),
        ("# the pod 1\n", "# a\u{2028}b\n"),
        ("  hosts:", "\n  hosts:"),
        ("- web.example.com\n", "- web.example.com\n  - third\n"),
        ("Always", "Always\n  of: x"),
    ];
    assert_like(POD, Language::Yaml, &cases, false);
    let cases = [
        ("\"name\"", "\"game\""),
        ("0-1", "0\\\"1"),
        ("0-1", "é"),
        ("a\\\"b", "a\\\"c"),
        ("12,", "012,"),
        ("12,", "-12,"),
        ("12,", "1.2,"),
        ("12,", ","),
        ("-1.5e10", "-2.5e10"),
        ("-1.5e10", "-1.6e10"),
        ("-1.5e10", "-1.5e11"),
        ("2.5", "3.5"),
        ("2.5", "2.6"),
        ("false", "true"),
        ("[80,443]", "[80]"),
        ("\"\"", "null"),
    ];
    assert_like(REVIEW, Language::Json, &cases, false);
}

#[test]
fn whatever_is_read_as_known_is_read_so_by_the_parsers() {
    for (base, language) in [(POD, Language::Yaml), (REVIEW, Language::Json)] {
        let known = kept(base, language);
        let (mut taken, mut all) = (0, 0);
        for at in 0..base.len() {
            for new in [
                "", "a", "1", "-", ".", ":", " ", "#", "\n", "'", "\"", "\\", "{", "*", "~", "=", ",", " #", ": ", "\t",
            ] {
                for end in [at, at + 1] {
                    all += 1;
                    taken += u32::from(is_like(&known, &format!("{}{new}{}", &base[..at], &base[end..]), language));
                }
            }
        }
        assert!(taken > 1000 && taken < all / 2, "{taken} of {all}");
    }
}

#[test]
fn what_is_written_otherwise_has_no_gap() {
    for (text, from, to) in [
        ("a: b \nc: d\n", "b", "e"),
        ("a: b\r\nc: d\r\n", "b", "e"),
        ("a: &x b\nc: d\n", "b", "e"),
        ("a: !!str b\nc: d\n", "b", "e"),
        ("a: &x 'b'\nc: d\n", "b", "e"),
        ("a: 'b''c'\n", "b", "e"),
        ("a: b c\n", "b", "e"),
        ("a: |\n  b\n", "b", "e"),
        ("a: b", "b", "e"),
    ] {
        assert_like(text, Language::Yaml, &[(from, to)], false);
    }
}

#[test]
fn a_part_of_one_text_is_found_in_the_other_if_it_has_nothing_of_a_gap() {
    let known = kept(POD, Language::Yaml);
    let text = POD.replace("web-1", "longer-web-1").replace("team a", "").replace("8080", "http");
    let tree = known.read(&text, Language::Yaml).unwrap();
    let like = tree.like().unwrap();
    let mut apart = 0;
    for (start, end) in (0..text.len()).flat_map(|start| [start, start + 1, start + 3].map(move |end| (start, end))) {
        let Some(part) = like.to_known(&(start..end)).filter(|_| end <= text.len()) else {
            apart += 1;
            continue;
        };
        assert_eq!(POD[part.clone()], text[start..end]);
        assert_eq!(like.of_known(&part), Some(start..end));
    }
    assert!((text.len() / 4..text.len() * 2).contains(&apart), "{apart} of {}", text.len());
    for inside in ["onger", "web-1 #", "http", "Always"] {
        let at = text.find(inside).unwrap() + 1;
        assert_eq!(like.to_known(&(at..at)), None, "{inside}");
    }
}

#[test]
fn a_text_is_one_of_its_language() {
    let text = "{\"a\": \"b\"}\n";
    assert!(!is_like(&kept(text, Language::Json), text, Language::Yaml));
}

#[test]
fn what_has_its_values_from_elsewhere_is_not_kept() {
    for (text, is_kept) in [
        ("a: b\nc: d\n", true),
        ("a: &x b\nc: d\n", true),
        ("a: &x b\nc: *x\n", false),
        ("a: &x {b: c}\nd:\n  <<: *x\n", false),
        ("a: b\n...\nc: d\n", false),
        ("", false),
    ] {
        let known = KnownTexts::default();
        known.read((text, Language::Yaml), parse_yaml).unwrap();
        assert_eq!(known.0.all().len(), usize::from(is_kept), "{text}");
    }
    for large in [format!("a: {}\n", "x".repeat(LONGEST)), "- a\n".repeat(MOST_NODES)] {
        let known = KnownTexts::default();
        known.read((&large, Language::Yaml), parse_yaml).unwrap();
        assert!(known.0.all().is_empty());
    }
}

#[test]
fn the_latest_texts_are_kept() {
    let known = KnownTexts::default();
    let read = |text: &str| drop(known.read((text, Language::Yaml), parse_yaml).unwrap());
    let kept = || known.0.all().len();
    read("a: b\n");
    assert_eq!(kept(), 1);
    read("a: c\n");
    assert_eq!(kept(), 1, "it is like the first");
    (0..2 * KEPT).for_each(|index| read(&format!("a{index}: b\n")));
    assert_eq!(kept(), KEPT);
}

#[test]
fn what_was_read_of_one_text_is_compared_with_another_by_its_scalars() {
    let known = kept(POD, Language::Yaml);
    let tree = known.read(POD, Language::Yaml).unwrap();
    let trace = Trace::default();
    let root = trace.of(tree.view(tree.root().unwrap()));
    trace.read_by(0, || root.path(&["spec", "containers"]).and_then(|list| list.element(0)?.text(&["image"])));
    trace.read_by(1, || root.path(&["metadata", "labels"]).map(|labels| (labels.is_empty(), labels.text(&["tier"]))));
    let reads = [trace.reads(0).unwrap(), trace.reads(1).unwrap()];
    let both = Reads::of_all(&reads);
    for (from, to, wanted) in [
        ("kind: Pod", "kind: Deployment", [true, true, true]),
        ("web:1.2", "web:1.3", [false, true, false]),
        ("'back'", "'front'", [true, false, false]),
        ("web-1 #", "web-2 #", [true, true, true]),
        ("8080", "http", [true, true, true]),
    ] {
        let text = POD.replacen(from, to, 1);
        let (alike, parsed) = (known.read(&text, Language::Yaml).unwrap(), parse_yaml(&text).unwrap());
        for tree in [&alike, &parsed] {
            let again = Again::new(tree.view(tree.root().unwrap()), "");
            let are_of = |reads: &Reads| reads.are_of(&again);
            assert_eq!([are_of(&reads[0]), are_of(&reads[1]), are_of(&both)], wanted, "{from} -> {to}");
        }
    }
    // What is at a place of one known text is elsewhere in another one.
    let other = POD.replacen("kind: Pod", "kind: Pod\nmore: [1, 2]", 1);
    for (text, wanted) in [(other.clone(), true), (other.replace("web:1.2", "web:1.3"), false)] {
        let tree = kept(&text, Language::Yaml);
        let tree = tree.read(&text, Language::Yaml).unwrap();
        assert_eq!(both.are_of(&Again::new(tree.view(tree.root().unwrap()), "")), wanted);
    }
}

#[test]
fn a_part_of_one_text_is_like_that_of_another_if_what_was_read_is_the_same() {
    let known = kept(POD, Language::Yaml);
    let tree = known.read(POD, Language::Yaml).unwrap();
    let spec = |tree: &Tree<'_>| tree.find(tree.root().unwrap(), &Pointer::of(["spec"])).unwrap();
    let part = tree.view(spec(&tree));
    part.watch();
    let _ = part.member("containers").and_then(|list| list.element(0)?.text(&["image"]));
    let footprint = part.footprint().unwrap();
    for (from, to, wanted) in [
        ("web:1.2", "web:1.3", false),
        ("web-1", "web-2", true),
        ("8080", "http", true),
        ("[a, 'b']", "[c, 'b']", true),
        ("[a, 'b']", "[a]", false),
        ("image:", "imago:", false),
    ] {
        let text = POD.replacen(from, to, 1);
        let alike = known.read(&text, Language::Yaml);
        let of_its_own = kept(&text, Language::Yaml);
        for tree in alike.into_iter().chain(of_its_own.read(&text, Language::Yaml)) {
            assert_eq!(tree.view(spec(&tree)).is_like(&footprint), wanted, "{from} -> {to}");
        }
    }
}
