//! What the Prometheus operator reads: where to scrape, and the alerts of `docs/operations.md`.
//!
//! See <https://prometheus-operator.dev/docs/api-reference/api/>, v1.

use serde_json::{Value, json};

use super::{Installation, Manifest, Site, metadata, selected};

/// The `apiVersion` of the operator's objects.
pub(super) const API_VERSION: &str = "monitoring.coreos.com/v1";

/// An object for the Prometheus operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Monitor {
    /// Where to scrape: the Service then has the port of the metrics too.
    Scrape,
    /// The alerts.
    Alerts,
}

impl Monitor {
    /// Its kind.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Scrape => "ServiceMonitor",
            Self::Alerts => "PrometheusRule",
        }
    }
}

/// The objects that were asked for.
pub(super) fn monitors(installation: &Installation) -> Vec<Manifest> {
    let site = &installation.site;
    let object = |monitor: &Monitor| {
        let spec = match monitor {
            Monitor::Scrape => json!({
                "selector": {"matchLabels": selected(site)},
                "endpoints": [{"port": "probes", "path": "/metrics", "interval": "30s"}],
            }),
            Monitor::Alerts => json!({"groups": [{"name": site.name, "rules": alerts(site)}]}),
        };
        let object = json!({
            "apiVersion": API_VERSION,
            "kind": monitor.kind(),
            "metadata": metadata(site, &site.name),
            "spec": spec,
        });
        Manifest::new("", object)
    };
    installation.monitors.iter().map(object).collect()
}

/// An alert: its name, how long it has to be so, its severity, the expression, and what it means.
type Alert = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// The alerts, in the order of `docs/operations.md`. `NAME` and `NAMESPACE` are the installation's.
const ALERTS: [Alert; 10] = [
    (
        "InjectorCertificateExpires",
        "5m",
        "warning",
        "min(injector_certificate_expiry_timestamp_seconds) - time() < 14 * 86400",
        "The serving certificate expires within 14 days: renew it, or find out why cert-manager did not.",
    ),
    (
        "InjectorGone",
        "5m",
        "critical",
        "absent(injector_build_info)",
        "No pod of the webhook runs, or its metrics are not scraped.",
    ),
    (
        "InjectorBug",
        "0m",
        "warning",
        r#"sum(increase(injector_requests_total{code="500"}[15m])) > 0"#,
        "The webhook failed by its own fault: its log says more; please report it.",
    ),
    (
        "InjectorOverloaded",
        "5m",
        "warning",
        r#"sum(rate(injector_requests_total{code=~"503|504"}[5m])) > 0"#,
        "Too much load: add replicas, or give them more CPU.",
    ),
    (
        "InjectorReloadFailed",
        "0m",
        "warning",
        r#"sum by (what) (increase(injector_reloads_total{result="failure"}[15m])) > 0"#,
        "A new certificate, CA or profile cannot be used; the old one is still in use.",
    ),
    (
        "InjectorHandshakesFail",
        "0m",
        "warning",
        r#"sum(increase(injector_connections_begun_total{result="handshake_failed"}[15m])) > 5"#,
        "API servers cannot connect: most often the `caBundle` is not that of the certificate.",
    ),
    (
        "InjectorWatchLost",
        "10m",
        "warning",
        "injector_namespace_watch_connected == 0 and max_over_time(injector_namespace_watch_connected[1d]) == 1",
        "The watch of namespaces is not connected: what is known of them is old.",
    ),
    (
        "InjectorServiceAccountWatchLost",
        "10m",
        "warning",
        "injector_serviceaccount_watch_connected == 0 and max_over_time(injector_serviceaccount_watch_connected[1d]) == 1",
        "The watch of ServiceAccounts is not connected: what is known of them is old.",
    ),
    (
        "InjectorInjectsNothing",
        "0m",
        "info",
        r#"sum(increase(sidecar_injection_total{result="injected"}[6h])) == 0 or absent(sidecar_injection_total{result="injected"})"#,
        "No pod was injected for six hours: the API server does not ask, or a profile no longer fits.",
    ),
    (
        "InjectorNotAsked",
        "0m",
        "warning",
        r#"sum(increase(apiserver_admission_webhook_fail_open_count{name=~".+[.]NAME[.]NAMESPACE[.]svc"}[15m])) > 0"#,
        "Pods were created without an answer of the webhook, and so without a sidecar.",
    ),
];

fn alerts(site: &Site) -> Vec<Value> {
    let rule = |(alert, duration, severity, expression, summary): &Alert| {
        let expression = expression.replace("NAMESPACE", &site.namespace).replace("NAME", &site.name);
        json!({
            "alert": alert,
            "expr": expression,
            "for": duration,
            "labels": {"severity": severity},
            "annotations": {"summary": summary},
        })
    };
    ALERTS.iter().map(rule).collect()
}
