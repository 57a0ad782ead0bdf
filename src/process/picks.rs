//! Which objects of the input a run is for: `--selector`, `--kind` and KIND/NAME. The rest passes through as it is, and says
//! nothing, but for namespaces: what they say counts.

use std::fmt;

use super::objects::FoundObject;
use crate::diagnostic::{Code, Placed};
use crate::kube::selector::Selector;
use crate::kube::workload::{Identity, KindWord};
use crate::value::view::View as _;

/// What an object has to be so that it is taken: all that is said here. Without anything, every object is.
#[derive(Clone, Debug, Default)]
pub struct Picks {
    /// What its labels have to meet.
    pub selector: Option<Selector>,
    /// It is of one of these kinds.
    pub kinds: Vec<KindWord>,
    /// It is one of these objects.
    pub objects: Vec<ObjectName>,
}

/// `KIND/NAME`, in any namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName {
    /// How its kind was called.
    pub kind: KindWord,
    /// `metadata.name`.
    pub name: String,
    /// What to do where the input has no such object.
    pub hint: Option<String>,
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl ObjectName {
    fn names(&self, identity: &Identity) -> bool {
        identity.name.as_ref() == Some(&self.name) && self.kind.names(identity)
    }
}

impl Picks {
    /// Whether every object is taken.
    pub(crate) const fn is_all(&self) -> bool {
        self.selector.is_none() && self.kinds.is_empty() && self.objects.is_empty()
    }

    /// Whether a run is for this object. What an API server asks about has to be answered.
    pub(crate) fn take(&self, found: &FoundObject<'_>) -> bool {
        if self.is_all() || found.review.is_some() {
            return true;
        }
        let Some(identity) = &found.identity else { return false };
        let labels = found.node.path(&["metadata", "labels"]);
        let label = |key: &str| labels.and_then(|labels| labels.text(&[key]));
        let meets = |selector: &Selector| selector.0.iter().all(|one| one.holds(label(&one.key).as_deref()));
        self.selector.as_ref().is_none_or(meets)
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind.names(identity)))
            && (self.objects.is_empty() || self.objects.iter().any(|object| object.names(identity)))
    }

    /// What was asked for, and is not among the objects that were taken.
    pub(crate) fn missed<'i>(&self, taken: impl Iterator<Item = &'i Identity>) -> Vec<Placed> {
        let taken: Vec<&Identity> = taken.collect();
        let is_taken = |object: &&ObjectName| taken.iter().any(|identity| object.names(identity));
        let other = if self.selector.is_some() || !self.kinds.is_empty() { " that is selected" } else { "" };
        let mut missed: Vec<Placed> = self
            .objects
            .iter()
            .filter(|object| !is_taken(object))
            .map(|object| {
                let message = format!("the input has no `{object}`{other}");
                Placed::new(Code::NoSuchObject, message).hint(object.hint.clone())
            })
            .collect();
        if missed.is_empty() && taken.is_empty() && !self.is_all() {
            missed.push(self.nothing());
        }
        missed
    }

    fn nothing(&self) -> Placed {
        let mut words = Vec::new();
        if !self.kinds.is_empty() {
            let kinds: Vec<String> = self.kinds.iter().map(|kind| format!("`{kind}`")).collect();
            words.push(format!("of the kind {}", kinds.join(" or ")));
        }
        if let Some(selector) = &self.selector {
            let all: Vec<String> = selector.0.iter().map(|one| format!("label {one}")).collect();
            words.push(format!("whose {}", all.join(" and whose ")));
        }
        let meant = self.kinds.iter().find_map(|kind| Some(format!("did you mean `{}`?", kind.meant()?)));
        let labels = "the labels of the object itself count, not those of its pod template";
        let hint = meant.or_else(|| self.selector.is_some().then(|| labels.to_owned()));
        Placed::new(Code::NothingSelected, format!("the input has no workload {}", words.join(", "))).hint(hint)
    }
}
