//! What the webhook's commands refuse: serving, installing, certificates.

use insta::assert_snapshot;

use super::misused;

/// A server that cannot begin says why before it takes a port.
#[test]
fn serving() {
    assert_snapshot!(misused(&["serve"]), @r#"
    error: the following required arguments were not provided:
      --tls-cert <FILE>
      --tls-key <FILE>

    Usage: injector serve --tls-cert <FILE> --tls-key <FILE>

    For more information, try '--help'.
    "#);
    assert_snapshot!(misused(&["serve", "--tls-cert", "tls.crt", "--tls-key", "tls.key"]), @"error: tls.crt: cannot read the certificate: there is no such file");
    assert_snapshot!(misused(&["serve", "--tls-cert", "web.yaml", "--tls-key", "web.yaml"]), @"error: web.yaml: it contains no certificate in PEM");
    assert_snapshot!(misused(&["serve", "--tls-cert", "a", "--tls-key", "b", "--listen", "9443"]), @r#"
    error: invalid value '9443' for '--listen <IP:PORT>': invalid socket address syntax

    For more information, try '--help'.
    "#);
    assert_snapshot!(misused(&["serve", "--tls-cert", "a", "--tls-key", "b", "--max-in-flight", "0"]), @r#"
    error: invalid value '0' for '--max-in-flight <N>': not a number from 1 to 1000000

    For more information, try '--help'.
    "#);
    assert_snapshot!(misused(&["serve", "--tls-cert", "a", "--tls-key", "b", "--drain-delay", "5"]), @r#"
    error: invalid value '5' for '--drain-delay <TIME>': not a time such as `500ms`, `10s` or `1m30s`, at most a day

    For more information, try '--help'.
    "#);
    assert_snapshot!(misused(&["serve", "--tls-cert", "a", "--tls-key", "b", "--kubeconfig", "k"]), @"
    error: the following required arguments were not provided:
      <--watch-namespaces|--watch-serviceaccounts>

    Usage: injector serve --tls-cert <FILE> --tls-key <FILE> --kubeconfig <FILE> <--watch-namespaces|--watch-serviceaccounts>

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["serve", "--tls-cert", "a", "--tls-key", "b", "-p", "ngnix"]), @"
    error: there is no built-in profile `ngnix`
      hint: did you mean `nginx`?
    ");
}

/// What `install` cannot print, it says.
#[test]
fn installing() {
    assert_snapshot!(misused(&["install"]), @"
    error: one of these is needed: '--generate-certs <DIR>', '--tls-secret <NAME>', '--cert-manager'

    Usage: injector install [OPTIONS]

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["install", "--tls-secret", "a"]), @"
    error: the following required arguments were not provided:
      --ca-file <FILE>

    Usage: injector install --tls-secret <NAME> --ca-file <FILE>

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["install", "--cert-manager", "--generate-certs", "certs"]), @"
    error: the argument '--cert-manager' cannot be used with '--generate-certs <DIR>'

    Usage: injector install --cert-manager

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["install", "--tls-secret", "a", "--ca-file", "nope.crt"]), @"error: nope.crt: there is no such file");
    assert_snapshot!(misused(&["install", "--tls-secret", "a", "--ca-file", "web.yaml"]), @"error: web.yaml: there is no certificate in it (`-----BEGIN CERTIFICATE-----`)");
    assert_snapshot!(misused(&["install", "--cert-manager", "--timeout-seconds", "31"]), @"
    error: invalid value '31' for '--timeout-seconds <N>': not a number from 1 to 30

    For more information, try '--help'.
    ");
    assert_snapshot!(misused(&["install", "--cert-manager", "--namespace", "kube-system"]), @r#"
    error: --namespace: `kube-system` belongs to the cluster, not to the webhook alone
      hint: use `--existing-namespace`, which leaves it as it is, or another namespace
    "#);
    assert_snapshot!(misused(&["install", "--cert-manager", "--name", "A"]), @r#"
    error: invalid value 'A' for '--name <NAME>': not a name of lower case letters, digits and `-`, with a letter first, at most 50

    For more information, try '--help'.
    "#);
    assert_snapshot!(misused(&["install", "--cert-manager", "--kubernetes-version", "1.21"]), @r#"error: --kubernetes-version: the manifests are for Kubernetes 1.22 and later, not for 1.21"#);
    assert_snapshot!(misused(&["install", "--cert-manager", "-p", "nginx", "-p", "nginx"]), @r#"error: the profile `nginx` is named twice"#);
    assert_snapshot!(misused(&["install", "--cert-manager", "--set", "tcpPrt=1"]), @r#"
    error: --set: no profile of this run has a parameter `tcpPrt`
      hint: did you mean `tcpPort`?
    "#);
    assert_snapshot!(misused(&["uninstall", "--name", "A"]), @r#"
    error: invalid value 'A' for '--name <NAME>': not a name of lower case letters, digits and `-`, with a letter first, at most 50

    For more information, try '--help'.
    "#);
}

/// What is wrong with certificates and the files that carry them.
#[test]
fn certificates() {
    assert_snapshot!(misused(&["certs", "generate"]), @r#"
    error: the following required arguments were not provided:
      <--out <DIR>|--output <FORMAT>>

    Usage: injector certs generate <--out <DIR>|--output <FORMAT>> [NAME]

    For more information, try '--help'.
    "#);
    assert_snapshot!(misused(&["certs", "generate", "--out", "x", "--validity", "0d"]), @r#"
    error: invalid value '0d' for '--validity <TIME>': not a number above zero with `d`, `h`, `m` or `s`

    For more information, try '--help'.
    "#);
    assert_snapshot!(misused(&["certs", "generate", "A", "--out", "x"]), @"error: service `A` must have only lower-case letters, digits and `-`, and begin and end with a letter or digit");
    assert_snapshot!(misused(&["certs", "inspect", "nope.crt"]), @"error: nope.crt: there is no such file");
    assert_snapshot!(misused(&["certs", "inspect", "web.yaml"]), @"
    error: web.yaml: has no certificate
      hint: name a PEM file, a Secret or a webhook configuration
    ");
    assert_snapshot!(misused(&["certs", "ca-bundle", "web.yaml"]), @"
    error: web.yaml: has no certificate
      hint: name a PEM file, a Secret or a webhook configuration
    ");
    assert_snapshot!(misused(&["certs", "renew", "nope"]), @"error: nope/tls.crt: cannot be read: there is no such file");
    assert_snapshot!(misused(&["certs", "rotate", "nope"]), @"error: nope/tls.crt: cannot be read: there is no such file");
    assert_snapshot!(misused(&["certs", "secret", "nope"]), @"error: nope/tls.crt: cannot be read: there is no such file");
}
