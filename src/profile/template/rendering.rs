//! From templates to values.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};

use serde_json::{Map, Value};

use super::spent::{MOST_REPEATED, Spent};
use super::surroundings::Surroundings;
use super::{Condition, Content, Part, Repeat, ScalarSource, Template, TemplateScalar};
use crate::expression::{EvalFault, Expression, Item, Meter, Sort, Variables};
use crate::profile::Let;
use crate::profile::scope::Variable;
use crate::value::pointer::Pointer;
use crate::value::trace::{Reads, Trace};
use crate::value::view::View;

/// How often one `forEach` may repeat.
const MOST_REPEATS: usize = 64;

/// What templates are rendered with. It collects what has no value.
pub(crate) struct Rendering<'r, 'v, V> {
    /// The values of the profile's parameters, in their order.
    values: &'r [Cow<'r, Value>],
    lets: &'r [Let],
    /// Those of `lets` that were asked for; nothing, as long as none was.
    known: OnceCell<Vec<MadeLet<'v, V>>>,
    /// What evaluating those took, all together.
    spent_on_lets: Cell<Spent>,
    surroundings: Surroundings<'v, V>,
    /// Where is noted what is read of the pod, if anywhere.
    trace: Option<&'r Trace>,
    /// What was made, for each `let` value, and then for each part.
    made: RefCell<Vec<Option<Box<MadeUnit>>>>,
    /// The `let` values that the unit at hand has asked for.
    asked: RefCell<Vec<usize>>,
    /// The values of `forEach` variables, the innermost last.
    locals: RefCell<Vec<Item<'v, V>>>,
    repeated: Cell<usize>,
    meter: Meter,
    faults: RefCell<Vec<RenderFault>>,
}

/// A `let` value, once it was asked for.
type MadeLet<'v, V> = OnceCell<Box<Result<Item<'v, V>, EvalFault>>>;

/// A part of what is rendered: what it reads and takes counts for it alone, without the `let` values that are made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// The `let` value at this index.
    Let(usize),
    /// The part at this index, as [`ProfileReads`](crate::profile::reads::ProfileReads) counts them.
    Part(usize),
}

impl Unit {
    /// Its number among all units of a profile with so many `let` values, which come first.
    pub(crate) const fn number(self, lets: usize) -> usize {
        match self {
            Self::Let(index) => index,
            Self::Part(index) => lets + index,
        }
    }
}

/// What there is to say of a unit that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MadeUnit {
    /// What evaluating it took, without the `let` values that it asked for.
    pub(crate) spent: Spent,
    /// The indexes of the `let` values that it asked for.
    pub(crate) lets: Vec<usize>,
}

/// A scalar that has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RenderFault {
    /// Its place in the profile's document.
    pub(crate) at: Pointer,
    /// Why not.
    pub(crate) fault: EvalFault,
    /// The variables that it uses.
    pub(crate) variables: Vec<usize>,
}

