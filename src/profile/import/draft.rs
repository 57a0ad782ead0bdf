//! A profile that is being written: values with their places in the input, and comments between them. It becomes text, and
//! it tells where in the input a place of the profile comes from.

use serde_json::Value;

use super::source::Node;
use crate::text::yaml::emit::{self, BlockLayout, Context, Spacing};
use crate::value::pointer::Pointer;

/// The longest list that is written on one line, in bytes.
const WIDTH: usize = 90;

/// A value of the profile.
pub(super) struct Draft {
    /// The byte of the file that it comes from; `None` where it comes from no single place.
    at: Option<usize>,
    pub(super) content: Content,
}

pub(super) enum Content {
    Scalar(Value),
    Object(Vec<Line<Member>>),
    List(Vec<Line<Draft>>),
}

/// A name and its value.
pub(super) type Member = (String, Draft);

/// A part of an object or a list.
pub(super) enum Line<T> {
    Written(T),
    Dropped(Dropped),
}

/// A part of the input that the profile does not have.
pub(super) struct Dropped {
    /// Its byte of the file.
    pub(super) at: usize,
    path: Pointer,
    reason: String,
    value: Value,
}

impl Dropped {
    pub(super) fn new(node: &Node<'_>, reason: impl Into<String>) -> Self {
        Self { at: node.at(), path: node.path.clone(), reason: reason.into(), value: node.value() }
    }
}

impl<T> Line<T> {
    pub(super) fn dropped(node: &Node<'_>, reason: impl Into<String>) -> Self {
        Self::Dropped(Dropped::new(node, reason))
    }

    const fn written(&self) -> Option<&T> {
        match self {
            Self::Written(line) => Some(line),
            Self::Dropped(_) => None,
        }
    }
}

impl Draft {
    pub(super) const fn new(at: usize, content: Content) -> Self {
        Self { at: Some(at), content }
    }

    /// A text that comes from a place of the input.
    pub(super) fn text(at: usize, text: impl Into<String>) -> Self {
        Self::new(at, Content::Scalar(Value::String(text.into())))
    }

    /// A value that no single place of the input has.
    pub(super) fn made(value: Value) -> Self {
        let content = match value {
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| Line::Written((name, Self::made(value))));
                Content::Object(members.collect())
            }
            Value::Array(elements) => {
                Content::List(elements.into_iter().map(|value| Line::Written(Self::made(value))).collect())
            }
            scalar => Content::Scalar(scalar),
        };
        Self { at: None, content }
    }

    /// An object of members that comes from no single place.
    pub(super) const fn object(members: Vec<Line<Member>>) -> Self {
        Self { at: None, content: Content::Object(members) }
    }

    /// A list that comes from no single place.
    pub(super) const fn list(elements: Vec<Line<Self>>) -> Self {
        Self { at: None, content: Content::List(elements) }
    }

    /// Where in the input the value at a place of the profile comes from, or the nearest value around it that has a place.
    pub(super) fn origin(&self, place: &Pointer) -> usize {
        let mut at = self.at;
        let mut draft = self;
        for token in place.tokens() {
            let next = match &draft.content {
                Content::Scalar(_) => None,
                Content::Object(lines) => {
                    lines.iter().filter_map(Line::written).find(|(name, _)| name == token).map(|(_, member)| member)
                }
                Content::List(lines) => {
                    token.parse().ok().and_then(|index| lines.iter().filter_map(Line::written).nth(index))
                }
            };
            let Some(next) = next else { break };
            draft = next;
            at = draft.at.or(at);
        }
        at.unwrap_or(0)
    }

    /// This object as the text of a document.
    pub(super) fn write(&self) -> String {
        let mut writer = Writer { out: String::new(), next: Next::NewLine };
        if let Content::Object(lines) = &self.content {
            writer.object(lines, 0);
        }
        writer.out
    }
}

/// Where the next line of the text begins.
enum Next {
    NewLine,
    /// On the line of a dash.
    BehindDash,
}

struct Writer {
    out: String,
    next: Next,
}

impl Writer {
    fn indent(&mut self, column: usize) {
        if let Next::NewLine = std::mem::replace(&mut self.next, Next::NewLine) {
            self.out.extend(std::iter::repeat_n(' ', column));
        }
    }

    fn object(&mut self, lines: &[Line<Member>], column: usize) {
        for line in lines {
            match line {
                Line::Dropped(dropped) => self.comment(dropped, column),
                Line::Written((name, member)) => {
                    self.indent(column);
                    emit::key(&mut self.out, name, Context::Block);
                    self.out.push(':');
                    self.member(member, column + 2);
                }
            }
        }
    }

