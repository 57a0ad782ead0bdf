//! The slots: every place of a pod template that a profile may add to, one row each.
//!
//! Loading, lint, rendering, applying, removal and the record go over [`Slot::ALL`] and ask a slot for its row.
//! A new slot is one row here. Few places ask which slot it is, because only that one is meant: containers are placed and
//! completed, a volume may be a volume claim, and a mount needs its volume.

use std::borrow::Cow;
use std::ops::{Index, IndexMut};
use std::sync::LazyLock;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::kube::names::{is_label_value, is_qualified_name};
use crate::kube::schema::{self, Shape};
use crate::kube::validity::{self, Role};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// What there is to know about a slot.
struct SlotRow {
    /// Its name, everywhere: in a profile, in the pod template, and in the record.
    field: &'static str,
    home: Home,
    form: Form,
    clash: Clash,
    validity: Validity,
    /// One element, in messages.
    noun: &'static str,
}

/// What the slot's field is a member of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// The pod's spec. The record names each element in a member of its own.
    Spec,
    /// The pod template's metadata. The record names each key in a member of its own.
    Metadata,
    /// Containers of the application, those that the profile targets. The record names each element in `fields`, by its
    /// whole path, since one element is added to several containers.
    Application,
}

/// What the slot holds, and so how an element of it is named.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// A list of objects of this shape, each known by the first of these members that it has: the keys by which Kubernetes
    /// merges such lists.
    List(&'static Shape, &'static [&'static str]),
    /// An object whose values are strings, each known by its key.
    Map(MapForm),
}

/// What the keys and values of a map may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MapForm {
    pub(crate) is_key: fn(&str) -> bool,
    pub(crate) is_value: fn(&str) -> bool,
    /// What a value must be, with its article, for messages.
    pub(crate) value: &'static str,
}

/// What happens where the pod has another element of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clash {
    /// The pod's own one is completed with what it lacks.
    Complete,
    /// It is an error: both are needed, and only one can be there.
    Conflict,
    /// The pod's own one stays, with a warning.
    Keep,
    /// The pod's own one stays: it means the same.
    Same,
}

/// Checks all elements of a slot, each with its name; places count from the pointer.
pub(crate) type CheckAll = fn(&[(&str, &Value)], &Pointer) -> Vec<Diagnostic>;

/// How what is added is checked as an API server would.
#[derive(Clone, Copy)]
pub(crate) enum Validity {
    /// As a container, together with the volumes of its pod.
    Container(Role),
    /// As a volume, each by itself.
    Volume,
    /// All elements together, without their pod. The word is for messages.
    Alone(&'static str, CheckAll),
    /// There is nothing to check that the schema does not.
    Schema,
}

pub(super) const LABEL_VALUE: &str = "a label value: letters, digits, `-`, `_` and `.`, at most 63";

const NAME: &[&str] = &["name"];

macro_rules! slots {
    ($($slot:ident = $row:expr,)+) => {
        /// A place of a pod template that a profile may add to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Slot {
            $($slot,)+
        }

        impl Slot {
            /// Every slot, in the order of the table.
            pub(crate) const ALL: [Self; [$(stringify!($slot)),+].len()] = [$(Self::$slot),+];

            const fn row(self) -> SlotRow {
                match self {
                    $(Self::$slot => $row,)+
                }
            }
        }
    };
}

// In the order of loading, and of the record's members. A new one goes last: the hash that records of before have then stays what
// it is for a profile that does not use it.
slots! {
    InitContainers = SlotRow {
        field: "initContainers",
        home: Home::Spec,
        form: Form::List(&schema::CONTAINER, NAME),
        clash: Clash::Complete,
        validity: Validity::Container(Role::Init),
        noun: "init container",
    },
    Containers = SlotRow {
        field: "containers",
        home: Home::Spec,
        form: Form::List(&schema::CONTAINER, NAME),
        clash: Clash::Complete,
        validity: Validity::Container(Role::Container),
        noun: "container",
    },
    Volumes = SlotRow {
        field: "volumes",
        home: Home::Spec,
        form: Form::List(&schema::VOLUME, NAME),
        clash: Clash::Conflict,
        validity: Validity::Volume,
        noun: "volume",
    },
    ImagePullSecrets = SlotRow {
        field: "imagePullSecrets",
        home: Home::Spec,
        form: Form::List(&schema::PULL_SECRET, NAME),
        clash: Clash::Same,
        validity: Validity::Schema,
        noun: "pull secret",
    },
    Annotations = SlotRow {
        field: "annotations",
        home: Home::Metadata,
        form: Form::Map(MapForm { is_key: is_annotation_key, is_value: |_| true, value: "a string" }),
        clash: Clash::Keep,
        validity: Validity::Alone("annotations", annotations),
        noun: "annotation",
    },
    Labels = SlotRow {
        field: "labels",
        home: Home::Metadata,
        form: Form::Map(MapForm { is_key: is_qualified_name, is_value: is_label_value, value: LABEL_VALUE }),
        clash: Clash::Keep,
        validity: Validity::Alone("labels", labels),
        noun: "label",
    },
    Env = SlotRow {
        field: "env",
        home: Home::Application,
        form: Form::List(&schema::APPLICATION_ENV_VAR, NAME),
        clash: Clash::Keep,
        validity: Validity::Alone("environment variables", env),
        noun: "variable",
    },
    VolumeMounts = SlotRow {
        field: "volumeMounts",
        home: Home::Application,
        form: Form::List(&schema::VOLUME_MOUNT, &["mountPath", "name"]),
        clash: Clash::Conflict,
        validity: Validity::Schema,
        noun: "mount",
    },
    EnvFrom = SlotRow {
        field: "envFrom",
        home: Home::Application,
        form: Form::List(&schema::ENV_FROM_SOURCE, NAME),
        clash: Clash::Keep,
        validity: Validity::Alone("sources of environment variables", env_from),
        noun: "source of variables",
    },
}

