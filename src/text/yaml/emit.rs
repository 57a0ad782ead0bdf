//! Renders JSON values as YAML or JSON text, to be inserted into a document. The text looks as a person would write it,
//! in the layout of that document, and parsers of YAML 1.1 and 1.2 read the same values from it. It never has anchors,
//! tags or comments. `emit::text` decides how scalars are written.
//!
//! The recursion is as deep as the value, which comes from a parser that refuses more than 100 levels. Keys must not
//! have more than 1,000 bytes (Kubernetes allows 317): above 1,024, YAML has another syntax for them.

use serde_json::{Map, Value};

mod text;

/// How a document in block style is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockLayout {
    /// Columns by which a mapping is indented from its parent's key; at least 1.
    pub indent: usize,
    /// Columns by which the dash of a list is indented from its parent's key; 0 when lists are not indented.
    pub dash: usize,
    /// The line end: `"\n"` or `"\r\n"`.
    pub eol: &'static str,
}

impl Default for BlockLayout {
    /// The layout of `kubectl get -o yaml`.
    fn default() -> Self {
        Self { indent: 2, dash: 0, eol: "\n" }
    }
}

/// What is around a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// YAML without braces or brackets around it.
    Block,
    /// YAML inside braces or brackets.
    Flow,
    /// JSON: keys and strings are always in double quotes.
    Json,
}

/// Whether a space follows the comma, and in JSON the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// `{a: 1, b: 2}`, `{"a": 1, "b": 2}`.
    Spaced,
    /// `{a: 1,b: 2}`, `{"a":1,"b":2}`.
    Compact,
}

/// What of the rendered text follows a value. A literal block is only written where more follows: its value would otherwise
/// depend on the text after it, which is not ours.
#[derive(Clone, Copy)]
enum Tail {
    More,
    End,
}

impl Tail {
    fn of_child(self, index: usize, count: usize) -> Self {
        if index + 1 == count { self } else { Self::More }
    }
}

/// One scalar on one line. A collection is rendered in flow style, spaced.
pub fn scalar(out: &mut String, value: &Value, context: Context) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(boolean) => out.push_str(if *boolean { "true" } else { "false" }),
        Value::Number(number) => text::number(out, number, context),
        Value::String(string) => text::string(out, string, context),
        Value::Array(_) | Value::Object(_) => flow(out, value, context, Spacing::Spaced),
    }
}

/// A mapping's key, without the colon.
pub(crate) fn key(out: &mut String, key: &str, context: Context) {
    text::string(out, key, context);
}

/// The lines of a collection in block style, each indented to `column`, without a line end after the last one.
///
/// An empty collection is `{}` or `[]`. A string of several lines is a literal block where that is exact, but never at the
/// end of the text: how many line ends it has would then depend on what follows.
pub fn block(out: &mut String, value: &Value, column: usize, style: &BlockLayout) {
    indent(out, column);
    collection(out, value, column, style, Tail::End);
}

/// The lines of one member of a mapping whose keys are in `column`, by the rules of [`block`].
pub fn member(out: &mut String, key: &str, value: &Value, column: usize, style: &BlockLayout) {
    indent(out, column);
    member_here(out, key, value, column, style, Tail::End);
}

/// The lines of one item of a list whose dashes are in `column`, by the rules of [`block`].
pub fn item(out: &mut String, value: &Value, column: usize, style: &BlockLayout) {
    indent(out, column);
    item_here(out, value, column, style, Tail::End);
}

/// A value on one line, in flow style: [`Context::Json`] for JSON, anything else for YAML.
pub fn flow(out: &mut String, value: &Value, context: Context, spacing: Spacing) {
    let context = if context == Context::Json { Context::Json } else { Context::Flow };
    let (comma, colon) = match (spacing, context) {
        (Spacing::Spaced, _) => (", ", ": "),
        (Spacing::Compact, Context::Json) => (",", ":"),
        (Spacing::Compact, _) => (",", ": "), // after a plain key a colon needs the space
    };
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { comma } else { "" });
                flow(out, item, context, spacing);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                out.push_str(if index > 0 { comma } else { "" });
                key(out, name, context);
                out.push_str(colon);
                flow(out, value, context, spacing);
            }
            out.push('}');
        }
        _ => scalar(out, value, context),
    }
}

