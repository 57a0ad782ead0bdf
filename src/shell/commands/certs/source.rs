//! Reads certificates from a PEM file, a manifest, a folder of `certs generate`, or standard input.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Placed, Places, Position};
use crate::process::stream;
use crate::shell::certs::{Carried, Certificate, Holder, PemError, carried, certificates};
use crate::shell::files::input::{self, Recursion};
use crate::text::document;

/// The certificates of one file.
#[derive(Debug)]
pub(super) struct SourceContent {
    /// The file, as the user named it.
    pub(super) file: String,
    /// The certificates of a PEM file, in its order.
    pub(super) plain: Vec<Certificate>,
    /// Those in manifests.
    pub(super) carried: Vec<Carried>,
    /// The position of each of `carried`.
    pub(super) positions: Vec<Position>,
}

/// The files with certificates in a folder of `certs generate`; for any other path, the path itself.
pub(super) fn expanded(path: &Path) -> Vec<PathBuf> {
    let file = |name: &str| Some(path.join(name)).filter(|file| file.is_file());
    match file("tls.crt") {
        Some(cert) => {
            let cas = file("ca-bundle.crt").or_else(|| file("ca.crt"));
            std::iter::once(cert).chain(cas).collect()
        }
        None => vec![path.to_owned()],
    }
}

/// Reads one file, or standard input for `-`.
pub(super) fn read(path: &Path) -> Result<SourceContent, Vec<Placed>> {
    let inputs = input::read(&[path.to_owned()], Recursion::Off).map_err(|error| vec![error.placed()])?;
    let mut all = SourceContent {
        file: path.display().to_string(),
        plain: Vec::new(),
        carried: Vec::new(),
        positions: Vec::new(),
    };
    for input in inputs {
        all.file = input.source.to_string();
        read_text(&input.text, &mut all)?;
    }
    Ok(all)
}

fn read_text(text: &str, all: &mut SourceContent) -> Result<(), Vec<Placed>> {
    // In a manifest a PEM text is a value, and so it is indented.
    if text.lines().any(|line| line.starts_with("-----BEGIN ")) {
        all.plain = certificates(text.as_bytes()).map_err(|error| vec![unreadable(&all.file, None, &error)])?;
        return Ok(());
    }
    let places = Places::new(text);
    let unread = |start, error| vec![stream::unreadable(&all.file, &places, start, &error)];
    for document in document::split(text).map_err(|error| unread(0, error))? {
        let start = document.range.start;
        let tree = document.parse(text).map_err(|error| unread(start, error))?;
        for one in carried(&tree) {
            all.positions.push(places.position(start + one.offset));
            all.carried.push(one);
        }
    }
    if all.carried.is_empty() {
        let hint = "name a PEM file, a Secret or a webhook configuration";
        let error = Placed::new(Code::NotACertificate, "has no certificate");
        return Err(vec![error.at(all.file.as_str(), None).hint(Some(hint))]);
    }
    Ok(())
}

/// The error for a text that is not PEM, with its place.
pub(super) fn unreadable(file: &str, position: Option<Position>, error: &PemError) -> Placed {
    Placed::new(Code::NotACertificate, error.to_string()).at(file, position)
}

/// A title for certificates in a manifest: their object and where they are in it.
pub(super) fn title(carried: &Carried) -> String {
    match &carried.holder {
        Holder::Secret { key } => format!("{} `{key}`", carried.object),
        Holder::Webhook { name, .. } => format!("{} webhook `{name}`", carried.object),
    }
}