    /// What follows the colon.
    fn member(&mut self, draft: &Draft, column: usize) {
        match &draft.content {
            Content::Object(lines) if has_written(lines) => {
                self.out.push('\n');
                self.object(lines, column);
            }
            Content::List(lines) if has_written(lines) => match on_one_line(lines) {
                Some(text) => self.out.push_str(&format!(" {text}\n")),
                None => {
                    self.out.push('\n');
                    self.list(lines, column);
                }
            },
            content => {
                self.out.push(' ');
                self.leaf(content, column);
                self.comments_of(content, column);
            }
        }
    }

    fn list(&mut self, lines: &[Line<Draft>], column: usize) {
        for line in lines {
            match line {
                Line::Dropped(dropped) => self.comment(dropped, column),
                Line::Written(item) => self.item(item, column),
            }
        }
    }

    /// An item begins behind its dash, so that comments before its first line go above the dash.
    fn item(&mut self, item: &Draft, column: usize) {
        match &item.content {
            Content::Object(lines) if has_written(lines) => {
                let rest = self.leading_comments(lines, column);
                self.dash(column);
                self.next = Next::BehindDash;
                self.object(rest, column + 2);
            }
            Content::List(lines) if has_written(lines) => {
                let rest = self.leading_comments(lines, column);
                self.dash(column);
                self.next = Next::BehindDash;
                self.list(rest, column + 2);
            }
            content => {
                if self.is_at_new_line() {
                    self.comments_of(content, column);
                }
                self.dash(column);
                self.leaf(content, column + 2);
            }
        }
    }

    fn dash(&mut self, column: usize) {
        self.indent(column);
        self.out.push_str("- ");
    }

    const fn is_at_new_line(&self) -> bool {
        matches!(self.next, Next::NewLine)
    }

    /// Writes the comments with which an item begins, and gives its other lines.
    fn leading_comments<'l, T>(&mut self, lines: &'l [Line<T>], column: usize) -> &'l [Line<T>] {
        let first = lines.iter().position(|line| line.written().is_some()).unwrap_or(lines.len());
        let (comments, rest) = lines.split_at(first);
        comments.iter().for_each(|line| self.comment_line(line, column));
        rest
    }

    fn comments_of(&mut self, content: &Content, column: usize) {
        match content {
            Content::Scalar(_) => {}
            Content::Object(lines) => lines.iter().for_each(|line| self.comment_line(line, column)),
            Content::List(lines) => lines.iter().for_each(|line| self.comment_line(line, column)),
        }
    }

    fn comment_line<T>(&mut self, line: &Line<T>, column: usize) {
        if let Line::Dropped(dropped) = line {
            self.comment(dropped, column);
        }
    }

    /// A scalar, or a collection without lines; `column` is that of a literal block.
    fn leaf(&mut self, content: &Content, column: usize) {
        let value = match content {
            Content::Scalar(value) => value.clone(),
            Content::Object(_) => Value::Object(serde_json::Map::new()),
            Content::List(_) => Value::Array(Vec::new()),
        };
        emit::leaf_of_line(&mut self.out, &value, column);
        self.out.push('\n');
    }

    /// What was dropped, why, and its value, of which each line is a comment too.
    fn comment(&mut self, dropped: &Dropped, column: usize) {
        let Dropped { path, reason, value, .. } = dropped;
        // A key may hold any character, also a line end.
        let path = path.to_string();
        let mut shown = String::new();
        match path.chars().any(char::is_control) {
            true => emit::scalar(&mut shown, &Value::String(path), Context::Json),
            false => shown.push_str(&path),
        }
        self.line(column, &format!("# not carried over: {shown}: {reason}"));
        let mut text = String::new();
        match value {
            Value::Object(_) | Value::Array(_) => {
                emit::block(&mut text, value, 0, &BlockLayout { dash: 2, ..BlockLayout::default() });
            }
            scalar => emit::leaf_of_line(&mut text, scalar, 2),
        }
        for line in text.split('\n') {
            self.line(column, format!("#     {line}").trim_end());
        }
    }

    fn line(&mut self, column: usize, text: &str) {
        self.indent(column);
        self.out.push_str(text);
        self.out.push('\n');
    }
}

fn has_written<T>(lines: &[Line<T>]) -> bool {
    lines.iter().any(|line| line.written().is_some())
}

/// A short list of single values, without comments in it, in brackets.
fn on_one_line(lines: &[Line<Draft>]) -> Option<String> {
    let scalar = |line: &Line<Draft>| match &line.written()?.content {
        Content::Scalar(value) => Some(value.clone()),
        Content::Object(_) | Content::List(_) => None,
    };
    let values: Value = lines.iter().map(scalar).collect::<Option<_>>()?;
    let mut text = String::new();
    emit::flow(&mut text, &values, Context::Flow, Spacing::Spaced);
    (text.len() <= WIDTH && !text.contains("\\n")).then_some(text)
}
