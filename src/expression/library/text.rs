//! Functions of texts, and how a double is written.

use regex_lite::{Regex, RegexBuilder};

use super::{Called, integer, made, str};
use crate::expression::fault::{EvalFault, Meter};
use crate::expression::functions::Function;
use crate::expression::item::Item;
use crate::value::view::View;

/// The result of a function whose first argument is a text.
pub(super) fn call<'v, V: View<'v>>(
    function: Function,
    text: &str,
    rest: &[Item<'v, V>],
    meter: &Meter,
) -> Called<'v, V> {
    meter.steps(text.len() / 64)?;
    let second = || rest.first().map_or(Ok(""), str);
    let number = |index: usize| rest.get(index).map(integer).transpose();
    match function {
        Function::Contains => Ok(Item::Bool(text.contains(second()?))),
        Function::StartsWith => Ok(Item::Bool(text.starts_with(second()?))),
        Function::EndsWith => Ok(Item::Bool(text.ends_with(second()?))),
        Function::Matches => matches(text, second()?, meter),
        Function::LowerAscii => made(text.to_ascii_lowercase(), meter),
        Function::UpperAscii => made(text.to_ascii_uppercase(), meter),
        Function::Trim => made(text.trim().to_owned(), meter),
        Function::CharAt => {
            let at = number(0)?.unwrap_or_default();
            substring(text, at, Some(at.saturating_add(1).min(length(text).max(at)))).and_then(|part| made(part, meter))
        }
        Function::Substring => {
            let start = number(0)?.unwrap_or_default();
            substring(text, start, number(1)?).and_then(|part| made(part, meter))
        }
        Function::Cut => {
            let count = usize::try_from(number(0)?.unwrap_or_default()).unwrap_or_default();
            made(text.chars().take(count).collect(), meter)
        }
        Function::IndexOf => index_of(text, second()?, number(1)?).map(Item::Int),
        Function::LastIndexOf => last_index_of(text, second()?, number(1)?).map(Item::Int),
        Function::Replace => replace(text, rest, meter),
        Function::Split => split(text, second()?, number(1)?, meter),
        _ => made(text.to_owned(), meter),
    }
}

/// How long a regular expression may be, and how much memory its program may take. Both bound the work for a character.
const LONGEST_PATTERN: usize = 256;
const LARGEST_PROGRAM: usize = 16 << 10;

/// A regular expression of RE2's syntax, but for classes of Unicode.
///
/// # Errors
///
/// It is not one, or past a bound.
pub(in crate::expression) fn pattern(text: &str) -> Result<Regex, EvalFault> {
    let fault = EvalFault::Conversion("a string", "a regular expression");
    if text.len() > LONGEST_PATTERN {
        return Err(fault);
    }
    RegexBuilder::new(text).size_limit(LARGEST_PROGRAM).nest_limit(16).build().map_err(|_| fault)
}

fn matches<'v, V: View<'v>>(text: &str, wanted: &str, meter: &Meter) -> Called<'v, V> {
    meter.steps(wanted.len().saturating_mul(8).saturating_add(text.len().saturating_mul(8)))?;
    Ok(Item::Bool(pattern(wanted)?.is_match(text)))
}

fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// The byte at which the character of this number begins; the end of the text counts.
fn byte_of(text: &str, character: i64) -> Result<usize, EvalFault> {
    let fault = || EvalFault::OutsideText(character);
    let wanted = usize::try_from(character).map_err(|_| fault())?;
    let mut starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    starts.nth(wanted).ok_or_else(fault)
}

fn substring(text: &str, start: i64, end: Option<i64>) -> Result<String, EvalFault> {
    let from = byte_of(text, start)?;
    let to = end.map_or(Ok(text.len()), |end| byte_of(text, end))?;
    text.get(from..to).map(str::to_owned).ok_or(EvalFault::OutsideText(end.unwrap_or(start)))
}

/// The first place, no earlier than `from`. As in Kubernetes, an empty text is found at any place that is asked for.
fn index_of(text: &str, wanted: &str, from: Option<i64>) -> Result<i64, EvalFault> {
    let from = from.unwrap_or_default();
    if wanted.is_empty() {
        return Ok(from);
    }
    let start = match byte_of(text, from) {
        Err(fault) if from < 0 => return Err(fault),
        Err(_) => return Ok(-1),
        Ok(start) => start,
    };
    let found = text.get(start..).and_then(|rest| rest.find(wanted)).map(|at| at + start);
    Ok(found.and_then(|at| text.get(..at)).map_or(-1, length))
}

/// The last place, no later than `to`. As in Kubernetes, nothing is found from behind the last character.
fn last_index_of(text: &str, wanted: &str, to: Option<i64>) -> Result<i64, EvalFault> {
    let last = to.unwrap_or_else(|| (length(text) - 1).max(0));
    if wanted.is_empty() {
        return Ok(to.unwrap_or_else(|| length(text)));
    }
    let start = match byte_of(text, last) {
        Err(fault) if last < 0 => return Err(fault),
        Err(_) => return Ok(-1),
        Ok(start) if start == text.len() => return Ok(-1),
        Ok(start) => start,
    };
    let end = start.saturating_add(wanted.len()).min(text.len());
    let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
    let found = text.get(..end).and_then(|part| part.rfind(wanted)).filter(|at| *at <= start);
    Ok(found.and_then(|at| text.get(..at)).map_or(-1, length))
}

fn replace<'v, V: View<'v>>(text: &str, rest: &[Item<'v, V>], meter: &Meter) -> Called<'v, V> {
    let (Some(old), Some(new)) = (rest.first(), rest.get(1)) else { return made(text.to_owned(), meter) };
    let (old, new) = (str(old)?, str(new)?);
    let most = rest.get(2).map(integer).transpose()?.and_then(|most| usize::try_from(most).ok());
    // Counted before anything is made, since a short text can become a very long one.
    let times = text.matches(old).count().min(most.unwrap_or(usize::MAX));
    meter.bytes(text.len().saturating_add(times.saturating_mul(new.len())))?;
    Ok(Item::text(match most {
        Some(most) => text.replacen(old, new, most),
        None => text.replace(old, new),
    }))
}

fn split<'v, V: View<'v>>(text: &str, separator: &str, most: Option<i64>, meter: &Meter) -> Called<'v, V> {
    let most = most.and_then(|most| usize::try_from(most).ok());
    let parts: Vec<&str> = if separator.is_empty() {
        by_character(text, most)
    } else {
        match most {
            Some(most) => text.splitn(most, separator).collect(),
            None => text.split(separator).collect(),
        }
    };
    meter.bytes(text.len() + parts.len() * size_of::<Item<'v, V>>())?;
    Ok(Item::List(parts.into_iter().map(Item::text).collect()))
}

/// Each character by itself; where there may be fewer parts, the last one has the rest.
fn by_character(text: &str, most: Option<usize>) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if most.is_some_and(|most| parts.len() + 1 >= most) {
            break;
        }
        let (part, after) = rest.split_at(first.len_utf8());
        parts.push(part);
        rest = after;
    }
    if !rest.is_empty() && most != Some(0) {
        parts.push(rest);
    }
    parts
}

/// A double as Go's `%g` writes it: the fewest digits that read back as the same number.
pub(super) fn double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let power: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&power) {
        return value.to_string();
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.unsigned_abs())
}
