//! Writes an object as text in a style of its own at every turn: what people and programs make of YAML and JSON, and what
//! they could. It is a writer of tests only, and shares nothing with the program's own.

use serde_json::Value;

use json::json;

mod flow;
mod json;

/// A source of choices; the same bytes give the same text, and fewer bytes a plainer one.
pub(crate) struct Dice<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Dice<'b> {
    pub(crate) const fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// A number below `sides`; 0 once the bytes are used up.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == sides - 1
    }

    fn pick<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.roll(choices.len())]
    }
}

const COMMENTS: &[&str] =
    &["# c", "#", "# a: b", "# - x", "# 'q\" [ {", "# é 😀", "#: |", "# --- ...", "# why ?", "# if :", "# ?"];

/// A stream of documents with these objects.
pub(crate) fn stream(objects: &[Value], dice: &mut Dice<'_>) -> String {
    let mut out = String::new();
    let style = dice.roll(8);
    if style == 6 {
        for object in objects {
            json(&mut out, object, dice);
            out.push_str(dice.pick(&["\n", "", " ", "\n\n"]));
        }
    } else {
        let mut writer = Writer {
            dice,
            out: String::new(),
            lists: style % 3,
            step: [2, 2, 4, 3, 1][style % 5],
            anchors: 0,
            after_block: false,
        };
        for (index, object) in objects.iter().enumerate() {
            writer.document(object, index);
        }
        out = writer.out;
    }
    if dice.one_in(6) {
        out = out.replace('\n', "\r\n");
    }
    // Behind a byte order mark kubectl reads no further than the first JSON value.
    if dice.one_in(6) && style != 6 {
        out.insert(0, '\u{feff}');
    }
    // An empty last line is one of a `|+`.
    if dice.one_in(4) && !out.ends_with("\n\n") && !out.ends_with("\n\r\n") {
        let length = out.strip_suffix('\n').map_or(out.len(), |kept| kept.trim_end_matches('\r').len());
        out.truncate(length);
    }
    out
}

struct Writer<'d, 'b> {
    dice: &'d mut Dice<'b>,
    out: String,
    /// 0: lists are not indented, 1: they are, 2: each as it comes.
    lists: usize,
    step: usize,
    anchors: usize,
    /// Whether a block scalar has just ended.
    after_block: bool,
}

impl Writer<'_, '_> {
    fn document(&mut self, object: &Value, index: usize) {
        if index > 0 || self.dice.one_in(3) {
            // After JSON kubectl refuses it.
            if index > 0 && self.dice.one_in(8) && !self.out.trim_start().starts_with('{') {
                self.out.push_str(self.dice.pick(&["...\n", "... # end\n"]));
            }
            self.out.push_str(self.dice.pick(&["---\n", "---\n", "--- # c\n", "---  \n"]));
        }
        self.trivia(0);
        match self.dice.roll(10) {
            8 => {
                self.flow(object, 0);
                self.line_end();
            }
            9 => {
                let mut text = String::new();
                json(&mut text, object, self.dice);
                self.out.push_str(&text);
                self.line_end();
            }
            _ => self.block(object, 0),
        }
        self.trivia(0);
    }

    /// Comment lines and blank lines, mostly none.
    fn trivia(&mut self, column: usize) {
        while self.dice.one_in(5) {
            if std::mem::take(&mut self.after_block) {
                // Anything else would be a line of the block scalar above.
                self.out.push_str("# c\n");
                continue;
            }
            match self.dice.roll(6) {
                0 | 1 => self.out.push('\n'),
                2 => self.out.push_str("   \n"),
                shift => {
                    let column = [column, column + self.step, column + 1, column.saturating_sub(1)][(shift + 1) % 4];
                    self.out.push_str(&" ".repeat(column));
                    self.comment();
                    self.out.push('\n');
                }
            }
        }
    }

    fn comment(&mut self) {
        let comment = self.dice.pick(COMMENTS);
        self.out.push_str(comment);
    }

    /// The end of a line, where a comment may stand.
    fn line_end(&mut self) {
        match self.dice.roll(8) {
            5 => self.out.push_str("  "),
            6 => {
                self.out.push(' ');
                self.comment();
            }
            7 => {
                self.out.push_str("\t ");
                self.comment();
            }
            _ => {}
        }
        self.out.push('\n');
    }

    fn anchor(&mut self) {
        if self.dice.one_in(24) {
            self.anchors += 1;
            self.out.push_str(&format!("&a{} ", self.anchors));
        }
    }

