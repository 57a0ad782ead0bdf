//! Our reading and our patches held against Kubernetes' own libraries, over fixtures, generated documents, and both with
//! bytes changed at random.

use std::cell::RefCell;

use injector::internals::process::run::Action;
use injector::internals::profile::Profile;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixtures::{self, for_each};
use super::generated::{bytes, document, runner};
use super::law::{run, values};
use super::profile_sets;
use crate::support::oracle::Oracle;

/// Errors of ours where kubectl reads on: it takes the last of duplicate keys, and nests deeper.
/// And libyaml takes fewer characters for a tag.
const STRICTER: &[&str] = &["is already on line", "nested deeper than", "while scanning a tag"];

/// Equal, numbers by their value, and integers exactly.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || ((left.is_f64() || right.is_f64()) && left.as_f64() == right.as_f64())
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|right| same(value, right)))
        }
        _ => left == right,
    }
}

/// What kubectl reads is what we read.
fn check_reading(stream: &str, theirs: &Result<Vec<Value>, String>) -> Result<(), String> {
    // Known differences of libyaml and its port that kubectl uses: lone carriage returns, a colon before
    // `,]}`, and a byte order mark that begins neither the stream nor a document below a later separator's line.
    let lone = stream.replace("\r\n", "").contains('\r');
    let late_mark = stream.match_indices('\u{feff}').any(|(at, _)| {
        let above = stream[..at].strip_suffix('\n');
        at > 0 && !above.and_then(|above| above.rsplit_once('\n')).is_some_and(|(_, line)| line.starts_with("---"))
    });
    if lone || late_mark || [":,", ":]", ":}"].iter().any(|colon| stream.contains(colon)) {
        return Ok(());
    }
    match (values(stream), theirs) {
        // What stands behind the brackets of a whole document, kubectl does not look at; we refuse what is no YAML there.
        (Err(_), Ok(_)) if stream.trim_start().starts_with('{') => Ok(()),
        // Our parser panics at a lone `!` before a comma.
        (Err(ours), Ok(_)) if ours.contains("it panicked") && stream.contains("!,") => Ok(()),
        (Err(ours), Ok(_)) if !STRICTER.iter().any(|stricter| ours.contains(stricter)) => {
            Err(format!("kubectl reads what we refuse: {ours}\n{stream}\n{stream:?}"))
        }
        // Its switch from JSON to YAML fails where fewer than four bytes are left.
        (Ok(_), Err(theirs))
            if theirs.starts_with("json: offset")
                && stream.rfind('}').is_some_and(|end| stream[end + 1..].trim_start().len() < 4) =>
        {
            Ok(())
        }
        // Its older grammar ends a plain scalar at a `?` within braces.
        (Ok(_), Err(theirs)) if stream.contains('?') && theirs.contains("did not find expected ',' or") => Ok(()),
        (Ok(_), Err(theirs)) => Err(format!("kubectl refuses what we read: {theirs}\n{stream}\n{stream:?}")),
        (Ok(ours), Ok(theirs)) if !same(&json!(ours), &json!(theirs)) => {
            Err(format!("kubectl reads {theirs:?}\nwe read {ours:?}\n{stream}\n{stream:?}"))
        }
        _ => Ok(()),
    }
}

/// The patch, applied by the API server's library to what kubectl reads, gives what kubectl reads from our output.
fn check_patch(oracle: &mut Oracle, stream: &str, profiles: &[Profile]) -> Result<(), String> {
    let Ok(run) = run(stream, profiles, Action::Inject) else { return Ok(()) };
    if !run.errors.is_empty() {
        return Ok(());
    }
    // Where it refuses what we read, `check_reading` has said so.
    let Ok(before) = oracle.documents(stream.as_bytes()) else { return Ok(()) };
    let after = oracle.documents(run.text.as_bytes())?;
    let mut at = 0;
    for (document, patches) in run.patches() {
        let tree = document.parse(stream).map_err(|error| error.to_string())?;
        let is_empty = tree.root().is_none_or(|root| {
            injector::internals::value::view::View::kind(tree.view(root))
                == injector::internals::value::view::Kind::Null
        });
        if is_empty {
            continue;
        }
        let mut ops = Vec::new();
        for (place, patch) in patches {
            for mut op in json!(patch).as_array().cloned().unwrap_or_default() {
                op["path"] = json!(format!("{place}{}", op["path"].as_str().unwrap_or_default()));
                ops.push(op);
            }
        }
        let patched = oracle.patched(&before[at], &json!(ops))?;
        if !same(&patched, &after[at]) {
            return Err(format!("patched: {patched}\nspliced: {}\n{stream}\n{}", after[at], run.text));
        }
        at += 1;
    }
    if at == before.len() && at == after.len() {
        Ok(())
    } else {
        Err(format!("{at} documents of {}\n{stream}", before.len()))
    }
}

