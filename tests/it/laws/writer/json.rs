//! Values as JSON text, as programs write it.

use std::io;

use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::Dice;

/// JSON text, compact, spaced or over lines.
pub(super) fn json(out: &mut String, value: &Value, dice: &mut Dice<'_>) {
    match dice.roll(4) {
        0 => out.push_str(&value.to_string()),
        1 => out.push_str(&json_in(value, PrettyFormatter::new())),
        2 => out.push_str(&json_in(value, PrettyFormatter::with_indent(b"\t"))),
        _ => out.push_str(&json_in(value, Spaced::default())),
    }
}

fn json_in(value: &Value, formatter: impl Formatter) -> String {
    let mut json = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut json, formatter)).unwrap();
    String::from_utf8(json).unwrap()
}

/// JSON in one line, with spaces behind colons and before keys, and in empty objects.
#[derive(Default)]
struct Spaced {
    is_empty: bool,
}

impl Formatter for Spaced {
    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.is_empty = true;
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let end: &[u8] = if self.is_empty { b" }" } else { b"}" };
        self.is_empty = false;
        writer.write_all(end)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.is_empty = false;
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}
