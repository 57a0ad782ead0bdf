//! `?timeout=`: how long an API server waits for the answer, as Go writes durations.
//!
//! Source: <https://pkg.go.dev/time#ParseDuration>.

use std::time::Duration;

use crate::kube::duration;

/// The longest that an API server waits.
const LONGEST: Duration = Duration::from_secs(30);

/// The time that a query allows. A query without a time, with one that cannot be read, or with zero gets the default.
pub(super) fn of(query: Option<&str>, default: Duration) -> Duration {
    let stated = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("timeout="));
    stated
        .and_then(|text| duration::go(text.strip_prefix('+').unwrap_or(text)))
        .filter(|stated| !stated.is_zero())
        .unwrap_or(default)
        .min(LONGEST)
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