impl<'r, 'v, V: View<'v>> Rendering<'r, 'v, V> {
    pub(crate) fn new(values: &'r [Cow<'r, Value>], lets: &'r [Let], surroundings: Surroundings<'v, V>) -> Self {
        Self {
            values,
            lets,
            known: OnceCell::new(),
            spent_on_lets: Cell::default(),
            surroundings,
            trace: None,
            made: RefCell::default(),
            asked: RefCell::default(),
            locals: RefCell::default(),
            repeated: Cell::new(0),
            meter: Meter::default(),
            faults: RefCell::default(),
        }
    }

    /// The same, noting what is read of the pod, for each [`Unit`].
    pub(crate) fn traced(self, trace: &'r Trace) -> Self {
        Self { trace: Some(trace), ..self }
    }

    /// What a unit has read of the pod; `None` where that is not noted.
    pub(crate) fn reads(&self, unit: Unit) -> Option<Reads> {
        self.trace?.reads(unit.number(self.lets.len()))
    }

    /// What had no value so far.
    pub(crate) fn faults(&self) -> Vec<RenderFault> {
        self.faults.take()
    }

    /// What evaluating took so far.
    pub(crate) fn spent(&self) -> Spent {
        Spent { effort: self.meter.effort(), repeated: self.repeated.get() }
    }

    /// Whether any `let` value was made.
    pub(crate) fn has_lets(&self) -> bool {
        self.known.get().is_some_and(|known| known.iter().any(|known| known.get().is_some()))
    }

    /// A unit as it was made; `None` where it was not.
    pub(crate) fn made_unit(&self, unit: Unit) -> Option<MadeUnit> {
        self.made.borrow().get(unit.number(self.lets.len()))?.as_deref().cloned()
    }

    /// Whether the unit of this number was made.
    pub(crate) fn is_made(&self, number: usize) -> bool {
        self.made.borrow().get(number).is_some_and(Option::is_some)
    }

    /// Makes a unit: what it reads, asks for and takes counts for it.
    pub(crate) fn as_unit<T>(&self, unit: Unit, within: impl FnOnce() -> T) -> T {
        let (before, on_lets) = (self.spent(), self.spent_on_lets.get());
        let asked = self.asked.take();
        let result = match self.trace {
            Some(trace) => trace.read_by(unit.number(self.lets.len()), within),
            None => within(),
        };
        let lets = self.asked.replace(asked);
        let on_lets = self.spent_on_lets.get().without(on_lets);
        let spent = self.spent().without(before).without(on_lets);
        if let Unit::Let(_) = unit {
            self.spent_on_lets.set(self.spent_on_lets.get().with(spent));
        }
        let (mut made, reader) = (self.made.borrow_mut(), unit.number(self.lets.len()));
        if made.len() <= reader {
            made.resize_with(reader + 1, || None);
        }
        if let Some(made) = made.get_mut(reader) {
            *made = Some(Box::new(MadeUnit { spent, lets }));
        }
        result
    }

    /// The pod template before the profile.
    pub(crate) const fn pod(&self) -> V {
        self.surroundings.pod
    }

    /// The `let` value at an index; `None` where it has none, which is no fault as long as nothing else asks for it.
    pub(crate) fn let_value(&self, index: usize) -> Option<Item<'v, V>> {
        self.made_let(index)?.as_ref().ok().cloned()
    }

    /// One reads only those before it, so this ends.
    fn made_let(&self, index: usize) -> Option<&Result<Item<'v, V>, EvalFault>> {
        let known = self.known.get_or_init(|| self.lets.iter().map(|_| OnceCell::new()).collect());
        let (known, made) = (known.get(index)?, self.lets.get(index)?);
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&index) {
            asked.push(index);
        }
        drop(asked);
        Some(known.get_or_init(|| Box::new(self.as_unit(Unit::Let(index), || made.item(self)))))
    }

    /// The value of `let`, which need not be one of the profile's.
    pub(crate) fn made(&self, made: &Let) -> Result<Value, EvalFault> {
        let wanted = || EvalFault::Type { wanted: "a value that can be written as JSON", found: "another one" };
        made.item(self).and_then(|item| item.to_value().ok_or_else(wanted))
    }

    pub(super) fn value(&self, index: usize) -> &Value {
        self.values.get(index).map_or(&Value::Null, |value| value)
    }

    pub(super) fn evaluate(&self, expression: &Expression) -> Result<Item<'v, V>, EvalFault> {
        let variables: &dyn Variables<'v, V> = self;
        expression.evaluate(variables, &self.meter).map_err(|error| error.fault)
    }

    /// A single value.
    pub(super) fn scalar(&self, expression: &Expression) -> Result<Value, EvalFault> {
        single(&self.evaluate(expression)?)
    }

    /// Whether a condition holds; `None` where it has no value, which is then among the faults.
    pub(crate) fn holds(&self, condition: &Condition) -> Option<bool> {
        let found = self.evaluate(&condition.holds).and_then(|item| match item {
            Item::Bool(holds) => Ok(holds),
            other => Err(EvalFault::Type { wanted: Sort::Bool.noun(), found: other.sort().noun() }),
        });
        found.map_err(|fault| self.fault(&condition.at, fault, &condition.holds)).ok()
    }

    pub(super) fn fault(&self, at: &Pointer, fault: EvalFault, expression: &Expression) {
        self.push(at, fault, expression.variables().collect());
    }

    /// An expression is evaluated for each container and element, and the same of it is noted once.
    pub(super) fn push(&self, at: &Pointer, fault: EvalFault, variables: Vec<usize>) {
        let fault = RenderFault { at: at.clone(), fault, variables };
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    /// Notes that a template gives something that its place does not take.
    pub(crate) fn refuse(&self, template: &Template, wanted: &'static str) {
        if let Template::Scalar(scalar) = template {
            self.push(&scalar.at, EvalFault::Type { wanted, found: "another text" }, scalar.variables());
        }
    }

    /// Does something once for each element of what `forEach` names.
    fn repeat(&self, repeat: &Repeat, mut each: impl FnMut()) {
        let elements = self.evaluate(&repeat.over).and_then(|item| {
            let elements = item
                .elements()
                .or_else(|| Some(item.members()?.iter().map(|(name, _)| Item::Text(name.clone())).collect()));
            elements.ok_or_else(|| EvalFault::Type { wanted: Sort::List.noun(), found: item.sort().noun() })
        });
        let elements = match elements {
            Ok(elements) if elements.len() > MOST_REPEATS => Err(EvalFault::TooMany(MOST_REPEATS)),
            other => other,
        };
        let elements = match elements {
            Ok(elements) => elements,
            Err(fault) => return self.fault(&repeat.at, fault, &repeat.over),
        };
        for element in &*elements {
            self.repeated.set(self.repeated.get() + 1);
            if self.repeated.get() > MOST_REPEATED {
                return self.fault(&repeat.at, EvalFault::TooMany(MOST_REPEATED), &repeat.over);
            }
            self.with(element.clone(), &mut each);
        }
    }

    /// Does something with one more variable.
    pub(crate) fn with<T>(&self, local: Item<'v, V>, within: impl FnOnce() -> T) -> T {
        self.locals.borrow_mut().push(local);
        let result = within();
        self.locals.borrow_mut().pop();
        result
    }
}

