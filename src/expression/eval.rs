//! Evaluation.

use super::Expression;
use super::ast::{Access, Binary, CheckedElement, CheckedNode, Literal, LoopKind, Part, Variable};
use super::equality::many;
use super::fault::{EvalError, EvalFault, Meter, wrong};
use super::functions::Function;
use super::item::{Item, Text};
use super::library;
use super::operators;
use super::types::Sort;
use crate::value::view::View;

/// The values of a scope's variables.
pub(crate) trait Variables<'v, V> {
    /// The value of the variable at this index of the scope.
    ///
    /// # Errors
    ///
    /// What is wrong where it is made by another expression.
    fn get(&self, index: usize) -> Result<Item<'v, V>, EvalFault>;
}

impl Expression {
    /// The value.
    ///
    /// # Errors
    ///
    /// The first fault that decides, with its place. As in CEL, `false && x` is false and `true || x` is true whatever is
    /// wrong with `x`.
    pub(crate) fn evaluate<'v, V: View<'v>>(
        &self,
        variables: &dyn Variables<'v, V>,
        meter: &Meter,
    ) -> Result<Item<'v, V>, EvalError> {
        Evaluator { variables, meter, locals: Vec::new() }.node(&self.root)
    }
}

struct Evaluator<'e, 'v, V> {
    variables: &'e dyn Variables<'v, V>,
    meter: &'e Meter,
    locals: Vec<Item<'v, V>>,
}

type Evaluated<'v, V> = Result<Item<'v, V>, EvalError>;

