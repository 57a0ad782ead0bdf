//! Kubernetes quantities (`resource.Quantity`): amounts of cpu, memory and other resources, exactly.
//!
//! Follows <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>. It computes with
//! integers, so a sum is exact; a number that does not fit is an error, never a wrong answer.

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;
use thiserror::Error;

/// Billionths in a whole.
const WHOLE: i128 = 1_000_000_000;

/// The largest amount with a binary suffix: 2⁶³−1. Kubernetes caps larger ones.
const BINARY_MAX: i128 = i64::MAX as i128 * WHOLE;

/// The powers of ten of the decimal suffixes.
const DECIMAL: &[(&str, i32)] =
    &[("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

/// The powers of two of the binary suffixes.
const BINARY: &[(&str, u32)] = &[("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

/// An amount, in billionths. Two amounts are equal however they are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantity {
    nanos: i128,
    format: QuantityFormat,
}

/// Which suffixes a quantity is written with. Named as in `resource.Format` of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum QuantityFormat {
    DecimalSi,
    BinarySi,
}

impl Quantity {
    pub(crate) const ZERO: Self = Self { nanos: 0, format: QuantityFormat::DecimalSi };

    /// Reads `100m`, `1.5`, `128Mi`, `2e3`. Amounts finer than a billionth are rounded away from zero, and those with
    /// a binary suffix are capped at 2⁶³−1, as Kubernetes does.
    ///
    /// It is stricter than the API server in one thing: that reads a text without a digit as 0, and here it is an error.
    pub(crate) fn parse(text: &str) -> Result<Self, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Empty);
        }
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
            return Err(QuantityError::Number(text.to_owned()));
        }
        let unit = Unit::parse(suffix)
            .ok_or_else(|| QuantityError::Suffix { text: text.to_owned(), suffix: suffix.to_owned() })?;
        let magnitude = magnitude(whole, fraction.trim_end_matches('0'), unit)
            .ok_or_else(|| QuantityError::Overflow(text.to_owned()))?;
        let (magnitude, format) = match unit {
            Unit::Two(_) => (magnitude.min(BINARY_MAX), QuantityFormat::BinarySi),
            Unit::Ten(_) => (magnitude, QuantityFormat::DecimalSi),
        };
        Ok(Self { nanos: if text.starts_with('-') { -magnitude } else { magnitude }, format })
    }

    /// Reads a JSON value: a string, with or without blanks around the quantity, or a number.
    pub(crate) fn from_value(value: &Value) -> Result<Self, QuantityError> {
        match value {
            Value::String(text) => Self::parse(text.trim()),
            Value::Number(number) => Self::parse(&number.to_string()),
            other => Err(QuantityError::Number(other.to_string())),
        }
    }

    /// The sum. It is written as the first of the two that is not zero.
    pub(crate) fn checked_add(self, other: Self) -> Result<Self, QuantityError> {
        let nanos =
            self.nanos.checked_add(other.nanos).ok_or_else(|| QuantityError::Overflow(format!("{self} + {other}")))?;
        Ok(Self { nanos, format: if self.nanos == 0 { other.format } else { self.format } })
    }

    pub(crate) const fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// Whether the API server may have stored it as another amount: it stores thousandths of requests and limits.
    pub(crate) fn is_stored_as(self, stored: Self) -> bool {
        self == stored || self.in_thousandths() == stored
    }

    /// Rounded up to thousandths.
    const fn in_thousandths(self) -> Self {
        const THOUSANDTH: i128 = 1_000_000;
        let rest = self.nanos.rem_euclid(THOUSANDTH);
        Self { nanos: if rest == 0 { self.nanos } else { self.nanos + THOUSANDTH - rest }, ..self }
    }

    pub(crate) const fn is_positive(self) -> bool {
        self.nanos > 0
    }

    /// The least whole number that is not smaller; `None` where it has more than 64 bits.
    pub(crate) fn rounded_up(self) -> Option<i64> {
        let up = self.nanos.div_euclid(WHOLE) + i128::from(!self.is_whole());
        i64::try_from(up).ok()
    }

    /// Whether it has no fraction.
    pub(crate) const fn is_whole(self) -> bool {
        self.nanos % WHOLE == 0
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

/// The canonical form: no fraction, and the largest suffix that allows that.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        if self.format == QuantityFormat::BinarySi
            && self.is_whole()
            && self.nanos.unsigned_abs() >= 1024 * WHOLE.unsigned_abs()
        {
            let amount = self.nanos / WHOLE;
            let largest = BINARY.iter().rev().find(|(_, power)| amount % (1_i128 << power) == 0);
            return match largest {
                Some((suffix, power)) => write!(f, "{}{suffix}", amount >> power),
                None => write!(f, "{amount}"),
            };
        }
        let divisible = |power: i32| self.nanos % 10_i128.pow(power.unsigned_abs()) == 0;
        let (suffix, power) = DECIMAL.iter().rev().find(|(_, power)| divisible(power + 9)).unwrap_or(&("n", -9));
        write!(f, "{}{suffix}", self.nanos / 10_i128.pow((power + 9).unsigned_abs()))
    }
}

