//! `certs inspect`: shows certificates, and whether an API server would accept them. It reads no key.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::source::{self, SourceContent};
use super::{CertsDone, CertsResult, note};
use crate::diagnostic::{Code, Placed, Position, Severity};
use crate::report::exit::ExitStatus;
use crate::shell::certs::{Certificate, CertificateRole, Holder, PemError, Refusal, instant, verify};
use crate::shell::cli::{InspectArgs, InspectFormat};

/// The certificates of a file, or of a value in a manifest.
struct Shown {
    title: String,
    file: String,
    position: Option<Position>,
    /// Set where they are CAs that verify others; `None` where they are a server's own.
    bundle: Option<BundleOf>,
    chain: Vec<Certificate>,
}

/// What a bundle is for.
struct BundleOf {
    /// The host that it is used to verify.
    host: Option<String>,
}

pub(super) fn inspect(args: &InspectArgs, now: OffsetDateTime) -> CertsResult {
    let mut reported = Vec::new();
    let stdin = [PathBuf::from("-")];
    let files = if args.files.is_empty() { stdin.as_slice() } else { args.files.as_slice() };
    let mut shown = Vec::new();
    for path in files {
        let of_folder = source::expanded(path);
        for (index, file) in of_folder.iter().enumerate() {
            let mut all = all_of(source::read(file)?, &mut reported);
            if index > 0
                && let Some(serving) = shown.last()
            {
                // The CAs of a folder verify its certificate.
                let host = own_name(serving);
                all.iter_mut().for_each(|one| one.bundle = Some(BundleOf { host: host.clone() }));
            }
            shown.extend(all);
        }
    }
    let checked = match &args.ca_bundle {
        Some(path) => {
            let bundles = bundles_of(source::read(path)?, &mut reported);
            fit(args, &shown, &bundles, now)
        }
        None => fit_themselves(args, &shown, now),
    };
    reported.extend(shown.iter().flat_map(|one| dates(one, args, now)));
    reported.extend(checked);
    let findings = reported.iter().any(|placed| placed.severity > Severity::Note);
    let data = match args.output {
        InspectFormat::Text => text(&shown, now),
        InspectFormat::Json => {
            let all: Vec<Value> =
                shown.iter().flat_map(|one| one.chain.iter().map(|cert| json(one, cert, now))).collect();
            format!("{:#}\n", Value::Array(all))
        }
    };
    let status = if findings { ExitStatus::Findings } else { ExitStatus::Done };
    Ok(CertsDone { data: vec![data], reported, status })
}

/// All certificates of a file; an error for what cannot be read.
fn all_of(read: SourceContent, reported: &mut Vec<Placed>) -> Vec<Shown> {
    let SourceContent { file, plain, carried, positions } = read;
    let mut all = Vec::new();
    if !plain.is_empty() {
        all.push(Shown { title: file.clone(), file: file.clone(), position: None, bundle: None, chain: plain });
    }
    for (one, position) in carried.into_iter().zip(positions) {
        let title = format!("{file}: {}", source::title(&one));
        let bundle = match one.holder {
            Holder::Webhook { host, .. } => Some(BundleOf { host }),
            Holder::Secret { .. } => None,
        };
        match one.certificates {
            Ok(chain) => all.push(Shown { title, file: file.clone(), position: Some(position), bundle, chain }),
            Err(PemError::Empty) if bundle.is_some() => {
                let error = Placed::new(Code::CertificateMissing, format!("{} has no `caBundle`", one.object));
                reported.push(error.at(file.as_str(), Some(position)));
            }
            Err(error) => reported.push(source::unreadable(&file, Some(position), &error)),
        }
    }
    all
}

/// The bundles of `--ca-bundle`: those of its webhooks, or all its certificates as one.
fn bundles_of(read: SourceContent, reported: &mut Vec<Placed>) -> Vec<Shown> {
    let all = all_of(read, reported);
    let (webhooks, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.bundle.is_some());
    if webhooks.is_empty() { others } else { webhooks }
}

/// Checks each serving certificate against each bundle.
fn fit(args: &InspectArgs, shown: &[Shown], bundles: &[Shown], now: OffsetDateTime) -> Vec<Placed> {
    let serving: Vec<&Shown> = shown.iter().filter(|one| is_serving(one)).collect();
    if serving.is_empty() {
        return vec![Placed::new(Code::CertificateUntrusted, Refusal::NoCertificate.to_string())];
    }
    let pairs = serving.iter().flat_map(|one| bundles.iter().map(move |bundle| (*one, bundle)));
    pairs.map(|(one, bundle)| checked(args, one, bundle, now)).collect()
}

