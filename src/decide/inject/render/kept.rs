//! Renderings that are kept from one object to the next.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::memo::{KeptObject, KeptParts};
use super::{Rendered, Sidecar, digest};
use crate::decide::eligibility::Confirmed;
use crate::decide::expressions::PodReading;
use crate::decide::inject::again::Additions;
use crate::decide::latest::Latest;
use crate::decide::memo::{KeptReads, Memo};
use crate::profile::Profile;
use crate::profile::parameter::{ParameterValues, SetValues};
use crate::profile::reads::ProfileReads;
use crate::profile::template::Rendering;
use crate::value::trace::Trace;
use crate::value::view::View;

/// How many injections are kept, the latest. Parameters may come from the object, so anyone who writes objects could ask for
/// any number.
const KEPT: usize = 64;

/// Injections that were rendered in this run, in which no two profiles have one name, and each has the same settings for all
/// objects.
#[derive(Debug, Default)]
pub struct Renderings {
    /// One for each profile and set of parameters, however many pods have it.
    by_values: Mutex<VecDeque<KeptRendering>>,
    /// The latest of each profile that reads objects.
    latest: Latest<Sidecar, KeptObject>,
    /// The pods that profiles' own expressions confirmed.
    confirmed: Confirmed,
    /// What was added to the latest pods.
    additions: Additions,
    /// How the hashes of each profile begin.
    digests: Mutex<Vec<(String, Sidecar, String)>>,
    /// What rendering each object took that has not all of another one.
    #[cfg(test)]
    charged: Mutex<Vec<crate::profile::template::Spent>>,
}

#[derive(Debug)]
struct KeptRendering {
    profile: String,
    sidecar: Sidecar,
    values: Vec<Value>,
    rendered: Arc<Rendered>,
}

impl Renderings {
    /// What profiles' own expressions confirmed.
    pub(in crate::decide::inject) const fn confirmed(&self) -> &Confirmed {
        &self.confirmed
    }

    /// What was added to the latest pods.
    pub(in crate::decide::inject) const fn additions(&self) -> &Additions {
        &self.additions
    }

    /// The injection of a profile with these parameters. What it has in common with the latest is shared with them, and is not
    /// checked again.
    pub(in crate::decide::inject) fn get<'f, 'a: 'f, V: View<'a>>(
        &self,
        (profile, set): (&Profile, &SetValues),
        values: &ParameterValues<'_>,
        reading: &PodReading<'f, V>,
        sidecar: Sidecar,
    ) -> Arc<Rendered> {
        let hash = self.hash((profile, set), values, sidecar);
        if profile.reads_object {
            return self.of_object((profile, hash), values, reading, sidecar);
        }
        let mut all = self.by_values.lock().unwrap_or_else(PoisonError::into_inner);
        let same_values = |known: &KeptRendering| {
            known.values.len() == values.len()
                && known.values.iter().zip(values.iter()).all(|(known, value)| *known == **value)
        };
        let is_it = |known: &&KeptRendering| {
            known.sidecar == sidecar
                && known.rendered.hash == hash
                && known.profile == profile.name
                && same_values(known)
        };
        if let Some(known) = all.iter().find(is_it) {
            return Arc::clone(&known.rendered);
        }
        let rendered = Rendered::new(profile, values, reading.surroundings(&Trace::default()), sidecar);
        let rendered = Arc::new(Rendered { hash, ..rendered });
        let values = values.iter().map(|value| Value::clone(value)).collect();
        all.truncate(KEPT - 1);
        all.push_front(KeptRendering {
            profile: profile.name.clone(),
            sidecar,
            values,
            rendered: Arc::clone(&rendered),
        });
        rendered
    }

    /// The hash of an injection.
    fn hash(&self, (profile, set): (&Profile, &SetValues), values: &ParameterValues<'_>, sidecar: Sidecar) -> String {
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        let differing = values.differing(profile, set);
        let is_it = |(name, known, _): &&(String, Sidecar, String)| *known == sidecar && *name == profile.name;
        if let Some((.., digest)) = digests.iter().find(is_it) {
            return format!("{digest}{differing}");
        }
        let digest = digest(profile, set, sidecar);
        let hash = format!("{digest}{differing}");
        digests.push((profile.name.clone(), sidecar, digest));
        hash
    }

