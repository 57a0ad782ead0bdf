//! Finds out what each name means, and refuses what could never be evaluated.

use super::ast::{
    Access, Binary, CalledName, CheckedElement, CheckedNode, Element, Literal, LoopKind, Node, ParsedNode, Part, Unary,
    Variable,
};
use super::functions::{self, CallStyle, Function};
use super::library;
use super::types::{Member, Sort, Type};
use super::{CompileError, MOST_LOOPS, Scope, SyntaxFault, Use};
use crate::diagnostic::words::nearest;

mod operators;

use operators::result;

pub(super) struct Checked {
    pub(super) root: CheckedNode,
    pub(super) result: Type,
    pub(super) uses: Vec<Use>,
    /// The names of all members that are read.
    pub(super) members: Vec<String>,
}

pub(super) fn check(parsed: ParsedNode, scope: &Scope) -> Result<Checked, CompileError> {
    let mut checker = Checker { scope, locals: Vec::new(), loops: 0, uses: Vec::new(), members: Vec::new() };
    let (root, result) = checker.node(parsed)?;
    Ok(Checked { root, result, uses: checker.uses, members: checker.members })
}

struct Checker<'s> {
    scope: &'s Scope,
    /// The variables of the macros around, the innermost last.
    locals: Vec<(String, Type)>,
    loops: usize,
    uses: Vec<Use>,
    members: Vec<String>,
}

type Typed = Result<(CheckedNode, Type), CompileError>;

