//! `certs ca-bundle`: prints a CA in the form of the `caBundle` field, or puts it into webhook configurations.

use std::path::PathBuf;

use super::{CertsDone, CertsResult, source};
use crate::diagnostic::{Code, Placed, Places, Severity};
use crate::process::stream;
use crate::shell::certs::{self, Certificate, CertificateRole, Holder, InsertError};
use crate::shell::cli::CaBundleArgs;
use crate::shell::files::input::{self, Recursion};
use crate::text::document;
use crate::text::splice;

pub(super) fn ca_bundle(args: &CaBundleArgs) -> CertsResult {
    let (bundle, mut reported) = bundle(args)?;
    let value = certs::one_line(&bundle);
    let Some(path) = &args.filename else {
        return Ok(CertsDone { data: vec![value, "\n".to_owned()], reported, ..CertsDone::default() });
    };
    let inputs = input::read(std::slice::from_ref(path), Recursion::Off).map_err(|error| vec![error.placed()])?;
    let mut data = Vec::new();
    let mut webhooks = 0;
    for input in inputs {
        let file = input.source.to_string();
        let (new, found, warnings) = put_in(&file, &input.text, &value)?;
        data.push(new);
        webhooks += found;
        reported.extend(warnings);
    }
    if webhooks == 0 {
        let hint = "a MutatingWebhookConfiguration or a ValidatingWebhookConfiguration has webhooks";
        let error = Placed::new(Code::NoWebhook, "has no webhook").at(path.display().to_string(), None);
        return Err(vec![error.hint(Some(hint))]);
    }
    Ok(CertsDone { data, reported, ..CertsDone::default() })
}

/// The CAs, with a warning for each certificate that is not a CA.
fn bundle(args: &CaBundleArgs) -> Result<(Vec<Certificate>, Vec<Placed>), Vec<Placed>> {
    // Of a folder, take the CAs.
    let path: PathBuf = match source::expanded(&args.source).as_slice() {
        [_, cas] => cas.clone(),
        _ => args.source.clone(),
    };
    let read = source::read(&path)?;
    let mut all = read.plain;
    for (one, position) in read.carried.into_iter().zip(read.positions) {
        match (&one.holder, one.certificates) {
            (Holder::Secret { key }, Ok(found)) if key == "ca.crt" => all.extend(found),
            (Holder::Secret { key }, Err(error)) if key == "ca.crt" => {
                return Err(vec![source::unreadable(&read.file, Some(position), &error)]);
            }
            _ => {}
        }
    }
    if all.is_empty() {
        let error = Placed::new(Code::NotACertificate, "has no CA").at(read.file, None);
        return Err(vec![error.hint(Some("name a PEM file, or a Secret with `ca.crt`"))]);
    }
    let no_ca = |one: &&Certificate| one.role == CertificateRole::EndEntity;
    let warning = |one: &Certificate| {
        let message = format!("`{}` is not a CA: it verifies only itself", one.title());
        let placed = Placed::new(Code::CertificateUntrusted, message).at(read.file.as_str(), None);
        Placed { severity: Severity::Warning, ..placed }
    };
    let warnings = all.iter().filter(no_ca).map(warning).collect();
    Ok((all, warnings))
}

type PutIn = (String, usize, Vec<Placed>);

/// The whole text with the bundle in it, how many webhooks have it now, and warnings.
fn put_in(file: &str, text: &str, value: &str) -> Result<PutIn, Vec<Placed>> {
    let places = Places::new(text);
    let mut new = String::new();
    let mut webhooks = 0;
    let mut warnings = Vec::new();
    for document in document::split(text).map_err(|error| vec![stream::unreadable(file, &places, 0, &error)])? {
        let start = document.range.start;
        let tree = document.parse(text).map_err(|error| vec![stream::unreadable(file, &places, start, &error)])?;
        let inserted = certs::insert(&tree, value).map_err(|error| {
            let (code, offset, hint) = match &error {
                InsertError::NoClient(_) => (Code::NoWebhook, 0, None),
                InsertError::Splice(splice) => (Code::Construct, splice.offset, Some(splice.hint())),
                InsertError::Proof(_) => (Code::Proof, 0, Some("please report this as a bug of injector")),
            };
            let at = places.position(start + offset);
            vec![Placed::new(code, error.to_string()).at(file, Some(at)).hint(hint)]
        })?;
        webhooks += inserted.webhooks;
        if let Some(offset) = inserted.injected_by_others {
            let message = "cert-manager sets the `caBundle` of this configuration, and will overwrite this one";
            warnings.push(Placed::new(Code::CaBundleInjected, message).at(file, Some(places.position(start + offset))));
        }
        splice::pieces(document.text(text), &inserted.edits).iter().for_each(|piece| new.push_str(piece));
    }
    Ok((new, webhooks, warnings))
}
