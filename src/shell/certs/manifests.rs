//! The certificates in manifests: in Secrets, and in the `caBundle` fields of webhook configurations. It reads no key.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::read::{Certificate, PemError, certificates};
use crate::kube::workload::{self, Identity};
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::Tree;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// The part of a manifest that holds certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A Secret, under a key such as `tls.crt`.
    Secret {
        /// The key.
        key: String,
    },
    /// A webhook's `clientConfig.caBundle`.
    Webhook {
        /// The webhook's name.
        name: String,
        /// The host that the API server verifies: `NAME.NAMESPACE.svc`, or the host of its `url`.
        host: Option<String>,
    },
}

/// Certificates in a manifest, with their place.
#[derive(Clone, Debug)]
pub struct Carried {
    /// What holds them.
    pub holder: Holder,
    /// The object: `secret/injector-tls`.
    pub object: String,
    /// The value's byte offset in the document's text.
    pub offset: usize,
    /// The certificates; [`PemError::Empty`] where a webhook has no `caBundle`.
    pub certificates: Result<Vec<Certificate>, PemError>,
}

/// A webhook in the text of a configuration.
pub(super) struct WebhookNode<'t> {
    /// From the document's root to the `clientConfig`.
    pub(super) at: Pointer,
    pub(super) node: NodeRef<'t>,
    pub(super) configuration: NodeRef<'t>,
}

/// How deep lists in lists are read.
const MAX_LISTS: usize = 4;

/// All certificates of a document, in its order.
pub(crate) fn carried(tree: &Tree<'_>) -> Vec<Carried> {
    let mut all = Vec::new();
    for (identity, place, node) in objects(tree) {
        let object = format!("{}/{}", identity.kind.to_lowercase(), identity.name.as_deref().unwrap_or_default());
        let found = if identity.kind == "Secret" && identity.group.is_empty() {
            of_secret(node, &place)
        } else {
            webhooks_of(&identity, &place, node).iter().map(of_webhook).collect()
        };
        all.extend(found.into_iter().map(|(holder, at, certificates)| Carried {
            holder,
            object: object.clone(),
            offset: tree.root().map_or(0, |root| tree.locate_value(root, &at)),
            certificates,
        }));
    }
    all
}

/// The webhooks of the configurations of a document.
pub(super) fn webhooks<'t>(tree: &'t Tree<'t>) -> Vec<WebhookNode<'t>> {
    objects(tree).iter().flat_map(|(identity, place, node)| webhooks_of(identity, place, *node)).collect()
}

type HeldCertificates = (Holder, Pointer, Result<Vec<Certificate>, PemError>);

fn of_secret(secret: NodeRef<'_>, place: &Pointer) -> Vec<HeldCertificates> {
    let mut found = Vec::new();
    for list in ["data", "stringData"] {
        for (key, value) in secret.member(list).into_iter().flat_map(View::members) {
            let Some(text) = value.string().filter(|_| key.ends_with(".crt") || key.ends_with(".pem")) else {
                continue;
            };
            let read = match list {
                "data" => decoded(&text),
                _ => certificates(text.as_bytes()),
            };
            // A `key.pem` has no certificate, and an empty `ca.crt` is common.
            if read != Err(PemError::Empty) {
                let at = place.append(&Pointer::of([list, &key]));
                found.push((Holder::Secret { key: key.into_owned() }, at, read));
            }
        }
    }
    found
}

fn of_webhook(webhook: &WebhookNode<'_>) -> HeldCertificates {
    let client = webhook.node.member("clientConfig");
    let text = |names: &[&str]| client.and_then(|client| client.text(names)).map(|text| text.into_owned());
    let host = match (text(&["service", "name"]), text(&["service", "namespace"])) {
        (Some(name), Some(namespace)) => Some(format!("{name}.{namespace}.svc")),
        _ => text(&["url"]).and_then(|url| host(&url).map(str::to_owned)),
    };
    let name = webhook.node.text(&["name"]).map(|name| name.into_owned()).unwrap_or_default();
    let bundle = text(&["caBundle"]);
    let certificates = bundle.map_or(Err(PemError::Empty), |bundle| decoded(&bundle));
    (Holder::Webhook { name, host }, webhook.at.join("caBundle"), certificates)
}

fn webhooks_of<'t>(identity: &Identity, place: &Pointer, configuration: NodeRef<'t>) -> Vec<WebhookNode<'t>> {
    let kinds = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
    if identity.group != "admissionregistration.k8s.io" || !kinds.contains(&identity.kind.as_str()) {
        return Vec::new();
    }
    let list = configuration.member("webhooks").into_iter().flat_map(View::elements);
    let webhook = |(index, node)| {
        let index: usize = index;
        WebhookNode {
            at: place.append(&Pointer::of(["webhooks", &index.to_string(), "clientConfig"])),
            node,
            configuration,
        }
    };
    list.enumerate().map(webhook).collect()
}

/// The objects of a document: the document itself, or the items of a list.
fn objects<'t>(tree: &'t Tree<'t>) -> Vec<(Identity, Pointer, NodeRef<'t>)> {
    let mut found = Vec::new();
    let root = tree.root().map(|root| tree.view(root));
    let first = root.and_then(|root| Some((workload::identify(root)?, Pointer::root(), root)));
    let mut todo: Vec<_> = first.map(|first| (first, MAX_LISTS)).into_iter().collect();
    while let Some(((identity, place, node), lists)) = todo.pop() {
        let items = if lists > 0 { workload::items(&identity, node) } else { None };
        match items {
            None => found.push((identity, place, node)),
            Some(items) => todo.extend(items.into_iter().rev().filter_map(|(at, item, identity)| {
                identity.map(|identity| ((identity, place.append(&at), item), lists - 1))
            })),
        }
    }
    found
}

/// Decodes base64. It skips white space, as Go's decoder skips line ends.
fn decoded(text: &str) -> Result<Vec<Certificate>, PemError> {
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if text.is_empty() {
        return Err(PemError::Empty);
    }
    let pem = BASE64_STANDARD.decode(text).map_err(|error| PemError::Pem(format!("its base64: {error}")))?;
    certificates(&pem)
}

/// The host of a URL, without its port.
fn host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next(),
        None => authority.split(':').next(),
    }
}
