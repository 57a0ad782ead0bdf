//! The hash of an injection, which a record has: of what the profile adds, its settings, and what a pod changes in them.
//!
//! It does not depend on what is rendered, so that it can also be computed where nothing can be digested: a fixed text for each
//! profile, its settings and the sort of pod, and then the parameters that the pod gives, as they are.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Rendered, Sidecar};
use crate::profile::Profile;
use crate::profile::parameter::{self, SetValues};

/// Raised where a version of injector makes something else of the same profile, so that what earlier ones injected is outdated.
const SCHEME: u32 = 1;

/// What a record's hash says of what would be rendered now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HashMatch {
    /// It is of this rendering, to the byte.
    Rendering,
    /// It is of this profile with these settings and parameters; but what is rendered depends on more of the object.
    Settings,
    /// It is of something else.
    Nothing,
}

impl Rendered {
    /// What a record's hash says of this rendering. A hash of before, which was one of the rendering, counts as it did.
    pub(crate) fn matched(&self, profile: &Profile, hash: &str) -> HashMatch {
        match profile.reads_object {
            false if hash == self.hash => HashMatch::Rendering,
            true if hash == self.hash => HashMatch::Settings,
            _ if hash == self.earlier_hash() => HashMatch::Rendering,
            _ => HashMatch::Nothing,
        }
    }
}

/// How a hash begins: 16 hexadecimal digits for a profile, what `--set` gives it, and how its sidecars run. All of these pods
/// have it, and it stays the same over versions of injector.
///
/// It is the beginning of the SHA-256 of one JSON object, without blanks, its members sorted by their names at every level: the
/// profile's fields that decide what is added, as its document has them; the settings; the sort of sidecar; and the scheme.
pub(crate) fn digest(profile: &Profile, set: &SetValues, sidecar: Sidecar) -> String {
    let hashed = json!({
        "adds": profile.document.fields(),
        "native": sidecar == Sidecar::Native,
        "scheme": SCHEME,
        "settings": parameter::settings(profile, set),
    });
    // Writing to memory cannot fail.
    hex(&Sha256::digest(serde_json::to_vec(&Sorted(&hashed)).unwrap_or_default()))
}

/// The first 16 hexadecimal digits.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().take(8).fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A value whose objects are written in the order of their names.
struct Sorted<'v>(&'v Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                serializer.collect_map(members.into_iter().map(|(name, value)| (name, Sorted(value))))
            }
            Value::Array(elements) => serializer.collect_seq(elements.iter().map(Sorted)),
            single => single.serialize(serializer),
        }
    }
}
