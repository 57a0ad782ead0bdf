//! Numbers among plain scalars: the texts that Go's `strconv` reads with base 0, after goyaml.v2 has removed the
//! underscores. And how Go prints floats, in values and in keys. Infinities are words, and are not read here.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::Scalar;

/// A scalar that begins with a digit or a sign.
pub(super) fn number(text: &str) -> Option<Scalar<'static>> {
    let bytes = text.as_bytes();
    if bytes.len() <= 18 && bytes[0] != b'0' && bytes.iter().all(u8::is_ascii_digit) {
        return text.parse().ok().map(Scalar::Integer);
    }
    // A number has only these characters.
    if !bytes.iter().all(|byte| byte.is_ascii_hexdigit() || b"_+-.xXoO".contains(byte)) {
        return None;
    }
    let digits = if bytes.contains(&b'_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    integer(&digits).or_else(|| decimal(&digits)).or_else(|| signed_binary(&digits))
}

/// A scalar that begins with a point: here an underscore counts only between two digits, as in Go's literals.
pub(super) fn dotted(text: &str) -> Option<Scalar<'static>> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'_') {
        return decimal(text);
    }
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let between = |at: usize| bytes[at] != b'_' || at > 0 && digit(at - 1) && digit(at + 1);
    if !(0..bytes.len()).all(between) {
        return None;
    }
    decimal(&text.replace('_', ""))
}

/// `strconv.ParseInt` and then `ParseUint`, base 0: a sign, a prefix, digits of that base. The second takes no sign.
fn integer(text: &str) -> Option<Scalar<'static>> {
    let (sign, rest) = match text.as_bytes().first()? {
        sign @ (b'+' | b'-') => (Some(*sign), &text[1..]),
        _ => (None, text),
    };
    let (radix, digits) = match rest.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &rest[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &rest[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &rest[2..]),
        [b'0', _, ..] => (8, &rest[1..]),
        _ => (10, rest),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match (sign, i64::try_from(magnitude)) {
        (Some(b'-'), _) => 0_i64.checked_sub_unsigned(magnitude).map(Scalar::Integer),
        (_, Ok(integer)) => Some(Scalar::Integer(integer)),
        (None, Err(_)) => Some(Scalar::Unsigned(magnitude)),
        (Some(_), Err(_)) => None,
    }
}

/// `0b-1` and `0b+1`: goyaml.v2 passes what follows `0b` to a parser that accepts a sign.
fn signed_binary(text: &str) -> Option<Scalar<'static>> {
    i64::from_str_radix(text.strip_prefix("0b")?, 2).ok().map(Scalar::Integer)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, and not beyond the largest double.
fn decimal(text: &str) -> Option<Scalar<'static>> {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = text.as_bytes();
    if let [b'+' | b'-', tail @ ..] = rest {
        rest = tail;
    }
    let whole = digits(rest);
    rest = &rest[whole..];
    if let [b'.', tail @ ..] = rest {
        let fraction = digits(tail);
        if whole == 0 && fraction == 0 {
            return None;
        }
        rest = &tail[fraction..];
    } else if whole == 0 {
        return None;
    }
    if let [b'e' | b'E', tail @ ..] = rest {
        let tail = if let [b'+' | b'-', tail @ ..] = tail { tail } else { tail };
        let exponent = digits(tail);
        if exponent == 0 {
            return None;
        }
        rest = &tail[exponent..];
    }
    if !rest.is_empty() {
        return None;
    }
    text.parse().ok().filter(|float: &f64| float.is_finite()).map(Scalar::Float)
}

/// A float as it is read back from the JSON that Go prints: the shortest digits, padded with zeros below 10^21.
pub(super) fn float_value(float: f64) -> Value {
    let whole = float.fract() == 0.0 && float.abs() < 1e21 && !(float == 0.0 && float.is_sign_negative());
    let printed = if whole { float.to_string() } else { String::new() };
    if let Ok(integer) = printed.parse::<i64>() {
        integer.into()
    } else if let Ok(unsigned) = printed.parse::<u64>() {
        unsigned.into()
    } else {
        Number::from_f64(float).map_or(Value::Null, Value::Number)
    }
}

/// Go's `strconv.FormatFloat(float, 'g', -1, 32)`, which rounds a key to single precision.
#[expect(clippy::cast_possible_truncation, reason = "sigs.k8s.io/yaml rounds keys so")]
pub(super) fn float_key(float: f64) -> String {
    let single = float as f32;
    if single.is_infinite() {
        return if single > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{single:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse().unwrap_or(0) {
        -4..6 => single.to_string(),
        exponent @ ..-4 => format!("{mantissa}e-{:02}", -exponent),
        exponent @ 6.. => format!("{mantissa}e+{exponent:02}"),
    }
}
