use super::parse;
use crate::text::yaml::judge_yaml;

/// Whether a text is read; it is an error of ours if `libyaml` reads it otherwise.
fn is_read(text: &str) -> bool {
    let Some(tree) = parse(text) else { return false };
    match judge_yaml(text) {
        Ok(judged) => assert_eq!(tree, judged, "{text}"),
        Err(error) => panic!("{error}:\n{text}"),
    }
    true
}

#[test]
fn plain_documents_are_read() {
    for text in [
        "a: 1\n",
        "---\na: 1\n",
        "--- # c\n\n# c\na: 1 # c\n# c\n",
        "a:\n  b:\n    c: d\n  e: f\ng:\n",
        "  a:\n   b: 1\n  c: 2\n",
        "a:\n- b\n- c: d\n  e: f\n-\n- - g\n  -  - h\n     - i\nj: k\n",
        "a:\n  - b\n  -\n    c: d\n  -\n    - e\n",
        "- a\n- b: c\n-   d: e\n    f:\n    - g\n",
        "a: b c # d\nb: c#d\nc: a:b\nd: -a\ne: a - b\nhttp://x: y\nspaced  key : z\n",
        "a: \"b\"\n'b': 'it''s # one'\n\"c\" : \"\\\"\\\\\\/\\n\\t\" # d\n",
        "a: []\nb: {}\nc: [a, \"b\", 'c d', e f , [g, {h: i}]]\nd: {a: [], 'b': {c: d}, \"e\": f} # g\n- \n"
            .trim_end_matches("- \n"),
        "a: [--a=b:c, http://d/e:8080]\nb: {a b: c d}\n",
        "a: |\n  b\n   c # d\n\n  e: f\nb: |-\n  x\n\n\nc: |+\n  x\n\n\n",
        "a:\n  - |\n    x\n\n  # c\n  - b: |-\n      x\n    c: |+ # d\n      x\n",
        "a: |\n  x\n \n   \n  y\n",
        "a: >\n  x\n  y z \n\n  # c\n\n\n  e: f\nb: >-\n  x\n\n\nc: >+ # d\n  x\n  y\n\n",
        "a:\n  - >\n    x\n    y\n\n  # c\n  - b: >-\n      x\n \n      y\n    c: >+\n      x\n",
        "a: é \u{1f600}\nb: \"é\"\n",
        "<<: {}\n",
        "a: ~\nyes: no\n1: 0o1\n",
        "a: b\\c\nd: (e)\n",
    ] {
        assert!(is_read(text), "{text}");
    }
}

#[test]
fn what_is_not_plain_is_handed_over() {
    for text in [
        "",
        "# c\n",
        "a: 1",
        "a\n",
        "a:\tb\n",
        "a: 1\r\n",
        "\u{feff}a: 1\n",
        "a: \u{85}\n",
        "a: \u{2028}b\n",
        "a: 1\n---\nb: 2\n",
        "a: 1\n...\n",
        "%YAML 1.1\n---\na: 1\n",
        "--- a\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !!str b\n",
        "? a\n",
        "a: b\n  c\n",
        "a: b\n  c: d\n",
        "a: \"b\n  c\"\n",
        "a: \"b\\\n  c\"\n",
        "a: \"\\x41\"\n",
        "a: \"b\"c\n",
        "a: \"b\"#c\n",
        "\"a\":b\n",
        "a: [b,\n  c]\n",
        "a: [b]c\n",
        "a: [b, , c]\n",
        "a: [b: c]\n",
        "a: {b}\n",
        "a: {b:c}\n",
        "[a]: b\n",
        "a: >\n  b\n   c\n",
        "a: >\n  b\n   \n  c\n",
        "a: >2\n  b\n",
        "a: >\n\n  b\n",
        "a: |2\n  b\n",
        "a: |\n\n  b\n",
        "a: |\nb: c\n",
        "a: |\n    b\n  c\n",
        "a:\n  |\n    b\n",
        "a:\n  b\n",
        "a: b: c\n",
        "a: - b\n",
        "- a\n b: c\n",
        "a:\n  - b\n  c: d\n",
        "a: 1\na: 2\n",
        "a: .inf\n",
        "a: @b\n",
        "a: `b\n",
    ] {
        assert!(!is_read(text), "{text}");
    }
    let long = "k".repeat(1001);
    assert!(!is_read(&format!("{long}: a\n")));
    assert!(!is_read(&format!("{}\n", "- ".repeat(200) + "a")));
}

/// Pieces of lines, so that any text of them is almost YAML.
const PIECES: &[&str] = &[
    "a",
    "b: ",
    "- ",
    "-",
    ":",
    ": ",
    "c:",
    " ",
    "  ",
    "    ",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "\n  - ",
    "\n",
    "\"",
    "'",
    "\"x\"",
    "'y'",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "|\n",
    "|-\n",
    "|+\n",
    ">\n",
    ">-\n",
    ">+\n",
    "#",
    " # c",
    "\\",
    "\\n",
    "é",
    "1",
    "~",
    "<<: ",
    "---\n",
    "...",
    "?",
    "&x ",
    "*x",
    "!t ",
    "\t",
    "%",
    "\n\n",
    "key: value\n",
    "  key: value\n",
    "- key: value\n",
    "\n   ",
    "\u{a0}",
    "''",
    "0x1",
    ".inf",
    "x:y",
    "x#y",
];

/// Texts that are made from the pieces, the same in each run.
#[test]
fn whatever_is_read_is_read_as_libyaml_reads_it() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or_default() % below
    };
    let mut read = 0;
    for _ in 0..60_000 {
        let mut text: String = (0..1 + random(14)).map(|_| PIECES[random(PIECES.len())]).collect();
        text.push('\n');
        read += usize::from(is_read(&text));
    }
    assert!(read > 2_000, "{read}");
}

/// Manifests with a byte changed, left out, or written twice, and with lines that change places or their indentation.
#[test]
fn spoiled_manifests_are_read_as_libyaml_reads_them() {
    let mut read = 0;
    for text in [include_str!("../../../../benches/workload.yaml"), include_str!("../../../profile/starter.yaml")] {
        assert!(is_read(text));
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for index in 0..lines.len() {
            for change in 0..13 {
                let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
                let last = lines.len() - 1;
                match change {
                    0 => lines[index].insert(0, ' '),
                    1 => lines[index].insert_str(0, "  "),
                    2 | 3 => lines[index] = lines[index].get(change - 1..).unwrap_or("\n").to_owned(),
                    4 => lines.swap(index, last - index),
                    5 => drop(lines.remove(index)),
                    6 => lines[index] = lines[index].replace(": ", ":"),
                    7 => lines[index] = lines[index].replace(':', ": |"),
                    8 => lines[index].insert_str(0, "- "),
                    9 => lines[index].insert(0, '\n'),
                    10 => lines[index] = lines[index].replace('"', ""),
                    11 => lines[index] = lines[index].replace(':', ": >"),
                    _ => lines[index] = lines[index].replace('\n', " # c\n"),
                }
                read += usize::from(is_read(&lines.concat()));
            }
        }
    }
    assert!(read > 500, "{read}");
}

/// A run with one begins with reading it.
#[test]
fn profiles_with_flow_style_and_folded_expressions_are_read() {
    for text in [
        include_str!("../../../profile/builtin/linkerd.yaml"),
        include_str!("../../../profile/builtin/dapr.yaml"),
        include_str!("../../../profile/builtin/vault-agent.yaml"),
    ] {
        assert!(is_read(text));
    }
}
