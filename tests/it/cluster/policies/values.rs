//! Values for the parameters of a profile, good and odd, by type.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::rows::{Row, in_namespace, row};
use super::subject::Subject;

/// A profile with more of these gets all values for one parameter of each type, and a few for the others.
const FEW: usize = 12;

/// Values by type: a good one and a bad one first.
#[rustfmt::skip]
const VALUES: &[(&str, &[&str])] = &[
    ("port", &["3000", "http", "1", "65535", "0", "65536", "080", "-1", "", " 80", "80 ", "1e3", "+80", "99999999999999999999", "80\n90", "é", "80\t"]),
    ("integer", &["7", "x", "0", "-7", "-0", "1", "10000", "9007199254740991", "-9007199254740991", "9007199254740992", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "+1", "010", "1.5", "", " 1", "0x1F"]),
    ("boolean", &["true", "yes", "false", "True", "1", "", "TRUE ", "t"]),
    ("quantity", &["10m", "1 cpu", "1Gi", "0", "1", ".5", "5.", "1e3", "1E", "1e+3", "-1", "1Zi", "", "100u", "1.5Gi", "10mm", "+1", "1K", "1e", "00", " 1", "1_0", "0.0001", "1n"]),
    ("string", &["plain", "a\u{1}b", "with space", "it's", "a\"b", "c\\d", "line\nbreak", "carriage\r\n", "tab\there", "é😀", "", "{{ x }}", "$(X)", "x\",\"containers\":[\"main\"]", "];[{", "a;b=c", " a ", "\u{7f}", "\u{2028}", "a,b", "'"]),
    ("ports", &["80,443", "x", " 80 , 443,8000-8100,80,7-7", "9-8", "80,", "80-65536", " *", "80 - 90", "", " ", "1-1", "*,80", "080", "-80", "1-2-3", "80,80-80", "80\n", "65535-65535", ","]),
    ("duration", &["30s", "30", "1m30s", "1h", "-1s", "0", "1.5s", "", "1d", "300ms", "1us", "1µs", ".5s", "+1s", "1s1s", "1 s"]),
    ("name", &["a", "A", "a-b", "a.b", "", "-a", "a-", "0", "a_b"]),
    ("path", &["/a", "a", "/a/../b", "/", "/a b", "", "/é", "/a\nb", "/a/./b", "/..a", "//"]),
    ("image", &["a:b", "a b", "registry.example/a/b@sha256:0", "", "a", "A", "a.b:80/c", "A.b/c_d", "a_b/c", "a__b/c.d", "a___b", "a..b", "a---b/c", "-a", "a-", "[::1]:5000/x", "[::1]/x", "[::1]", "a:b:c", "a:b/c:d", "a/", "/a", "a//b", "a:", "a@", "a@sha256:0123456789abcdef0123456789ABCDEF", "a:1@x+y:0123456789abcdef0123456789abcdef", "a@1:0123456789abcdef0123456789abcdef", "a@b@c", "a\n", "é", "https://a.example/b", "a:_x", "a:.x"]),
    ("list", &["a", " a , ,b,a", "a,b", "", ",", "a b", "A", "80", "é"]),
    ("map", &["a=b", "a", "a=b,c=d", "=b", "a=b,a=c", "", "a=b=c", " a = b ", "a:1", "A=80"]),
    ("envs", &["A=1", "A", "A=1,B=2", "A=1,A=2", "é=1", "", "A=", "[{\"name\":\"A\",\"value\":\"1,2\"}]", "[{]", "[{\"name\":\"A\"}]", " A = 1 ", "A=a\"b\\c"]),
];

/// The values of a type, and those at the bounds of their length.
fn values(ty: &str) -> Vec<String> {
    let texts = VALUES.iter().find(|(known, _)| *known == ty).map(|(_, texts)| *texts).unwrap_or_default();
    let mut values: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
    match ty {
        "string" | "list" | "map" | "envs" => values.extend(long(ty)),
        "ports" => values.extend([
            "80,".repeat(341) + "1",
            "80,".repeat(341) + "80",
            distinct_ports(1024),
            distinct_ports(1025),
        ]),
        "port" | "quantity" => values.push("9".repeat(3000)),
        "image" => {
            let tag = |length: usize| format!("a:{}", "b".repeat(length));
            values.extend([tag(128), tag(129), "a".repeat(255), "a".repeat(256)]);
            values.extend([format!("{}:1", "a".repeat(255)), format!("{}:1", "a".repeat(256))]);
        }
        "name" => values.extend(["a".repeat(63), "a".repeat(64)]),
        _ => {}
    }
    values
}