    /// A collection that is not empty, at the beginning of a line.
    fn block(&mut self, value: &Value, column: usize) {
        match value {
            Value::Object(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        self.trivia(column);
                    }
                    self.out.push_str(&" ".repeat(column));
                    self.member(name, value, column);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.trivia(column);
                    }
                    self.out.push_str(&" ".repeat(column));
                    self.item(item, column);
                }
            }
            _ => unreachable!("only collections are written in blocks"),
        }
    }

    fn item(&mut self, item: &Value, column: usize) {
        self.out.push('-');
        self.after_block = false;
        match item {
            Value::Object(members) if !members.is_empty() && !self.dice.one_in(5) => {
                if self.dice.one_in(12) {
                    let end = self.dice.pick(&["\n", "  \n", " # c\n"]);
                    self.out.push_str(end);
                    self.block(item, column + 2);
                    return;
                }
                let gap = if self.dice.one_in(8) { 3 } else { 1 };
                self.out.push_str(&" ".repeat(gap));
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        self.trivia(column + gap + 1);
                        self.out.push_str(&" ".repeat(column + gap + 1));
                    }
                    self.member(name, value, column + gap + 1);
                }
            }
            _ => {
                self.out.push(' ');
                self.inline(item, column + 2);
            }
        }
    }

    /// A key at its place, and its value.
    fn member(&mut self, name: &str, value: &Value, column: usize) {
        let explicit = self.dice.one_in(40);
        if explicit {
            self.explicit_key(name, column);
            if value.is_null() && self.dice.one_in(2) {
                return;
            }
            self.out.push_str(&" ".repeat(column));
        } else {
            self.key(name);
            if self.dice.one_in(16) {
                self.out.push(' ');
            }
        }
        self.out.push(':');
        let is_full = value.as_object().is_some_and(|map| !map.is_empty())
            || value.as_array().is_some_and(|list| !list.is_empty());
        if !is_full || self.dice.one_in(7) {
            self.inline_after_colon(value, column, explicit);
            return;
        }
        if self.dice.one_in(24) {
            self.out.push(' ');
            self.anchors += 1;
            self.out.push_str(&format!("&a{}", self.anchors));
        }
        if explicit {
            self.out.push('\n');
        } else {
            self.line_end();
        }
        self.trivia(column + self.step);
        let indented = match self.lists {
            0 => false,
            1 => true,
            _ => self.dice.roll(2) == 1,
        };
        let inner = if value.is_array() && !indented && !explicit { column } else { column + self.step };
        self.block(value, inner);
    }

    /// `? key` with its line end, behind a comment, or as a block scalar.
    fn explicit_key(&mut self, name: &str, column: usize) {
        self.out.push('?');
        match self.dice.roll(5) {
            3 => {
                let end = self.dice.pick(&["\n", " # c\n", "   # why ?\n"]);
                self.out.push_str(end);
                self.out.push_str(&" ".repeat(column + 1));
            }
            4 if !name.is_empty() => {
                self.out.push_str(self.dice.pick(&[" |-", " >-", " |- # c"]));
                self.out.push_str(&format!("\n{}{name}\n", " ".repeat(column + 1)));
                self.after_block = true;
                return;
            }
            _ => self.out.push(' '),
        }
        self.key(name);
        self.line_end();
    }

    fn key(&mut self, name: &str) {
        self.after_block = false;
        match self.dice.roll(20) {
            18 => self.out.push_str(&format!("'{name}'")),
            19 => self.out.push_str(&format!("\"{name}\"")),
            _ if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() > 1 => self.out.push_str(name),
            _ => self.out.push_str(&format!("\"{name}\"")),
        }
    }

    fn inline_after_colon(&mut self, value: &Value, column: usize, explicit: bool) {
        if value.is_null() && !explicit {
            match self.dice.roll(12) {
                0..3 => return self.line_end(),
                11 => {
                    self.line_end();
                    self.out.push_str(&" ".repeat(column + 1));
                    return self.inline(value, column + 1);
                }
                _ => {}
            }
        }
        match self.dice.roll(14) {
            12 => self.out.push_str("   "),
            13 if !explicit => self.out.push('\t'),
            _ => self.out.push(' '),
        }
        self.inline(value, column + 1);
    }

    /// A value on the line, behind a colon or a dash; nested lines are deeper than `column - 1`.
    fn inline(&mut self, value: &Value, column: usize) {
        self.anchor();
        match value {
            Value::String(text) => self.string(text, column),
            Value::Array(_) | Value::Object(_) => {
                self.flow(value, column);
                self.line_end();
            }
            Value::Null => {
                let null = self.dice.pick(&["null", "~", "null", "Null", "!!null null", "NULL"]);
                self.out.push_str(null);
                self.line_end();
            }
            other => {
                self.out.push_str(&other.to_string());
                self.line_end();
            }
        }
    }

    fn string(&mut self, text: &str, column: usize) {
        let is_block = text.contains('\n') && !text.starts_with([' ', '\n']) && self.dice.roll(3) > 0;
        if !is_block {
            self.quoted(text, true);
            self.line_end();
            return;
        }
        let body = text.trim_end_matches('\n');
        let chomp = match text.len() - body.len() {
            0 => "-",
            1 => self.dice.pick(&["", "+"]),
            _ => "+",
        };
        self.out.push_str(&format!("|{chomp}"));
        self.line_end();
        let indent = " ".repeat(column + self.dice.roll(3));
        for line in body.split('\n') {
            if !line.is_empty() {
                self.out.push_str(&indent);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
        for _ in 1..text.len() - body.len() {
            self.out.push('\n');
        }
        self.after_block = true;
    }

    fn quoted(&mut self, text: &str, may_be_plain: bool) {
        let word = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-./".contains(&byte))
            && text.len() > 3
            && !["null", "true", "false", "Null", "auto"].contains(&text);
        match self.dice.roll(4) {
            0 | 1 if (word || text == "auto") && may_be_plain => self.out.push_str(text),
            2 if !text.contains(['\n', '\'']) && text.is_ascii() => self.out.push_str(&format!("'{text}'")),
            _ => self.out.push_str(&serde_json::to_string(text).unwrap()),
        }
    }
}
