//! Nothing decides in `serve` that does not in `inject`: over every fixture, the answer of the one is the answer of the
//! other, byte for byte, and the patch makes of the object what the other prints.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use injector::internals::decide::facts::ServiceAccount;
use injector::internals::profile::{NativeSidecar, Overrides};
use injector::internals::shell::files::selection::Given;
use injector::internals::shell::server::judge::{FactSource, FactSources, Fetched, ObjectKey};
use injector::internals::value::view::View as _;
use serde_json::{Value, json};

use super::Served;
use super::core::{Alike, denying, given, of_namespaces, review};
use crate::laws::{self, law};
use crate::support::{Ran, injector};

/// What is known of every namespace, on either side.
const LABELS: &str = "sidecar-inject=enabled";
const ANNOTATIONS: &str = "language/inherited=of-the-namespace";

/// The one ServiceAccount that is known, on either side.
const ACCOUNT: &str = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: default,
    annotations: {language/role: of-the-account}}}";

/// Knows [`ACCOUNT`].
struct OneAccount;

impl FactSource<ServiceAccount> for OneAccount {
    fn known(&self, key: &ObjectKey) -> Option<ServiceAccount> {
        (key.namespace == "default" && key.name == "default").then(|| ServiceAccount {
            namespace: key.namespace.clone(),
            name: key.name.clone(),
            annotations: pair("language/role=of-the-account"),
            ..ServiceAccount::default()
        })
    }

    fn fetch<'a>(&'a self, _: &'a ObjectKey, _: Instant) -> Fetched<'a, ServiceAccount> {
        Box::pin(async { None })
    }
}

fn sources() -> FactSources {
    let namespaces = Alike { labels: pair(LABELS), annotations: pair(ANNOTATIONS) };
    FactSources { service_accounts: Some(Arc::new(OneAccount)), ..of_namespaces(namespaces) }
}

const NO_UID: &str = "00000000-0000-0000-0000-000000000000";