/// JSON over several lines. The first line is not indented, the last is indented to `column`, and each level is `step`
/// columns deeper. Empty collections stay on one line.
pub fn json_pretty(out: &mut String, value: &Value, column: usize, step: usize, eol: &str) {
    let inner = column + step;
    let line = |out: &mut String, column| {
        out.push_str(eol);
        indent(out, column);
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                out.push(if index > 0 { ',' } else { '[' });
                line(out, inner);
                json_pretty(out, item, inner, step, eol);
            }
            line(out, column);
            out.push(']');
        }
        Value::Object(members) if !members.is_empty() => {
            for (index, (name, value)) in members.iter().enumerate() {
                out.push(if index > 0 { ',' } else { '{' });
                line(out, inner);
                key(out, name, Context::Json);
                out.push_str(": ");
                json_pretty(out, value, inner, step, eol);
            }
            line(out, column);
            out.push('}');
        }
        _ => scalar(out, value, Context::Json),
    }
}

/// A collection that has a block style. An empty one does not: it is written `{}` or `[]`.
enum Collection<'a> {
    Mapping(&'a Map<String, Value>),
    List(&'a [Value]),
}

fn as_collection(value: &Value) -> Option<Collection<'_>> {
    match value {
        Value::Object(members) if !members.is_empty() => Some(Collection::Mapping(members)),
        Value::Array(items) if !items.is_empty() => Some(Collection::List(items)),
        _ => None,
    }
}

/// The first line continues the present one, which has reached `column`.
fn collection(out: &mut String, value: &Value, column: usize, style: &BlockLayout, tail: Tail) {
    let line = |out: &mut String, index: usize| {
        if index > 0 {
            out.push_str(style.eol);
            indent(out, column);
        }
    };
    match as_collection(value) {
        Some(Collection::Mapping(members)) => {
            for (index, (name, value)) in members.iter().enumerate() {
                line(out, index);
                member_here(out, name, value, column, style, tail.of_child(index, members.len()));
            }
        }
        Some(Collection::List(items)) => {
            for (index, value) in items.iter().enumerate() {
                line(out, index);
                item_here(out, value, column, style, tail.of_child(index, items.len()));
            }
        }
        None => scalar(out, value, Context::Block),
    }
}

fn member_here(out: &mut String, name: &str, value: &Value, column: usize, style: &BlockLayout, tail: Tail) {
    key(out, name, Context::Block);
    out.push(':');
    let inner = match as_collection(value) {
        Some(Collection::Mapping(_)) => column + style.indent,
        Some(Collection::List(_)) => column + style.dash,
        None => {
            out.push(' ');
            return leaf(out, value, column + style.indent, style, tail);
        }
    };
    out.push_str(style.eol);
    indent(out, inner);
    collection(out, value, inner, style, tail);
}

/// An item begins directly behind its dash, and its other lines are two columns to the right of the dash.
fn item_here(out: &mut String, value: &Value, column: usize, style: &BlockLayout, tail: Tail) {
    out.push_str("- ");
    match as_collection(value) {
        Some(_) => collection(out, value, column + 2, style, tail),
        None => leaf(out, value, column + 2, style, tail),
    }
}

/// A scalar or an empty collection after `key: ` or `- `; `column` is where a literal block's lines begin.
fn leaf(out: &mut String, value: &Value, column: usize, style: &BlockLayout, tail: Tail) {
    let literal = match (value, tail) {
        (Value::String(string), Tail::More) => text::literal(string),
        _ => None,
    };
    let Some(literal) = literal else { return scalar(out, value, Context::Block) };
    out.push_str(literal.header);
    for line in literal.lines.split('\n') {
        out.push_str(style.eol);
        if !line.is_empty() {
            indent(out, column);
            out.push_str(line);
        }
    }
}