    /// What a profile gives that reads the object. It is what it would be without any kept object: a part is taken only if all
    /// that it reads is the same. If it has a fault, or the sum of what it takes is too large, all of it is rendered again.
    fn of_object<'f, 'a: 'f, V: View<'a>>(
        &self,
        (profile, hash): (&Profile, String),
        values: &ParameterValues<'_>,
        reading: &PodReading<'f, V>,
        sidecar: Sidecar,
    ) -> Arc<Rendered> {
        let latest = self.latest.now(profile, sidecar, || ProfileReads::of(profile));
        let kept = &latest.kept;
        let trace = Trace::default();
        let surroundings = reading.surroundings(&trace);
        let rendering = Rendering::new(values, &profile.lets, surroundings.clone()).traced(&trace);
        let memo = Memo::new(
            &latest.reads,
            kept.iter().map(|one| &one.reads),
            (values, &surroundings, reading.again()),
            &rendering,
        );
        let whole = memo.whole().and_then(|index| kept.get(index)).map(|one| &one.rendered);
        if let Some(whole) = whole.filter(|whole| whole.hash == hash) {
            return Arc::clone(whole);
        }
        let parts = KeptParts { memo: &memo, objects: kept };
        let rendered = Rendered::unchecked(profile, &rendering, sidecar, Some(&parts));
        let others: Vec<&Rendered> = kept.iter().map(|one| &*one.rendered).collect();
        let checked = |rendered| Arc::new(Rendered { hash, ..rendered }.checked(profile, &others));
        #[cfg(test)]
        self.charged.lock().unwrap_or_else(PoisonError::into_inner).push(memo.spent());
        if !rendered.failed.is_empty() || !memo.is_allowed() {
            // What was compared counts for the bounds of that rendering, and must not decide.
            let alone = Rendering::new(values, &profile.lets, surroundings.clone());
            return checked(Rendered::unchecked(profile, &alone, sidecar, None));
        }
        let rendered = checked(rendered);
        if latest.is_worth_keeping(|number| memo.is_new(number)) {
            let reads = Some(memo.kept()).filter(KeptReads::is_noted);
            let kept = reads.map(|reads| KeptObject { reads, rendered: Arc::clone(&rendered) });
            kept.into_iter().for_each(|kept| self.latest.push(profile, sidecar, kept));
        }
        rendered
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::decide::facts::{Facts, Known, Namespace};
    use crate::decide::inject::tests::facts;
    use crate::kube::workload::{Identity, identify};
    use crate::profile::parameter::{Inherited, resolve};

    fn loaded(spec: &Value) -> Profile {
        let mut document =
            json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"}, "spec": spec});
        document["spec"]["policy"] = json!("OptOut");
        crate::profile::load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"))
    }

    fn identity() -> Identity {
        identify(&json!({"apiVersion": "v1", "kind": "Pod"})).unwrap()
    }

    /// What rendering of this pod in this namespace is said to take, part by part: first in a run, and then alone.
    fn charged(run: &Renderings, profile: &Profile, ns: &str, pod: &Value) -> [String; 2] {
        let set = SetValues::new();
        let values = resolve(profile, pod, &set, None, Inherited::NONE).unwrap();
        [run, &Renderings::default()].map(|renderings| {
            let labels = Known::Yes([("of".to_owned(), ns.to_owned())].into());
            let namespace = Namespace { name: ns.to_owned(), labels, ..Namespace::default() };
            let (identity, facts) = (identity(), Facts { namespace, ..facts() });
            let reading = PodReading::new(&identity, pod, &facts);
            let rendered = renderings.get((profile, &set), &values, &reading, Sidecar::Classic);
            assert!(rendered.failed.is_empty());
            let charged = renderings.charged.lock().unwrap();
            format!("{:?}", charged.last().unwrap())
        })
    }

    #[test]
    fn a_part_that_is_taken_counts_as_that_part_from_whichever_object_it_is() {
        // Each addition reads something else, so that no kept object has all of what the next one needs.
        let profile = loaded(&json!({
            "let": [
                {"name": "ns", "value": "ns.labels.of.split('').map(c, c + c).join('-')"},
                {"name": "images", "value": "pod.spec.containers.map(c, c.image.split('').map(x, x + x).join('-')).join('-')"},
                {"name": "both", "value": "lets.ns + lets.images"},
            ],
            "annotations": {"ns": "{{ lets.ns }}", "images": "{{ lets.images }}", "both": "{{ lets.both }}"},
            "labels": [{"key": "app", "value": "{{ pod.metadata.labels.app }}"}, {"key": "first", "value": "{{ lets.ns.substring(0, 1) }}"}],
            "volumes": [{"forEach": {"name": "l", "in": "['a', 'b', 'c']"}, "name": "{{ l }}-{{ ns.name }}", "emptyDir": {}}],
        }));
        let run = Renderings::default();
        for index in 0..100 {
            let image = format!("web:{}", "1".repeat(index % 3));
            let pod = json!({
                "metadata": {"labels": {"app": format!("web-{index}")}},
                "spec": {"containers": [{"name": "web", "image": image}]},
            });
            let [in_run, alone] = charged(&run, &profile, &"n".repeat(1 + index % 7), &pod);
            assert_eq!(in_run, alone, "{index}");
        }
    }

    #[test]
    fn values_that_objects_choose_do_not_pile_up() {
        let profile = loaded(&json!({
            "labels": {"a": "b"},
            "parameters": [{"name": "port", "type": "integer", "annotation": "example.com/port"}],
        }));
        let renderings = Renderings::default();
        for port in 0..3 * KEPT {
            let pod = serde_json::json!({"metadata": {"annotations": {"example.com/port": port.to_string()}}});
            let set = SetValues::new();
            let values = resolve(&profile, &pod, &set, None, Inherited::NONE).unwrap();
            let (identity, facts) = (identity(), facts());
            let reading = PodReading::new(&identity, &pod, &facts);
            let get = || renderings.get((&profile, &set), &values, &reading, Sidecar::Classic);
            assert!(Arc::ptr_eq(&get(), &get()));
            assert!(renderings.by_values.lock().unwrap().len() <= KEPT);
        }
    }
}
