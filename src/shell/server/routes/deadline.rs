//! `?timeout=`: how long an API server waits for the answer, as Go writes durations.
//!
//! Source: <https://pkg.go.dev/time#ParseDuration>.

use std::time::Duration;

/// The longest that an API server waits.
const LONGEST: Duration = Duration::from_secs(30);

/// The time that a query allows. A query without a time, with one that cannot be read, or with zero gets the default.
pub(super) fn of(query: Option<&str>, default: Duration) -> Duration {
    let stated = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("timeout="));
    stated.and_then(go_duration).filter(|stated| !stated.is_zero()).unwrap_or(default).min(LONGEST)
}

/// `10s`, `1m30s`, `1.5s`, `300ms`; a bare `0` is refused.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut seconds = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (value, after) = rest.split_at(number);
        let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let scale = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        seconds += value.parse::<f64>().ok()? * scale;
        rest = after;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeout_of_a_query_is_a_go_duration_of_at_most_thirty_seconds() {
        let default = Duration::from_secs(7);
        for (query, milliseconds) in [
            ("timeout=10s", 10_000),
            ("timeout=300ms", 300),
            ("timeout=1.5s", 1500),
            ("timeout=.5s", 500),
            ("timeout=1m", 30_000),
            ("timeout=1h2m3s", 30_000),
            ("timeout=1s500ms", 1500),
            ("timeout=%2B1s", 7000),
            ("timeout=+1s", 1000),
            ("dryRun=All&timeout=5s", 5000),
            ("timeout=2s&timeout=3s", 2000),
            ("timeout=0s", 7000),
            ("timeout=0", 7000),
            ("timeout=", 7000),
            ("timeout=10", 7000),
            ("timeout=s", 7000),
            ("timeout=.s", 7000),
            ("timeout=1..5s", 7000),
            ("timeout=-5s", 7000),
            ("timeout=1d", 7000),
            ("timeout=1e3s", 7000),
            ("timeout=infs", 7000),
            ("timeout=999999999999999999999999999999h", 7000),
            ("timeoute=5s", 7000),
            ("", 7000),
        ] {
            assert_eq!(of(Some(query), default), Duration::from_millis(milliseconds), "{query}");
        }
        assert_eq!(of(None, default), default);
        assert_eq!(of(None, Duration::from_secs(90)), LONGEST);
    }
}
