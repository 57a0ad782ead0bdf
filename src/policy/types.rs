//! The types of parameters, as checks and conversions of a text in a policy.

use super::cel::{Cel, bound, quoted, shown};
use crate::diagnostic::words::list;
use crate::profile::grammar::{MAX_INTEGER, MAX_QUANTITY};
use crate::profile::{Bounds, ListType, MapType, Parameter, ParameterType, Presence};

/// A list with the message about a text, `NAME: …`, or an empty one where the parameter takes it. `None` where an annotation of
/// this type cannot be read.
pub(super) fn faults(parameter: &Parameter, text: &str, what: &str) -> Option<Cel> {
    let Parameter { ty, bounds, presence, .. } = parameter;
    let mut cases = Vec::new();
    if *presence == Presence::Optional {
        cases.push((format!("{text} == ''"), "[]".to_owned()));
    }
    let most = bounds.most_bytes(ty);
    let too_long = format!("string(bytes({text}).size()) + ' bytes are more than `maxLength: {most}`'");
    let message = |message: &str| format!("[{what} + {message}]");
    cases.push((format!("bytes({text}).size() > {most}"), message(&too_long)));
    if let ParameterType::List(of) = ty {
        let found = items(of, text);
        let (_, single) = single_faults(&of.of, bounds, "i")?;
        let single = format!("'item ' + string(n + 1) + ': ' + {single}");
        let (condition, _) = single_faults(&of.of, bounds, "i")?;
        let most = bounds.most_items();
        let too_many = format!("string({found}.size()) + ' items are more than `maxItems: {most}`'");
        let bad = format!("{found}.transformList(n, i, {condition}, {single})");
        cases.push((format!("{bad}.size() > 0"), format!("[{what} + {bad}[0]]")));
        cases.push((format!("{found}.size() > {most}"), message(&too_many)));
    } else {
        let (condition, words) = single_faults(ty, bounds, text)?;
        cases.push((condition, message(&words)));
    }
    if *presence == Presence::Required {
        cases.push((format!("{text} == ''"), message("'the value is empty, and the parameter is `required`'")));
    }
    let chain: String = cases.iter().map(|(condition, value)| format!("{condition} ? {value} : ")).collect();
    Some(format!("({chain}[])"))
}

/// The message about one entry of a map, `''` where it is good; the key `k` is that of its annotation.
pub(super) fn entry_faults(parameter: &Parameter, map: &MapType, text: &str, key: &str) -> Option<Cel> {
    let (condition, words) = single_faults(&map.of, &parameter.bounds, text)?;
    let what = "'annotation `' + k + '`: ' + ";
    let most = parameter.bounds.most_bytes(&parameter.ty);
    let mut cases = vec![(
        format!("bytes({text}).size() > {most}"),
        format!("{what}string(bytes({text}).size()) + ' bytes are more than `maxLength: {most}`'"),
    )];
    if let Some(pattern) = &map.key_pattern {
        let matches = format!("{key}.matches({})", quoted(&format!("\\A(?:{})\\z", pattern.as_str())));
        let words = quoted(&format!("` does not match `keyPattern: {}`", pattern.as_str()));
        cases.push((format!("!{matches}"), format!("{what}'`' + {} + {words}", shown(key))));
    }
    cases.push((condition, format!("{what}{words}")));
    let chain: String = cases.iter().map(|(condition, value)| format!("{condition} ? {value} : ")).collect();
    Some(format!("({chain}'')"))
}

/// What a text is as a value of a map.
pub(super) fn entry_value(map: &MapType, text: &str) -> Cel {
    single_value(&map.of, text)
}

/// What a text is as a value of the parameter, where it is one.
pub(super) fn value(parameter: &Parameter, text: &str) -> Cel {
    let value = match &parameter.ty {
        ParameterType::List(of) => format!("{}.map(i, dyn({}))", items(of, text), single_value(&of.of, "i")),
        ty => single_value(ty, text),
    };
    if parameter.presence != Presence::Optional {
        return value;
    }
    let nothing = if matches!(parameter.ty, ParameterType::List(_)) { "[]" } else { "null" };
    format!("({text} == '' ? dyn({nothing}) : dyn({value}))")
}

/// A value as it is spelled in the record's hash.
pub(super) fn spelled(parameter: &Parameter, value: &str) -> Cel {
    let single = |ty: &ParameterType, value: &str| match ty {
        ParameterType::Boolean => format!("({value} ? 'true' : 'false')"),
        _ => format!("string({value})"),
    };
    let text = match &parameter.ty {
        ParameterType::List(of) => format!("{value}.map(i, {}).join(',')", single(&of.of, "i")),
        ParameterType::Map(of) => {
            let entry = single(&of.of, &format!("{value}[k]"));
            format!("{value}.map(k, k).sort().map(k, k + '=' + {entry}).join(',')")
        }
        ty => single(ty, value),
    };
    match parameter.presence {
        Presence::Optional if !matches!(parameter.ty, ParameterType::List(_) | ParameterType::Map(_)) => {
            format!("({value} == null ? '' : {text})")
        }
        _ => text,
    }
}

/// Whether its spelling may have characters that JSON escapes.
pub(super) fn is_free_text(parameter: &Parameter) -> bool {
    matches!(parameter.ty, ParameterType::Map(_))
        || matches!(parameter.ty.single(), ParameterType::String | ParameterType::Path | ParameterType::Enum(_))
}

fn items(of: &ListType, text: &str) -> Cel {
    format!("{text}.split({}).map(i, i.trim()).filter(i, i != '')", quoted(&of.separator))
}

