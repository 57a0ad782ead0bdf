//! Scalar types held against Kubernetes' own parser: every row of the table, and strings made to look like numbers.

use injector::internals::text::yaml::scalar::{self as types, Scalar};
use serde_json::Value;

use crate::support::numbers::Numbers;
use crate::support::oracle::Oracle;

const FRAGMENTS: &str = "0 1 7 8 9 12 00 _ __ + - . e E e+ E- 0x 0X 0o 0O 0b 0B 0b- a f F x p i : 12:30 inf .inf .NaN .nan y Y yes no On \
    off true False null Null NULL ~ << 2001-01-02 T03:04:05 Z 9223372036854775807 9223372036854775808 \
    18446744073709551615 18446744073709551616 1e308 1e309 4.9e-324 1e21 1e20 777777777777777777777 0.1 Mi m % , é =";
const WORDS: &str = "y n yes no on off true false null .inf -.inf +.inf .nan ~";

fn word(numbers: &mut Numbers, words: &'static str) -> &'static str {
    let words: Vec<&str> = words.split(' ').collect();
    numbers.one_of(&words)
}

fn scalar(numbers: &mut Numbers) -> String {
    if numbers.below(8) == 0 {
        let word = word(numbers, WORDS);
        return word.chars().map(|c| if numbers.below(2) == 0 { c.to_ascii_uppercase() } else { c }).collect();
    }
    (0..=numbers.below(6)).map(|_| word(numbers, FRAGMENTS)).collect()
}

/// Whether the text stands for itself after `k: `, and before `: v`.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.ends_with(':')
        && text != "-"
        && !text.starts_with(['&', '@', '%', ',', '#', '!', '*', '|', '>', '\'', '"', '[', '{', '?'])
}

fn texts() -> Vec<String> {
    let table = include_str!("../../testdata/yaml-scalars.tsv");
    let rows =
        table.lines().filter(|line| !line.starts_with("# ")).map(|line| line.split('\t').next().unwrap().to_owned());
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    rows.chain((0..20_000).map(|_| scalar(&mut numbers))).filter(|text| is_plain(text)).collect()
}

#[test]
fn plain_scalars_have_kubernetes_types() {
    let Some(mut oracle) = Oracle::start("plain_scalars_have_kubernetes_types") else { return };
    let texts = texts();
    assert!(texts.len() > 20_000, "{}", texts.len());
    let streams: Vec<String> = texts.iter().map(|text| format!("k: {text}\n")).collect();
    let answers = oracle.documents_of_all(streams.iter().map(String::as_bytes));
    let mut counts = [0; 6];
    for (text, answer) in texts.iter().zip(answers) {
        let ours = types::plain(text);
        let at = match &ours {
            Err(_) => 0,
            Ok(Scalar::Null) => 1,
            Ok(Scalar::Boolean(_)) => 2,
            Ok(Scalar::Integer(_) | Scalar::Unsigned(_)) => 3,
            Ok(Scalar::Float(_)) => 4,
            Ok(Scalar::String(_)) => 5,
        };
        counts[at] += 1;
        let theirs = answer.map(|mut documents| documents[0]["k"].take());
        assert_eq!(ours.ok().map(types::to_value), theirs.as_ref().ok().cloned(), "`{text}`: {theirs:?}");
        assert!(!types::certainly_string(text) || theirs.is_ok_and(|value| value.is_string()), "`{text}`");
    }
    assert!(counts.iter().all(|count| *count > 100), "each type occurs often: {counts:?}");
}

#[test]
fn keys_are_spelt_as_kubernetes_spells_them() {
    let Some(mut oracle) = Oracle::start("keys_are_spelt_as_kubernetes_spells_them") else { return };
    let texts: Vec<String> = texts().into_iter().filter(|text| text != "<<").collect();
    let streams: Vec<String> = texts.iter().map(|text| format!("k:\n  {text}: 1\n")).collect();
    let answers = oracle.documents_of_all(streams.iter().map(String::as_bytes));
    for (text, answer) in texts.iter().zip(answers) {
        let ours = types::plain_key(text);
        let theirs = answer.map(|documents| {
            let Value::Object(members) = &documents[0]["k"] else { panic!("`{text}`: {documents:?}") };
            members.keys().next().cloned()
        });
        assert_eq!(ours.as_deref().ok(), theirs.as_ref().ok().and_then(Option::as_deref), "`{text}`: {theirs:?}");
    }
}

#[test]
fn tagged_scalars_have_kubernetes_types() {
    let Some(mut oracle) = Oracle::start("tagged_scalars_have_kubernetes_types") else { return };
    const TAGS: &str = "!!str !!int !!float !!bool !!null !!binary !!timestamp !!map !!omap !!merge ! !foo";
    const MORE: &str = "|aGVsbG8=|aGVsbG9=|aGVsbG8|/w==|/+KC|a===|====|2001-1-2|2001-02-29|2000-02-29|\
        0000-01-01|2001-12-14t21:59:43.10-05:00|2001-12-14T1:2:3Z|2001-12-14T1:2:3|2001-12-14  1:2:3|\
        2001-12-14 1:2:3,5|2001-12-14 1:2:3.|2001-12-14 1:2:3.1234567890123|2001-12-14T24:2:3Z|\
        2001-12-14T23:60:3Z|2001-12-14T23:59:60Z|2001-12-14T23:59:59+24:59|2001-12-14T23:59:59+25:00|\
        2001-12-14T23:59:59-07:60|2001-12-14T23:59:59+0700|2001-12-14T23:59:59z|2001-1-32|2001-0-1|\
        2001-001-1|2001-12-14T023:59:59Z|20011-1-1|2001-12-14 |2001-1-2 x";
    let mut numbers = Numbers(42);
    let generated: Vec<String> = (0..1000).map(|_| scalar(&mut numbers)).filter(|text| !text.contains('\'')).collect();
    let mut cases = Vec::new();
    for tag in TAGS.split(' ') {
        for text in MORE.split('|').chain(generated.iter().map(String::as_str)) {
            cases.push((tag, text, format!("k: {tag} '{text}'\n")));
        }
    }
    let answers = oracle.documents_of_all(cases.iter().map(|(_, _, stream)| stream.as_bytes()));
    for ((tag, text, stream), answer) in cases.iter().zip(answers) {
        let long = tag.strip_prefix("!!").map_or(tag.to_string(), |name| format!("tag:yaml.org,2002:{name}"));
        let ours = types::tagged(&long, text, false);
        let theirs = answer.map(|mut documents| documents[0]["k"].take());
        assert_eq!(ours.ok().map(types::to_value), theirs.as_ref().ok().cloned(), "`{stream}`: {theirs:?}");
    }
}
