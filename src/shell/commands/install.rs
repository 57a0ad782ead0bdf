//! `install` and `uninstall`: read profiles and certificates, print the manifests. Every error is reported before anything is
//! printed.

use std::fs;
use std::io;
use std::path::Path;

use crate::diagnostic::{Code, Placed, Severity};
use crate::install::{
    self, ApiWatches, Certificates, Installation, Keeper, KeyPem, NamespaceFate, OwnNamespace, ProfileSource, Site,
    Watch,
};
use crate::profile::Profile;
use crate::profile::setting::{Setting, set_values};
use crate::report::exit::ExitStatus;
use crate::report::{ColourChoice, Report};
use crate::shell::certs::{self, CertsError, Names, Wanted};
use crate::shell::cli::{
    CertificateArgs, CertificateSource, FitArgs, InstallArgs, InstallForm, PlaceArgs, ReportArgs, SidecarArgs,
    UninstallArgs, params_of,
};
use crate::shell::files::config::{self, Layered};
use crate::shell::files::selection::{self, Given, ProfileRef};

use super::{CommandError, publish};

/// The most bytes that a ConfigMap holds: <https://kubernetes.io/docs/concepts/configuration/configmap/#motivation>.
const MOST_PROFILES: usize = 1024 * 1024;

/// Namespaces that every cluster has.
const CLUSTER_NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// <https://kubernetes.io/docs/reference/networking/ports-and-protocols/>
const KUBELET_PORT: u16 = 10250;

pub(super) fn install(args: &InstallArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let report = ReportArgs::plain();
    let injection = settled(&args.injection).map_err(|errors| CommandError::reported(errors, &report))?;
    let args = &InstallArgs { injection, ..args.clone() };
    if args.place.form == InstallForm::Policy {
        let text = policies(args).map_err(|errors| CommandError::reported(errors, &report))?;
        return Ok(super::print(text.as_bytes())?);
    }
    let (installation, warnings) = resolve(args).map_err(|errors| CommandError::reported(errors, &report))?;
    let published = match warnings.is_empty() {
        true => ExitStatus::Done,
        false => publish::write(Report::new(Vec::new(), warnings), &report, colour),
    };
    let manifests = install::manifests(&installation, args.place.only.into());
    Ok(super::print(install::text(&manifests).as_bytes())?.max(published))
}

/// The flags, and below them what the repository says.
fn settled(flags: &SidecarArgs) -> Result<SidecarArgs, Vec<Placed>> {
    let given = Given {
        profiles: flags.profiles.clone(),
        settings: flags.settings.clone(),
        overrides: flags.overrides(),
        template_paths: Vec::new(),
    };
    let layered = Layered::new(config::find(&flags.config.choice())?, given)?;
    let selection = layered.selection(&[])?;
    let is_flag = |profile: &str, name: &str| {
        flags.settings.iter().any(|flag| flag.name == name && flag.profile.as_deref().is_none_or(|of| of == profile))
    };
    let mut settings: Vec<Setting> = Vec::new();
    for (profile, values) in &selection.set {
        let written = values.iter().filter(|(name, _)| !is_flag(profile, name));
        settings.extend(written.map(|(name, value)| Setting {
            profile: Some(profile.clone()),
            name: name.clone(),
            value: value.clone(),
        }));
    }
    settings.extend(flags.settings.iter().cloned());
    let written = layered.config.kubernetes_version.as_ref().map(|version| version.value);
    let fields = layered.overrides(&[]);
    Ok(SidecarArgs {
        profiles: layered.profiles(&[]),
        settings,
        on_ineligible: fields.on_ineligible.map(Into::into),
        native_sidecar: fields.native_sidecar,
        kubernetes_version: flags.kubernetes_version.or(written),
        ..flags.clone()
    })
}

/// The policies of all profiles, in their order.
fn policies(args: &InstallArgs) -> Result<String, Vec<Placed>> {
    let InstallArgs { injection, webhook, policy, place, .. } = args;
    let params = params_of(policy.params.as_ref(), place.namespace.as_ref());
    let options = super::policy::options(injection.kubernetes_version, policy, (webhook.failure_policy, params))?;
    let references = or_default(&injection.profiles);
    super::policy::text_of(&place.name.0, &references, (injection.overrides(), &injection.settings), &options)
}