#[test]
fn kubernetes_agrees_over_every_fixture() {
    let Some(mut oracle) = Oracle::start("kubernetes_agrees_over_every_fixture") else { return };
    let sets = profile_sets();
    for_each(|fixture| {
        let theirs = oracle.documents(fixture.input.as_bytes());
        check_reading(&fixture.input, &theirs).unwrap_or_else(|why| panic!("{why}"));
        for set in &sets {
            check_patch(&mut oracle, &fixture.input, set).unwrap_or_else(|why| panic!("{why}"));
        }
    });
}

#[test]
fn kubernetes_agrees_over_generated_documents() {
    let Some(oracle) = Oracle::start("kubernetes_agrees_over_generated_documents") else { return };
    let oracle = RefCell::new(oracle);
    let sets = profile_sets();
    let law = |(content, style): (Vec<u8>, Vec<u8>)| {
        let (_, text) = document(&content, &style);
        let mut oracle = oracle.borrow_mut();
        let theirs = oracle.documents(text.as_bytes());
        check_reading(&text, &theirs)
            .and_then(|()| check_patch(&mut oracle, &text, &sets[content.len() % sets.len()]))
            .map_err(TestCaseError::fail)
    };
    runner(3000).run(&bytes(), law).unwrap_or_else(|error| panic!("{error}"));
}

/// What an editor's slip makes of a text: bytes cut out, put in, doubled.
fn slip(text: &str, edits: &[(u16, u8, u8)]) -> String {
    const PUT: &[&str] = &[
        "\n", " ", "  ", "\t", "-", "- ", ":", ": ", "#", " #", "'", "\"", "[", "]", "{", "}", ",", "&a ", "*a", "!",
        "|", ">", "?", "? ", "---\n", "...\n", "%", "@", "`", "~", "\r", "\r\n", "<<: ", "\u{85}", "é", "0", "x", "\\",
        "[!,",
    ];
    let mut text = text.to_owned();
    for (place, action, what) in edits {
        let mut at = usize::from(*place) % (text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        match action % 4 {
            0 => {
                let end =
                    text[at..].char_indices().nth(usize::from(*what % 4) + 1).map_or(text.len(), |(end, _)| at + end);
                text.replace_range(at..end, "");
            }
            1 => {
                let line = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
                let copy = text[at..line].to_owned();
                text.insert_str(line, &copy);
            }
            _ => text.insert_str(at, PUT[usize::from(*what) % PUT.len()]),
        }
    }
    text
}

#[test]
fn slips_of_the_pen_are_refused_where_kubectl_refuses_them_and_the_laws_hold_else() {
    let mut oracle = Oracle::start("slips_of_the_pen_are_refused_where_kubectl_refuses_them_and_the_laws_hold_else");
    let sets = profile_sets();
    let inputs: Vec<String> = fixtures::fixtures().into_iter().map(|fixture| fixture.input).collect();
    let oracle = RefCell::new(&mut oracle);
    let edits = (any::<u16>(), proptest::collection::vec(any::<(u16, u8, u8)>(), 1..4));
    let law = |(which, edits): (u16, Vec<(u16, u8, u8)>)| {
        let text = slip(&inputs[usize::from(which) % inputs.len()], &edits);
        if let Some(oracle) = oracle.borrow_mut().as_mut() {
            let theirs = oracle.documents(text.as_bytes());
            check_reading(&text, &theirs).map_err(TestCaseError::fail)?;
        }
        let set = &sets[usize::from(which) % sets.len()];
        std::panic::catch_unwind(|| super::law::laws(&text, set))
            .map_err(|panic| TestCaseError::fail(panic.downcast_ref::<String>().cloned().unwrap_or_default()))?;
        Ok(())
    };
    runner(5000).run(&edits, law).unwrap_or_else(|error| panic!("{error}"));
}
