//! Elements of lists and maps of the pod's spec, as a policy knows them.

use super::cel::{Cel, json_short};
use crate::profile::pod::PodList;

/// A path of the pod's spec as an optional.
pub(super) fn optional(path: &[&str]) -> Cel {
    path.iter().fold("object.spec".to_owned(), |text, name| format!("{text}.?{name}"))
}

/// The key of an element of a list.
pub(super) fn key_of(list: PodList, element: &str) -> Cel {
    match list.key_member() {
        Some(member) => format!("string({element}.?{member}.orValue(''))"),
        None => whole(element),
    }
}

/// A toleration as JSON, as the program writes it: members in order, without those that say nothing.
fn whole(element: &str) -> Cel {
    let text = |member: &str| {
        let value = format!("string({element}.?{member}.orValue(''))");
        let says_nothing = match member {
            "operator" => format!("{value} in ['', 'Equal']"),
            _ => format!("{value} == ''"),
        };
        format!("({says_nothing} ? [] : ['\"{member}\":\"' + {} + '\"'])", json_short(&value))
    };
    let number = format!(
        "(has({element}.tolerationSeconds) ? ['\"tolerationSeconds\":' + string({element}.tolerationSeconds)] : [])"
    );
    let members = [text("effect"), text("key"), text("operator"), number, text("value")];
    format!("('{{' + ({}).join(',') + '}}')", members.join(" + "))
}

/// Whether the pod has an element of this key, which is an expression.
pub(super) fn there(list: PodList, key: &str) -> Cel {
    let all = optional(list.path());
    if list.is_map() {
        return format!("{key} in {all}.orValue({{}})");
    }
    format!("{all}.orValue([]).exists(e, {} == {key})", key_of(list, "e"))
}
