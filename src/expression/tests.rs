//! What expressions mean, and the bounds. `tests/it/expressions` has many more rows, and a real API server to check them.

use serde_json::{Value, json};

use super::*;

struct Given(Value);

impl<'v> Variables<'v, &'v Value> for &'v Given {
    fn get(&self, index: usize) -> Result<Item<'v, &'v Value>, EvalFault> {
        match index {
            0 => Ok(Item::of_view(&self.0)),
            _ => Err(EvalFault::NoField("x".to_owned())),
        }
    }
}

fn scope() -> Scope {
    let mut scope = Scope::default();
    scope.add("pod", Type::Dyn);
    scope.add("unknown", Type::Dyn);
    scope
}

fn pod() -> Value {
    json!({
        "metadata": {"name": "web", "annotations": {"a/b": "x,y", "n": null}},
        "spec": {
            "hostNetwork": true,
            "containers": [
                {"name": "web", "image": "reg/web:1.2", "ports": [{"name": "http", "containerPort": 8080}, {"containerPort": 9090}]},
                {"name": "log", "image": "log"},
            ],
        },
    })
}

/// The value as JSON, or where and why there is none.
fn value(text: &str) -> Result<Value, String> {
    let expression = Expression::new(text, &scope()).map_err(|error| format!("{}: {error}", error.at))?;
    let given = Given(pod());
    let given = &given;
    let found = expression.evaluate(&given, &Meter::default());
    let item = found.map_err(|error| format!("{}: {}", error.at, error.fault))?;
    match item {
        Item::Optional(None) => Ok(json!("none")),
        Item::Optional(Some(held)) => Ok(json!({"some": held.to_value()})),
        Item::Type(sort) => Ok(json!(sort.name())),
        other => other.to_value().ok_or_else(|| "not JSON".to_owned()),
    }
}

