//! From text to tree: <https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax>.
//!
//! The height of the tree is bounded while it is built. Whatever goes over a tree later, recursion included, relies on that.

use super::ast::{Access, Binary, CalledName, Element, Literal, LoopKind, Node, ParsedNode, Part, Unary};
use super::functions::{CallStyle, is_qualifier};
use super::token::{Token, is_reserved, tokens};
use super::{CompileError, MOST_BYTES, MOST_LEVELS, SyntaxFault};

/// Reads an expression.
///
/// # Errors
///
/// The first place at which it is not one, or at which it is past a bound.
pub(crate) fn parse(text: &str) -> Result<ParsedNode, CompileError> {
    if text.len() > MOST_BYTES {
        return Err(CompileError::new(MOST_BYTES, SyntaxFault::TooLong(text.len())));
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
    let Tall { node, .. } = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(node),
        _ => Err(parser.unexpected("the end")),
    }
}

/// A part with the number of levels in it.
struct Tall {
    node: ParsedNode,
    height: usize,
}

struct Parser<'t> {
    tokens: Vec<(usize, Token<'t>)>,
    next: usize,
    /// How many brackets are open.
    depth: usize,
}

/// How tightly binary operators bind; the last ones bind most.
const LEVELS: [&[Binary]; 5] = [
    &[Binary::Or],
    &[Binary::And],
    &[
        Binary::Equal,
        Binary::NotEqual,
        Binary::LessOrEqual,
        Binary::GreaterOrEqual,
        Binary::Less,
        Binary::Greater,
        Binary::In,
    ],
    &[Binary::Add, Binary::Subtract],
    &[Binary::Multiply, Binary::Divide, Binary::Remainder],
];

type Parsed = Result<Tall, CompileError>;
type ParsedPart = Part<String, CalledName>;

