//! The Secret of a serving certificate. It does not have the CA's key: anyone who can read the Secret could then sign.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::{Names, PrivateKey};

/// A `kubernetes.io/tls` Secret as YAML, in the Service's namespace.
pub(crate) fn secret(name: &str, names: &Names, ca_pem: &str, cert_pem: &str, key: &PrivateKey) -> String {
    let [ca, cert, key] = [ca_pem, cert_pem, key.pem()].map(|pem| BASE64_STANDARD.encode(pem));
    let namespace = names.namespace();
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: {namespace}\ntype: kubernetes.io/tls\n\
         data:\n  ca.crt: {ca}\n  tls.crt: {cert}\n  tls.key: {key}\n"
    )
}
