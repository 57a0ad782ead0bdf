//! `certs generate|inspect|ca-bundle|renew|rotate|secret`. Standard output has data; standard error says what to do next.

use std::path::Path;

use time::OffsetDateTime;

use super::{CommandError, publish};
use crate::diagnostic::{Code, Placed};
use crate::report::exit::ExitStatus;
use crate::report::{ColourChoice, Report};
use crate::shell::certs::{
    self, Authority, Certificate, CertsError, Evidence, Folder, Lifetimes, NameError, Names, Pair, RotationPhase,
    Wanted, instant,
};
use crate::shell::cli::{
    CertsCommand, GenerateArgs, MoreNames, RenewArgs, RotateArgs, SecretArgs, ServiceRef, ValidityArgs,
};
use crate::shell::files::output::IfPresent;

mod ca_bundle;
mod inspect;
mod source;

pub(super) fn certs(command: &CertsCommand, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let now = OffsetDateTime::now_utc();
    let (done, args) = match command {
        CertsCommand::Generate(args) => (generate(args, now), &args.report),
        CertsCommand::Inspect(args) => (inspect::inspect(args, now), &args.report),
        CertsCommand::CaBundle(args) => (ca_bundle::ca_bundle(args), &args.report),
        CertsCommand::Renew(args) => (renew(args, now), &args.report),
        CertsCommand::Rotate(args) => (rotate(args, now), &args.report),
        CertsCommand::Secret(args) => (secret(args), &args.report),
    };
    let CertsDone { data, reported, status } = done.map_err(|errors| CommandError::reported(errors, args))?;
    super::print_pieces(data.iter()).map_err(|error| CommandError::reported(vec![error], args))?;
    Ok(status.max(publish::write(Report::new(Vec::new(), reported), args, colour)))
}

/// The result of a command.
#[derive(Debug, Default)]
struct CertsDone {
    /// Pieces of standard output.
    data: Vec<String>,
    /// Lines of standard error.
    reported: Vec<Placed>,
    status: ExitStatus,
}

type CertsResult = Result<CertsDone, Vec<Placed>>;

fn generate(args: &GenerateArgs, now: OffsetDateTime) -> CertsResult {
    let service = ServiceRef { name: args.name.clone(), namespace: args.namespace.clone() };
    let names = names(&service, &args.more).map_err(refused)?;
    let wanted = Wanted { names, key_type: args.key_type, lifetimes: lifetimes(&args.validity) };
    let secret_name = secret_name(args.secret_name.as_deref(), &wanted.names)?;
    let (authority, pair) = certs::make(&wanted, now).map_err(failed)?;
    let mut done = CertsDone::default();
    match &args.out {
        Some(dir) => {
            let place = if args.force { IfPresent::Replace } else { IfPresent::Refuse };
            Folder::new(dir).write_new(&authority, &pair, place).map_err(failed)?;
            done.reported.push(made(dir, &authority, &pair)?);
            done.reported
                .push(note("keep `ca.key` out of the cluster: anyone who has it can impersonate the webhook", None));
        }
        None => done.reported.push(note("the CA's key was not kept", Some("`--out DIR` keeps it, for `certs renew`"))),
    }
    if args.output.is_some() {
        done.data.push(certs::secret(&secret_name, &wanted.names, authority.cert_pem(), &pair.cert_pem, &pair.key));
    }
    Ok(done)
}

fn renew(args: &RenewArgs, now: OffsetDateTime) -> CertsResult {
    let more = &args.more;
    let asked = args.service.as_ref().map(|service| names(service, more)).transpose().map_err(refused)?;
    if asked.is_none() && !(more.dns_names.is_empty() && more.ips.is_empty()) {
        let error =
            Placed::new(Code::Usage, "`--dns-name` and `--ip` need `--service`; without it the names stay the same");
        return Err(vec![error]);
    }
    let folder = Folder::new(&args.dir);
    let pair = folder.renew(asked.as_ref(), args.validity.0, now).map_err(failed)?;
    let leaf = leaf(&pair)?;
    let dir = args.dir.display();
    let message =
        format!("`{dir}/tls.crt` is new: for {}, valid until {}", leaf.sans.all().join(", "), instant(leaf.not_after));
    let hint =
        format!("the CA is the same, so apply only the Secret: `injector certs secret {dir} | kubectl apply -f -`");
    Ok(CertsDone { reported: vec![note(message, Some(&hint))], ..CertsDone::default() })
}