/// When a text is no single value of a type, and the words for it.
fn single_faults(ty: &ParameterType, bounds: &Bounds, text: &str) -> Option<(Cel, Cel)> {
    let mut cases = vec![(format!("!{}", valid(ty, text)?), not_of_type(ty, text))];
    let number = matches!(ty, ParameterType::Integer | ParameterType::Port);
    if let Some(min) = bounds.min.filter(|_| number) {
        cases.push((format!("int({text}) < {min}"), format!("'`' + {text} + '` is less than `min: {min}`'")));
    }
    if let Some(max) = bounds.max.filter(|_| number) {
        cases.push((format!("int({text}) > {max}"), format!("'`' + {text} + '` is more than `max: {max}`'")));
    }
    if let Some(pattern) = bounds.pattern.as_ref().filter(|_| !number) {
        let (pattern, words) = (pattern.as_str(), quoted(&format!("` does not match `pattern: {}`", pattern.as_str())));
        let matches = format!("{text}.matches({})", quoted(&format!("\\A(?:{pattern})\\z")));
        cases.push((format!("!{matches}"), format!("'`' + {} + {words}", shown(text))));
    }
    let condition = cases.iter().map(|(condition, _)| condition.clone()).collect::<Vec<_>>().join(" || ");
    let (_, last) = cases.pop()?;
    let words: String = cases.iter().map(|(condition, words)| format!("{condition} ? {words} : ")).collect();
    Some((format!("({condition})"), format!("({words}{last})")))
}

/// A regular expression for the control characters that no value may have.
const CONTROL: &str = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]";

/// The words for a control character, with its number.
fn control_character(text: &str) -> Cel {
    let numbers = (0_u8..0x20).filter(|code| !matches!(code, 9 | 10 | 13));
    let numbers: Vec<String> = numbers.map(|code| format!("\"\\u{code:04x}\": \"{code:04X}\"")).collect();
    format!(
        "'the control character U+' + {{{}}}[{text}.find({})] + ' is not allowed: only line breaks and tabs are'",
        numbers.join(", "),
        quoted(CONTROL)
    )
}

fn not_of_type(ty: &ParameterType, text: &str) -> Cel {
    let is_not = |words: &str| format!("'`' + {} + {}", shown(text), quoted(&format!("` is not {words}")));
    match ty {
        ParameterType::Enum(values) => is_not(&format!("one of {}", list(values))),
        ParameterType::String => control_character(text),
        ParameterType::Integer => {
            let whole = is_not("a whole number");
            format!("({text}.matches('^-*[0-9]*$') ? {} : {whole})", is_not(ty.expected()))
        }
        ty => is_not(ty.expected()),
    }
}

/// Whether a text is a value of a type; `None` for those that a policy does not read.
fn valid(ty: &ParameterType, text: &str) -> Option<Cel> {
    Some(match ty {
        ParameterType::Boolean => format!("({text} in ['true', 'false'])"),
        ParameterType::Duration => {
            let term = "([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)";
            format!("({text}.size() <= 64 && {text}.matches({}))", quoted(&format!("^(0|({term})+)$")))
        }
        ParameterType::Enum(values) => {
            format!("({text} in [{}])", values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", "))
        }
        ParameterType::Integer => format!(
            "({text}.matches('^(0|-?[1-9][0-9]{{0,15}})$') && int({text}) <= {MAX_INTEGER} && int({text}) >= -{MAX_INTEGER})"
        ),
        ParameterType::Name => format!("{text}.matches('^[a-z0-9]([-a-z0-9]{{0,61}}[a-z0-9])?$')"),
        ParameterType::Path => format!(
            "({text}.startsWith('/') && {text}.split('/').all(s, s != '..') && !{text}.matches(\"[\\\\x00-\\\\x1f\\\\x7f-\\\\x{{9f}}]\"))"
        ),
        ParameterType::Port => format!("({text}.matches('^[1-9][0-9]{{0,4}}$') && int({text}) <= 65535)"),
        ParameterType::Ports => format!(
            "({text}.matches('^ *$') || {text}.matches('^ *[*] *$') || {text}.split(',').all(i, i.matches('^ *[1-9][0-9]{{0,4}}(-[1-9][0-9]{{0,4}})? *$') && i.replace(' ', '').split('-').all(n, int(n) <= 65535) && int(i.replace(' ', '').split('-')[0]) <= int(i.replace(' ', '').split('-')[i.replace(' ', '').split('-').size() - 1])))"
        ),
        ParameterType::Quantity => {
            format!(
                "({text}.size() <= {MAX_QUANTITY} && isQuantity({text}) && {text}.matches('[0-9]') && !quantity({text}).isLessThan(quantity('0')))"
            )
        }
        ParameterType::String => {
            format!("!{text}.matches({})", quoted(CONTROL))
        }
        ParameterType::Envs | ParameterType::Image | ParameterType::List(_) | ParameterType::Map(_) => return None,
    })
}

fn single_value(ty: &ParameterType, text: &str) -> Cel {
    match ty {
        ParameterType::Integer | ParameterType::Port => format!("int({text})"),
        ParameterType::Boolean => format!("({text} == 'true')"),
        // First of equals, and a range of one port as that port.
        ParameterType::Ports => {
            let parts = format!(
                "{text}.replace(' ', '').split(',').map(i, i.split('-').size() == 2 && i.split('-')[0] == i.split('-')[1] ? i.split('-')[0] : i)"
            );
            bound(&parts, "l", "l.transformList(k, v, l.indexOf(v) == k, v).join(',')")
        }
        ParameterType::Duration
        | ParameterType::Enum(_)
        | ParameterType::Envs
        | ParameterType::Image
        | ParameterType::List(_)
        | ParameterType::Map(_)
        | ParameterType::Name
        | ParameterType::Path
        | ParameterType::Quantity
        | ParameterType::String => text.to_owned(),
    }
}
