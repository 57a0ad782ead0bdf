//! Values in flow style, with blanks, comments and line ends wherever YAML lets them be.

use serde_json::Value;

use super::Writer;

impl Writer<'_, '_> {
    /// A value in flow style; lines within it are indented by at least `column`.
    pub(super) fn flow(&mut self, value: &Value, column: usize) {
        match value {
            Value::Object(members) => {
                self.out.push('{');
                self.flow_gap(column, members.is_empty());
                for (index, (name, value)) in members.iter().enumerate() {
                    self.flow_member(name, value, column);
                    self.flow_comma(column, index + 1 == members.len());
                }
                self.out.push('}');
            }
            Value::Array(items) => {
                self.out.push('[');
                self.flow_gap(column, items.is_empty());
                for (index, item) in items.iter().enumerate() {
                    self.flow_value(item, column);
                    self.flow_comma(column, index + 1 == items.len());
                }
                self.out.push(']');
            }
            other => self.flow_value(other, column),
        }
    }

    fn flow_member(&mut self, name: &str, value: &Value, column: usize) {
        let explicit = self.dice.one_in(40);
        if explicit {
            self.out.push_str("? ");
            self.flow_gap_rarely(column);
        }
        self.key(name);
        if explicit {
            self.flow_gap_rarely(column);
            if value.is_null() && self.dice.one_in(2) {
                return;
            }
        }
        self.out.push_str(": ");
        if !value.is_null() || !self.dice.one_in(3) {
            self.flow_value(value, column);
        }
    }

    fn flow_value(&mut self, value: &Value, column: usize) {
        match value {
            Value::String(text) => self.quoted(text, true),
            Value::Array(_) | Value::Object(_) => self.flow(value, column),
            Value::Null => {
                let null = self.dice.pick(&["null", "~", "Null", "NULL"]);
                self.out.push_str(null);
            }
            other => self.out.push_str(&other.to_string()),
        }
    }

    fn flow_comma(&mut self, column: usize, last: bool) {
        if !last || self.dice.one_in(10) {
            self.flow_gap_rarely(column);
            self.out.push(',');
            if !last && self.dice.one_in(12) {
                return self.flow_break(column);
            }
            self.out.push_str(if last { "" } else { " " });
        }
        self.flow_gap_rarely(column);
    }

    fn flow_gap(&mut self, column: usize, empty: bool) {
        match self.dice.roll(12) {
            9 => self.out.push(' '),
            10 => self.flow_break(column),
            11 if !empty => self.out.push_str("  "),
            _ => {}
        }
    }

    fn flow_gap_rarely(&mut self, column: usize) {
        match self.dice.roll(24) {
            22 => self.out.push(' '),
            23 => self.flow_break(column),
            _ => {}
        }
    }

    fn flow_break(&mut self, column: usize) {
        if self.dice.one_in(4) {
            self.out.push(' ');
            self.comment();
        }
        self.out.push('\n');
        self.out.push_str(&" ".repeat(column + 1 + self.dice.roll(3)));
    }
}
