//! Laws over generated expressions: each one ends soon, always in the same way, and says the same in another form.

use std::time::{Duration, Instant};

use injector::internals::expression::{Failure, evaluate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::laws::generated::runner;

const LONGEST: Duration = Duration::from_secs(5);

fn variables() -> [(&'static str, Value); 3] {
    let pod = json!({
        "metadata": {"name": "web", "annotations": {"a/b": "x,y", "n": null}},
        "spec": {"containers": [{"name": "web", "ports": [{"name": "http", "containerPort": 8080}]}, {"name": "log"}]},
    });
    let params =
        json!({"s": "text", "i": 7, "d": 1.5, "l": [3, 1, 2], "m": {"b": 1}, "mixed": [1, "a", true], "e": ""});
    [("pod", pod), ("params", params), ("unknown", Value::Null)]
}

/// Where an expression is wrong depends on its form; whether and how it is wrong does not.
fn outcome(text: &str) -> Result<String, String> {
    let started = Instant::now();
    let found = evaluate(text, &variables());
    assert!(started.elapsed() < LONGEST, "{text}");
    assert_eq!(found, evaluate(text, &variables()), "{text}");
    found.map_err(|Failure { at, message, .. }| {
        assert!(text.is_char_boundary(at), "{at}: {text}");
        message
    })
}

const LEAVES: &str = "1 -9223372036854775808 0 2u 1.5 'a,b' '' 'é😀' true null [] {} b'x' int x pod pod.metadata.name \
    pod.spec.containers pod.?spec.?absent pod.metadata.annotations params.s params.i params.l params.m params.mixed unknown \
    optional.none() lists.range(5)";
const OPERATORS: &str = "+ - * / % == != < >= in && ||";
const GLOBAL: &str = "! - size int string double type dyn json keys bool";
const MEMBERS: &str = "size() sort() distinct() flatten() join(',') trim() upperAscii() hasValue() value() name ?name split('') \
    substring(1) indexOf('a') matches('^a')";
const METHODS: &str = "orValue or contains indexOf split charAt substring join flatten";
const MACROS: &str = "all exists exists_one filter map sortBy optMap optFlatMap";

fn one_of(words: &'static str) -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(words.split_whitespace().collect::<Vec<_>>())
}

/// An expression, often of types that fit.
fn expression() -> impl Strategy<Value = String> {
    one_of(LEAVES).prop_map(str::to_owned).prop_recursive(3, 10, 2, |inner| {
        let (operator, unary, call) = (one_of(OPERATORS), one_of(GLOBAL), one_of(MEMBERS));
        let (method, macros) = (one_of(METHODS), one_of(MACROS));
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(one, operator, two)| format!("({one} {operator} {two})")),
            (unary, inner.clone()).prop_map(|(unary, one)| format!("{unary}({one})")),
            (inner.clone(), call).prop_map(|(one, call)| format!("({one}).{call}")),
            (inner.clone(), method, inner.clone()).prop_map(|(one, method, two)| format!("({one}).{method}({two})")),
            (inner.clone(), macros, inner.clone()).prop_map(|(one, name, step)| format!("({one}).{name}(x, {step})")),
            (inner.clone(), inner.clone()).prop_map(|(one, key)| format!("({one})[{key}]")),
            (inner.clone(), inner.clone()).prop_map(|(one, key)| format!("({one})[?{key}]")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(if_so, yes, no)| format!("({if_so} ? {yes} : {no})")),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("[{one}, {two}]")),
            inner.prop_map(|one| format!("{{'name': {one}}}")),
        ]
    })
}

#[test]
fn an_expression_in_another_form_has_the_same_value() {
    let with_value = std::cell::Cell::new(0);
    let found = runner(2000).run(&expression(), |text| {
        let first = outcome(&text);
        with_value.set(with_value.get() + usize::from(first.is_ok()));
        let forms = [
            format!("({text})"),
            format!("\n {text} // and a comment"),
            format!("true ? {text} : null"),
            format!("[dyn({text})][0]"),
            format!("{{'a': dyn({text})}}.a"),
            format!("optional.of(dyn({text})).value()"),
            format!("[1].map(other, dyn({text}))[0]"),
        ];
        // The other form may be past a bound.
        for form in forms.iter().filter(|_| text.len() < 900) {
            let found = outcome(form);
            let is_past = |error: &String| error.starts_with("nested more") || error.starts_with("more than 3 macros");
            prop_assert!(
                found == first || found.as_ref().is_err_and(is_past),
                "{}: {:?}, not {:?}",
                form,
                found,
                first
            );
        }
        Ok(())
    });
    found.unwrap();
    assert!(with_value.get() > 200, "only {} have a value", with_value.get());
}

#[test]
fn any_text_ends_soon_with_a_value_or_an_error() {
    let piece = prop::sample::select(vec![
        "pod",
        ".",
        ".?",
        "[",
        "[?",
        "]",
        "(",
        ")",
        "{",
        "}",
        "'",
        "\"",
        "'''",
        "r'",
        "b'",
        "\\",
        "\\u",
        "1",
        "0x",
        "u",
        "e9",
        "-",
        "!",
        "+",
        "&&",
        "?",
        ":",
        ",",
        " in ",
        "has(",
        "map(x,",
        "x",
        "//",
        "\n",
        "é",
        "😀",
        "\u{0}",
        "namespace",
        "optional.of(",
        "lists.range(9)",
        "::",
    ]);
    let text = prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat());
    let found = runner(10_000).run(&text, |text| {
        let _ = outcome(&text);
        Ok(())
    });
    found.unwrap();
}