/// Checks each serving certificate of the input against the webhooks of the input that call it.
fn fit_themselves(args: &InspectArgs, shown: &[Shown], now: OffsetDateTime) -> Vec<Placed> {
    let mut reported = Vec::new();
    for bundle in shown.iter().filter(|one| one.bundle.is_some()) {
        let host = bundle.bundle.as_ref().and_then(|bundle| bundle.host.as_ref());
        let called = |one: &&Shown| {
            is_serving(one)
                && one.chain.first().is_some_and(|leaf| host.is_some_and(|host| leaf.sans.all().contains(host)))
        };
        reported.extend(shown.iter().filter(called).map(|one| checked(args, one, bundle, now)));
    }
    reported
}

fn is_serving(one: &Shown) -> bool {
    one.bundle.is_none() && one.chain.first().is_some_and(|leaf| leaf.role == CertificateRole::EndEntity)
}

fn checked(args: &InspectArgs, one: &Shown, bundle: &Shown, now: OffsetDateTime) -> Placed {
    let asked = args.service.as_ref().map(|service| format!("{}.{}.svc", service.name, service.namespace));
    let of_webhook = || bundle.bundle.as_ref().and_then(|bundle| bundle.host.clone());
    let host = asked.or_else(of_webhook).or_else(|| own_name(one)).unwrap_or_default();
    match verify(&one.chain, &bundle.chain, &host, now) {
        Ok(()) => note(format!("the CA of {} verifies it for `{host}`", bundle.title), None),
        Err(refusal) => Placed::new(refusal.code(), refusal.to_string()),
    }
    .at(one.file.as_str(), one.position)
}

/// The name that an API server would expect, as far as the certificate says.
fn own_name(one: &Shown) -> Option<String> {
    let all = one.chain.first()?.sans.all();
    all.iter().find(|name| name.ends_with(".svc")).or(all.first()).cloned()
}

/// The certificates that have expired, or will soon.
fn dates(one: &Shown, args: &InspectArgs, now: OffsetDateTime) -> Vec<Placed> {
    let reported = |certificate: &Certificate| {
        let (title, at) = (certificate.title(), instant(certificate.not_after));
        let days = certificate.days_left(now);
        let (code, message) = if now > certificate.not_after {
            (Code::CertificateExpired, format!("`{title}` expired on {at}"))
        } else if certificate.not_after - now <= args.warn_within.0 {
            let message = format!("`{title}` expires on {at}, {}", left(days));
            (Code::CertificateExpiresSoon, message)
        } else {
            return None;
        };
        Some(Placed::new(code, message).at(one.file.as_str(), one.position))
    };
    one.chain.iter().filter_map(reported).collect()
}

fn text(shown: &[Shown], now: OffsetDateTime) -> String {
    let mut out = String::new();
    for one in shown {
        for (index, certificate) in one.chain.iter().enumerate() {
            let number =
                if one.chain.len() > 1 { format!(" ({} of {})", index + 1, one.chain.len()) } else { String::new() };
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{}{number}", one.title);
            let mut line = |name: &str, value: &str| {
                let _ = writeln!(out, "  {name:<10} {value}");
            };
            let names = certificate.sans.all();
            if !names.is_empty() {
                line("names", &names.join(", "));
            }
            if !certificate.subject.is_empty() {
                line("subject", &certificate.subject);
            }
            line("issuer", &certificate.issuer);
            line("not before", &instant(certificate.not_before));
            let days = left(certificate.days_left(now));
            line("not after", &format!("{} ({days})", instant(certificate.not_after)));
            line("key", &certificate.key);
            line("CA", if certificate.role == CertificateRole::Authority { "yes" } else { "no" });
            line("SHA-256", &certificate.fingerprint());
        }
    }
    out
}

fn left(days: i64) -> String {
    match days {
        i64::MIN..=-1 => "expired".to_owned(),
        1 => "1 day left".to_owned(),
        days => format!("{days} days left"),
    }
}

fn json(one: &Shown, certificate: &Certificate, now: OffsetDateTime) -> Value {
    json!({
        "source": one.title,
        "names": certificate.sans.all(),
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "notBefore": instant(certificate.not_before),
        "notAfter": instant(certificate.not_after),
        "daysLeft": certificate.days_left(now),
        "key": certificate.key,
        "ca": certificate.role == CertificateRole::Authority,
        "sha256": certificate.fingerprint(),
    })
}