impl Slot {
    pub(crate) const fn field(self) -> &'static str {
        self.row().field
    }

    pub(crate) const fn home(self) -> Home {
        self.row().home
    }

    pub(crate) const fn form(self) -> Form {
        self.row().form
    }

    pub(crate) const fn clash(self) -> Clash {
        self.row().clash
    }

    pub(crate) const fn validity(self) -> Validity {
        self.row().validity
    }

    pub(crate) const fn noun(self) -> &'static str {
        self.row().noun
    }

    /// The members by which an element of the slot's list is known, the first that it has; none for a map.
    pub(crate) const fn keys(self) -> &'static [&'static str] {
        match self.form() {
            Form::List(_, keys) => keys,
            Form::Map(_) => &[],
        }
    }

    /// The key of an element of the slot's list.
    pub(crate) fn key_of<'a, V: View<'a>>(self, element: V) -> Option<Cow<'a, str>> {
        if self == Self::EnvFrom {
            return source_key(element).map(Cow::Owned);
        }
        self.keys().iter().find_map(|key| element.text(&[key]))
    }

    /// The slots of one home, in their order.
    pub(crate) fn of(home: Home) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |slot| slot.home() == home)
    }

    /// Whether its elements are containers.
    pub(crate) const fn holds_containers(self) -> bool {
        matches!(self.validity(), Validity::Container(_))
    }

    /// Its field in the pod template; in a container, for what is added to those of the application.
    pub(crate) fn place(self) -> &'static Pointer {
        static PLACES: LazyLock<SlotMap<Pointer>> = LazyLock::new(|| {
            SlotMap::new(|slot| match slot.home() {
                Home::Spec => Pointer::of(["spec", slot.field()]),
                Home::Metadata => Pointer::of(["metadata", slot.field()]),
                Home::Application => Pointer::of([slot.field()]),
            })
        });
        &PLACES[self]
    }

    /// Its field in a profile's document.
    pub(crate) fn place_in_profile(self) -> Pointer {
        match self.home() {
            Home::Spec | Home::Metadata => Pointer::of(["spec", self.field()]),
            Home::Application => Pointer::of(["spec", "application", self.field()]),
        }
    }

    /// The slot of this field, of those of a home.
    pub(crate) fn named(home: Home, field: &str) -> Option<Self> {
        Self::of(home).find(|slot| slot.field() == field)
    }
}

/// The key of an element of `envFrom`, which Kubernetes gives none: its kind, name and prefix.
pub(crate) fn source_key<'a, V: View<'a>>(element: V) -> Option<String> {
    let prefix = element.text(&["prefix"]).unwrap_or_default();
    let mut kinds = ["configMapRef", "secretRef"].into_iter();
    kinds.find_map(|kind| {
        Some(format!("{kind} {}{}{prefix}", element.text(&[kind, "name"])?, if prefix.is_empty() { "" } else { " " }))
    })
}

/// One value for each slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SlotMap<T>([T; Slot::ALL.len()]);

impl<T> SlotMap<T> {
    pub(crate) fn new(of: impl FnMut(Slot) -> T) -> Self {
        Self(Slot::ALL.map(of))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, &T)> {
        Slot::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<Slot> for SlotMap<T> {
    type Output = T;

    fn index(&self, slot: Slot) -> &T {
        &self.0[slot as usize]
    }
}

impl<T> IndexMut<Slot> for SlotMap<T> {
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        &mut self.0[slot as usize]
    }
}

/// Capitals in an annotation's prefix do not matter (`ValidateAnnotations` in apimachinery).
pub(super) fn is_annotation_key(key: &str) -> bool {
    is_qualified_name(&key.to_lowercase())
}

fn annotations(items: &[(&str, &Value)], at: &Pointer) -> Vec<Diagnostic> {
    validity::annotations(&strings(items), at)
}

fn labels(items: &[(&str, &Value)], at: &Pointer) -> Vec<Diagnostic> {
    validity::labels(&strings(items), at)
}

fn env(items: &[(&str, &Value)], at: &Pointer) -> Vec<Diagnostic> {
    validity::env(&items.iter().map(|(_, value)| *value).collect::<Vec<_>>(), at)
}

fn env_from(items: &[(&str, &Value)], at: &Pointer) -> Vec<Diagnostic> {
    validity::env_from(&items.iter().map(|(_, value)| *value).collect::<Vec<_>>(), at)
}

fn strings<'a>(items: &[(&'a str, &'a Value)]) -> Vec<(&'a str, &'a str)> {
    items.iter().map(|(key, value)| (*key, value.as_str().unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_found_where_it_is_listed() {
        for (index, slot) in Slot::ALL.into_iter().enumerate() {
            assert_eq!(slot as usize, index, "{slot:?}");
            assert_eq!(Slot::named(slot.home(), slot.field()), Some(slot));
        }
    }
}