/// At the bound of a value's length, and one beyond; and more items than there may be.
fn long(ty: &str) -> Vec<String> {
    let start = match ty {
        "map" | "envs" => "A=",
        _ => "",
    };
    let of = |bytes: usize| format!("{start}{}", "a".repeat(bytes - start.len()));
    let wide = format!("{start}{}", "é".repeat(2048));
    let items = |count: usize| (0..count).map(|i| format!("A{i}={i}")).collect::<Vec<_>>().join(",");
    let mut values = vec![of(4096), of(4097), wide];
    if ty != "string" {
        values.extend([items(64), items(65)]);
    }
    values
}

/// Ports without a repetition, of so many bytes.
fn distinct_ports(bytes: usize) -> String {
    let mut text = String::new();
    for port in 1000.. {
        let next = if text.is_empty() { format!("{port}") } else { format!(",{port}") };
        if text.len() + next.len() > bytes {
            break;
        }
        text += &next;
    }
    // A shorter last port fills it up.
    let rest = bytes - text.len();
    if rest >= 2 { format!("{text},{}", "9".repeat(rest - 1)) } else { text.clone() + &" ".repeat(rest) }
}

/// The keys of a parameter's annotations.
pub(super) fn keys(parameter: &Value) -> Vec<String> {
    match &parameter["annotation"] {
        Value::String(key) => vec![key.clone()],
        Value::Array(keys) => keys.iter().map(|key| key.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn annotated(key: &str, value: &str) -> Value {
    json!({"metadata": {"annotations": {key: value}}})
}

/// The values of a parameter: a good one and a bad one, then all of its type, those that it names, and its default.
pub(super) fn values_of(parameter: &Value) -> Vec<String> {
    let mut values = values(parameter["type"].as_str().unwrap());
    let named: Vec<String> =
        parameter["values"].as_array().into_iter().flatten().filter_map(|one| Some(one.as_str()?.to_owned())).collect();
    if let Some(last) = named.last() {
        values.splice(0..0, [last.clone(), format!("{last}x"), String::new(), last.to_uppercase()]);
    }
    values.extend(named);
    match &parameter["default"] {
        Value::String(text) if !text.contains("{{") => values.push(text.clone()),
        Value::Number(number) => values.push(number.to_string()),
        Value::Bool(is) => values.push(is.to_string()),
        _ => {}
    }
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values
}

/// Every parameter's annotations with their values.
pub(super) fn rows(subject: &Subject) -> Vec<Row> {
    let parameters = subject.spec["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let open: Vec<&Value> = parameters.iter().filter(|parameter| !keys(parameter).is_empty()).collect();
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for parameter in &open {
        let is_first = seen.insert(parameter["type"].to_string());
        let most = if open.len() <= FEW || is_first { usize::MAX } else { 2 };
        let (keys, name) = (keys(parameter), parameter["name"].as_str().unwrap());
        for (index, value) in values_of(parameter).iter().take(most).enumerate() {
            rows.push(row(subject, &format!("{name}-{index}"), &annotated(&keys[0], value)));
        }
        if let [first, second, ..] = keys.as_slice() {
            let both = json!({"metadata": {"annotations": {first: values_of(parameter)[0], second: "?"}}});
            rows.push(row(subject, &format!("{name}-both-keys"), &both));
            rows.push(row(subject, &format!("{name}-second-key"), &annotated(second, &values_of(parameter)[0])));
        }
    }
    if let [one, two, ..] = open.as_slice() {
        let bad = |parameter: &Value| values_of(parameter)[1].clone();
        let both = json!({"metadata": {"annotations": {&keys(one)[0]: bad(one), &keys(two)[0]: bad(two)}}});
        rows.push(row(subject, "two-bad-values", &both));
        rows.push(in_namespace(subject, "bare", "a-bad-value", &annotated(&keys(one)[0], &bad(one))));
    }
    for parameter in parameters {
        if let Some(prefix) = parameter["annotationPrefix"].as_str() {
            let name = parameter["name"].as_str().unwrap();
            for (index, (key, value)) in [("a", "b"), ("a.b-c_d", "/e"), ("A B", "x"), ("", "x")].iter().enumerate() {
                rows.push(row(subject, &format!("{name}-entry-{index}"), &annotated(&format!("{prefix}{key}"), value)));
            }
        }
    }
    rows
}

#[test]
fn ports_fill_a_length() {
    assert_eq!((distinct_ports(1024).len(), distinct_ports(1025).len()), (1024, 1025));
}