/// What a suffix multiplies by: a power of ten, or of two.
#[derive(Clone, Copy)]
enum Unit {
    Ten(i32),
    Two(u32),
}

impl Unit {
    fn parse(suffix: &str) -> Option<Self> {
        let ten = DECIMAL.iter().find(|(known, _)| *known == suffix).map(|(_, power)| Self::Ten(*power));
        let two = || BINARY.iter().find(|(known, _)| *known == suffix).map(|(_, power)| Self::Two(*power));
        let exponent = || suffix.strip_prefix(['e', 'E'])?.parse().ok().map(Self::Ten);
        ten.or_else(two).or_else(exponent)
    }
}

/// The amount in billionths; `None` where it does not fit.
fn magnitude(whole: &str, fraction: &str, unit: Unit) -> Option<i128> {
    let digits = whole.bytes().chain(fraction.bytes());
    let mantissa = digits
        .into_iter()
        .try_fold(0_i128, |sum, digit| sum.checked_mul(10)?.checked_add(i128::from(digit.wrapping_sub(b'0'))))?;
    if mantissa == 0 {
        return Some(0);
    }
    let places = i64::try_from(fraction.len()).ok()?;
    let (mantissa, power) = match unit {
        Unit::Ten(power) => (mantissa, i64::from(power)),
        Unit::Two(power) => (mantissa.checked_mul(1_i128 << power)?, 0),
    };
    let shift = power + 9 - places;
    let scale = |shift: i64| u32::try_from(shift).ok().and_then(|shift| 10_i128.checked_pow(shift));
    if shift >= 0 {
        return mantissa.checked_mul(scale(shift)?);
    }
    // Rounded up. A divisor too large for the type leaves the smallest amount, one billionth.
    Some(scale(-shift).map_or(1, |divisor| mantissa / divisor + i128::from(mantissa % divisor != 0)))
}

/// Why a text is not a quantity. The user's, or the profile's, fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum QuantityError {
    /// It is empty.
    #[error("an empty text is not a quantity")]
    Empty,
    /// It does not begin with a number.
    #[error("`{0}` is not a quantity: it does not begin with a number")]
    Number(String),
    /// What follows the number is not a suffix.
    #[error("`{text}` is not a quantity: `{suffix}` is not a suffix")]
    Suffix {
        /// The whole text.
        text: String,
        /// What follows the number.
        suffix: String,
    },
    /// It is too large, or has too many digits.
    #[error("`{0}` is too large for a quantity, or has too many digits")]
    Overflow(String),
}

