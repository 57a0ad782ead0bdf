//! Every file of `testdata/cases`: a folder a behaviour, named after it. A file `error` beside the input holds what the
//! refusal says; without one, the laws hold and something is injected; with a file `unchanged`, nothing is. Profiles that do not touch
//! what stands in the way are not refused.

use std::fs;
use std::path::Path;

use injector::internals::decide::uninject::Which;
use injector::internals::process::run::Action;

use super::law::{self, Held, laws, run, undo, values};
use super::profile_sets;

pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) input: String,
    expected: Expected,
}

enum Expected {
    Injected,
    Unchanged,
    Refused(String),
}

/// All fixtures, in the order of their names.
pub(crate) fn fixtures() -> Vec<Fixture> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut fixtures: Vec<Fixture> = fs::read_dir(cases)
        .unwrap()
        .map(|entry| {
            let folder = entry.unwrap().path();
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let mut input = None;
            let mut expected = Expected::Injected;
            for file in fs::read_dir(&folder).unwrap() {
                let file = file.unwrap().path();
                let text = fs::read_to_string(&file).unwrap();
                match file.file_name().unwrap().to_str().unwrap() {
                    "input.yaml" | "input.json" => assert!(input.replace(text).is_none(), "{name} has two inputs"),
                    "error" => expected = Expected::Refused(text.trim().to_owned()),
                    "unchanged" => expected = Expected::Unchanged,
                    stranger => panic!("{name}: nothing reads `{stranger}`"),
                }
            }
            Fixture { input: input.unwrap_or_else(|| panic!("{name} has no input")), name, expected }
        })
        .collect();
    fixtures.sort_by(|one, other| one.name.cmp(&other.name));
    fixtures
}

/// Runs something for all fixtures and tells of all that fail.
pub(crate) fn for_each(mut check: impl FnMut(&Fixture)) {
    let mut failed = Vec::new();
    for fixture in fixtures() {
        if std::env::var("CASE").is_ok_and(|only| only != fixture.name) {
            continue;
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&fixture)));
        if outcome.is_err() {
            failed.push(fixture.name);
        }
    }
    assert!(failed.is_empty(), "{} fail: {failed:?}", failed.len());
}

#[test]
fn the_laws_hold_over_every_fixture() {
    let sets = profile_sets();
    for_each(|fixture| {
        let mut refused = false;
        for (index, set) in sets.iter().enumerate() {
            let held = laws(&fixture.input, set);
            refused |= matches!(held, Held::Unreadable(_) | Held::Rejected(_));
            // The third set injects whatever has a container; the others have gates.
            match (&fixture.expected, held) {
                (Expected::Injected, Held::Injected(_)) => {}
                (Expected::Injected | Expected::Unchanged, Held::Unchanged) if index != 2 => {}
                (Expected::Unchanged, Held::Unchanged) => {}
                (Expected::Refused(why), Held::Unreadable(error)) if error.contains(why) => {}
                (Expected::Refused(why), Held::Rejected(errors)) if errors.iter().any(|e| e.contains(why)) => {}
                // Another set may not touch what stands in the way.
                (Expected::Refused(_), Held::Injected(_) | Held::Unchanged) => {}
                (_, held) => panic!("{} under set {index}: {held:?}", fixture.name),
            }
        }
        assert_eq!(refused, matches!(fixture.expected, Expected::Refused(_)), "{}", fixture.name);
    });
}

#[test]
fn profiles_injected_in_separate_runs_are_undone_one_at_a_time_in_either_order() {
    let sets = profile_sets();
    let pairs = [(&sets[0][0], &sets[2][0]), (&sets[2][0], &sets[0][0]), (&sets[3][0], &sets[3][1])];
    for_each(|fixture| {
        for (first, second) in pairs {
            let (first, second) = (std::slice::from_ref(first), std::slice::from_ref(second));
            let Ok(one) = run(&fixture.input, first, Action::Inject) else { continue };
            if !one.errors.is_empty() {
                continue;
            }
            let two = run(&one.text, second, Action::Inject).unwrap();
            if !two.errors.is_empty() && matches!(fixture.expected, Expected::Refused(_)) {
                continue;
            }
            assert_eq!(two.errors, [""; 0], "{}", one.text);
            let names = [first[0].name.clone(), second[0].name.clone()];
            for order in [[0, 1], [1, 0]] {
                let mut text = two.text.clone();
                for index in order {
                    let which = [names[index].clone()];
                    text = undo(&text, &[first, second].concat(), Which::Of(which.into()))
                        .unwrap_or_else(|error| panic!("{order:?} {error}\n{}", two.text));
                }
                let (got, expected) = (values(&text).unwrap(), values(&fixture.input).unwrap());
                assert_eq!(got, expected, "{order:?}\n{}\n--- injected\n{}\n---\n{text}", fixture.input, two.text);
                if order == [1, 0] {
                    assert_eq!(law::usual(&text), law::usual(&fixture.input));
                }
            }
        }
    });
}
