//! What a test says when something that it needs is not there. Nothing is left out silently, and in CI nothing at all.

use std::io::Write;

/// Says on standard error that `test` was skipped, and why.
///
/// # Panics
///
/// `INJECTOR_TESTS_REQUIRE_ALL` is set, as CI does: there a skipped test is a failed one.
pub(crate) fn skipped(test: &str, why: &str) {
    assert!(std::env::var_os("INJECTOR_TESTS_REQUIRE_ALL").is_none(), "{test} may not be skipped here: {why}");
    // Not `eprintln!`: the test harness would keep that to itself when the test passes.
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
}
