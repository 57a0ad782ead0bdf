//! The laws in every state: generated workloads are injected and then changed at random.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use injector::internals::decide::inject::Outdated;
use injector::internals::decide::uninject::Which;
use injector::internals::process::run::Action;
use injector::internals::profile::Profile;

use super::fixtures::{fixtures, for_each};
use super::generated::{bytes, document, runner};
use super::law::{self, run, run_as, undo, values};
use super::writer::{self, Dice};
use super::{profile_sets, state};

/// A profile whose env goes first, and that adds to some containers only, and by what the application says.
const CHOOSY: &str = r#"
apiVersion: sidecar-injector/v1
kind: Profile
metadata:
  name: choosy
spec:
  description: env before the application's, in some of its containers
  policy: OptOut
  nativeSidecar: auto
  placement: {initContainers: First, containers: {After: web}}
  parameters:
    - name: port
      type: port
      description: the application's port
      default: 9000
      from: [/spec/containers/0/ports/0/containerPort]
  containers:
    - name: choosy
      image: example.com/choosy:1
      env: [{name: PORT, value: "{{ port }}"}]
  application:
    targets: [web, late, late-init]
    envPlacement: First
    env: [{name: CHOOSY_A, value: a}, {name: CHOOSY_B, value: "$(CHOOSY_A)"}]
"#;

fn sets() -> Vec<Vec<Profile>> {
    let mut sets = profile_sets();
    sets.push(vec![law::profile_of(CHOOSY)]);
    sets.push(vec![sets[2][0].clone(), law::profile_of(CHOOSY)]);
    sets
}

#[test]
fn the_laws_hold_in_every_state_of_an_injection() {
    let sets = sets();
    let seen: RefCell<BTreeMap<&str, usize>> = RefCell::default();
    let law = |((content, style), changes): ((Vec<u8>, Vec<u8>), Vec<u8>)| {
        let (_, text) = document(&content, &style);
        let set = &sets[(content.len() + changes.len()) % sets.len()];
        let Some(changed) = state::changed(&text, set, &changes) else { return Ok(()) };
        let mut set = set.clone();
        if changes.len() % 4 == 3 {
            // Given in another order by now.
            set.reverse();
        }
        let text = writer::stream(&changed.objects, &mut Dice::new(&style));
        prop_assert_eq!(&values(&text), &Ok(changed.objects.clone()), "the test's own writer: {}", text);
        match std::panic::catch_unwind(|| state::laws(&changed, &text, &set)) {
            Ok(states) => {
                states.into_iter().for_each(|state| *seen.borrow_mut().entry(state).or_default() += 1);
                Ok(())
            }
            Err(panic) => {
                let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                Err(TestCaseError::fail(message))
            }
        }
    };
    let strategy = (bytes(), proptest::collection::vec(any::<u8>(), 0..24));
    runner(800).run(&strategy, law).unwrap_or_else(|error| panic!("{error}"));
    let seen = seen.into_inner();
    for state in ["current", "incomplete", "edited", "outdated", "unwanted", "partial"] {
        assert!(seen.get(state).is_some_and(|count| *count > 20), "{state} is hardly ever reached: {seen:?}");
    }
}

#[test]
fn the_laws_hold_in_every_state_over_every_fixture() {
    let sets = sets();
    let mut runner = runner(0);
    let mut turn = 0;
    for_each(|fixture| {
        for _ in 0..3 {
            turn += 1;
            let set = &sets[turn % sets.len()];
            let changes = proptest::collection::vec(any::<u8>(), 24).new_tree(&mut runner).unwrap().current();
            if let Some(changed) = state::changed(&fixture.input, set, &changes) {
                let text: String = changed.objects.iter().map(|object| format!("{object}\n")).collect();
                state::laws(&changed, &text, set);
            }
        }
    });
}