impl Checker<'_> {
    fn node(&mut self, Node { at, part }: ParsedNode) -> Typed {
        let (part, ty) = match part {
            Part::Literal(literal) => {
                let ty = literal_type(&literal);
                (Part::Literal(literal), ty)
            }
            Part::Name(name) => return self.name(at, name),
            Part::Select { of, field, access } => {
                if let Some(found) = self.grouped(&of, &field)? {
                    return Ok(found);
                }
                let (of, ty) = self.node(*of)?;
                self.follow(&of, &field);
                let ty = member(at, &ty, &field, access)?;
                (Part::Select { of: Box::new(of), field, access }, ty)
            }
            Part::Has { of, field } => {
                if self.grouped(&of, &field)?.is_some() {
                    return Ok((Node { at, part: Part::Literal(Literal::Bool(true)) }, Type::Bool));
                }
                let (of, ty) = self.node(*of)?;
                self.follow(&of, &field);
                member(at, &ty, &field, Access::Optional)?;
                (Part::Has { of: Box::new(of), field }, Type::Bool)
            }
            Part::Index { of, key, access } => self.index(at, *of, *key, access)?,
            Part::Call { function, arguments } => self.call(at, &function, arguments)?,
            Part::Unary(operator, inner) => self.unary(operator, *inner)?,
            Part::Binary(operator, left, right) => self.binary(at, operator, *left, *right)?,
            Part::Choice(condition, yes, no) => {
                let condition = self.wanted(*condition, Sort::Bool)?;
                let (yes, one) = self.node(*yes)?;
                let (no, two) = self.node(*no)?;
                (Part::Choice(Box::new(condition), Box::new(yes), Box::new(no)), one.or(two))
            }
            Part::List(elements) => self.list(elements)?,
            Part::Map(members) => self.map(members)?,
            Part::Loop { kind, over, variable, steps } => self.repeated(at, kind, *over, variable, steps)?,
        };
        Ok((Node { at, part }, ty))
    }

    fn wanted(&mut self, node: ParsedNode, sort: Sort) -> Result<CheckedNode, CompileError> {
        let at = node.at;
        let (node, ty) = self.node(node)?;
        match ty.may_be(sort) {
            true => Ok(node),
            false => Err(wrong_type(at, sort.noun(), &ty)),
        }
    }

    /// The variable that `GROUP.NAME` is; `None` where the name before the dot is that of no group.
    fn grouped(&mut self, of: &ParsedNode, field: &str) -> Result<Option<(CheckedNode, Type)>, CompileError> {
        let Part::Name(group) = &of.part else { return Ok(None) };
        if self.locals.iter().any(|(known, _)| known == group) || self.scope.find(group).is_some() {
            return Ok(None);
        }
        let Some(members) = self.scope.grouped(group) else { return Ok(None) };
        let Some((_, index)) = members.iter().rfind(|(name, _)| name == field) else {
            let nearest = nearest(field, members.iter().map(|(name, _)| name.as_str())).map(str::to_owned);
            return Err(CompileError::new(of.at, SyntaxFault::UnknownField { name: field.to_owned(), nearest }));
        };
        self.uses.push(Use { variable: *index, path: Vec::new(), at: of.at });
        Ok(Some((Node { at: of.at, part: Part::Name(Variable::Given(*index)) }, self.scope.of(*index))))
    }

    fn name(&mut self, at: usize, name: String) -> Typed {
        if let Some(index) = self.locals.iter().rposition(|(known, _)| *known == name) {
            let ty = self.locals.get(index).map_or(Type::Dyn, |(_, ty)| ty.clone());
            return Ok((Node { at, part: Part::Name(Variable::Local(index)) }, ty));
        }
        if let Some((index, ty)) = self.scope.find(&name) {
            self.uses.push(Use { variable: index, path: Vec::new(), at });
            return Ok((Node { at, part: Part::Name(Variable::Given(index)) }, ty.clone()));
        }
        if let Some(sort) = Sort::NAMED.into_iter().find(|sort| sort.name() == name) {
            return Ok((Node { at, part: Part::Literal(Literal::Type(sort)) }, Type::Type));
        }
        if let Some((group, _)) = self.scope.groups.iter().find(|(group, _)| *group == name) {
            return Err(CompileError::new(at, SyntaxFault::Group(group)));
        }
        let known = self.scope.names().chain(self.locals.iter().map(|(name, _)| name.as_str()));
        let nearest = nearest(&name, known).map(str::to_owned);
        Err(CompileError::new(at, SyntaxFault::UnknownName { name, nearest }))
    }

    /// Notes a member that is read, and of which variable of the scope.
    fn follow(&mut self, of: &CheckedNode, field: &str) {
        self.members.push(field.to_owned());
        let mut root = of;
        while let Part::Select { of, .. } = &root.part {
            root = of;
        }
        if let Part::Name(Variable::Given(_)) = root.part
            && let Some(last) = self.uses.iter_mut().rfind(|known| known.at == root.at)
        {
            last.path.push(field.to_owned());
        }
    }

    fn index(
        &mut self,
        at: usize,
        of: ParsedNode,
        key: ParsedNode,
        access: Access,
    ) -> Result<PartAndType, CompileError> {
        let (of, of_type) = self.node(of)?;
        let key_at = key.at;
        let (key, key_type) = self.node(key)?;
        let (holder, is_optional) = match &of_type {
            Type::Optional(held) => (&**held, true),
            other => (other, access == Access::Optional),
        };
        let found = match holder {
            Type::Dyn => Type::Dyn,
            Type::List(element) if key_type.may_be(Sort::Int) || key_type.is_number() => (**element).clone(),
            Type::List(_) => return Err(wrong_type(key_at, "an integer", &key_type)),
            Type::Map(_) | Type::Object(_) => match &key.part {
                Part::Literal(Literal::String(name)) => member(key_at, holder, name, Access::Required)?,
                _ => Type::Dyn,
            },
            other => return Err(wrong_type(at, "a list or a map", other)),
        };
        let ty = if is_optional { Type::optional(found) } else { found };
        Ok((Part::Index { of: Box::new(of), key: Box::new(key), access }, ty))
    }

    fn call(
        &mut self,
        at: usize,
        called: &CalledName,
        arguments: Vec<ParsedNode>,
    ) -> Result<PartAndType, CompileError> {
        let Some(function) = functions::find(&called.name, called.style) else {
            let macros = LoopKind::ALL.iter().map(|(name, ..)| *name).filter(|_| called.style == CallStyle::Receiver);
            let nearest = nearest(&called.name, functions::names(called.style).chain(macros)).map(str::to_owned);
            return Err(CompileError::new(at, SyntaxFault::UnknownFunction { name: called.name.clone(), nearest }));
        };
        let mut nodes = Vec::with_capacity(arguments.len());
        let mut types = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let (node, ty) = self.node(argument)?;
            nodes.push(node);
            types.push(ty);
        }
        let fits =
            |takes: &[Sort]| takes.len() == types.len() && takes.iter().zip(&types).all(|(sort, ty)| ty.may_be(*sort));
        let mut fitting = function.overloads().iter().filter(|overload| fits(overload.takes));
        let Some(first) = fitting.next() else { return Err(no_overload(at, function, called.style, &types)) };
        let result = fitting.fold(first.gives.of(&types), |ty, overload| ty.or(overload.gives.of(&types)));
        if let (Function::Matches, [_, Node { at, part: Part::Literal(Literal::String(text)) }]) =
            (function, nodes.as_slice())
            && library::pattern(text).is_err()
        {
            return Err(CompileError::new(*at, SyntaxFault::Pattern(text.clone())));
        }
        Ok((Part::Call { function, arguments: nodes }, result))
    }

    fn unary(&mut self, operator: Unary, inner: ParsedNode) -> Result<PartAndType, CompileError> {
        if operator == Unary::Not {
            let inner = self.wanted(inner, Sort::Bool)?;
            return Ok((Part::Unary(operator, Box::new(inner)), Type::Bool));
        }
        let at = inner.at;
        let (inner, ty) = self.node(inner)?;
        if !(ty.may_be(Sort::Int) || ty.may_be(Sort::Double)) {
            return Err(wrong_type(at, "a number", &ty));
        }
        Ok((Part::Unary(operator, Box::new(inner)), ty))
    }

    fn binary(
        &mut self,
        at: usize,
        operator: Binary,
        left: ParsedNode,
        right: ParsedNode,
    ) -> Result<PartAndType, CompileError> {
        if matches!(operator, Binary::And | Binary::Or) {
            let (left, right) = (self.wanted(left, Sort::Bool)?, self.wanted(right, Sort::Bool)?);
            return Ok((Part::Binary(operator, Box::new(left), Box::new(right)), Type::Bool));
        }
        let (left, one) = self.node(left)?;
        let (right, two) = self.node(right)?;
        let Some(ty) = result(operator, &one, &two) else {
            let found = format!("{one} and {two}");
            let takes = "two values of one type".to_owned();
            return Err(CompileError::new(
                at,
                SyntaxFault::Arguments { function: operator.sign().to_owned(), found, takes },
            ));
        };
        Ok((Part::Binary(operator, Box::new(left), Box::new(right)), ty))
    }

    fn element(&mut self, Element { access, value }: ParsedElement) -> Result<(CheckedElement, Type), CompileError> {
        let at = value.at;
        let (value, ty) = self.node(value)?;
        let ty = match (access, ty) {
            (Access::Required, ty) => ty,
            (Access::Optional, Type::Optional(held)) => *held,
            (Access::Optional, Type::Dyn) => Type::Dyn,
            (Access::Optional, ty) => return Err(wrong_type(at, "an optional", &ty)),
        };
        Ok((Element { access, value }, ty))
    }

    fn list(&mut self, elements: Vec<ParsedElement>) -> Result<PartAndType, CompileError> {
        let mut all = Vec::with_capacity(elements.len());
        let mut common: Option<Type> = None;
        for element in elements {
            let (element, ty) = self.element(element)?;
            common = Some(common.map_or_else(|| ty.clone(), |known| known.or(ty.clone())));
            all.push(element);
        }
        Ok((Part::List(all), Type::list(common.unwrap_or(Type::Dyn))))
    }

    fn map(&mut self, members: Vec<(ParsedNode, ParsedElement)>) -> Result<PartAndType, CompileError> {
        let mut all = Vec::with_capacity(members.len());
        let mut common: Option<Type> = None;
        for (key, value) in members {
            let key = self.wanted(key, Sort::String)?;
            let (value, ty) = self.element(value)?;
            common = Some(common.map_or_else(|| ty.clone(), |known| known.or(ty.clone())));
            all.push((key, value));
        }
        Ok((Part::Map(all), Type::Map(Box::new(common.unwrap_or(Type::Dyn)))))
    }

    fn repeated(
        &mut self,
        at: usize,
        kind: LoopKind,
        over: ParsedNode,
        variable: String,
        steps: Vec<ParsedNode>,
    ) -> Result<PartAndType, CompileError> {
        let over_at = over.at;
        let (over, over_type) = self.node(over)?;
        let element = match (&over_type, kind.repeats()) {
            (Type::Dyn, _) => Some(Type::Dyn),
            (Type::Optional(held), false) => Some((**held).clone()),
            (Type::Map(_) | Type::Object(_), _) if kind == LoopKind::SortBy => None,
            (ty, true) => ty.element(),
            (_, false) => None,
        };
        let wanted = if kind.repeats() { "a list or a map" } else { "an optional" };
        let element = element.ok_or_else(|| wrong_type(over_at, wanted, &over_type))?;
        self.loops += usize::from(kind.repeats());
        if self.loops > MOST_LOOPS {
            return Err(CompileError::new(at, SyntaxFault::TooManyLoops));
        }
        let index = self.locals.len();
        self.locals.push((variable, element.clone()));
        let last = steps.len().saturating_sub(1);
        let mut checked = Vec::with_capacity(steps.len());
        let mut step_type = Type::Dyn;
        for (position, step) in steps.into_iter().enumerate() {
            let is_condition = match kind {
                LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne | LoopKind::Filter => true,
                LoopKind::Map => position < last,
                LoopKind::SortBy | LoopKind::OptMap | LoopKind::OptFlatMap => false,
            };
            if is_condition {
                checked.push(self.wanted(step, Sort::Bool)?);
            } else {
                let (step, ty) = self.node(step)?;
                checked.push(step);
                step_type = ty;
            }
        }
        self.locals.pop();
        self.loops -= usize::from(kind.repeats());
        let ty = match kind {
            LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne => Type::Bool,
            LoopKind::Filter | LoopKind::SortBy => Type::list(element),
            LoopKind::Map => Type::list(step_type),
            LoopKind::OptMap | LoopKind::OptFlatMap => Type::optional(step_type),
        };
        Ok((Part::Loop { kind, over: Box::new(over), variable: Variable::Local(index), steps: checked }, ty))
    }
}

