//! What is said about an expression that is wrong: the byte, the message, and a hint where there is one thing to do.

use injector::internals::expression::evaluate;
use serde_json::{Value, json};

fn messages(texts: &[&str]) -> String {
    let pod = json!({"metadata": {"name": "web"}, "spec": {"containers": [{"name": "web"}, {"name": "log"}]}});
    let params = json!({"s": "text", "i": 7, "l": [1, "a"], "none": []});
    let variables = [("pod", pod), ("params", params), ("unknown", Value::Null)];
    let mut lines = String::new();
    for text in texts {
        let failure = evaluate(text, &variables).expect_err(text);
        let shown: String = text.chars().take(60).collect();
        lines += &format!("{shown}\n    {}: {}\n", failure.at, failure.message);
        if let Some(hint) = failure.hint {
            lines += &format!("    hint: {hint}\n");
        }
    }
    lines
}

#[test]
fn a_text_that_is_wrong_is_named_with_its_place() {
    insta::assert_snapshot!(messages(&[
        "pod # 1",
        "1 = 1",
        "a & b",
        "`pod`",
        "9223372036854775808",
        "1e400",
        r"'\q'",
        "'abc",
        "[1, 2",
        "(1",
        "{'a' 1}",
        "true ? 1",
        "pod.",
        "1 2",
        "",
        "namespace",
        "for",
        &"a".repeat(2000),
        &"(".repeat(100),
        "[1].map(a, [a].map(b, [b].map(c, [c].map(d, d))))",
        "has(pod)",
        "[1].map(1, 2)",
        "'a'.matches('(')",
        "prams.s",
        "siez('a')",
        "'a'.spilt(',')",
        "'a'.split(1)",
        "size(1)",
        "'a' + 1",
        "!1",
        "1 ? 2 : 3",
        "'a'.b",
        "1.map(x, x)",
    ]), @r#"
    pod # 1
        4: unexpected character `#`
    1 = 1
        2: unexpected character `=`
        hint: two values are compared with `==`
    a & b
        2: unexpected character `&`
        hint: both conditions: `a && b`
    `pod`
        0: unexpected character ```
        hint: a text is written 'text' or "text"
    9223372036854775808
        0: `9223372036854775808` is not a number that can be used: an integer has 64 bits, a double is finite
    1e400
        0: `1e400` is not a number that can be used: an integer has 64 bits, a double is finite
    '\q'
        1: not an escape sequence
        hint: a backslash is written `\\`, or the text as r'…'
    'abc
        0: a string that is not closed
    [1, 2
        5: expected `]`, found the end
    (1
        2: expected `)`, found the end
    {'a' 1}
        5: expected `:`, found a literal
    true ? 1
        8: expected `:`, found the end
    pod.
        4: expected a name, found the end
    1 2
        2: expected the end, found a literal

        0: expected a value, found the end
    namespace
        0: `namespace` is a reserved word
        hint: `ns` has the namespace's facts
    for
        0: `for` is a reserved word
        hint: the member of a map is written `map['name']`
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        1024: 2000 bytes, more than the 1024 that an expression may have
        hint: name a part of it in `let`
    ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
        64: nested more than 64 levels deep
        hint: name a part of it in `let`
    [1].map(a, [a].map(b, [b].map(c, [c].map(d, d))))
        37: more than 3 macros inside one another
        hint: name a part of it in `let`
    has(pod)
        0: `has` is not used like this
        hint: write `has(a.b)`
    [1].map(1, 2)
        4: `map` is not used like this
        hint: write `list.map(x, …)`, where `x` is a name for each element
    'a'.matches('(')
        12: `(` is not a regular expression that can be used
        hint: the syntax is RE2's, without `\p` and `\Q`, and with 256 bytes at most
    prams.s
        0: unknown name `prams`
        hint: did you mean `params`?
    siez('a')
        0: unknown function `siez`
        hint: did you mean `size`?
    'a'.spilt(',')
        4: unknown function `spilt`
        hint: did you mean `split`?
    'a'.split(1)
        4: `split` does not take an integer on a string
        hint: it takes a string on a string; or a string, an integer on a string
    size(1)
        0: `size` does not take an integer
        hint: it takes a string; or bytes; or a list; or a map
    'a' + 1
        4: `+` does not take a string and an integer
        hint: it takes two values of one type
    !1
        1: expected a boolean, found an integer
    1 ? 2 : 3
        0: expected a boolean, found an integer
    'a'.b
        4: expected a map, found a string
    1.map(x, x)
        0: expected a list or a map, found an integer
    "#);
}

#[test]
fn an_evaluation_that_fails_is_named_with_its_place() {
    insta::assert_snapshot!(messages(&[
        "pod.absent",
        "pod.metadata['absent']",
        "pod.spec.containers[2]",
        "params.none[0]",
        "params.s.substring(9)",
        "params.s + 1",
        "params.l.sort()",
        "params.s.all(x, true)",
        "params.i ? 1 : 2",
        "9223372036854775807 + params.i",
        "double('nan') < 1.0",
        "params.i / 0",
        "int(params.s)",
        "bool(params.s)",
        "params.s.matches(params.s + '(')",
        "fromJson(params.s)",
        "quantityAdd(params.s, 1)",
        "optional.none().value()",
        "{'a': 1, 'a': 2}",
        "json(b'a')",
        "portOf(pod.spec.containers[0], 'http')",
        "unknown.labels",
        "[[1]].flatten(params.i - 8)",
        "lists.range(999999999)",
        "lists.range(2000).all(a, lists.range(2000).all(b, true))",
    ]), @"
    pod.absent
        4: there is no `absent`
    pod.metadata['absent']
        12: there is no such key
    pod.spec.containers[2]
        19: index 2 is outside of a list of 2
    params.none[0]
        11: index 0 is outside of a list of 0
    params.s.substring(9)
        9: position 9 is outside of the text
    params.s + 1
        9: `+` does not take a string and an integer
    params.l.sort()
        9: expected an integer, found a string
    params.s.all(x, true)
        9: expected a list, found a string
    params.i ? 1 : 2
        7: expected a boolean, found an integer
    9223372036854775807 + params.i
        20: the result is beyond 64 bits
    double('nan') < 1.0
        14: a double that is not a number has no order
    params.i / 0
        9: division by zero
    int(params.s)
        0: a string that cannot be read as an integer
    bool(params.s)
        0: a string that cannot be read as a boolean
    params.s.matches(params.s + '(')
        9: a string that cannot be read as a regular expression
    fromJson(params.s)
        0: a string that cannot be read as JSON
    quantityAdd(params.s, 1)
        0: a value that cannot be read as a quantity
    optional.none().value()
        16: the optional is empty
    {'a': 1, 'a': 2}
        9: two members have one name
    json(b'a')
        0: the value cannot be written as JSON, or is too large for it
    portOf(pod.spec.containers[0], 'http')
        0: the container has no port of that name
    unknown.labels
        0: there is no `unknown`
    [[1]].flatten(params.i - 8)
        6: -1 is less than zero
    lists.range(999999999)
        0: its values are too large
    lists.range(2000).all(a, lists.range(2000).all(b, true))
        25: its values are too large
    ");
}
