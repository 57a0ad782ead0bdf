//! The operations on lists of the application's containers.

use super::{Block, Blocks, Item, What, container, filled};
use crate::policy::cel::{Cel, add, any, bound, quoted};
use crate::policy::draft::Draft;
use crate::profile::EnvPlacement;
use crate::profile::slot::Slot;

/// Writes one list of each container of a list anew, where something is missing in it.
///
/// What is missing are variables of their own: the expression of the operations alone cannot be one, since only there the API
/// server knows what an operation is.
pub(super) fn of_list(
    draft: &mut Draft<'_>,
    blocks: &[Block],
    (list, variable): (Slot, &str),
    slot: Slot,
) -> Option<Cel> {
    let all = Blocks { all: blocks, list };
    let mut first: Vec<Cel> = Vec::new();
    let mut last = Vec::new();
    let mut changes: Vec<(Cel, Cel)> = Vec::new();
    for block in blocks {
        let Some(targets) = (block.targets)(list) else { continue };
        let mut front = Vec::new();
        for item in block.items.iter().filter(|item| item.slot == slot) {
            let missing = all.missing(draft, block, item);
            match item.end {
                EnvPlacement::First => front.push(missing),
                EnvPlacement::Last => last.push(missing),
            }
            changes.extend(change(draft, block, &targets, item));
        }
        // A later block's go before an earlier one's.
        front.append(&mut first);
        first = front;
    }
    if first.is_empty() && last.is_empty() {
        return None;
    }
    let element = container();
    let mut each = |what: &str, lists: &[Cel]| {
        draft.define_each(&format!("{variable}_{}_{what}", slot.field()), (variable, &element), lists)
    };
    let (first, last) = (each("first", &first), each("last", &last));
    let mut conditions = vec![filled(&[first.as_slice(), last.as_slice()].concat())];
    let there = format!("{element}.?{}.orValue([])", slot.field());
    let own = if changes.is_empty() {
        vec![there]
    } else {
        let is_changed: Vec<Cel> =
            changes.iter().map(|(condition, _)| format!("{there}.exists(v, {condition})")).collect();
        let cases: String = changes.iter().map(|(condition, value)| format!("{condition} ? dyn({value}) : ")).collect();
        conditions.extend(each("is_changed", &[any(&is_changed)]));
        each("changed", &[format!("{there}.map(v, {cases}dyn(v))")])
    };
    let all: Vec<Cel> = first.into_iter().chain(own).chain(last).collect();
    let path =
        format!("{} + string(i) + {}", quoted(&format!("{}/", list.place())), quoted(&format!("/{}", slot.field())));
    Some(format!(
        "{}.transformList(i, {}, {}, {})",
        draft.named(variable),
        container(),
        any(&conditions),
        add(&path, &all.join(" + "))
    ))
}

/// A variable `v` that gets text: when, and what it is then.
fn change(draft: &Draft<'_>, block: &Block, targets: &str, item: &Item) -> Option<(Cel, Cel)> {
    let What::Text { key, text } = &item.what else { return None };
    let means = block.means(draft, targets, item);
    let value = "v.?value.orValue('')";
    let [before, behind] = text.missing(value);
    let condition = format!(
        "({means} && {} && !has(v.valueFrom) && (!has(v.value) || {before} != '' || {behind} != ''))",
        item.is_it("v", "x")
    );
    let separator = &text.separator;
    let new = bound(
        &format!("[dyn({before}), dyn({value}), dyn({behind})]"),
        "t",
        &format!("t.filter(p, p != '').join({separator})"),
    );
    Some((condition, format!("{{\"name\": dyn({}), \"value\": dyn({new})}}", quoted(key))))
}