impl QuantityError {
    /// What to write instead.
    pub(crate) fn hint(&self) -> String {
        if let Self::Suffix { text, suffix } = self {
            let number = text.strip_suffix(suffix.as_str()).unwrap_or(text);
            let amended = match suffix.trim().to_ascii_lowercase().as_str() {
                "g" | "gb" | "gi" | "gib" => Some("Gi"),
                "mb" | "mi" | "mib" => Some("Mi"),
                "k" | "kb" | "ki" | "kib" => Some("Ki"),
                "t" | "tb" | "ti" | "tib" => Some("Ti"),
                "millicpu" | "millicores" | "mcpu" => Some("m"),
                _ => None,
            };
            if let Some(amended) = amended {
                return format!("did you mean `{number}{amended}`?");
            }
        }
        "write a number, with a suffix where it needs one: m, k, M, G, T, Ki, Mi, Gi, Ti".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn nanos(text: &str) -> i128 {
        Quantity::parse(text).unwrap().nanos
    }

    #[test]
    fn every_documented_form_is_read() {
        for (text, expected) in [
            ("0", 0),
            ("1", WHOLE),
            ("+1", WHOLE),
            ("-1", -WHOLE),
            ("007", 7 * WHOLE),
            ("1.", WHOLE),
            (".5", WHOLE / 2),
            ("0.10000000000", WHOLE / 10),
            ("1.5", WHOLE + WHOLE / 2),
            ("1n", 1),
            ("1u", 1_000),
            ("100m", WHOLE / 10),
            ("1k", 1_000 * WHOLE),
            ("1M", 1_000_000 * WHOLE),
            ("1G", 1_000_000_000 * WHOLE),
            ("1T", 1_000_000_000_000 * WHOLE),
            ("1P", 1_000_000_000_000_000 * WHOLE),
            ("1E", 1_000_000_000_000_000_000 * WHOLE),
            ("1Ki", 1024 * WHOLE),
            ("1Mi", (1 << 20) * WHOLE),
            ("1.5Gi", 3 * (1 << 29) * WHOLE),
            ("1Ti", (1 << 40) * WHOLE),
            ("1Pi", (1 << 50) * WHOLE),
            ("1Ei", (1 << 60) * WHOLE),
            ("0.5Ki", 512 * WHOLE),
            ("1e3", 1_000 * WHOLE),
            ("1E3", 1_000 * WHOLE),
            ("12.5e+2", 1_250 * WHOLE),
            ("1e-3", WHOLE / 1_000),
        ] {
            assert_eq!(nanos(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_finer_than_a_billionth_is_rounded_away_from_zero() {
        for (text, expected) in [
            ("0.1n", 1),
            ("1.1n", 2),
            ("-0.1n", -1),
            ("1e-30", 1),
            ("1e-2000000000", 1),
            ("0.000000000001", 1),
            ("0.0000000001Ki", 103),
        ] {
            assert_eq!(nanos(text), expected, "{text}");
        }
    }

    #[test]
    fn the_limits_hold() {
        assert_eq!(Quantity::parse("100Ei").unwrap(), Quantity::parse("9223372036854775807").unwrap());
        assert_eq!(nanos("0e2000000000"), 0);
        for text in ["1e30", "1e2000000000", "999999999999999999999999999999999999999999", "170141183460469231731E"] {
            assert!(matches!(Quantity::parse(text), Err(QuantityError::Overflow(_))), "{text}");
        }
        let large = Quantity::parse("100000000000E").unwrap();
        assert!(matches!(large.checked_add(large), Err(QuantityError::Overflow(_))));
    }

    #[test]
    fn an_error_says_what_to_write_instead() {
        for (text, message, hint) in [
            ("1gb", "`1gb` is not a quantity: `gb` is not a suffix", "did you mean `1Gi`?"),
            ("100MB", "`100MB` is not a quantity: `MB` is not a suffix", "did you mean `100Mi`?"),
            ("1g", "`1g` is not a quantity: `g` is not a suffix", "did you mean `1Gi`?"),
            ("5 Gi", "`5 Gi` is not a quantity: ` Gi` is not a suffix", "did you mean `5Gi`?"),
            ("1K", "`1K` is not a quantity: `K` is not a suffix", "did you mean `1Ki`?"),
            ("1e", "`1e` is not a quantity: `e` is not a suffix", "write a number, with"),
            (
                "1e99999999999",
                "`1e99999999999` is not a quantity: `e99999999999` is not a suffix",
                "write a number, with",
            ),
            ("1.5.2", "`1.5.2` is not a quantity: it does not begin with a number", "write a number, with"),
            ("Mi", "`Mi` is not a quantity: it does not begin with a number", "write a number, with"),
            ("-", "`-` is not a quantity: it does not begin with a number", "write a number, with"),
            (".", "`.` is not a quantity: it does not begin with a number", "write a number, with"),
            ("half", "`half` is not a quantity: it does not begin with a number", "write a number, with"),
            ("", "an empty text is not a quantity", "write a number, with"),
            ("1é", "`1é` is not a quantity: `é` is not a suffix", "write a number, with"),
        ] {
            let error = Quantity::parse(text).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert!(error.hint().starts_with(hint), "{text}: {}", error.hint());
        }
    }

    #[test]
    fn json_numbers_and_strings_are_read() {
        for (value, expected) in [
            (json!(1), "1"),
            (json!(0.5), "500m"),
            (json!(1e20), "100E"),
            (json!(1e-7), "100n"),
            (json!(" 64Mi "), "64Mi"),
        ] {
            assert_eq!(Quantity::from_value(&value).unwrap(), Quantity::parse(expected).unwrap(), "{value}");
        }
        for value in [json!(true), json!(null), json!([]), json!({})] {
            assert!(Quantity::from_value(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn the_api_server_stores_thousandths() {
        for (text, stored) in
            [("100u", "1m"), ("1n", "1m"), ("1.0001", "1001m"), ("250m", "250m"), ("1Gi", "1Gi"), ("0", "0")]
        {
            assert_eq!(Quantity::parse(text).unwrap().in_thousandths(), Quantity::parse(stored).unwrap(), "{text}");
        }
    }

    #[test]
    fn amounts_are_compared_however_they_are_written() {
        for (less, more) in [("999m", "1"), ("1G", "1Gi"), ("-1", "0"), ("1000k", "1001k"), ("1n", "1u")] {
            assert!(Quantity::parse(less).unwrap() < Quantity::parse(more).unwrap(), "{less} {more}");
        }
        for (one, other) in [("1", "1000m"), ("1k", "1e3"), ("1024", "1Ki"), ("0.5", "500m"), ("0", "0Mi")] {
            assert_eq!(Quantity::parse(one).unwrap(), Quantity::parse(other).unwrap(), "{one} {other}");
        }
    }

    #[test]
    fn sums_are_written_in_canonical_form() {
        for (a, b, sum) in [
            ("100m", "200m", "300m"),
            ("500m", "0.5", "1"),
            ("64Mi", "64Mi", "128Mi"),
            ("0", "1.5Gi", "1536Mi"),
            ("1Ki", "1", "1025"),
            ("900", "100", "1k"),
            ("1", "-1", "0"),
            ("1n", "1u", "1001n"),
            ("0.5Ki", "0", "512"),
            ("-1Gi", "-1Gi", "-2Gi"),
        ] {
            let total = Quantity::parse(a).unwrap().checked_add(Quantity::parse(b).unwrap()).unwrap();
            assert_eq!(total.to_string(), sum, "{a} + {b}");
        }
    }
}