/// A scalar or an empty collection behind `key: ` or `- `, where a line end follows, and then only lines with less indentation
/// than `column`. A string of several lines is a literal block in `column` where that is exact.
pub(crate) fn leaf_of_line(out: &mut String, value: &Value, column: usize) {
    leaf(out, value, column, &BlockLayout::default(), Tail::More);
}

/// So many spaces.
pub(crate) fn indent(out: &mut String, column: usize) {
    const SPACES: &str = "                                ";
    let mut left = column;
    while left > 0 {
        let some = SPACES.get(..left).unwrap_or(SPACES);
        out.push_str(some);
        left -= some.len();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(render: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        render(&mut out);
        out
    }

    fn container() -> Value {
        json!({
            "name": "proxy", "command": ["sh", "-c", "a\nb\n"], "args": [], "ports": [{"containerPort": 80, "name": "http"}],
            "resources": {"limits": {"cpu": "100m"}}, "script": "set -e\n\n  echo $X\n", "last": "a\nb",
        })
    }

    #[test]
    fn a_list_item_is_compact_and_its_lists_are_not_indented() {
        let style = BlockLayout::default();
        let expected = "    - name: proxy\n      command:\n      - sh\n      - -c\n      - |\n        a\n        b\n      args: []\n      ports:\n      - containerPort: 80\n        name: http\n      resources:\n        limits:\n          cpu: 100m\n      script: |\n        set -e\n\n          echo $X\n      last: \"a\\nb\"";
        assert_eq!(rendered(|out| item(out, &container(), 4, &style)), expected);
    }

    #[test]
    fn a_member_follows_width_dash_and_line_end_of_the_document() {
        let style = BlockLayout { indent: 4, dash: 2, eol: "\r\n" };
        let value = json!({"on": [{"a": {"b": "x"}, "c": "1"}, [1, [true]], {}], "d": null});
        let expected = "  spec:\r\n      \"on\":\r\n        - a:\r\n              b: x\r\n          c: \"1\"\r\n        - - 1\r\n          - - true\r\n        - {}\r\n      d: null";
        assert_eq!(rendered(|out| member(out, "spec", &value, 2, &style)), expected);
    }

    #[test]
    fn no_text_ends_in_a_literal_block() {
        let style = BlockLayout::default();
        for value in [json!("a\nb\n"), json!(["a\nb\n"]), json!({"x": {"y": ["a\nb"]}})] {
            let text = rendered(|out| member(out, "k", &value, 0, &style));
            assert!(!text.contains('|') && text.ends_with('"'), "{text}");
        }
        let text = rendered(|out| block(out, &json!({"x": ["a\nb"], "z": 1}), 0, &style));
        assert_eq!(text, "x:\n- |-\n  a\n  b\nz: 1");
    }

    #[test]
    fn flow_style_is_one_line_of_yaml_or_json() {
        let value = json!({"name": "x", "image": "a:b", "ports": [1, {}], "y": "no"});
        for (context, spacing, expected) in [
            (Context::Flow, Spacing::Spaced, r#"{name: x, image: "a:b", ports: [1, {}], "y": "no"}"#),
            (Context::Flow, Spacing::Compact, r#"{name: x,image: "a:b",ports: [1,{}],"y": "no"}"#),
            (Context::Json, Spacing::Spaced, r#"{"name": "x", "image": "a:b", "ports": [1, {}], "y": "no"}"#),
            (Context::Json, Spacing::Compact, r#"{"name":"x","image":"a:b","ports":[1,{}],"y":"no"}"#),
        ] {
            assert_eq!(rendered(|out| flow(out, &value, context, spacing)), expected);
        }
    }

    #[test]
    fn pretty_json_is_that_of_serde_json_when_it_begins_at_the_margin() {
        let value = container();
        let expected = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(rendered(|out| json_pretty(out, &value, 0, 2, "\n")), expected);
        let nested = rendered(|out| json_pretty(out, &json!({"a": [1], "b": []}), 4, 4, "\r\n"));
        assert_eq!(nested, "{\r\n        \"a\": [\r\n            1\r\n        ],\r\n        \"b\": []\r\n    }");
    }
}