impl<'t> Parser<'t> {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(0, |(at, _)| *at)
    }

    fn peek(&self) -> &Token<'t> {
        self.tokens.get(self.next).map_or(&Token::End, |(_, token)| token)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(next) if *next == sign);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), CompileError> {
        let quoted = match sign {
            ")" => "`)`",
            "]" => "`]`",
            "}" => "`}`",
            ":" => "`:`",
            other => other,
        };
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(quoted)) }
    }

    fn unexpected(&self, wanted: &'static str) -> CompileError {
        let found = match self.peek() {
            Token::End => "the end".to_owned(),
            Token::Name(name) => format!("`{name}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::Literal(_) => "a literal".to_owned(),
        };
        CompileError::new(self.at(), SyntaxFault::Unexpected { wanted, found })
    }

    fn build(at: usize, part: ParsedPart, below: usize) -> Parsed {
        if below >= MOST_LEVELS {
            return Err(CompileError::new(at, SyntaxFault::TooDeep));
        }
        Ok(Tall { node: Node { at, part }, height: below + 1 })
    }

    fn expression(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > MOST_LEVELS {
            return Err(CompileError::new(self.at(), SyntaxFault::TooDeep));
        }
        let condition = self.binary(0)?;
        let at = self.at();
        let whole = if self.take("?") {
            let yes = self.binary(0)?;
            self.expect(":")?;
            let no = self.expression()?;
            let below = condition.height.max(yes.height).max(no.height);
            Self::build(at, Part::Choice(Box::new(condition.node), Box::new(yes.node), Box::new(no.node)), below)
        } else {
            Ok(condition)
        };
        self.depth -= 1;
        whole
    }

    /// Operators of a level, and of those that bind more tightly.
    fn binary(&mut self, level: usize) -> Parsed {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let at = self.at();
            let Some(operator) = operators.iter().copied().find(|operator| self.take(operator.sign())) else {
                return Ok(left);
            };
            let right = self.binary(level + 1)?;
            let below = left.height.max(right.height);
            left = Self::build(at, Part::Binary(operator, Box::new(left.node), Box::new(right.node)), below)?;
        }
    }

    /// `!` and `-`, any number of one of them.
    fn unary(&mut self) -> Parsed {
        let start = self.next;
        let at = self.at();
        for (sign, operator) in [("!", Unary::Not), ("-", Unary::Negate)] {
            if !self.take(sign) {
                continue;
            }
            if operator == Unary::Negate
                && let Token::Literal(literal @ (Literal::Int(_) | Literal::Double(_))) = self.peek()
            {
                let negated = match literal {
                    Literal::Int(value) => Literal::Int(value.wrapping_neg()),
                    Literal::Double(value) => Literal::Double(-value),
                    other => other.clone(),
                };
                self.next += 1;
                let literal = Self::build(at, Part::Literal(negated), 0)?;
                return self.postfix(literal);
            }
            if self.next - start > MOST_LEVELS || self.depth > MOST_LEVELS {
                return Err(CompileError::new(at, SyntaxFault::TooDeep));
            }
            self.depth += 1;
            let inner = self.unary()?;
            self.depth -= 1;
            return Self::build(at, Part::Unary(operator, Box::new(inner.node)), inner.height);
        }
        let primary = self.primary()?;
        self.postfix(primary)
    }

    /// Members, indexes and calls behind a value.
    fn postfix(&mut self, mut of: Tall) -> Parsed {
        loop {
            let at = self.at();
            if self.take(".") {
                let at = self.at();
                let name = self.name("a name")?;
                of = if self.take("(") {
                    self.receiver_call(at, of, name)?
                } else {
                    Self::select(at, of, name, Access::Required)?
                };
            } else if self.take(".?") {
                let at = self.at();
                let name = self.name("a name")?;
                of = Self::select(at, of, name, Access::Optional)?;
            } else if let Some(access) = self.bracket() {
                let key = self.expression()?;
                self.expect("]")?;
                let below = of.height.max(key.height);
                of = Self::build(at, Part::Index { of: Box::new(of.node), key: Box::new(key.node), access }, below)?;
            } else {
                return Ok(of);
            }
        }
    }

    fn bracket(&mut self) -> Option<Access> {
        if self.take("[?") {
            return Some(Access::Optional);
        }
        self.take("[").then_some(Access::Required)
    }

    fn name(&mut self, wanted: &'static str) -> Result<String, CompileError> {
        let Token::Name(name) = self.peek() else { return Err(self.unexpected(wanted)) };
        let name = (*name).to_owned();
        self.next += 1;
        Ok(name)
    }

    fn select(at: usize, of: Tall, field: String, access: Access) -> Parsed {
        Self::build(at, Part::Select { of: Box::new(of.node), field, access }, of.height)
    }

    /// A call with a receiver; the name and the bracket are read.
    fn receiver_call(&mut self, at: usize, of: Tall, name: String) -> Parsed {
        let arguments = self.arguments(")")?;
        let below = arguments.iter().map(|argument| argument.height).fold(of.height, usize::max);
        let mut rest: Vec<ParsedNode> = arguments.into_iter().map(|argument| argument.node).collect();
        if let Some((_, kind, steps)) = LoopKind::ALL.iter().find(|(known, ..)| *known == name) {
            let is_macro = rest.len().checked_sub(1).is_some_and(|count| steps.contains(&count));
            if is_macro && let Part::Name(variable) = &rest[0].part {
                let variable = variable.clone();
                let steps = rest.split_off(1);
                return Self::build(at, Part::Loop { kind: *kind, over: Box::new(of.node), variable, steps }, below);
            }
            return Err(CompileError::new(at, SyntaxFault::Macro(name)));
        }
        rest.insert(0, of.node);
        Self::build(
            at,
            Part::Call { function: CalledName { name, style: CallStyle::Receiver }, arguments: rest },
            below,
        )
    }

    /// Arguments up to the closing bracket, which is read.
    fn arguments(&mut self, close: &'static str) -> Result<Vec<Tall>, CompileError> {
        let mut found = Vec::new();
        while !self.take(close) {
            found.push(self.expression()?);
            if !self.take(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(found)
    }

    fn primary(&mut self) -> Parsed {
        let at = self.at();
        match self.peek().clone() {
            Token::Literal(literal) => {
                self.next += 1;
                Self::build(at, Part::Literal(literal), 0)
            }
            Token::Name(name) => {
                self.next += 1;
                self.named(at, name)
            }
            Token::Sign("(") => {
                self.next += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Sign("[") => {
                self.next += 1;
                self.list(at)
            }
            // `[?a]` is a list whose first element is optional.
            Token::Sign("[?") => {
                self.tokens[self.next].1 = Token::Sign("?");
                self.list(at)
            }
            Token::Sign("{") => {
                self.next += 1;
                self.map(at)
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// A variable, a call of a function, or `has`; the name is read.
    fn named(&mut self, at: usize, name: &str) -> Parsed {
        // A function's name may have a dot in it, such as `optional.of`.
        if let (Token::Sign("."), Some((_, Token::Name(member))), Some((_, Token::Sign("(")))) =
            (self.peek(), self.tokens.get(self.next + 1), self.tokens.get(self.next + 2))
            && is_qualifier(name)
        {
            let whole = format!("{name}.{member}");
            self.next += 3;
            return self.global_call(at, whole);
        }
        if !self.take("(") {
            return match is_reserved(name) {
                true => Err(CompileError::new(at, SyntaxFault::Reserved(name.to_owned()))),
                false => Self::build(at, Part::Name(name.to_owned()), 0),
            };
        }
        self.global_call(at, name.to_owned())
    }

    /// The name and the bracket are read.
    fn global_call(&mut self, at: usize, name: String) -> Parsed {
        let mut arguments = self.arguments(")")?;
        let below = arguments.iter().map(|argument| argument.height).max().unwrap_or_default();
        if name == "has" {
            return match (arguments.pop().map(|argument| argument.node.part), arguments.is_empty()) {
                (Some(Part::Select { of, field, access: Access::Required }), true) => {
                    Self::build(at, Part::Has { of, field }, below)
                }
                _ => Err(CompileError::new(at, SyntaxFault::Macro(name))),
            };
        }
        let arguments = arguments.into_iter().map(|argument| argument.node).collect();
        Self::build(at, Part::Call { function: CalledName { name, style: CallStyle::Global }, arguments }, below)
    }

    /// The opening bracket is read.
    fn list(&mut self, at: usize) -> Parsed {
        let mut elements = Vec::new();
        let mut below = 0;
        // The comma at the end may follow nothing.
        if self.take(",") {
            self.expect("]")?;
            return Self::build(at, Part::List(elements), below);
        }
        while !self.take("]") {
            let access = if self.take("?") { Access::Optional } else { Access::Required };
            let value = self.expression()?;
            below = below.max(value.height);
            elements.push(Element { access, value: value.node });
            if !self.take(",") {
                self.expect("]")?;
                break;
            }
        }
        Self::build(at, Part::List(elements), below)
    }

    fn map(&mut self, at: usize) -> Parsed {
        let mut members = Vec::new();
        let mut below = 0;
        if self.take(",") {
            self.expect("}")?;
            return Self::build(at, Part::Map(members), below);
        }
        while !self.take("}") {
            let access = if self.take("?") { Access::Optional } else { Access::Required };
            let key = self.expression()?;
            self.expect(":")?;
            let value = self.expression()?;
            below = below.max(key.height).max(value.height);
            members.push((key.node, Element { access, value: value.node }));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Self::build(at, Part::Map(members), below)
    }
}
