//! The functions of expressions: one row each. What a function does is in `library`.
//!
//! Sources: <https://github.com/google/cel-spec/blob/master/doc/langdef.md#functions>, the extension libraries that
//! Kubernetes enables (<https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries>), and,
//! behind them, our own.

use super::types::{Sort, Type};

/// How a function is called: `f(a)` or `a.f()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallStyle {
    Global,
    Receiver,
}

/// What a function takes and gives.
pub(crate) struct Overload {
    pub(crate) takes: &'static [Sort],
    pub(crate) gives: Gives,
}

/// The type of a result.
#[derive(Clone, Copy)]
pub(crate) enum Gives {
    A(Sort),
    ListOf(Sort),
    /// That of the argument at this index.
    Same(usize),
    /// What the optional at this index holds.
    Held(usize),
    /// What the optional at this index holds, or the one behind it.
    HeldOrNext(usize),
    /// An optional of the argument at this index.
    OptionalOf(usize),
    /// The list of a list's elements at this index, one level flatter.
    Flat(usize),
}

impl Gives {
    pub(crate) fn of(self, arguments: &[Type]) -> Type {
        let at = |index: usize| arguments.get(index).cloned().unwrap_or(Type::Dyn);
        let held = |index: usize| match at(index) {
            Type::Optional(held) => *held,
            _ => Type::Dyn,
        };
        match self {
            Self::A(sort) => of_sort(sort),
            Self::ListOf(sort) => Type::list(of_sort(sort)),
            Self::Same(index) => at(index),
            Self::Held(index) => held(index),
            Self::HeldOrNext(index) => held(index).or(at(index + 1)),
            Self::OptionalOf(index) => Type::optional(at(index)),
            Self::Flat(index) => match at(index) {
                Type::List(element) => match *element {
                    Type::List(inner) => Type::list(*inner),
                    _ => Type::list(Type::Dyn),
                },
                _ => Type::list(Type::Dyn),
            },
        }
    }
}

fn of_sort(sort: Sort) -> Type {
    match sort {
        Sort::Any => Type::Dyn,
        Sort::Null => Type::Null,
        Sort::Bool => Type::Bool,
        Sort::Int => Type::Int,
        Sort::Uint => Type::Uint,
        Sort::Double => Type::Double,
        Sort::String => Type::String,
        Sort::Bytes => Type::Bytes,
        Sort::Type => Type::Type,
        Sort::List => Type::list(Type::Dyn),
        Sort::Map => Type::Map(Box::new(Type::Dyn)),
        Sort::Optional => Type::optional(Type::Dyn),
    }
}

/// A function of that style and name.
pub(crate) fn find(name: &str, style: CallStyle) -> Option<Function> {
    Function::ALL.iter().copied().find(|function| function.name() == name && function.styles().contains(&style))
}

/// The names of all functions of a style.
pub(crate) fn names(style: CallStyle) -> impl Iterator<Item = &'static str> {
    Function::ALL.iter().filter(move |function| function.styles().contains(&style)).map(|function| function.name())
}

/// Whether a word and the name behind it are one name of a function, as in `optional.of`.
pub(crate) fn is_qualifier(word: &str) -> bool {
    Function::ALL.iter().any(|function| function.name().split_once('.').is_some_and(|(first, _)| first == word))
}

const GLOBAL: &[CallStyle] = &[CallStyle::Global];
const RECEIVER: &[CallStyle] = &[CallStyle::Receiver];
const EITHER: &[CallStyle] = &[CallStyle::Global, CallStyle::Receiver];

use Gives::{A, Flat, Held, HeldOrNext, ListOf, OptionalOf, Same};
use Sort::{Any, Bool, Bytes, Double, Int, List, Map, Optional, String as Str, Uint};

macro_rules! functions {
    ($($function:ident $name:literal $styles:ident { $($takes:expr => $gives:expr),+ $(,)? })+) => {
        /// A function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Function { $($function),+ }

        impl Function {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$function),+];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$function => $name),+ }
            }

            const fn styles(self) -> &'static [CallStyle] {
                match self { $(Self::$function => $styles),+ }
            }

            /// How it is called where there is a choice.
            pub(crate) fn style(self) -> CallStyle {
                *self.styles().last().unwrap_or(&CallStyle::Global)
            }

            pub(crate) const fn overloads(self) -> &'static [Overload] {
                match self {
                    $(Self::$function => &[$(Overload { takes: &$takes, gives: $gives }),+]),+
                }
            }
        }
    };
}