#[test]
fn expressions_have_the_values_of_the_language() {
    for (text, expected) in [
        ("1 + 2 * 3 - -4", json!(11)),
        ("(1 + 2) * 3 % 4", json!(1)),
        ("-7 / 2", json!(-3)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("1u + 2u", json!(3)),
        ("1 == 1.0 && 1u == 1 && 2 > 1.5", json!(true)),
        ("'a' + \"b\" + r'\\n' + '\\u00e9\\x41\\101'", json!("ab\\nÃ©AA".replace("Ã©", "é"))),
        ("'''a'b''' == \"a'b\"", json!(true)),
        ("false || !false && true", json!(true)),
        ("unknown || true", json!(true)),
        ("false && unknown", json!(false)),
        ("[1, 2] + [3]", json!([1, 2, 3])),
        ("{'a': 1, 'b': [2]}.b[0]", json!(2)),
        ("2 in [1, 2] && 'a' in {'a': 1} && !('b' in {'a': 1})", json!(true)),
        ("[?pod.?spec.?x, ?pod.metadata.?name]", json!(["web"])),
        ("{?'x': pod.?x, ?'n': pod.metadata.?name}", json!({"n": "web"})),
        ("pod.spec.containers.map(c, c.name)", json!(["web", "log"])),
        ("pod.spec.containers.map(c, has(c.ports), c.ports.size())", json!([2])),
        ("pod.spec.containers.filter(c, c.name != 'web')[0].image", json!("log")),
        ("pod.spec.containers.all(c, has(c.image)) && pod.spec.containers.exists(c, c.name == 'log')", json!(true)),
        ("pod.spec.containers.exists_one(c, has(c.ports))", json!(true)),
        ("[3, 1, 2].sortBy(x, -x)", json!([3, 2, 1])),
        ("['b', 'a', 'b'].distinct().sort()", json!(["a", "b"])),
        ("[[1], [2, [3]]].flatten()", json!([1, 2, [3]])),
        ("[1, 2, 3].slice(1, 3)", json!([2, 3])),
        ("lists.range(3)", json!([0, 1, 2])),
        ("pod.metadata.annotations['a/b'].split(',')", json!(["x", "y"])),
        ("pod.metadata.annotations[?'c'].orValue('d')", json!("d")),
        ("has(pod.metadata.annotations.n)", json!(false)),
        ("pod.?metadata.labels.?x", json!("none")),
        ("pod.?metadata.name", json!({"some": "web"})),
        ("pod.?metadata.?labels.or(pod.?metadata.?annotations).value().size()", json!(1)),
        ("optional.of(1).optMap(x, x + 1).value()", json!(2)),
        ("optional.none().hasValue()", json!(false)),
        ("type(1) == int && type('a') != int && type([]) == list", json!(true)),
        ("string(1) + string(1.0) + string(true) + string(1e6) + string(0.5)", json!("11true1e+060.5")),
        ("int('12') + int(3.9)", json!(15)),
        ("size('é') + size([1]) + size({'a': 1})", json!(3)),
        ("'hello'.substring(1, 3) + 'abc'.charAt(1)", json!("elb")),
        ("'a-b-c'.replace('-', '+', 1)", json!("a+b-c")),
        ("'a,b,c'.split(',', 2)", json!(["a", "b,c"])),
        ("'abc'.split('')", json!(["a", "b", "c"])),
        ("['a', 'b'].join('-') + ['a', 'b'].join()", json!("a-bab")),
        ("' a '.trim() + 'A'.lowerAscii() + 'a'.upperAscii()", json!("aaA")),
        (
            "['abcabc'.indexOf('c'), 'abcabc'.indexOf('c', 3), 'abcabc'.lastIndexOf('b'), 'a'.indexOf('x')]",
            json!([2, 5, 4, -1]),
        ),
        ("1 // a comment\n + 1", json!(2)),
        ("[1, 2,]", json!([1, 2])),
        ("null == pod.?x.orValue(null)", json!(true)),
    ] {
        assert_eq!(value(text), Ok(expected), "{text}");
    }
}

#[test]
fn functions_of_our_own_have_their_values() {
    for (text, expected) in [
        ("keys({'b': 1, 'a': 2})", json!(["a", "b"])),
        ("json({'b': 1, 'a': [true, null]})", json!("{\"a\":[true,null],\"b\":1}")),
        ("fromJson('{\"a\": [1]}').a[0]", json!(1)),
        (
            "base64('ab') + ' ' + sha256('')",
            json!("YWI= e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ),
        ("cut('abc', 9) + cut('abc', 1)", json!("abca")),
        ("label('-a' + 'b.')", json!("ab")),
        ("portOf(pod.spec.containers[0], 'http') + portOf(pod.spec.containers[0], 1)", json!(8081)),
        ("[quantityAdd('100m', 1), quantityMax('1Gi', '1G')]", json!(["1100m", "1Gi"])),
        ("quantityCompare('1', '1000m')", json!(0)),
        ("[wholeCores('100m'), wholeCores(2), wholeCores('1500m')]", json!([1, 2, 2])),
    ] {
        assert_eq!(value(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, expected) in [
        ("", "0: expected a value, found the end"),
        ("1 +", "3: expected a value, found the end"),
        ("1 2", "2: expected the end, found a literal"),
        ("pods", "0: unknown name `pods`"),
        ("namespace.name", "0: `namespace` is a reserved word"),
        ("pod.spec.siez()", "9: unknown function `siez`"),
        ("'a' + 1", "4: `+` does not take a string and an integer"),
        ("!1", "1: expected a boolean, found an integer"),
        ("1 ? 2 : 3", "0: expected a boolean, found an integer"),
        ("'a'.split(1)", "4: `split` does not take an integer on a string"),
        ("has(pod)", "0: `has` is not used like this"),
        ("[1].map(1, 2)", "4: `map` is not used like this"),
        ("'abc", "0: a string that is not closed"),
        ("'\\q'", "1: not an escape sequence"),
        (
            "9223372036854775808",
            "0: `9223372036854775808` is not a number that can be used: an integer has 64 bits, a double is finite",
        ),
        ("1 # 2", "2: unexpected character `#`"),
        ("pod.x", "4: there is no `x`"),
        ("pod.metadata['x']", "12: there is no such key"),
        ("pod.spec.containers[2]", "19: index 2 is outside of a list of 2"),
        ("1 / 0", "2: division by zero"),
        ("9223372036854775807 + 1", "20: the result is beyond 64 bits"),
        ("'abc'.substring(4)", "6: position 4 is outside of the text"),
        ("int(pod.metadata.name)", "0: a string that cannot be read as an integer"),
        ("pod.spec.containers.map(c, c.ports)", "29: there is no `ports`"),
        ("pod.metadata.name + 1", "18: `+` does not take a string and an integer"),
        ("unknown", "0: there is no `x`"),
        ("optional.none().value()", "16: the optional is empty"),
        ("{'a': 1, 'a': 2}", "9: two members have one name"),
        ("[1, 'a'].sort()", "9: expected an integer, found a string"),
    ] {
        assert_eq!(value(text), Err(expected.to_owned()), "{text}");
    }
}

/// A text of a hundred thousand bytes.
const LONG: &str = "'aaaaaaaaaa'.replace('a','aaaaaaaaaa').replace('a','aaaaaaaaaa').replace('a','aaaaaaaaaa').replace('a','aaaaaaaaaa')";

#[test]
fn nothing_overflows_the_stack_runs_long_or_grows() {
    for (text, expected) in [
        ("(".repeat(1000), "nested more than 64 levels deep"),
        ("(".repeat(100_000), "100000 bytes, more than the 1024 that an expression may have"),
        ("[".repeat(1000), "nested more than 64 levels deep"),
        (format!("{}1", "-".repeat(500)), "nested more than 64 levels deep"),
        (format!("{}true", "!".repeat(500)), "nested more than 64 levels deep"),
        (format!("1{}", "+1".repeat(400)), "nested more than 64 levels deep"),
        (format!("pod{}", ".?a".repeat(300)), "nested more than 64 levels deep"),
        (format!("'a'{}", ".trim()".repeat(100)), "nested more than 64 levels deep"),
        (format!("{}1", "true?1:".repeat(100)), "nested more than 64 levels deep"),
        ("a".repeat(2000), "2000 bytes, more than the 1024 that an expression may have"),
        (format!("'aaaaaaaaaa'{}", ".replace('a', 'aaaaaaaaaa')".repeat(30)), "its values are too large"),
        ("lists.range(1000000000)".to_owned(), "its values are too large"),
        ("lists.range(9223372036854775807)".to_owned(), "its values are too large"),
        (
            "lists.range(2000).map(a, lists.range(2000).map(b, lists.range(2000)))".to_owned(),
            "its values are too large",
        ),
        (
            format!("{0}.all(a, {0}.all(b, {0}.all(c, true)))", format!("[{}]", ["1"; 120].join(","))),
            "it takes too many steps",
        ),
        (
            "lists.range(9).map(a, [a].map(b, [b].map(c, [c].map(d, d))))".to_owned(),
            "more than 3 macros inside one another",
        ),
    ] {
        ends_soon(&text, expected);
    }
}

fn ends_soon(text: &str, expected: &str) {
    let started = std::time::Instant::now();
    let found = value(text).unwrap_err();
    assert!(found.ends_with(expected), "{text}: {found}");
    assert!(started.elapsed().as_secs() < 5, "{text}");
}

#[test]
fn values_whose_parts_are_shared_are_counted_as_if_they_were_not() {
    for (text, expected) in [
        (
            format!("optional.of([1]){0}.optMap(a, a == a).value()", ".optMap(a,[a,a])".repeat(30)),
            "it takes too many steps",
        ),
        (
            format!("optional.of([1]){0}.optMap(a, a in [a]).value()", ".optMap(a,[a,a])".repeat(30)),
            "it takes too many steps",
        ),
        (
            format!("optional.of([1]){0}.optMap(a, [a, a].distinct()).value()", ".optMap(a,[a,a])".repeat(30)),
            "it takes too many steps",
        ),
        (
            format!("json(optional.of([1]){0}.value())", ".optMap(a,[a,a])".repeat(30)),
            "the value cannot be written as JSON, or is too large for it",
        ),
        (format!("optional.of([1]){0}.value().flatten(99)", ".optMap(a,[a,a])".repeat(30)), "its values are too large"),
        (format!("optional.of([1]){0}.value()", ".optMap(a,[a,a])".repeat(30)), "not JSON"),
        (format!("lists.range(9999).map(a, {LONG}).join()"), "its values are too large"),
        (
            format!("optional.of({LONG}).optMap(t, lists.range(9999).map(a, t).sort()).value()"),
            "it takes too many steps",
        ),
        (
            format!("optional.of({LONG}).optMap(t, lists.range(9999).map(a, t).join()).value()"),
            "its values are too large",
        ),
        (
            format!("optional.of({LONG}).optMap(t, lists.range(50000).all(a, t == t)).value()"),
            "it takes too many steps",
        ),
        (
            format!("optional.of({LONG}).optMap(t, lists.range(50000).all(a, t <= t)).value()"),
            "it takes too many steps",
        ),
        (
            format!("optional.of({LONG}).optMap(t, lists.range(50000).all(a, t.matches('(a*)*b') == false)).value()"),
            "it takes too many steps",
        ),
    ] {
        ends_soon(&text, expected);
    }
}

#[test]
fn a_value_is_as_it_was_only_where_it_is_written_alike() {
    let values = [
        json!({}),
        json!({"a": null}),
        json!({"a": 1, "b": [true]}),
        json!({"b": [true], "a": 1}),
        json!({"a": 1.0, "b": [true]}),
        json!({"a": "1", "b": [true]}),
        json!([]),
        json!([null]),
        json!([{"a": 1}]),
        json!([{"a": 2}]),
        json!("1"),
        json!(1),
        json!(1.5),
        json!(true),
        json!(null),
    ];
    for (index, value) in values.iter().enumerate() {
        for (other_index, other) in values.iter().enumerate() {
            let is_it = index == other_index;
            assert_eq!(Item::of_view(value).is_as(other), is_it, "{value} {other}");
            assert_eq!(Item::<&Value>::of_value(value).is_as(other), is_it, "{value} {other}");
            assert_eq!(Item::of_view(value).to_value().as_ref(), Some(value));
        }
    }
}
