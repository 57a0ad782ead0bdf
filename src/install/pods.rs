//! How the webhook's pods fit the cluster: their ports and network, the nodes they may run on, the registry they come from,
//! and who chooses their user.

/// What the pods need of the cluster. The default fits most clusters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodFit {
    /// The TLS port; at least 1024, because the pods do not run as root.
    pub listen_port: u16,
    /// The port of probes and metrics, another one.
    pub probe_port: u16,
    /// Whose network the pods have.
    pub network: PodNetwork,
    /// The names of Secrets for the image's registry.
    pub image_pull_secrets: Vec<String>,
    /// Labels that a node must have.
    pub node_selector: Vec<(String, String)>,
    /// Taints of nodes that do not keep the pods away.
    pub tolerations: Vec<Toleration>,
    /// Who chooses the user.
    pub user: PodUser,
}

impl Default for PodFit {
    fn default() -> Self {
        Self {
            listen_port: super::WEBHOOK_PORT,
            probe_port: super::PROBE_PORT,
            network: PodNetwork::default(),
            image_pull_secrets: Vec::new(),
            node_selector: Vec::new(),
            tolerations: Vec::new(),
            user: PodUser::default(),
        }
    }
}

/// Whose network the pods have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PodNetwork {
    /// Their own.
    #[default]
    Own,
    /// The node's: for an API server that reaches nodes and not pods. A node then has room for one of the pods.
    Host,
}

/// Who chooses the user and group of the pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PodUser {
    /// The manifest.
    #[default]
    Fixed,
    /// The cluster, as OpenShift does for each namespace: the manifest has no number. Root is still refused.
    Cluster,
}

/// A taint that does not keep the pods away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toleration {
    /// The taint's key.
    pub key: String,
    /// Its value; any value without one.
    pub value: Option<String>,
    /// Its effect; every effect without one.
    pub effect: Option<TaintEffect>,
}

/// What a taint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaintEffect {
    /// New pods do not come to the node.
    NoSchedule,
    /// New pods come only when there is no other node.
    PreferNoSchedule,
    /// Running pods have to go.
    NoExecute,
}

impl TaintEffect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::NoSchedule, Self::PreferNoSchedule, Self::NoExecute];

    /// As Kubernetes writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoSchedule => "NoSchedule",
            Self::PreferNoSchedule => "PreferNoSchedule",
            Self::NoExecute => "NoExecute",
        }
    }
}