fn rotate(args: &RotateArgs, now: OffsetDateTime) -> CertsResult {
    let folder = Folder::new(&args.dir);
    let live = args.live.as_deref().map(source::read).transpose()?;
    let evidence = match (&live, args.applied) {
        (Some(live), _) => Evidence::Live(&live.carried),
        (None, true) => Evidence::Word,
        (None, false) => Evidence::None,
    };
    let rotated = certs::rotate(&folder, evidence, lifetimes(&args.validity), now).map_err(failed)?;
    let dir = args.dir.display();
    let bundle = format!(
        "`kubectl get mutatingwebhookconfiguration NAME -o yaml | injector certs ca-bundle {dir} -f - | kubectl apply -f -`"
    );
    let reported = match rotated.now {
        RotationPhase::Announced => vec![
            note(format!("step 1 of 3: `{dir}/ca-bundle.crt` has the old CA and a new one"), Some(&bundle)),
            note(
                "the serving certificate is still from the old CA; apply the bundle, then take step 2",
                Some(&next(args, "mutatingwebhookconfiguration NAME")),
            ),
        ],
        RotationPhase::Switched => vec![
            note(
                format!("step 2 of 3: `{dir}/tls.crt` is from the new CA"),
                Some(&format!("`injector certs secret {dir} | kubectl apply -f -`")),
            ),
            note(
                "it takes kubelet up to two minutes to bring it to the pods; wait for that, then take step 3",
                Some(&next(args, "secret -n NAMESPACE NAME")),
            ),
        ],
        RotationPhase::Steady => vec![note("step 3 of 3: the old CA is removed", Some(&bundle))],
    };
    Ok(CertsDone { reported, ..CertsDone::default() })
}

/// The command of the next step.
fn next(args: &RotateArgs, object: &str) -> String {
    format!("`kubectl get {object} -o yaml | injector certs rotate {} --live -`", args.dir.display())
}

fn secret(args: &SecretArgs) -> CertsResult {
    let existing = Folder::new(&args.dir).load_present().map_err(failed)?;
    let dns = existing.chain.first().map(|leaf| leaf.sans.dns.as_slice()).unwrap_or_default();
    let service = dns.iter().filter(|name| name.ends_with(".svc")).find_map(|name| name.parse::<ServiceRef>().ok());
    let service = service.ok_or_else(|| {
        let file = args.dir.join("tls.crt").display().to_string();
        let message = format!("is not for a Service, but for {}", dns.join(", "));
        vec![Placed::new(Code::CertificateName, message).at(file, None)]
    })?;
    let names = Names::of_service(&service.name, &service.namespace).map_err(refused)?;
    let name = secret_name(args.secret_name.as_deref(), &names)?;
    let data = vec![certs::secret(&name, &names, &existing.bundle_pem, &existing.cert_pem, &existing.key)];
    Ok(CertsDone { data, ..CertsDone::default() })
}

/// The line that says what was made, for which names, and until when it is valid.
fn made(dir: &Path, authority: &Authority, pair: &Pair) -> Result<Placed, Vec<Placed>> {
    let leaf = leaf(pair)?;
    let message = format!(
        "made a CA, valid until {}, and a certificate, valid until {}, for {}",
        instant(authority.not_after()),
        instant(leaf.not_after),
        leaf.sans.all().join(", ")
    );
    Ok(note(message, None).at(dir.display().to_string(), None))
}

fn leaf(pair: &Pair) -> Result<Certificate, Vec<Placed>> {
    let read = certs::certificates(pair.cert_pem.as_bytes()).map(|all| all.into_iter().next());
    // It was made just now, so this does not fail.
    read.ok().flatten().ok_or_else(|| failed(CertsError::Making("it cannot be read back".to_owned())))
}

fn names(service: &ServiceRef, more: &MoreNames) -> Result<Names, NameError> {
    let names = Names::of_service(&service.name, &service.namespace)?.in_domain(&more.cluster_domain)?;
    let names = more.dns_names.iter().try_fold(names, |names, name| names.and_dns(name))?;
    Ok(more.ips.iter().fold(names, |names, ip| names.and_ip(*ip)))
}

fn secret_name(asked: Option<&str>, names: &Names) -> Result<String, Vec<Placed>> {
    let Some(asked) = asked else { return Ok(names.secret_name()) };
    match crate::kube::names::dns_subdomain(asked) {
        Ok(()) => Ok(asked.to_owned()),
        Err(fault) => Err(vec![Placed::new(Code::Usage, format!("Secret name `{asked}` {fault}"))]),
    }
}

const fn lifetimes(args: &ValidityArgs) -> Lifetimes {
    Lifetimes { serving: args.validity.0, authority: args.ca_validity.0 }
}

fn refused(error: NameError) -> Vec<Placed> {
    failed(error.into())
}

fn failed(error: CertsError) -> Vec<Placed> {
    vec![error.placed()]
}

fn note(message: impl Into<String>, hint: Option<&str>) -> Placed {
    Placed::new(Code::Certificates, message).hint(hint)
}
