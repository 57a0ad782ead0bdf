//! JSON's literals (RFC 8259, sections 3 and 6), as the same types that YAML's scalars get.

use serde_json::{Number, Value};

use super::Scalar;

/// The type of a JSON literal: `null`, a boolean or a number.
///
/// # Errors
///
/// It is not a JSON literal.
pub(crate) fn json(text: &str) -> Result<Scalar<'static>, String> {
    match text {
        "null" => return Ok(Scalar::Null),
        "true" => return Ok(Scalar::Boolean(true)),
        "false" => return Ok(Scalar::Boolean(false)),
        // Short integers need no parser. The scanner has already refused leading zeros. `-0` is a float, and not taken
        // here.
        digits if digits.len() < 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            if let Ok(integer) = digits.parse() {
                return Ok(Scalar::Integer(integer));
            }
        }
        _ => {}
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Null) => Ok(Scalar::Null),
        Ok(Value::Bool(value)) => Ok(Scalar::Boolean(value)),
        Ok(Value::Number(number)) => Ok(number_scalar(&number)),
        Ok(_) | Err(_) => Err(format!("`{text}` is not a JSON value")),
    }
}

fn number_scalar(number: &Number) -> Scalar<'static> {
    if let Some(value) = number.as_i64() {
        Scalar::Integer(value)
    } else if let Some(value) = number.as_u64() {
        Scalar::Unsigned(value)
    } else {
        Scalar::Float(number.as_f64().unwrap_or_default())
    }
}
