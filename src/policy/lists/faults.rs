//! What an API server would refuse of annotations and labels whose keys or values show only in a pod, in the words in which it
//! is said offline.

use super::Elements;
use crate::policy::cel::{Cel, joined, quoted};
use crate::policy::draft::Draft;
use crate::profile::slot::Slot;

const WORD: &str = "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";
const SUBDOMAIN: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
const WORD_NEEDED: &str = "must have only letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit";

/// A list of messages about the keys and values that are not the same for every pod; `None` where there are none.
pub(super) fn of(draft: &mut Draft<'_>, elements: &Elements) -> Option<Cel> {
    if elements.written.is_empty() {
        return None;
    }
    let slot = elements.slot;
    let pairs = draft.define(&format!("{}Written", slot.field()), joined(&elements.written));
    let keys = draft.define(&format!("{}Keys", slot.field()), format!("{pairs}.map(p, p[0])"));
    let before = format!("{} of the profile `{}`: ", slot.field(), draft.scope.profile.name);
    let noun = slot.noun();
    // Capitals in an annotation's prefix do not matter.
    let name = if slot == Slot::Annotations { "k.lowerAscii()" } else { "k" };
    let of_key = said(&of_key(name), &format!("{} + k + '` '", quoted(&format!("{before}{noun} `"))));
    let messages = match slot {
        Slot::Labels => {
            let value = format!("{pairs}.filter(p, p[0] == k).map(p, p[1])");
            let words = format!("{} + v + '` of label `' + k + '` '", quoted(&format!("{before}value `")));
            let of_value = said(&of_value("v"), &words);
            // Of several of one key, the last one counts.
            let last = format!("{value}.transformList(i, v, i == {value}.size() - 1, {of_value})[0]");
            format!("[{of_key}, {last}].filter(m, m != '').join('; ')")
        }
        _ => of_key,
    };
    Some(format!("{keys}.transformList(i, k, {keys}.indexOf(k) == i, {messages}).filter(m, m != '')"))
}

/// The words before a fault, and the fault; empty where there is none.
fn said(fault: &str, before: &str) -> Cel {
    format!("[{fault}].map(f, f == '' ? '' : {before} + f)[0]")
}

/// The fault of a key, or an empty text.
fn of_key(key: &str) -> Cel {
    let parts = format!(
        "[[{key}.contains('/') ? {key}.substring(0, {key}.indexOf('/')) : 'a', {key}.substring({key}.indexOf('/') + 1)]]"
    );
    format!(
        "{parts}.map(p, bytes(p[0]).size() > 253 || !p[0].matches({}) ? 'has a prefix, `' + p[0] + '`, that is not a DNS subdomain' : p[1].contains('/') ? 'has more than one `/`' : {})[0]",
        quoted(SUBDOMAIN),
        of_word("p[1]", "")
    )
}

/// The fault of a label's value, or an empty text.
fn of_value(value: &str) -> Cel {
    of_word(value, &format!("{value} == '' ? '' : "))
}

fn of_word(text: &str, first: &str) -> Cel {
    format!(
        "bytes({text}).size() > 63 ? 'has ' + string(bytes({text}).size()) + ' characters, more than 63' : {first}{text}.matches({}) ? '' : {}",
        quoted(WORD),
        quoted(WORD_NEEDED)
    )
}
