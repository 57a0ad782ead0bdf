//! The directives of strategic merge patches, which no object of a cluster has. See
//! <https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md>.

use crate::text::yaml::node::NodeRef;
use crate::value::pointer::Pointer;
use crate::value::view::View;

const DIRECTIVES: [&str; 2] = ["$patch", "$retainKeys"];
/// These have the name of a list behind the slash.
const PREFIXES: [&str; 2] = ["$setElementOrder/", "$deleteFromPrimitiveList/"];
/// Aliases of aliases could make the search long.
const MOST_VALUES: usize = 10_000;

fn is_directive(key: &str) -> bool {
    DIRECTIVES.contains(&key) || PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

/// The first directive in an object. Only a text with such a word is searched: almost none has one.
pub(super) fn directive(object: NodeRef<'_>) -> Option<Pointer> {
    let text = object.text_of_all().as_bytes();
    let is_word = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        DIRECTIVES.iter().chain(&PREFIXES).any(|word| rest.starts_with(word.as_bytes()))
    };
    memchr::memchr_iter(b'$', text).any(is_word).then(|| find(object)).flatten()
}

fn find(object: NodeRef<'_>) -> Option<Pointer> {
    let mut open = vec![(Pointer::root(), object)];
    let mut budget = MOST_VALUES;
    while let Some((place, node)) = open.pop() {
        budget = budget.checked_sub(1)?;
        for (key, member) in node.members() {
            let at = place.join(key.as_ref());
            if is_directive(&key) {
                return Some(at);
            }
            open.push((at, member));
        }
        open.extend(node.elements().into_iter().enumerate().map(|(index, child)| (place.element(index), child)));
    }
    None
}
