//! `install` and `uninstall`: profiles and certificates read, the manifests printed. All that can be wrong is told before
//! anything is printed.

use std::fs;
use std::io;
use std::path::Path;

use crate::diagnostic::{Code, Placed, Severity};
use crate::install::{self, Certificates, Keeper, KeyPem, NamespaceFate, OwnNamespace, Place, Settings, Source, Watch};
use crate::profile::Profile;
use crate::report::exit::ExitStatus;
use crate::report::{ColourChoice, Report, ReportFormat};
use crate::shell::certs::{self, CertsError, Names, Wanted};
use crate::shell::cli::{CertificateArgs, CertificateSource, InstallArgs, PlaceArgs, ReportArgs, UninstallArgs};
use crate::shell::files::selection;
use crate::shell::files::selection::ProfileRef;

use super::{CommandError, tell};

/// What a ConfigMap holds: <https://kubernetes.io/docs/concepts/configuration/configmap/#motivation>.
const MOST_PROFILES: usize = 1024 * 1024;

/// Namespaces that every cluster has.
const CLUSTER_NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

pub(super) fn install(args: &InstallArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let report = ReportArgs { format: ReportFormat::default(), quiet: false };
    let (settings, warnings) = resolve(args).map_err(|errors| CommandError::told(errors, &report))?;
    if !warnings.is_empty() {
        tell::write(&Report::new(Vec::new(), warnings), &report, colour);
    }
    let manifests = install::manifests(&settings, args.place.only.into());
    Ok(super::print(install::text(&manifests).as_bytes())?)
}

pub(super) fn uninstall(args: &UninstallArgs) -> Result<ExitStatus, CommandError> {
    let keeper = match (&args.tls_secret, args.cert_manager) {
        (Some(_), _) => Keeper::Other,
        (None, true) => Keeper::CertManager,
        (None, false) => Keeper::Own,
    };
    let fate = if args.delete_namespace { NamespaceFate::Deleted } else { NamespaceFate::Kept };
    let manifests = install::removal(&place(&args.place), keeper, fate, args.place.only.into());
    Ok(super::print(install::text(&manifests).as_bytes())?)
}

fn place(args: &PlaceArgs) -> Place {
    Place { name: args.name.0.clone(), namespace: args.namespace.0.clone() }
}

/// The settings, and what should be known nevertheless.
fn resolve(args: &InstallArgs) -> Result<(Settings, Vec<Placed>), Vec<Placed>> {
    let InstallArgs { injection, webhook, pods, .. } = args;
    let place = place(&args.place);
    let own_namespace = if pods.existing_namespace { OwnNamespace::Existing } else { OwnNamespace::Made };
    check_namespace(&place, own_namespace)?;
    if let Some(version) = injection.kubernetes_version.filter(|version| *version < install::OLDEST) {
        let message = format!(
            "--kubernetes-version: the manifests are for Kubernetes {} and later, not for {version}",
            install::OLDEST
        );
        return Err(vec![Placed::new(Code::Usage, message)]);
    }
    let mut profiles = profiles(&injection.profiles)?;
    if let Some(choice) = injection.on_ineligible {
        profiles.iter_mut().for_each(|source| source.profile.on_ineligible = choice.into());
    }
    let loaded: Vec<Profile> = profiles.iter().map(|source| source.profile.clone()).collect();
    selection::settings(&injection.settings, &loaded)?;
    let (watch, mut warnings) = watch(&loaded, injection.watch_namespaces);
    let (certificates, more) = certificates(&args.certificates, &place)?;
    warnings.extend(more);
    let settings = Settings {
        place,
        own_namespace,
        image: pods.image.clone(),
        replicas: pods.replicas,
        priority_class: pods.priority_class.clone(),
        profiles,
        set: injection.settings.iter().map(|set| (set.name.clone(), set.value.clone())).collect(),
        on_ineligible: injection.on_ineligible.map(Into::into),
        certificates,
        watch,
        failure_policy: webhook.failure_policy,
        timeout_seconds: webhook.timeout_seconds,
        reinvocation_policy: webhook.reinvocation_policy,
        match_policy: webhook.match_policy,
        kubernetes_version: injection.kubernetes_version,
        log_format: pods.log_format,
        drain_delay: pods.drain_delay,
        drain_timeout: pods.drain_timeout,
    };
    Ok((settings, warnings))
}

/// The Pod Security level of a namespace that others use is not the installation's to set.
fn check_namespace(place: &Place, own_namespace: OwnNamespace) -> Result<(), Vec<Placed>> {
    let namespace = place.namespace.as_str();
    if own_namespace == OwnNamespace::Made && CLUSTER_NAMESPACES.contains(&namespace) {
        let message = format!("--namespace: `{namespace}` is not the webhook's own");
        let hint = "leave it as it is with `--existing-namespace`, or take another";
        return Err(vec![Placed::new(Code::Usage, message).hint(Some(hint))]);
    }
    Ok(())
}

