//! Names for an annotation that is a list of names, as far as it has only names that any YAML can write.

use super::Elements;
use crate::policy::cel::{Cel, NOTHING, add, quoted};
use crate::policy::draft::Draft;
use crate::policy::times::Times;

/// An annotation that may be a list of names.
pub(super) struct Names<'e> {
    /// Whether the key is that of such a list; `None` where it is in any case.
    pub(super) of_key: Option<Cel>,
    /// The key, the value and the pointer, as expressions.
    pub(super) key: &'e str,
    pub(super) value: &'e str,
    pub(super) path: &'e str,
}

/// Adds the names that the pod's list lacks, and says when they are such names.
pub(super) fn define(
    draft: &mut Draft<'_>,
    elements: &mut Elements,
    (index, times): (usize, &Times),
    names: &Names<'_>,
) -> Cel {
    let plain = quoted("^[-A-Za-z0-9_./, ]*$");
    let (ann, status) = (draft.named("ann"), draft.named("status"));
    let Names { of_key, key, value, path } = names;
    let own = format!("string({ann}[?{key}].orValue(''))");
    let there = format!("{key} in {ann}");
    let of_key = of_key.as_ref().map(|of_key| format!("{of_key} && ")).unwrap_or_default();
    let mut variable = |name: &str, text: Cel| match times {
        Times::Once(_) => draft.define(&format!("names{index}{name}"), text),
        Times::Each(_) => format!("({text})"),
    };
    let is_list = variable("Are", format!("({of_key}{value}.matches({plain}) && {own}.matches({plain}))"));
    let split = |text: &str| format!("{text}.split(',').filter(n, n != '')");
    let missing = variable(
        "Missing",
        format!(
            "{is_list} ? {0}.transformList(i, n, !(n in {1}) && {0}.indexOf(n) == i, n) : {NOTHING}",
            split(value),
            split(&own)
        ),
    );
    let new = format!("({own} == '' ? '' : {own} + ',') + {missing}.join(',')");
    let changed = format!("{is_list} && ({missing}.size() > 0 || !({there}))");
    elements.added.push(times.list(&changed, &add(path, &new)));
    elements.created_names.push(times.list(&format!("{is_list} && !({there})"), path));
    let named = format!("{path} + '/' + n.replace('/', '~1')");
    let listed = format!(
        "{0}.transformList(i, n, n in {missing} ? {0}.indexOf(n) == i : {status}.contains('\"' + {named} + '\"'), {named})",
        split(value)
    );
    elements.listed.push(match times {
        Times::Once(None) => format!("({is_list} ? {listed} : [])"),
        Times::Once(Some(when)) => format!("({when} && {is_list} ? {listed} : [])"),
        // The names of several annotations, each joined as all are in the record.
        Times::Each(_) => format!("{}.filter(t, t != '')", times.list(&is_list, &format!("{listed}.join('\",\"')"))),
    });
    is_list
}
