//! A folder of certificates: `ca.crt`, `ca.key`, `tls.crt`, `tls.key`, and during a rotation `ca-bundle.crt` and
//! `ca-next.*`. Its files are written all or none. A key's file has mode 0600 before the first byte is in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::CertifiedKey;
use time::OffsetDateTime;

use super::issue::{Authority, Pair};
use super::read::{Certificate, certificates};
use super::verify::{Refusal, verify};
use super::{CertsError, Names, PrivateKey};
use crate::shell::files::output::{FileMode, IfPresent, OutputError, Staged};

pub(super) const CA: &str = "ca.crt";
pub(super) const CA_KEY: &str = "ca.key";
pub(super) const CERT: &str = "tls.crt";
pub(super) const KEY: &str = "tls.key";
pub(super) const BUNDLE: &str = "ca-bundle.crt";
pub(super) const NEXT: &str = "ca-next.crt";
pub(super) const NEXT_KEY: &str = "ca-next.key";

/// A folder, by its path. No file is kept open.
#[derive(Clone, Debug)]
pub struct Folder {
    dir: PathBuf,
}

/// The certificates in a folder: a serving certificate with its key, and the CAs that verify it.
#[derive(Clone, Debug)]
pub struct Existing {
    dir: PathBuf,
    /// `ca.crt`.
    pub ca_pem: String,
    /// `ca-bundle.crt` during a rotation, `ca.crt` otherwise.
    pub bundle_pem: String,
    /// `tls.crt`.
    pub cert_pem: String,
    /// `tls.key`.
    pub key: PrivateKey,
    /// The serving certificate, and those that are sent with it.
    pub chain: Vec<Certificate>,
    /// The CAs of the bundle.
    pub bundle: Vec<Certificate>,
}

/// A file to write: its name, its content, and its mode.
type FileToWrite<'a> = (&'static str, &'a str, FileMode);

impl Folder {
    /// The folder at this path. It need not exist.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The certificates; `None` where the folder has none of the files. `ca.key` may be missing: it can be kept elsewhere.
    ///
    /// # Errors
    /// Some files are missing or cannot be read, or the key is not that of the certificate.
    pub fn load(&self) -> Result<Option<Existing>, CertsError> {
        let [ca, cert, key] = [self.read(CA)?, self.read(CERT)?, self.read(KEY)?];
        let present = [(CA, ca.is_some()), (CERT, cert.is_some()), (KEY, key.is_some())];
        let (Some(ca_pem), Some(cert_pem), Some(key)) = (ca, cert, key) else {
            let there = present.iter().find(|(_, there)| *there).map(|(name, _)| *name);
            let there = match there {
                Some(name) => Some(name),
                None => self.read(CA_KEY)?.map(|_| CA_KEY),
            };
            let missing = present.iter().find(|(_, there)| !there).map_or(CA, |(name, _)| *name);
            return match there {
                None => Ok(None),
                Some(name) => Err(CertsError::Missing { file: self.path(missing), present: name.to_owned() }),
            };
        };
        let bundle_pem = self.read(BUNDLE)?.unwrap_or_else(|| ca_pem.clone());
        let chain = self.certificates(CERT, &cert_pem)?;
        let bundle = self.certificates(BUNDLE, &bundle_pem)?;
        self.check_key(&chain, &key)?;
        let key = PrivateKey(key);
        Ok(Some(Existing { dir: self.dir.clone(), ca_pem, bundle_pem, cert_pem, key, chain, bundle }))
    }

    /// The certificates of a folder that must have them.
    ///
    /// # Errors
    /// As for [`Folder::load`], and where the folder has none.
    pub fn load_present(&self) -> Result<Existing, CertsError> {
        self.load()?.ok_or_else(|| self.absent(CERT))
    }

    /// The error for a file that must be there.
    pub(super) fn absent(&self, name: &str) -> CertsError {
        let none = io::Error::new(io::ErrorKind::NotFound, "there is no such file");
        CertsError::Unreadable { file: self.path(name), error: none }
    }

    /// The CA in two files of the folder.
    pub(super) fn authority(&self, cert: &'static str, key: &'static str) -> Result<Authority, CertsError> {
        let missing =
            |name: &str, present: &str| CertsError::Missing { file: self.path(name), present: present.into() };
        let cert_pem = self.read(cert)?.ok_or_else(|| missing(cert, key))?;
        let key_pem = self.read(key)?.ok_or_else(|| missing(key, cert))?;
        let authority = Authority::read(&cert_pem, &key_pem)
            .map_err(|error| CertsError::NotPem { file: self.path(cert), error })?;
        authority.ok_or_else(|| CertsError::Mismatch { file: self.path(key), certificate: cert.to_owned() })
    }