impl<'v, V: View<'v>> Variables<'v, V> for Rendering<'_, 'v, V> {
    fn get(&self, index: usize) -> Result<Item<'v, V>, EvalFault> {
        match Variable::at(index, self.values.len(), self.lets.len()) {
            Variable::Parameter(index) => Ok(Item::of_value(self.value(index))),
            Variable::Fact(fact) => Ok(self.surroundings.fact(fact)),
            Variable::Local(index) => Ok(self.locals.borrow().get(index).cloned().unwrap_or(Item::Null)),
            Variable::Let(index) => self.made_let(index).cloned().unwrap_or(Ok(Item::Null)),
        }
    }
}

impl Let {
    fn item<'v, V: View<'v>>(&self, rendering: &Rendering<'_, 'v, V>) -> Result<Item<'v, V>, EvalFault> {
        match &self.value {
            Template::Scalar(TemplateScalar { source: ScalarSource::Computed(expression), .. }) => {
                rendering.evaluate(expression)
            }
            Template::Scalar(scalar) => Ok(Item::of_value(&scalar.make(rendering)?)),
            other => Ok(Item::of_value(&other.render(rendering))),
        }
    }
}

pub(super) fn single<'v, V: View<'v>>(item: &Item<'v, V>) -> Result<Value, EvalFault> {
    match item {
        Item::View(_) | Item::List(_) | Item::Map(_) => {
            Err(EvalFault::Type { wanted: "a single value", found: item.sort().noun() })
        }
        item => item.to_value().ok_or_else(|| EvalFault::Type { wanted: "a single value", found: item.sort().noun() }),
    }
}

impl Template {
    /// The value with expressions filled in.
    ///
    /// A scalar that is nothing but one expression keeps the type of its value, unless Kubernetes wants a string there. Where
    /// that value is null, the member or element is left out; a whole template is null. What has no value is null too, and
    /// goes to the faults. Recurses as deep as the profile's document is nested, which parsing caps.
    pub(crate) fn render<'v, V: View<'v>>(&self, rendering: &Rendering<'_, 'v, V>) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Scalar(scalar) => scalar.render(rendering),
            Self::List(elements) => {
                let mut values = Vec::with_capacity(elements.len());
                elements.iter().for_each(|element| element.each(rendering, &mut |value| values.push(value)));
                Value::Array(values)
            }
            Self::Object(members) => Value::Object(render_members(members, rendering)),
            Self::Sparse(inner) => inner.render(rendering),
            Self::Part(_) => {
                let mut found = Value::Null;
                self.each(rendering, &mut |value| found = value);
                found
            }
        }
    }

    /// Hands over the values of a member or element: none where it is left out. A null that the profile itself writes is one.
    pub(crate) fn each<'v, V: View<'v>>(&self, rendering: &Rendering<'_, 'v, V>, found: &mut dyn FnMut(Value)) {
        match self {
            Self::Part(part) => match &part.repeat {
                Some(repeat) => rendering.repeat(repeat, || part.once(rendering, found)),
                None => part.once(rendering, found),
            },
            Self::Sparse(inner) => inner.each(rendering, &mut |value| {
                let is_empty =
                    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
                if !is_empty {
                    found(value);
                }
            }),
            Self::Scalar(scalar) => {
                let value = scalar.render(rendering);
                if !value.is_null() {
                    found(value);
                }
            }
            other => found(other.render(rendering)),
        }
    }
}

fn render_members<'v, V: View<'v>>(
    members: &[(String, Template)],
    rendering: &Rendering<'_, 'v, V>,
) -> Map<String, Value> {
    let mut rendered = Map::with_capacity(members.len());
    for (name, member) in members {
        member.each(rendering, &mut |value| drop(rendered.insert(name.clone(), value)));
    }
    rendered
}

impl Part {
    fn once<'v, V: View<'v>>(&self, rendering: &Rendering<'_, 'v, V>, found: &mut dyn FnMut(Value)) {
        if self.when.as_ref().is_some_and(|when| rendering.holds(when) != Some(true)) {
            return;
        }
        match &self.content {
            Content::One(template) => template.each(rendering, found),
            Content::Several(templates) => templates.iter().for_each(|template| template.each(rendering, found)),
            Content::Spliced(scalar) => scalar.splice(rendering, found),
            Content::OneOf { common, alternatives } => {
                let holds = |(when, _): &&(Option<Condition>, Template)| {
                    when.as_ref().is_none_or(|when| rendering.holds(when) == Some(true))
                };
                let Some((_, alternative)) = alternatives.iter().find(holds) else { return };
                if common.is_empty() {
                    return alternative.each(rendering, found);
                }
                let mut members = render_members(common, rendering);
                if let Value::Object(more) = alternative.render(rendering) {
                    members.extend(more);
                }
                found(Value::Object(members));
            }
        }
    }
}