impl<'v, V: View<'v>> Evaluator<'_, 'v, V> {
    /// Recurses as deep as the tree, whose height is bounded.
    fn node(&mut self, node: &CheckedNode) -> Evaluated<'v, V> {
        let at = |fault| EvalError { at: node.at, fault };
        self.meter.steps(1).map_err(at)?;
        match &node.part {
            Part::Literal(literal) => Ok(item(literal)),
            Part::Name(Variable::Given(index)) => self.variables.get(*index).map_err(at),
            Part::Name(Variable::Local(index)) => Ok(self.locals.get(*index).cloned().unwrap_or(Item::Null)),
            Part::Select { of, field, access } => {
                let of = self.node(of)?;
                operators::select(&of, field, *access, self.meter).map_err(at)
            }
            Part::Has { of, field } => {
                let of = self.node(of)?;
                match operators::select(&of, field, Access::Optional, self.meter).map_err(at)? {
                    Item::Optional(found) => Ok(Item::Bool(found.is_some())),
                    _ => Ok(Item::Bool(true)),
                }
            }
            Part::Index { of, key, access } => {
                let (of, key) = (self.node(of)?, self.node(key)?);
                operators::index(&of, &key, *access, self.meter).map_err(at)
            }
            Part::Call { function, arguments } => self.call(node.at, *function, arguments),
            Part::Unary(operator, inner) => {
                let inner = self.node(inner)?;
                operators::unary(*operator, &inner).map_err(at)
            }
            Part::Binary(operator @ (Binary::And | Binary::Or), left, right) => {
                self.logic(*operator == Binary::Or, left, right)
            }
            Part::Binary(operator, left, right) => {
                let (left, right) = (self.node(left)?, self.node(right)?);
                operators::binary(*operator, &left, &right, self.meter).map_err(at)
            }
            Part::Choice(condition, yes, no) => match self.boolean(condition)? {
                true => self.node(yes),
                false => self.node(no),
            },
            Part::List(elements) => self.list(node.at, elements),
            Part::Map(members) => self.map(node.at, members),
            Part::Loop { kind, over, steps, .. } => self.repeat(node.at, *kind, over, steps),
        }
    }

    fn list(&mut self, at: usize, elements: &[CheckedElement]) -> Evaluated<'v, V> {
        let mut all = Vec::with_capacity(elements.len());
        for element in elements {
            let value = self.node(&element.value)?;
            all.extend(present(value, element.access).map_err(|fault| EvalError { at, fault })?);
        }
        Ok(Item::List(all.into()))
    }

    fn map(&mut self, at: usize, members: &[(CheckedNode, CheckedElement)]) -> Evaluated<'v, V> {
        let mut all: Vec<(Text<'v>, Item<'v, V>)> = Vec::with_capacity(members.len());
        for (key, element) in members {
            let Item::Text(name) = self.node(key)? else {
                return Err(EvalError { at: key.at, fault: EvalFault::NoKey });
            };
            let value = self.node(&element.value)?;
            let Some(value) = present(value, element.access).map_err(|fault| EvalError { at, fault })? else {
                continue;
            };
            if all.iter().any(|(known, _)| known.as_str() == name.as_str()) {
                return Err(EvalError { at: key.at, fault: EvalFault::NamedTwice });
            }
            all.push((name, value));
        }
        Ok(Item::Map(all.into()))
    }

    fn boolean(&mut self, node: &CheckedNode) -> Result<bool, EvalError> {
        match self.node(node)? {
            Item::Bool(value) => Ok(value),
            other => Err(EvalError { at: node.at, fault: wrong(Sort::Bool, &other) }),
        }
    }

    /// `&&` and `||`: the value that decides may be on either side, and an error on the other one does not count.
    fn logic(&mut self, decides: bool, left: &CheckedNode, right: &CheckedNode) -> Evaluated<'v, V> {
        let first = self.boolean(left);
        match &first {
            Ok(value) if *value == decides => return Ok(Item::Bool(decides)),
            Err(error) if error.fault.is_of_bounds() => return Err(error.clone()),
            _ => {}
        }
        let second = self.boolean(right);
        if second == Ok(decides) {
            return Ok(Item::Bool(decides));
        }
        first?;
        second.map(Item::Bool)
    }

    fn call(&mut self, at: usize, function: Function, arguments: &[CheckedNode]) -> Evaluated<'v, V> {
        let mut items = Vec::with_capacity(arguments.len());
        for argument in arguments {
            items.push(self.node(argument)?);
            // What is behind a value that is there is not looked at.
            if matches!(function, Function::Or | Function::OrValue)
                && let [first] = items.as_slice()
                && !matches!(first, Item::Optional(None))
            {
                break;
            }
        }
        library::call(function, &items, self.meter).map_err(|fault| EvalError { at, fault })
    }

    fn repeat(&mut self, at: usize, kind: LoopKind, over: &CheckedNode, steps: &[CheckedNode]) -> Evaluated<'v, V> {
        let fault = |fault| EvalError { at, fault };
        let of = self.node(over)?;
        let (Some(first), last) = (steps.first(), steps.last()) else { return Ok(Item::Null) };
        if !kind.repeats() {
            let Item::Optional(held) = of else { return Err(fault(wrong(Sort::Optional, &of))) };
            let Some(held) = held else { return Ok(Item::Optional(None)) };
            let made = self.with((*held).clone(), |inner| inner.node(first))?;
            return match (kind, made) {
                (LoopKind::OptFlatMap, made @ Item::Optional(_)) => Ok(made),
                (LoopKind::OptFlatMap, made) => Err(fault(wrong(Sort::Optional, &made))),
                (_, made) => Ok(made.some()),
            };
        }
        let elements = match (of.elements(), of.members()) {
            (Some(elements), _) => elements,
            (None, Some(_)) if kind == LoopKind::SortBy => return Err(fault(wrong(Sort::List, &of))),
            (None, Some(members)) => members.iter().map(|(name, _)| Item::Text(name.clone())).collect(),
            (None, None) => return Err(fault(wrong(Sort::List, &of))),
        };
        self.meter.steps(many(elements.len())).map_err(fault)?;
        match kind {
            LoopKind::All => self.any(&elements, first, false),
            LoopKind::Exists => self.any(&elements, first, true),
            LoopKind::SortBy => {
                let mut keyed = Vec::with_capacity(elements.len());
                for element in &*elements {
                    keyed.push((self.with(element.clone(), |inner| inner.node(first))?, element.clone()));
                }
                library::sort_by_key(&mut keyed, self.meter).map_err(fault)?;
                Ok(Item::List(keyed.into_iter().map(|(_, element)| element).collect()))
            }
            LoopKind::ExistsOne => {
                let mut count = 0_usize;
                for element in &*elements {
                    count += usize::from(self.with(element.clone(), |inner| inner.boolean(first))?);
                }
                Ok(Item::Bool(count == 1))
            }
            LoopKind::Filter | LoopKind::Map => {
                let is_conditional = kind == LoopKind::Filter || steps.len() == 2;
                let mut made = Vec::new();
                for element in &*elements {
                    let keeps = |inner: &mut Self| if is_conditional { inner.boolean(first) } else { Ok(true) };
                    let result = self.with(element.clone(), |inner| match (keeps(inner)?, kind, last) {
                        (false, ..) => Ok(None),
                        (true, LoopKind::Map, Some(last)) => inner.node(last).map(Some),
                        (true, ..) => Ok(Some(element.clone())),
                    })?;
                    made.extend(result);
                }
                self.meter.bytes(made.len() * size_of::<Item<'v, V>>()).map_err(fault)?;
                Ok(Item::List(made.into()))
            }
            LoopKind::OptMap | LoopKind::OptFlatMap => Ok(Item::Null),
        }
    }

    /// Whether one element decides. An error counts only where none does.
    fn any(&mut self, elements: &[Item<'v, V>], step: &CheckedNode, decides: bool) -> Evaluated<'v, V> {
        let mut failed = None;
        for element in elements {
            match self.with(element.clone(), |inner| inner.boolean(step)) {
                Ok(value) if value == decides => return Ok(Item::Bool(decides)),
                Ok(_) => {}
                // What is used up stays used up.
                Err(error) if error.fault.is_of_bounds() => return Err(error),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(Item::Bool(!decides)), Err)
    }

    fn with<T>(&mut self, local: Item<'v, V>, body: impl FnOnce(&mut Self) -> T) -> T {
        self.locals.push(local);
        let made = body(self);
        self.locals.pop();
        made
    }
}

fn item<'v, V: View<'v>>(literal: &Literal) -> Item<'v, V> {
    match literal {
        Literal::Null => Item::Null,
        Literal::Bool(value) => Item::Bool(*value),
        Literal::Int(value) => Item::Int(*value),
        Literal::Uint(value) => Item::Uint(*value),
        Literal::Double(value) => Item::Double(*value),
        Literal::String(text) => Item::text(text.as_str()),
        Literal::Bytes(bytes) => Item::Bytes(bytes.as_slice().into()),
        Literal::Type(sort) => Item::Type(*sort),
    }
}

/// The value of an element; `None` where it is an optional one, and empty.
fn present<'v, V: View<'v>>(value: Item<'v, V>, access: Access) -> Result<Option<Item<'v, V>>, EvalFault> {
    match (access, value) {
        (Access::Required, value) => Ok(Some(value)),
        (Access::Optional, Item::Optional(held)) => Ok(held.map(|held| (*held).clone())),
        (Access::Optional, other) => Err(wrong(Sort::Optional, &other)),
    }
}