pub(super) fn uninstall(args: &UninstallArgs) -> Result<ExitStatus, CommandError> {
    if args.place.form == InstallForm::Policy {
        let report = ReportArgs::plain();
        let sources = profiles(&args.profiles).map_err(|errors| CommandError::reported(errors, &report))?;
        let names: Vec<&str> = sources.iter().map(|source| source.profile.name.as_str()).collect();
        let params = params_of(args.params.as_ref(), args.place.namespace.as_ref());
        let objects = crate::policy::removal(&args.place.name.0, &names, args.policy_api, params.as_ref());
        let text = crate::policy::text(&objects, "");
        return Ok(super::print(text.as_bytes())?);
    }
    let keeper = match (&args.tls_secret, args.cert_manager) {
        (Some(_), _) => Keeper::Other,
        (None, true) => Keeper::CertManager,
        (None, false) => Keeper::Own,
    };
    let site = site(&args.place);
    let fate = if args.delete_namespace { NamespaceFate::Deleted } else { NamespaceFate::Kept };
    if fate == NamespaceFate::Deleted {
        check_not_the_clusters(&site, "leave out `--delete-namespace`")?;
    }
    let manifests = install::removal(&site, keeper, &Vec::from(args.monitors), fate, args.place.only.into());
    Ok(super::print(install::text(&manifests).as_bytes())?)
}

fn site(args: &PlaceArgs) -> Site {
    let namespace = args.namespace.as_ref().map_or(install::NAMESPACE, |namespace| &namespace.0).to_owned();
    Site { name: args.name.0.clone(), namespace }
}

/// The installation, and warnings about it.
fn resolve(args: &InstallArgs) -> Result<(Installation, Vec<Placed>), Vec<Placed>> {
    let InstallArgs { injection, webhook, pods, .. } = args;
    let site = site(&args.place);
    let own_namespace = if pods.existing_namespace { OwnNamespace::Existing } else { OwnNamespace::Made };
    check_namespace(&site, own_namespace)?;
    check_ports(&args.fit)?;
    if let Some(version) = injection.kubernetes_version.filter(|version| *version < install::OLDEST) {
        let message = format!(
            "--kubernetes-version: the manifests are for Kubernetes {} and later, not for {version}",
            install::OLDEST
        );
        return Err(vec![Placed::new(Code::Usage, message)]);
    }
    let mut profiles = profiles(&injection.profiles)?;
    let overrides = injection.overrides();
    profiles.iter_mut().for_each(|source| overrides.apply(&mut source.profile));
    let loaded: Vec<Profile> = profiles.iter().map(|source| source.profile.clone()).collect();
    set_values(&injection.settings, &loaded)?;
    let (watches, mut warnings) = watches(&loaded, injection);
    let (certificates, more) = certificates(&args.certificates, &site)?;
    warnings.extend(more);
    let installation = Installation {
        site,
        own_namespace,
        image: pods.image.clone(),
        replicas: pods.replicas,
        priority_class: pods.priority_class.clone(),
        fit: (&args.fit).into(),
        monitors: args.fit.monitors.into(),
        profiles,
        set: injection.settings.iter().map(Setting::to_string).collect(),
        overrides,
        certificates,
        watches,
        failure_policy: webhook.failure_policy.unwrap_or_default(),
        timeout_seconds: webhook.timeout_seconds,
        reinvocation_policy: webhook.reinvocation_policy,
        match_policy: webhook.match_policy,
        kubernetes_version: injection.kubernetes_version,
        log_format: pods.log_format,
        drain_delay: pods.drain_delay,
        drain_timeout: pods.drain_timeout,
    };
    Ok((installation, warnings))
}

/// Refuses to make a namespace that others use, because that would set its Pod Security level.
fn check_namespace(site: &Site, own_namespace: OwnNamespace) -> Result<(), Vec<Placed>> {
    match own_namespace {
        OwnNamespace::Made => {
            let hint = "use `--existing-namespace`, which leaves it as it is, or another namespace";
            check_not_the_clusters(site, hint).map_err(|error| vec![error])
        }
        OwnNamespace::Existing => Ok(()),
    }
}

/// Refuses one port for both purposes, and kubelet's own port in the network of the nodes.
fn check_ports(fit: &FitArgs) -> Result<(), Vec<Placed>> {
    if fit.listen_port == fit.probe_port {
        let message = format!("--listen-port: {} is the port for probes too", fit.listen_port);
        return Err(vec![Placed::new(Code::Usage, message).hint(Some("give `--probe-port` another one"))]);
    }
    let ports = [("--listen-port", fit.listen_port), ("--probe-port", fit.probe_port)];
    match ports.into_iter().find(|(_, port)| fit.host_network && *port == KUBELET_PORT) {
        Some((flag, port)) => {
            let message = format!("{flag}: with `--host-network`, {port} is the port of kubelet on each node");
            Err(vec![Placed::new(Code::Usage, message)])
        }
        None => Ok(()),
    }
}

/// Refuses a namespace that every cluster has.
fn check_not_the_clusters(site: &Site, hint: &str) -> Result<(), Placed> {
    let namespace = site.namespace.as_str();
    if CLUSTER_NAMESPACES.contains(&namespace) {
        let message = format!("--namespace: `{namespace}` belongs to the cluster, not to the webhook alone");
        return Err(Placed::new(Code::Usage, message).hint(Some(hint)));
    }
    Ok(())
}

/// The profiles that were named, or else the one that is used then.
fn or_default(references: &[ProfileRef]) -> Vec<ProfileRef> {
    match references {
        [] => vec![ProfileRef::BuiltIn(selection::DEFAULT_PROFILE.to_owned())],
        named => named.to_vec(),
    }
}

