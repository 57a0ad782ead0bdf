//! Whatever is rendered is read back as the same value: by Kubernetes' own parser, and by a reader of YAML 1.2.

use std::cell::RefCell;

use crate::laws::generated::runner;
use injector::internals::text::yaml::emit::{self, BlockLayout, Context, Spacing};
use injector::internals::text::yaml::scalar::{self, Scalar};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::oracle::Oracle;

const LINES: &[&str] = &[
    "set -e",
    "#!/bin/sh",
    "  if true; then",
    "\tx",
    "",
    " ",
    "fi ",
    "---",
    "...",
    "a: b # c",
    "- x",
    "|",
    "é😀",
    "'\"\\",
    "%YAML 1.2",
    "--- a",
    "? b",
    "exit 0\r",
    "end",
];

fn strings() -> impl Strategy<Value = String> {
    let table: Vec<&str> = include_str!("../../testdata/yaml-scalars.tsv")
        .lines()
        .filter(|line| !line.starts_with("# "))
        .filter_map(|line| line.split('\t').next())
        .collect();
    let nasty = "-:?,[]{}#&*!|>'\"%@`=~<$()\\/.+_ \t\n\r\0\u{7f}\u{85}\u{a0}\u{2028}\u{feff}\u{fffd}\u{ffff}aAyn01eEx";
    prop_oneof![
        3 => proptest::sample::select(table).prop_map(str::to_owned),
        2 => proptest::collection::vec(proptest::sample::select(nasty.chars().collect::<Vec<_>>()), 0..8)
            .prop_map(String::from_iter),
        2 => proptest::collection::vec(proptest::sample::select(LINES), 1..6).prop_map(|lines| lines.join("\n")),
        1 => proptest::collection::vec(proptest::sample::select(LINES), 1..6).prop_map(|lines| lines.join("\n") + "\n"),
        1 => proptest::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter),
        2 => "[a-z$(/][a-z0-9 .:/,=#)(-]{0,12}",
        1 => "[0-9][0-9.]{0,3}[a-zA-Z]{0,2}",
    ]
}

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => strings().prop_map(Value::String),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => any::<f64>().prop_filter("JSON has no others", |float| float.is_finite()).prop_map(Value::from),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    scalars().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((strings(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn styles() -> impl Strategy<Value = (BlockLayout, usize)> {
    let eol = proptest::sample::select(&["\n", "\r\n"]);
    (1..5_usize, 0..5_usize, eol, 1..6_usize)
        .prop_map(|(indent, dash, eol, at)| (BlockLayout { indent, dash, eol }, at))
}

/// The documents that hold a value in every way of rendering it, each with what has to be read from it.
fn documents(name: &str, value: &Value, style: &BlockLayout, at: usize) -> Vec<(String, Value)> {
    let eol = style.eol;
    let pad = " ".repeat(at);
    let mut documents = Vec::new();
    let mut add = |before: &str, render: &dyn Fn(&mut String), after: &str, expected: Value| {
        let mut text = before.to_owned();
        render(&mut text);
        text.push_str(after);
        documents.push((text, expected));
    };
    let tail = format!("{eol}# c{eol}tail: 1{eol}");
    add(
        &format!("first: 1{eol}root:{eol}"),
        &|out| emit::member(out, name, value, at, style),
        &tail,
        json!({"first": 1, "root": {name: value}, "tail": 1}),
    );
    add(
        &format!("root:{eol}{pad}- 1{eol}"),
        &|out| emit::item(out, value, at, style),
        &tail,
        json!({"root": [1, value], "tail": 1}),
    );
    add("", &|out| emit::item(out, value, 0, style), "", json!([value]));
    add(
        &format!("root:{eol}"),
        &|out| emit::block(out, value, at, style),
        &format!("{eol}{eol}tail: 1"),
        json!({"root": value, "tail": 1}),
    );
    for spacing in [Spacing::Spaced, Spacing::Compact] {
        for context in [Context::Flow, Context::Json] {
            add("root: ", &|out| emit::flow(out, value, context, spacing), &tail, json!({"root": value, "tail": 1}));
        }
        let object = json!({name: value});
        add("", &|out| emit::flow(out, &object, Context::Json, spacing), "", object.clone());
    }
    add("- ", &|out| emit::scalar(out, value, Context::Block), eol, json!([value]));
    let before = format!("{{{eol}{pad}\"a\": ");
    let after = format!("{eol}}}{eol}");
    add(&before, &|out| emit::json_pretty(out, value, at, at, eol), &after, json!({"a": value}));
    documents
}

/// The value with its whole floats as integers, as Kubernetes gives them back from YAML (it leaves JSON as it is).
fn as_kubernetes_has_it(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => scalar::to_value(Scalar::Float(number.as_f64().unwrap())),
        Value::Array(items) => items.iter().map(as_kubernetes_has_it).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), as_kubernetes_has_it(value))).collect::<Map<_, _>>().into()
        }
        _ => value.clone(),
    }
}

#[test]
fn rendered_values_are_read_back_by_kubernetes() {
    let Some(oracle) = Oracle::start("rendered_values_are_read_back_by_kubernetes") else { return };
    let oracle = RefCell::new(oracle);
    let law = |(name, value, (style, at)): (String, Value, (BlockLayout, usize))| {
        let documents = documents(&name, &value, &style, at);
        let answers = oracle.borrow_mut().documents_of_all(documents.iter().map(|(text, _)| text.as_bytes()));
        for ((text, expected), answer) in documents.iter().zip(answers) {
            let read: Result<Vec<_>, _> = answer.map(|documents| documents.iter().map(as_kubernetes_has_it).collect());
            prop_assert_eq!(read, Ok(vec![as_kubernetes_has_it(expected)]), "{}\n{:?}", text, text);
        }
        Ok(())
    };
    runner(2000).run(&(strings(), values(), styles()), law).unwrap();
}

#[test]
fn rendered_values_are_read_back_by_a_reader_of_yaml_1_2() {
    let law = |(name, value, (style, at)): (String, Value, (BlockLayout, usize))| {
        for (text, expected) in documents(&name, &value, &style, at) {
            let read: Result<Value, _> = serde_yaml::from_str(&text);
            prop_assert_eq!(read.ok(), Some(expected), "{}\n{:?}", text, text);
        }
        Ok(())
    };
    runner(500).run(&(strings(), values(), styles()), law).unwrap();
}