/// Objects of that many generated documents that were injected with these profiles, and then changed.
#[cfg(feature = "serve")]
pub(crate) fn changed_objects(profiles: &[Profile], documents: usize) -> impl Iterator<Item = serde_json::Value> {
    let mut runner = runner(0);
    let strategy = (bytes(), proptest::collection::vec(any::<u8>(), 0..24));
    let changed = move |_| {
        let ((content, style), changes) = strategy.new_tree(&mut runner).unwrap().current();
        state::changed(&document(&content, &style).1, profiles, &changes)
    };
    (0..documents).filter_map(changed).flat_map(|changed| changed.objects)
}

/// The text with one container more, in lines of its own, before the only one that is called `web`.
fn with_another_container(text: &str) -> Option<String> {
    let is_web = |line: &&str| line.trim() == "- name: web";
    let line = text.lines().find(is_web).filter(|_| text.lines().filter(is_web).count() == 1)?;
    let (at, indent) = (text.find(line)?, &line[..line.len() - line.trim_start().len()]);
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let late = format!("{indent}- name: late{eol}{indent}  image: late:1{eol}");
    Some([&text[..at], &late, &text[at..]].concat())
}

#[test]
fn a_container_that_came_later_is_given_back_byte_for_byte() {
    let (mut sets, mut completed) = (sets(), 0);
    // Those that add to the application's containers.
    let sets = [sets.swap_remove(2), sets.pop().unwrap_or_default()];
    for fixture in fixtures() {
        let Some(later) = with_another_container(&fixture.input).filter(|later| values(later).is_ok()) else {
            continue;
        };
        for set in &sets {
            let Some(injected) = run(&fixture.input, set, Action::Inject).ok().filter(|run| run.errors.is_empty())
            else {
                continue;
            };
            let Some(incomplete) = with_another_container(&injected.text) else { continue };
            let whole = run(&incomplete, set, Action::Inject).unwrap();
            assert_eq!(whole.errors, [""; 0], "{}\n{incomplete}", fixture.name);
            completed += usize::from(whole.text != incomplete);
            for text in [&incomplete, &whole.text] {
                let undone = undo(text, set, Which::All).unwrap_or_else(|error| panic!("{error}\n{text}"));
                assert_eq!(law::usual(&undone), law::usual(&later), "{}\n--- from\n{text}", fixture.name);
            }
        }
    }
    assert!(completed > 500, "{completed}");
}

/// The first member behind a dash goes and comes again: what comes next moves up to the dash and down again, with its comment.
#[test]
fn an_injection_that_begins_behind_a_dash_is_made_again() {
    let profiles = &profile_sets()[3][..1];
    let record = r#"[{"profile":"before","version":"0.1.0","hash":"1","containers":["before-web"],"created":["/metadata","/metadata/annotations"]}]"#;
    let metadata = format!("metadata:\n      annotations:\n        sidecar-injector/status: '{record}'\n");
    for comment in ["", "    # the pod\n", "\n    # the pod\n    # and more\n"] {
        let item = |metadata: &str, containers: &str| {
            format!(
                "items:\n  - {metadata}spec:\n      containers:\n{containers}      - name: web\n        image: nginx\n    apiVersion: v1\n    kind: Pod\napiVersion: v1\nkind: List\n"
            )
        };
        let injected = item(&format!("{metadata}{comment}    "), "      - name: before-web\n        image: x\n");
        let mut replace = law::asked(profiles, &BTreeMap::new(), Action::Inject);
        replace.outdated = Outdated::Replace;
        let again = run_as(&injected, &replace).unwrap();
        assert_eq!(again.errors, [""; 0], "{injected}");
        assert!(again.text.contains("image: example.com/before:1") && again.text.contains(comment.trim()));
        for text in [&injected, &again.text] {
            let undone = undo(text, profiles, Which::All).unwrap();
            let comment = comment.trim_start();
            let kept = if comment.is_empty() { String::new() } else { format!("{comment}    ") };
            assert_eq!(undone, item(&kept, ""), "{text}");
        }
    }
}