fn profile_sets() -> Vec<Vec<String>> {
    let file = |name: &str| format!("{}/testdata/profiles/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let built_in = str::to_owned;
    vec![
        vec![built_in("cortexflow")],
        vec![built_in("nginx")],
        vec![built_in("nginx"), built_in("curl")],
        vec![file("everything")],
        vec![file("language")],
        vec![file("linkerd")],
        vec![file("after"), built_in("cortexflow"), file("before")],
    ]
}

fn pair(text: &str) -> BTreeMap<String, String> {
    let (key, value) = text.split_once('=').unwrap();
    [(key.to_owned(), value.to_owned())].into()
}

fn served(profiles: &[String], deny: bool) -> Served {
    let profiles: Vec<&str> = profiles.iter().map(String::as_str).collect();
    Served::over_core(if deny { denying(&profiles) } else { given(&profiles) }, sources())
}

fn cli(profiles: &[String], deny: bool, more: &[&str], stdin: &str) -> Ran {
    let mut args = vec!["inject", "--keep-going", "--namespace-labels", LABELS, "--namespace-annotations", ANNOTATIONS];
    args.extend(["--serviceaccount-file", "account.yaml"]);
    if deny {
        args.extend(["--on-ineligible", "deny"]);
    }
    profiles.iter().for_each(|profile| args.extend(["-p", profile]));
    args.extend(more);
    injector(args).file("account.yaml", ACCOUNT).stdin(stdin).exits_any()
}

/// The fixtures that can be read, with their objects; namespaces and ServiceAccounts are left out, since they would count for all.
fn readable() -> Vec<(PathBuf, Vec<Value>)> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut found = Vec::new();
    for folder in fs::read_dir(cases).unwrap() {
        let folder = folder.unwrap().path();
        let name = if folder.join("input.yaml").exists() { "input.yaml" } else { "input.json" };
        let text = fs::read_to_string(folder.join(name)).unwrap();
        if let Some(objects) = objects(&text)
            && !objects.iter().any(|object| object["kind"] == "Namespace" || object["kind"] == "ServiceAccount")
        {
            found.push((folder.join(name), objects));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(found.len() > 400, "{}", found.len());
    found
}

fn objects(text: &str) -> Option<Vec<Value>> {
    let mut objects = Vec::new();
    for document in injector::internals::text::document::split(text).ok()? {
        let tree = document.parse(text).ok()?;
        objects.extend(tree.root().map(|root| tree.view(root).value()).into_iter().flat_map(items));
    }
    // An empty list is no object to either.
    objects.retain(|object| object.get("kind").is_some_and(|kind| kind != "List"));
    Some(objects)
}

/// What is in a list, in lists of lists too. An item of a typed list need not say what it is.
fn items(object: Value) -> Vec<Value> {
    let Some(kind) = object["kind"].as_str().and_then(|kind| kind.strip_suffix("List")) else { return vec![object] };
    let Some(items_of) = object["items"].as_array() else { return vec![object.clone()] };
    let said = |item: &Value| {
        let mut item = item.clone();
        if let Some(members) = item.as_object_mut().filter(|_| !kind.is_empty()) {
            members.entry("apiVersion").or_insert_with(|| object["apiVersion"].clone());
            members.entry("kind").or_insert_with(|| kind.into());
        }
        items(item)
    };
    items_of.iter().flat_map(said).collect()
}

fn is_review(object: &Value) -> bool {
    object["kind"] == "AdmissionReview"
}

fn all_objects() -> Vec<Value> {
    readable().into_iter().flat_map(|(_, objects)| objects).filter(|object| !is_review(object)).collect()
}

#[tokio::test]
async fn a_review_is_answered_as_the_cli_answers_it() {
    let objects = all_objects();
    for profiles in profile_sets() {
        for (version, deny) in [("v1", false), ("v1beta1", true)] {
            let answers = same_answers(&objects, &profiles, version, deny).await;
            let injected = answers.iter().filter(|answer| answer.get("patch").is_some()).count();
            assert!(injected > 20, "{profiles:?}: {injected}");
        }
    }
}

#[tokio::test]
async fn native_sidecars_are_the_same_in_both_shells() {
    let pod = |more: &Value| {
        let mut pod = json!({"metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "image": "a:1"}]}});
        json_patch::merge(&mut pod["spec"], more);
        pod
    };
    let of = |api: &str, kind: &str, spec: Value| json!({"apiVersion": api, "kind": kind, "metadata": {"name": "a"}, "spec": spec});
    let never = pod(&json!({"restartPolicy": "Never"}));
    let objects = [
        of("v1", "Pod", pod(&json!({}))["spec"].clone()),
        of("v1", "Pod", pod(&json!({"restartPolicy": "OnFailure"}))["spec"].clone()),
        of("batch/v1", "Job", json!({"template": never})),
        of("apps/v1", "Deployment", json!({"selector": {"matchLabels": {"a": "b"}}, "template": pod(&json!({}))})),
    ];
    let reviews = objects.iter().map(|object| review("v1", "u-1", object).to_string()).collect::<Vec<_>>();
    for profiles in [vec!["cortexflow".to_owned()], vec!["nginx".to_owned(), "curl".to_owned()]] {
        let mut answers = Vec::new();
        for choice in [NativeSidecar::Auto, NativeSidecar::Always, NativeSidecar::Never] {
            let more = ["-o", "response", "--native-sidecar", choice.word()];
            let ran = cli(&profiles, false, &more, &(reviews.join("\n") + "\n"));
            let names: Vec<&str> = profiles.iter().map(String::as_str).collect();
            let overrides = Overrides { native_sidecar: Some(choice), ..Overrides::default() };
            let served = Served::over_core(Given { overrides, ..given(&names) }, sources());
            let mut lines = ran.stdout.lines();
            for review in &reviews {
                let got = served.post("/mutate", review.clone()).await;
                assert_eq!(Some(std::str::from_utf8(&got.body).unwrap()), lines.next(), "{choice:?}: {}", ran.stderr);
                assert!(got.json()["response"].get("patch").is_some(), "{choice:?}: {review}");
            }
            answers.push(ran.stdout);
        }
        // The values differ for some object, so that what is compared depends on them.
        assert!(answers[0] != answers[1] && answers[1] != answers[2] && answers[0] != answers[2]);
    }
}

#[tokio::test]
async fn an_injection_in_any_state_is_answered_as_the_cli_answers_it() {
    let mut answers = Vec::new();
    for profiles in profile_sets() {
        let load = |profile: &String| match profile.contains('/') {
            true => law::profile_of(&fs::read_to_string(profile).unwrap()),
            false => laws::profile(profile),
        };
        let objects: Vec<Value> = laws::states::changed_objects(&profiles.iter().map(load).collect::<Vec<_>>(), 120)
            .flat_map(items)
            .collect();
        answers.extend(same_answers(&objects, &profiles, "v1", false).await);
        same_results(&objects, &profiles).await;
    }
    for words in ["extended: ", "was edited after it was injected", "its rules would skip it now", "which is not there"]
    {
        let found = answers.iter().filter(|answer| answer.to_string().contains(words)).count();
        assert!(found > 5, "{found} answers say `{words}`");
    }
}

/// Asks the webhook and the CLI about a review of each object. Comes out: what both answered.
async fn same_answers(objects: &[Value], profiles: &[String], version: &str, deny: bool) -> Vec<Value> {
    let reviews = objects.iter().enumerate();
    let reviews: Vec<String> =
        reviews.map(|(index, object)| review(version, &format!("u-{index}"), object).to_string()).collect();
    let ran = cli(profiles, deny, &["-o", "response"], &(reviews.join("\n") + "\n"));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), reviews.len(), "{}", ran.stderr);
    let served = served(profiles, deny);
    let mut answers = Vec::new();
    for (review, line) in reviews.iter().zip(lines) {
        let got = served.post("/mutate", review.clone()).await;
        assert_eq!(got.status.as_u16(), 200, "{review}");
        assert_eq!(std::str::from_utf8(&got.body).unwrap(), line, "{profiles:?}: {review}");
        answers.push(got.json()["response"].clone());
    }
    answers
}

#[tokio::test]
async fn a_manifest_is_answered_as_its_creation_is() {
    // A fixture that cannot be spliced has no answer from the CLI, and the webhook has no text to splice.
    let fixtures = readable().into_iter().filter(|(path, _)| !path.with_file_name("error").exists());
    let (paths, objects): (Vec<PathBuf>, Vec<Vec<Value>>) = fixtures.unzip();
    let mut args = vec!["-o", "response"];
    args.extend(paths.iter().map(|path| path.to_str().unwrap()));
    for profiles in profile_sets() {
        let ran = cli(&profiles, false, &args, "");
        let mut lines = ran.stdout.lines().peekable();
        assert!(lines.peek().is_some(), "{}", ran.stderr);
        let served = served(&profiles, false);
        for object in objects.iter().flatten() {
            let asked = if is_review(object) { object.clone() } else { review("v1", NO_UID, object) };
            let got = served.post("/mutate", asked.to_string()).await;
            let answer = std::str::from_utf8(&got.body).unwrap();
            // There is no line for what has no pod template; of that, nothing was decided.
            if lines.next_if_eq(&answer).is_none() {
                let response = &got.json()["response"];
                let decided = ["patch", "status", "auditAnnotations"].iter().any(|name| response.get(name).is_some());
                assert!(
                    !decided && response["allowed"] == true,
                    "{profiles:?}: {object}\n{:?}\n{answer}",
                    lines.peek()
                );
            }
        }
        assert_eq!(lines.next(), None, "{profiles:?}");
    }
}

#[tokio::test]
async fn the_patch_makes_of_an_object_what_the_cli_prints() {
    let objects = all_objects();
    for profiles in profile_sets() {
        same_results(&objects, &profiles).await;
    }
}

async fn same_results(objects: &[Value], profiles: &[String]) {
    let served = served(profiles, false);
    for objects in objects.chunks(100) {
        let stream: String = objects.iter().map(|object| format!("{object}\n")).collect();
        let ran = cli(profiles, false, &["-o", "json"], &stream);
        let printed: Value = serde_json::from_slice(&ran.bytes).unwrap();
        let printed = printed["items"].as_array().unwrap();
        assert_eq!(printed.len(), objects.len());
        for (object, printed) in objects.iter().zip(printed) {
            let got = served.post("/mutate", review("v1", "u-1", object).to_string()).await;
            let mut object = object.clone();
            if let Some(patch) = got.json()["response"]["patch"].as_str() {
                let patch = STANDARD.decode(patch).unwrap();
                let patch: json_patch::Patch = serde_json::from_slice(&patch).unwrap();
                json_patch::patch(&mut object, &patch).unwrap();
            }
            assert_eq!(&object, printed, "{profiles:?}");
        }
    }
}