functions! {
    // The standard library.
    Size "size" EITHER { [Str] => A(Int), [Bytes] => A(Int), [List] => A(Int), [Map] => A(Int) }
    ToInt "int" GLOBAL { [Int] => A(Int), [Uint] => A(Int), [Double] => A(Int), [Str] => A(Int) }
    ToUint "uint" GLOBAL { [Uint] => A(Uint), [Int] => A(Uint), [Double] => A(Uint), [Str] => A(Uint) }
    ToDouble "double" GLOBAL { [Double] => A(Double), [Int] => A(Double), [Uint] => A(Double), [Str] => A(Double) }
    ToText "string" GLOBAL {
        [Str] => A(Str), [Int] => A(Str), [Uint] => A(Str), [Double] => A(Str), [Bool] => A(Str), [Bytes] => A(Str),
    }
    ToBool "bool" GLOBAL { [Bool] => A(Bool), [Str] => A(Bool) }
    ToBytes "bytes" GLOBAL { [Bytes] => A(Bytes), [Str] => A(Bytes) }
    ToDyn "dyn" GLOBAL { [Any] => A(Any) }
    TypeOf "type" GLOBAL { [Any] => A(Sort::Type) }
    Contains "contains" RECEIVER { [Str, Str] => A(Bool) }
    StartsWith "startsWith" RECEIVER { [Str, Str] => A(Bool) }
    Matches "matches" EITHER { [Str, Str] => A(Bool) }
    EndsWith "endsWith" RECEIVER { [Str, Str] => A(Bool) }
    // Optionals.
    OptionalOf "optional.of" GLOBAL { [Any] => OptionalOf(0) }
    OptionalOfNonZero "optional.ofNonZeroValue" GLOBAL { [Any] => OptionalOf(0) }
    OptionalNone "optional.none" GLOBAL { [] => A(Optional) }
    HasValue "hasValue" RECEIVER { [Optional] => A(Bool) }
    OptionalValue "value" RECEIVER { [Optional] => Held(0) }
    Or "or" RECEIVER { [Optional, Optional] => Same(0) }
    OrValue "orValue" RECEIVER { [Optional, Any] => HeldOrNext(0) }
    // Strings.
    CharAt "charAt" RECEIVER { [Str, Int] => A(Str) }
    IndexOf "indexOf" RECEIVER { [Str, Str] => A(Int), [Str, Str, Int] => A(Int) }
    LastIndexOf "lastIndexOf" RECEIVER { [Str, Str] => A(Int), [Str, Str, Int] => A(Int) }
    Join "join" RECEIVER { [List] => A(Str), [List, Str] => A(Str) }
    LowerAscii "lowerAscii" RECEIVER { [Str] => A(Str) }
    UpperAscii "upperAscii" RECEIVER { [Str] => A(Str) }
    Replace "replace" RECEIVER { [Str, Str, Str] => A(Str), [Str, Str, Str, Int] => A(Str) }
    Split "split" RECEIVER { [Str, Str] => ListOf(Str), [Str, Str, Int] => ListOf(Str) }
    Substring "substring" RECEIVER { [Str, Int] => A(Str), [Str, Int, Int] => A(Str) }
    Trim "trim" RECEIVER { [Str] => A(Str) }
    // Lists.
    Distinct "distinct" RECEIVER { [List] => Same(0) }
    Flatten "flatten" RECEIVER { [List] => Flat(0), [List, Int] => A(List) }
    Sort "sort" RECEIVER { [List] => Same(0) }
    Slice "slice" RECEIVER { [List, Int, Int] => Same(0) }
    Range "lists.range" GLOBAL { [Int] => ListOf(Int) }
    // Our own.
    Keys "keys" GLOBAL { [Map] => ListOf(Str) }
    Merge "merge" GLOBAL { [List] => A(Sort::Map) }
    ToJson "json" GLOBAL { [Any] => A(Str) }
    FromJson "fromJson" GLOBAL { [Str] => A(Any) }
    FromYaml "fromYaml" GLOBAL { [Str] => A(Any) }
    Base64 "base64" GLOBAL { [Str] => A(Str), [Bytes] => A(Str) }
    Sha256 "sha256" GLOBAL { [Str] => A(Str), [Bytes] => A(Str) }
    Cut "cut" GLOBAL { [Str, Int] => A(Str) }
    LabelValue "label" GLOBAL { [Str] => A(Str) }
    PortOf "portOf" GLOBAL { [Map, Any] => A(Int) }
    QuantityAdd "quantityAdd" GLOBAL { [Any, Any] => A(Str) }
    QuantityMax "quantityMax" GLOBAL { [Any, Any] => A(Str) }
    QuantityCompare "quantityCompare" GLOBAL { [Any, Any] => A(Int) }
    WholeCores "wholeCores" GLOBAL { [Any] => A(Int) }
}