/// The profiles with their texts, each read once.
fn profiles(references: &[ProfileRef]) -> Result<Vec<Source>, Vec<Placed>> {
    let default = [ProfileRef::BuiltIn(selection::DEFAULT_PROFILE.to_owned())];
    let references = if references.is_empty() { &default } else { references };
    let mut sources: Vec<Source> = Vec::new();
    for reference in references {
        let (file, text) = selection::profile_text(reference).map_err(|error| vec![error])?;
        let profile = selection::parse_profile(&file, &text)?;
        if sources.iter().any(|known| known.profile.name == profile.name) {
            return Err(vec![Placed::new(Code::Usage, format!("the profile `{}` is named twice", profile.name))]);
        }
        sources.push(Source { profile, text });
    }
    let size: usize = sources.iter().map(|source| source.text.len()).sum();
    if size > MOST_PROFILES {
        let message = format!("the profiles have {size} bytes, and a ConfigMap takes {MOST_PROFILES}");
        return Err(vec![Placed::new(Code::Profile, message)]);
    }
    Ok(sources)
}

/// Whether namespaces are watched: as it is said, else where a profile needs it.
fn watch(profiles: &[Profile], choice: Option<bool>) -> (Watch, Vec<Placed>) {
    let needing: Vec<&Profile> = profiles.iter().filter(|profile| install::needs_watch(profile)).collect();
    match choice {
        Some(true) => (Watch::On, Vec::new()),
        None if !needing.is_empty() => (Watch::On, Vec::new()),
        None => (Watch::Off, Vec::new()),
        Some(false) => {
            let warning = |profile: &&Profile| {
                let message = format!(
                    "the profile `{}` asks what annotations or labels of a namespace say, which the webhook will not know",
                    profile.name
                );
                let mut placed = Placed::new(Code::NamespaceUnknown, message).hint(Some("use `--watch-namespaces`"));
                placed.severity = Severity::Warning;
                placed
            };
            (Watch::Off, needing.iter().map(warning).collect())
        }
    }
}

/// The one source of certificates that was given.
fn certificates(args: &CertificateArgs, place: &Place) -> Result<(Certificates, Vec<Placed>), Vec<Placed>> {
    let CertificateArgs { source: CertificateSource { generate_certs, tls_secret, cert_manager }, ca_file } = args;
    match (generate_certs, tls_secret, ca_file, cert_manager) {
        (Some(directory), None, None, false) => generated(directory, place),
        (None, Some(name), Some(file), false) => {
            let ca = ca_bundle(file).map_err(|error| vec![error])?;
            Ok((Certificates::Secret { name: name.clone(), ca }, Vec::new()))
        }
        (None, None, None, true) => Ok((Certificates::CertManager, Vec::new())),
        // clap takes nothing else.
        _ => {
            let message = "give one of `--generate-certs`, `--tls-secret` with `--ca-file`, and `--cert-manager`";
            Err(vec![Placed::new(Code::Usage, message)])
        }
    }
}

/// A directory's certificates, made where there are none.
fn generated(directory: &Path, place: &Place) -> Result<(Certificates, Vec<Placed>), Vec<Placed>> {
    let names = Names::of_service(&place.name, &place.namespace).map_err(CertsError::from);
    let made = names.and_then(|names| certs::ensure(directory, &Wanted::of(names)));
    let made = made.map_err(|error| vec![error.placed()])?;
    let key = KeyPem(made.key_pem.pem().to_owned());
    let certificates = Certificates::Given { ca: made.ca_pem, certificate: made.cert_pem, key };
    Ok((certificates, made.warning.into_iter().collect()))
}

/// What an API server is to trust: certificates, and nothing secret.
fn ca_bundle(file: &Path) -> Result<String, Placed> {
    let wrong = |message: String| Placed::new(Code::NotACertificate, message).at(file.display().to_string(), None);
    let text = fs::read_to_string(file).map_err(|error| {
        let message = match error.kind() {
            io::ErrorKind::NotFound => "no such file".to_owned(),
            _ => format!("cannot read the certificates: {error}"),
        };
        Placed::new(Code::FileUnreadable, message).at(file.display().to_string(), None)
    })?;
    if text.contains("PRIVATE KEY-----") {
        return Err(wrong("there is a private key in it, and everybody may read a webhook configuration".to_owned()));
    }
    certs::certificates(text.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    Ok(text)
}