type PartAndType = (Part<Variable, Function>, Type);
type ParsedElement = Element<String, CalledName>;

const fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::String(_) => Type::String,
        Literal::Bytes(_) => Type::Bytes,
        Literal::Type(_) => Type::Type,
    }
}

fn member(at: usize, of: &Type, field: &str, access: Access) -> Result<Type, CompileError> {
    let (holder, is_optional) = match of {
        Type::Optional(held) => (&**held, true),
        other => (other, access == Access::Optional),
    };
    match holder.member(field) {
        Member::Is(ty) if is_optional => Ok(Type::optional(ty)),
        Member::Is(ty) => Ok(ty),
        Member::Unknown(known) => {
            let nearest = nearest(field, known).map(str::to_owned);
            Err(CompileError::new(at, SyntaxFault::UnknownField { name: field.to_owned(), nearest }))
        }
        Member::None => Err(wrong_type(at, "a map", holder)),
    }
}

fn wrong_type(at: usize, wanted: &'static str, found: &Type) -> CompileError {
    CompileError::new(at, SyntaxFault::Type { wanted, found: found.to_string() })
}

fn no_overload(at: usize, function: Function, style: CallStyle, found: &[Type]) -> CompileError {
    let told = |sorts: &[Sort]| {
        let nouns: Vec<&str> = sorts.iter().map(|sort| sort.noun()).collect();
        match (style, nouns.as_slice()) {
            (_, []) => "nothing".to_owned(),
            (CallStyle::Receiver, [receiver]) => (*receiver).to_owned(),
            (CallStyle::Receiver, [receiver, arguments @ ..]) => format!("{} on {receiver}", arguments.join(", ")),
            (CallStyle::Global, nouns) => nouns.join(", "),
        }
    };
    let takes: Vec<String> = function.overloads().iter().map(|overload| told(overload.takes)).collect();
    let found = told(&found.iter().map(Type::sort).collect::<Vec<_>>());
    CompileError::new(
        at,
        SyntaxFault::Arguments { function: function.name().to_owned(), found, takes: takes.join("; or ") },
    )
}
