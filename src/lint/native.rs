//! Sidecars of either kind: what is known before a pod is there of whether they are native.

use std::borrow::Cow;

use super::sample::{Sample, Setting};
use crate::decide::inject::Sidecar;
use crate::profile::scope::Fact;
use crate::profile::slot::Slot;
use crate::profile::{NativeSidecar, Profile, Template};

/// The facts that only a pod decides.
const OF_THE_POD: [Fact; 4] = [Fact::Pod, Fact::Ns, Fact::Workload, Fact::ServiceAccount];

/// The profile, in which sidecars may be of either kind where an expression over a pod or a parameter says of which. One over the
/// version alone stays: a sample has a version.
pub(super) fn foreseen(profile: &Profile) -> Cow<'_, Profile> {
    let depends = |native: &Template| {
        !profile.parameters_behind(native.variables()).is_empty()
            || OF_THE_POD.into_iter().any(|fact| profile.reads(fact, native.variables()))
    };
    let sidecars = &profile.added[Slot::Containers];
    if !sidecars.iter().filter_map(|sidecar| sidecar.native.as_ref()).any(depends) {
        return Cow::Borrowed(profile);
    }
    let mut either = profile.clone();
    either.native_sidecar = NativeSidecar::Auto;
    for sidecar in &mut either.added[Slot::Containers] {
        sidecar.native = sidecar.native.take().filter(|native| !depends(native));
    }
    Cow::Owned(either)
}

/// The pods that the profile can make: with a classic sidecar, with a native one, or either.
pub(super) fn samples(profile: &Profile) -> Vec<Sample<'_>> {
    let say_so = profile.added[Slot::Containers].iter().all(|sidecar| sidecar.native.is_some());
    let kinds: &[Sidecar] = match profile.native_sidecar {
        // Also where there are none.
        _ if say_so => &[Sidecar::Classic],
        NativeSidecar::Always => &[Sidecar::Native],
        NativeSidecar::Never => &[Sidecar::Classic],
        NativeSidecar::Auto => &[Sidecar::Classic, Sidecar::Native],
    };
    kinds.iter().map(|kind| Sample::new(profile, Setting::new(*kind))).collect()
}
