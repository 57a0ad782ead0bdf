//! `serve`: makes a server from the arguments, runs it, and returns an exit status. No other command has a runtime.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::runtime::Builder;

use crate::diagnostic::{Code, Placed};
use crate::kube::version::KubernetesVersion;
use crate::report::exit::ExitStatus;
use crate::shell::cli::{ClusterArgs, ServeArgs};
use crate::shell::server::announce;
use crate::shell::server::core::Core;
use crate::shell::server::judge::FactSources;
use crate::shell::server::metrics::{Metrics, Reload};
use crate::shell::server::ready::Readiness;
use crate::shell::server::reload::{self, Fingerprint, WatchedFiles};
use crate::shell::server::shutdown::Shutdown;
use crate::shell::server::{self, App, Ended, log, probes, profiles, routes};

use super::{CommandError, ReportArgs};

/// Serves until a signal ends it. A second signal ends it at once, which is an error: requests in flight are lost.
pub(super) fn serve(args: &ServeArgs) -> Result<ExitStatus, CommandError> {
    log::start(args.logs.log_format, args.logs.log_level);
    let runtime = Builder::new_multi_thread().thread_name("injector").enable_all().build();
    let runtime = runtime.map_err(|error| Placed::new(Code::Runtime, format!("cannot start: {error}")))?;
    let ended = runtime.block_on(run(args));
    // Do not wait for connections that are still open.
    runtime.shutdown_background();
    match ended? {
        Ended::Drained => Ok(ExitStatus::Done),
        Ended::Cut(connections) => {
            tracing::warn!(connections, "connections cut off, because the drain took too long");
            Ok(ExitStatus::Done)
        }
        Ended::Aborted => Ok(ExitStatus::Error),
    }
}

/// Serves. Every error comes before a connection is taken.
async fn run(args: &ServeArgs) -> Result<Ended, CommandError> {
    let metrics = Arc::new(Metrics::new());
    let (ready, sources) = watches(&args.cluster, &metrics).await?;
    let watched = sources.watched();
    let decision = args.injection.given();
    let files = profiles::files(&decision);
    // The fingerprint comes before the load, so a change in between is loaded again and not missed.
    let changing = WatchedFiles { what: Reload::profiles, in_use: fingerprint(&files), files };
    let version = args.cluster.kubernetes_version.unwrap_or(KubernetesVersion::NEWEST);
    let core = Core::new(decision, version, sources, Arc::clone(&metrics));
    let core = Arc::new(core.map_err(|errors| CommandError(errors, ReportArgs::plain()))?);
    let settings = args.transport();
    let interval = settings.reload_interval;
    let shutdown = Shutdown::new();
    shutdown.on_signals().map_err(|error| Placed::new(Code::Runtime, format!("cannot listen for signals: {error}")))?;
    let bound = server::bind(settings).map_err(|error| error.placed())?;

    tracing::info!(version = env!("CARGO_PKG_VERSION"), "starting");
    announce::profiles(core.profiles().given(), &watched);
    if !changing.files.is_empty() {
        let core = Arc::clone(&core);
        tokio::spawn(reload::watch(changing, interval, Arc::clone(&metrics), move |_| core.reload_profiles()));
    }
    let app = App {
        routes: routes::router(core, Arc::clone(&metrics), Arc::clone(&ready), args.limits.routes()),
        probes: probes::router(Arc::clone(&metrics), Arc::clone(&ready)),
        metrics,
        ready,
    };
    tracing::info!(tls = %bound.address(), probes = %bound.probe_address(), "listening");
    announce::certificate(&bound.tls().certificate(), SystemTime::now());
    Ok(bound.run(app, shutdown).await)
}

/// Readiness, and what is watched.
type WatchedFacts = (Arc<Readiness>, FactSources);

/// Starts the watches that flags ask for. Nothing else in injector calls an API server.
#[cfg(feature = "watch")]
async fn watches(args: &ClusterArgs, metrics: &Arc<Metrics>) -> Result<WatchedFacts, CommandError> {
    use crate::shell::server::judge::Watched;
    use crate::shell::server::watch;

    let flags = [(args.watch_namespaces, Watched::Namespaces), (args.watch_serviceaccounts, Watched::ServiceAccounts)];
    let wanted: Vec<Watched> = flags.into_iter().filter(|(given, _)| *given).map(|(_, watched)| watched).collect();
    let ready = Arc::new(Readiness::new(&wanted));
    let mut sources = FactSources::default();
    if wanted.is_empty() {
        return Ok((ready, sources));
    }
    let client = watch::client(args.kubeconfig.as_deref()).await.map_err(|error| {
        Placed::new(Code::Cluster, watch::causes(&error))
            .hint(Some("outside of a cluster, give kubectl's file with `--kubeconfig`"))
    })?;
    for watched in wanted {
        let (client, metrics, ready) = (client.clone(), Arc::clone(metrics), Arc::clone(&ready));
        match watched {
            Watched::Namespaces => sources.namespaces = Some(Arc::new(watch::watch(client, metrics, ready))),
            Watched::ServiceAccounts => sources.service_accounts = Some(Arc::new(watch::watch(client, metrics, ready))),
        }
    }
    Ok((ready, sources))
}

#[cfg(not(feature = "watch"))]
#[expect(clippy::unused_async, reason = "with the feature, it connects")]
async fn watches(_: &ClusterArgs, _: &Arc<Metrics>) -> Result<WatchedFacts, CommandError> {
    Ok((Arc::new(Readiness::new(&[])), FactSources::default()))
}

/// A file that cannot be read counts as empty: loading it reports the error.
fn fingerprint(files: &[PathBuf]) -> Fingerprint {
    let contents: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap_or_default()).collect();
    Fingerprint::of(&contents)
}
