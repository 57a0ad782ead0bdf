//! Rules that confirm what another one decided.

use super::*;

#[test]
fn a_rule_that_confirms_is_asked_only_where_another_injects() {
    let of = |scene: &Scene, rule| scene.trace().into_iter().find(|step| step.rule == rule).unwrap().applies;
    for &other in Rule::ALL.iter().filter(|rule| !rule.confirms()) {
        for confirms in [Rule::Condition, Rule::Requirement] {
            let mut scene = scene();
            make(&mut scene, confirms);
            make(&mut scene, other);
            let (decides, seen) = match effect(other) {
                Effect::Inject => (confirms, (Applies::Overruled(Effect::Inject), Applies::Decides(Effect::Skip))),
                effect => (other, (Applies::Decides(effect), Applies::Off)),
            };
            assert_eq!(rule_of(&scene.decide()), Some(decides), "{confirms} and {other}");
            assert_eq!((of(&scene, other), of(&scene, confirms)), seen, "{confirms} and {other}");
        }
    }
    let mut scene = scene();
    make(&mut scene, Rule::Condition);
    make(&mut scene, Rule::Requirement);
    assert_eq!(rule_of(&scene.decide()), Some(Rule::Condition));
    assert_eq!(of(&scene, Rule::Requirement), Applies::Overruled(Effect::Skip));
}
