//! The flags of `install` by which the webhook's pods fit the cluster, and those for the Prometheus operator.

use clap::Args;

use crate::install::{Monitor, PROBE_PORT, PodFit, PodNetwork, PodUser, TaintEffect, Toleration, WEBHOOK_PORT};
use crate::kube::names;

/// How the pods fit the cluster.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct FitArgs {
    /// The TLS port of the pods, 1024 or above
    ///
    /// For a firewall between the API server and the nodes: a private GKE cluster opens only 443 and 10250.
    #[arg(long, value_name = "PORT", default_value_t = WEBHOOK_PORT, help_heading = "Cluster")]
    #[arg(value_parser = clap::value_parser!(u16).range(1024..))]
    pub listen_port: u16,
    /// The pods' port for probes and metrics, 1024 or above
    #[arg(long, value_name = "PORT", default_value_t = PROBE_PORT, help_heading = "Cluster")]
    #[arg(value_parser = clap::value_parser!(u16).range(1024..))]
    pub probe_port: u16,
    /// Run the pods in the network of their nodes, one on each node at most
    ///
    /// For an API server that reaches nodes but not pods, as in EKS with another CNI. Both ports are then ports of the
    /// node. The Pod Security level of the namespace is `privileged`, because every other one refuses such pods.
    #[arg(long, help_heading = "Cluster")]
    pub host_network: bool,
    /// Let OpenShift choose user and group: leave out `runAsUser`, `runAsGroup` and `fsGroup`
    #[arg(long, help_heading = "Cluster")]
    pub openshift: bool,
    /// A Secret for the registry of the image (repeatable)
    #[arg(long = "image-pull-secret", value_name = "NAME", value_parser = secret_name, help_heading = "Pods")]
    pub image_pull_secrets: Vec<String>,
    /// A label that a node must have to run the pods (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = node_label, help_heading = "Pods")]
    pub node_selector: Vec<(String, String)>,
    /// A taint of nodes that may still run the pods (repeatable)
    ///
    /// Without a value, the taint may have any. The effect is `NoSchedule`, `PreferNoSchedule` or `NoExecute`; without one,
    /// it is each of them.
    #[arg(long = "toleration", value_name = "KEY[=VALUE][:EFFECT]", value_parser = toleration, help_heading = "Pods")]
    pub tolerations: Vec<Toleration>,
    /// What the Prometheus operator gets.
    #[command(flatten)]
    pub monitors: MonitorArgs,
}

/// What the Prometheus operator gets.
#[derive(Args, Clone, Copy, Debug)]
#[group(skip)]
pub struct MonitorArgs {
    /// A ServiceMonitor too, for the Prometheus operator
    ///
    /// Give `install` and `uninstall` the same flag: without the operator, a cluster does not know the kind.
    #[arg(long, help_heading = "Monitoring")]
    pub service_monitor: bool,
    /// A PrometheusRule with alerts too, for the Prometheus operator
    ///
    /// Give `install` and `uninstall` the same flag: without the operator, a cluster does not know the kind.
    #[arg(long, help_heading = "Monitoring")]
    pub prometheus_rule: bool,
}

impl From<&FitArgs> for PodFit {
    fn from(args: &FitArgs) -> Self {
        Self {
            listen_port: args.listen_port,
            probe_port: args.probe_port,
            network: if args.host_network { PodNetwork::Host } else { PodNetwork::Own },
            image_pull_secrets: args.image_pull_secrets.clone(),
            node_selector: args.node_selector.clone(),
            tolerations: args.tolerations.clone(),
            user: if args.openshift { PodUser::Cluster } else { PodUser::Fixed },
        }
    }
}

impl From<MonitorArgs> for Vec<Monitor> {
    fn from(args: MonitorArgs) -> Self {
        let asked = [(args.service_monitor, Monitor::Scrape), (args.prometheus_rule, Monitor::Alerts)];
        asked.into_iter().filter(|(asked, _)| *asked).map(|(_, monitor)| monitor).collect()
    }
}

pub(super) fn secret_name(text: &str) -> Result<String, String> {
    names::dns_subdomain(text).map(|()| text.to_owned())
}

fn node_label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("not of the form KEY=VALUE")?;
    Ok((label_key(key)?, label_value(value)?))
}

fn toleration(text: &str) -> Result<Toleration, String> {
    let (taint, effect) = match text.split_once(':') {
        Some((taint, word)) => {
            let effect = TaintEffect::ALL.into_iter().find(|effect| effect.word() == word);
            let wrong = || format!("the effect `{word}` is not `NoSchedule`, `PreferNoSchedule` or `NoExecute`");
            (taint, Some(effect.ok_or_else(wrong)?))
        }
        None => (text, None),
    };
    let (key, value) = match taint.split_once('=') {
        Some((key, value)) => (key, Some(label_value(value)?)),
        None => (taint, None),
    };
    Ok(Toleration { key: label_key(key)?, value, effect })
}

fn label_key(text: &str) -> Result<String, String> {
    names::qualified_name(text).map(|()| text.to_owned()).map_err(|fault| format!("the key `{text}` {fault}"))
}

fn label_value(text: &str) -> Result<String, String> {
    names::label_value(text).map(|()| text.to_owned()).map_err(|fault| format!("the value `{text}` {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toleration_is_written_as_kubectl_writes_a_taint() {
        let of = |key: &str, value: Option<&str>, effect| {
            Some(Toleration { key: key.to_owned(), value: value.map(str::to_owned), effect })
        };
        for (text, expected) in [
            ("dedicated", of("dedicated", None, None)),
            ("dedicated=infra", of("dedicated", Some("infra"), None)),
            ("a.b/c=d:NoExecute", of("a.b/c", Some("d"), Some(TaintEffect::NoExecute))),
            ("a:NoSchedule", of("a", None, Some(TaintEffect::NoSchedule))),
            ("a=:PreferNoSchedule", of("a", Some(""), Some(TaintEffect::PreferNoSchedule))),
            ("a:noschedule", None),
            ("a:", None),
            ("=b", None),
            ("", None),
            ("a=b c", None),
        ] {
            assert_eq!(toleration(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_node_label_has_a_key_and_a_value() {
        for (text, good) in [("a/b=c", true), ("a=", true), ("a", false), ("=a", false), ("a=b=c", false)] {
            assert_eq!(node_label(text).is_ok(), good, "{text}");
        }
    }
}