/// The profiles with their texts, each read once.
fn profiles(references: &[ProfileRef]) -> Result<Vec<ProfileSource>, Vec<Placed>> {
    let mut sources: Vec<ProfileSource> = Vec::new();
    for reference in &or_default(references) {
        let (file, text) = selection::profile_text(reference).map_err(|error| vec![error])?;
        let (profile, extended) = selection::read_profile(&file, &text)?;
        // A ConfigMap has no other files.
        let text = extended.map_or(text, |extended| extended.text());
        if sources.iter().any(|known| known.profile.name == profile.name) {
            return Err(vec![Placed::new(Code::Usage, format!("the profile `{}` is named twice", profile.name))]);
        }
        sources.push(ProfileSource { profile, text });
    }
    let size: usize = sources.iter().map(|source| source.text.len()).sum();
    if size > MOST_PROFILES {
        let message = format!("the profiles have {size} bytes, and a ConfigMap holds at most {MOST_PROFILES}");
        return Err(vec![Placed::new(Code::Profile, message)]);
    }
    Ok(sources)
}

/// What is watched: as the flags say, else what a profile needs.
fn watches(profiles: &[Profile], args: &SidecarArgs) -> (ApiWatches, Vec<Placed>) {
    let unseen = |profile: &Profile, what: &str, code, flag: &str| {
        let message = format!(
            "the profile `{}` needs labels or annotations of {what}, which the webhook will not see",
            profile.name
        );
        let mut placed = Placed::new(code, message).hint(Some(format!("use `{flag}`")));
        placed.severity = Severity::Warning;
        placed
    };
    let mut warnings = Vec::new();
    let mut watch = |choice: Option<bool>, needs: fn(&Profile) -> bool, what, code, flag| {
        let mut needing = profiles.iter().filter(|profile| needs(profile)).peekable();
        match choice {
            Some(true) => Watch::On,
            None if needing.peek().is_some() => Watch::On,
            None => Watch::Off,
            Some(false) => {
                warnings.extend(needing.map(|profile| unseen(profile, what, code, flag)));
                Watch::Off
            }
        }
    };
    let namespaces =
        watch(args.watch_namespaces, install::needs_watch, "namespaces", Code::NamespaceUnknown, "--watch-namespaces");
    let service_accounts = watch(
        args.watch_serviceaccounts,
        Profile::reads_service_account,
        "ServiceAccounts",
        Code::ServiceAccountUnknown,
        "--watch-serviceaccounts",
    );
    (ApiWatches { namespaces, service_accounts }, warnings)
}

/// The certificates, from the one source that was given.
fn certificates(args: &CertificateArgs, site: &Site) -> Result<(Certificates, Vec<Placed>), Vec<Placed>> {
    let CertificateArgs { source: CertificateSource { generate_certs, tls_secret, cert_manager }, ca_file } = args;
    match (generate_certs, tls_secret, ca_file, cert_manager) {
        (Some(directory), None, None, false) => generated(directory, site),
        (None, Some(name), Some(file), false) => {
            let ca = ca_bundle(file).map_err(|error| vec![error])?;
            Ok((Certificates::Secret { name: name.clone(), ca }, Vec::new()))
        }
        (None, None, None, true) => Ok((Certificates::CertManager, Vec::new())),
        // The command line allows nothing else.
        _ => {
            let message = "give one of `--generate-certs`, `--tls-secret` with `--ca-file`, and `--cert-manager`";
            Err(vec![Placed::new(Code::Usage, message)])
        }
    }
}

/// The certificates of a folder; they are made where it has none.
fn generated(directory: &Path, site: &Site) -> Result<(Certificates, Vec<Placed>), Vec<Placed>> {
    let names = Names::of_service(&site.name, &site.namespace).map_err(CertsError::from);
    let made = names.and_then(|names| certs::ensure(directory, &Wanted::of(names)));
    let made = made.map_err(|error| vec![error.placed()])?;
    let key = KeyPem(made.key_pem.pem().to_owned());
    let certificates = Certificates::Given { ca: made.ca_pem, certificate: made.cert_pem, key };
    Ok((certificates, made.warning.into_iter().collect()))
}

/// The certificates that an API server should trust. A private key among them is an error.
fn ca_bundle(file: &Path) -> Result<String, Placed> {
    let wrong = |message: String| Placed::new(Code::NotACertificate, message).at(file.display().to_string(), None);
    let text = fs::read_to_string(file).map_err(|error| {
        let message = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => format!("cannot read the certificates: {error}"),
        };
        Placed::new(Code::FileUnreadable, message).at(file.display().to_string(), None)
    })?;
    if text.contains("PRIVATE KEY-----") {
        return Err(wrong("it contains a private key, and everyone can read a webhook configuration".to_owned()));
    }
    certs::certificates(text.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    Ok(text)
}