    /// Writes a CA and a serving pair, and removes the files of a rotation.
    ///
    /// # Errors
    /// A file cannot be written; or one is there and `place` is [`IfPresent::Refuse`]. Nothing is written then.
    pub fn write_new(&self, authority: &Authority, pair: &Pair, if_present: IfPresent) -> Result<(), CertsError> {
        if if_present == IfPresent::Refuse {
            for name in [CA, CA_KEY, CERT, KEY, BUNDLE, NEXT, NEXT_KEY] {
                if self.path(name).symlink_metadata().is_ok() {
                    return Err(CertsError::Exists { file: self.path(name) });
                }
            }
        }
        let files = [
            (CA_KEY, authority.key().pem(), FileMode::Private),
            (CA, authority.cert_pem(), FileMode::Usual),
            (KEY, pair.key.pem(), FileMode::Private),
            (CERT, &pair.cert_pem, FileMode::Usual),
        ];
        self.write(&files, if_present)?;
        self.remove(&[BUNDLE, NEXT_KEY, NEXT])
    }

    /// Writes these files, all or none.
    pub(super) fn write(&self, files: &[FileToWrite<'_>], if_present: IfPresent) -> Result<(), CertsError> {
        let mut staged = Staged::new();
        for (name, content, mode) in files {
            staged.stage_as(&self.path(name), &[content.as_bytes()], *mode, if_present)?;
        }
        staged.commit().map_err(OutputError::from)?;
        Ok(())
    }

    /// Removes those of these files that are there.
    pub(super) fn remove(&self, names: &[&str]) -> Result<(), CertsError> {
        for file in names.iter().map(|name| self.path(name)) {
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(OutputError::Unwritable { file, error }.into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<String>, CertsError> {
        let file = self.path(name);
        match fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(CertsError::Unreadable { file, error }),
        }
    }

    pub(super) fn certificates(&self, name: &str, pem: &str) -> Result<Vec<Certificate>, CertsError> {
        certificates(pem.as_bytes()).map_err(|error| CertsError::NotPem { file: self.path(name), error })
    }

    /// What to do about a certificate of this folder that expires soon.
    pub(super) fn expiry_hint(&self, file: &Path) -> String {
        let command = if file.ends_with(CERT) { "renew" } else { "rotate" };
        format!("`injector certs {command} {}`", self.dir.display())
    }

    fn check_key(&self, chain: &[Certificate], key: &str) -> Result<(), CertsError> {
        let mismatch = || CertsError::Mismatch { file: self.path(KEY), certificate: CERT.to_owned() };
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| mismatch())?;
        let chain = chain.iter().map(|one| one.der().clone()).collect();
        CertifiedKey::from_der(chain, key, &default_provider()).map(|_| ()).map_err(|_| mismatch())
    }
}

impl Existing {
    /// Checks that an API server would accept the serving certificate for each of the names.
    ///
    /// # Errors
    /// It would refuse it, and why.
    pub fn fits(&self, names: &Names, now: OffsetDateTime) -> Result<(), CertsError> {
        let host = names.host();
        // An API server uses only the host. The domain of the cluster is not checked: a later run may not know it.
        let in_domain = format!("{host}.");
        let wanted = names.sans().all().into_iter().filter(|name| !name.starts_with(&in_domain));
        for name in std::iter::once(host).chain(wanted) {
            // No client calls a name with `*`, so it is compared as text.
            let fits = match name.strip_prefix("*.") {
                None => verify(&self.chain, &self.bundle, &name, now),
                Some(_) if self.chain.first().is_some_and(|leaf| leaf.sans.dns.contains(&name)) => Ok(()),
                Some(_) => Err(self.misnamed(name)),
            };
            fits.map_err(|refusal| CertsError::Refused { file: self.dir.join(CERT), refusal })?;
        }
        Ok(())
    }

    /// The first certificate that expires within this time: the serving one before the CAs.
    pub fn expiring(&self, now: OffsetDateTime, within: Duration) -> Option<(PathBuf, OffsetDateTime)> {
        let bundle = if self.bundle_pem == self.ca_pem { CA } else { BUNDLE };
        let all = self.chain.iter().map(|one| (CERT, one)).chain(self.bundle.iter().map(|one| (bundle, one)));
        let mut soon = all.filter(|(_, one)| one.not_after - now <= within);
        soon.next().map(|(name, one)| (self.dir.join(name), one.not_after))
    }

    fn misnamed(&self, host: String) -> Refusal {
        let names = self.chain.first().map(|leaf| leaf.sans.all()).unwrap_or_default();
        Refusal::Name { host, names }
    }
}
