//! Durations as text. All forms that this program reads are here, side by side.
//!
//! | form | examples | read by |
//! |---|---|---|
//! | [`go`]: as Go reads it, fractions included | `1.5h`, `1m30s`, `100us` | parameters of the type `duration`, the `?timeout=` of an API server |
//! | [`whole`]: whole numbers, from the largest unit to the smallest | `1m30s`, `500ms` | the flags of `serve` |
//! | [`lifetime`]: one whole number, also of days | `365d`, `12h` | the flags of `certs` |
//!
//! Flags take less than Go: no one needs `1s1m` or `.5s` there, and a typo is found sooner. Certificates live for
//! years, and Go has no unit above the hour; so `certs` takes days, each of 24 hours.

use std::time::Duration;

/// Go's longest duration: 2⁶³−1 nanoseconds, about 292 years.
const LONGEST: f64 = 9.223e18;

/// Go's units in nanoseconds. The micro sign and the Greek letter are two different characters.
const UNITS: [(&str, f64); 8] =
    [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];

/// The units of [`whole`] in milliseconds.
#[cfg(any(feature = "serve", test))]
const WHOLE_UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("m", 60 * 1000), ("h", 60 * 60 * 1000)];

/// The units of [`lifetime`] in seconds.
#[cfg(any(feature = "serve", test))]
const LIFETIME_UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];

/// A duration as Go reads it, but without a sign: from zero to about 292 years.
///
/// Source: <https://pkg.go.dev/time#ParseDuration>.
pub(crate) fn go(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut nanoseconds = 0.0;
    let mut rest = Some(text).filter(|text| !text.is_empty())?;
    while !rest.is_empty() {
        let (number, unit, after) = first_term(rest);
        nanoseconds += number.parse::<f64>().ok()? * factor(&UNITS, unit)?;
        rest = after;
    }
    if nanoseconds > LONGEST { None } else { Duration::try_from_secs_f64(nanoseconds / 1e9).ok() }
}

/// `0`, or whole numbers with a unit each, from the largest unit to the smallest and each unit once.
#[cfg(any(feature = "serve", test))]
pub(crate) fn whole(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut milliseconds = 0_u64;
    let mut smallest = u64::MAX;
    let mut rest = Some(text).filter(|text| !text.is_empty())?;
    while !rest.is_empty() {
        let (number, unit, after) = first_term(rest);
        let unit = factor(&WHOLE_UNITS, unit).filter(|unit| *unit < smallest)?;
        milliseconds = milliseconds.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        (rest, smallest) = (after, unit);
    }
    Some(Duration::from_millis(milliseconds))
}

/// One whole number with the unit `d`, `h`, `m` or `s`.
#[cfg(any(feature = "serve", test))]
pub(crate) fn lifetime(text: &str) -> Option<Duration> {
    let (number, unit, rest) = first_term(text);
    let unit = factor(&LIFETIME_UNITS, unit).filter(|_| rest.is_empty())?;
    number.parse::<u64>().ok()?.checked_mul(unit).map(Duration::from_secs)
}

/// The first number, the unit behind it, and the rest of the text. Any of them may be empty.
fn first_term(text: &str) -> (&str, &str, &str) {
    let in_number = |c: char| c.is_ascii_digit() || c == '.';
    let (number, rest) = text.split_at(text.find(|c| !in_number(c)).unwrap_or(text.len()));
    let (unit, rest) = rest.split_at(rest.find(in_number).unwrap_or(rest.len()));
    (number, unit, rest)
}

fn factor<T: Copy>(units: &[(&str, T)], unit: &str) -> Option<T> {
    units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_durations_are_read_as_go_reads_them() {
        for (text, nanoseconds) in [
            ("0", 0),
            ("0s", 0),
            ("30s", 30_000_000_000),
            ("1m30s", 90_000_000_000),
            ("500ms", 500_000_000),
            ("1.5h", 5_400_000_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("10µs", 10_000),
            ("10μs", 10_000),
            ("5ns", 5),
            ("1h1h", 7_200_000_000_000),
        ] {
            assert_eq!(go(text), Some(Duration::from_nanos(nanoseconds)), "{text}");
        }
        for text in ["", "30", "s", "1d", "-1s", "+1s", "1m 30s", "1.2.3s", ".s", "1s5", "99999999h", "1e3s"] {
            assert_eq!(go(text), None, "{text}");
        }
    }

    #[test]
    fn whole_durations_go_from_the_largest_unit_to_the_smallest() {
        for (text, milliseconds) in
            [("0", 0), ("0s", 0), ("500ms", 500), ("1m30s", 90_000), ("1h1m1s1ms", 3_661_001), ("24h1ms", 86_400_001)]
        {
            assert_eq!(whole(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in
            ["", "s", "10", "1.5s", "-1s", "+1s", "1s1m", "1s1s", "1d", "1us", "10 s", "18446744073709551615ms1s"]
        {
            assert_eq!(whole(text), None, "{text}");
        }
        assert_eq!(whole("18446744073709551615h"), None);
    }

    #[test]
    fn a_lifetime_is_one_number_with_a_unit() {
        for (text, seconds) in [("365d", 31_536_000), ("12h", 43_200), ("90m", 5_400), ("1s", 1), ("0d", 0)] {
            assert_eq!(lifetime(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "1", "d", "-1d", "+1d", "1.5d", "1d12h", "1ms", "999999999999999999d"] {
            assert_eq!(lifetime(text), None, "{text}");
        }
    }
}
