//! Replaces the CA without an outage, in three steps. Their order is checked.
//!
//! An API server trusts the CAs of the `caBundle`, and pods serve the certificate of the Secret. Both change at
//! different times, so at each moment the bundle must have the CA of the old and of the new serving certificate.
//!
//! | step | the folder afterwards | what to apply, before the next step |
//! |---|---|---|
//! | 1 | `ca-next.*`; `ca-bundle.crt` with both CAs; the old serving pair | the webhook configuration |
//! | 2 | a serving pair from the new CA, which is `ca.crt` now; the same bundle | the Secret |
//! | 3 | the bundle is gone: the new CA alone | the webhook configuration |
//!
//! The files say which step was taken. Whether its result was applied to the cluster they cannot say: the user shows
//! the objects of the cluster (`--live`), or says so (`--applied`).

use std::time::Duration;

use time::OffsetDateTime;

use super::folder::{BUNDLE, CA, CA_KEY, CERT, Existing, Folder, KEY, NEXT, NEXT_KEY};
use super::issue::{Authority, KeyType, Pair};
use super::manifests::{Carried, Holder};
use super::names::Sans;
use super::{CertsError, Lifetimes, Names};
use crate::shell::files::output::{Mode, Place};

/// The progress of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationPhase {
    /// No rotation: there is one CA.
    Steady,
    /// Step 1 is done: there is a new CA, and a bundle of both.
    Announced,
    /// Step 2 is done: the serving pair is from the new CA.
    Switched,
}

/// What shows that the last step was applied.
#[derive(Clone, Copy, Debug)]
pub enum Evidence<'a> {
    /// Nothing.
    None,
    /// The user says so: `--applied`.
    Word,
    /// The certificates in objects of the cluster: `--live`.
    Live(&'a [Carried]),
}

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The progress after it; [`RotationPhase::Steady`] where the rotation is done.
    pub now: RotationPhase,
}

impl Folder {
    /// The progress of a rotation, by the files in the folder.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn phase(&self) -> Result<RotationPhase, CertsError> {
        let [ca, next, bundle] = [self.read(CA)?, self.read(NEXT)?, self.read(BUNDLE)?];
        Ok(match (bundle, next) {
            // A new CA without a bundle was never applied: step 1 was interrupted.
            (None, _) => RotationPhase::Steady,
            (Some(_), next) if next.is_none() || next == ca => RotationPhase::Switched,
            (Some(_), _) => RotationPhase::Announced,
        })
    }

    /// Makes and writes a new serving pair from the CA of the folder, for these names or for those of the present
    /// certificate.
    ///
    /// # Errors
    /// The CA or its key is missing or has expired, or the pair cannot be written.
    pub fn renew(&self, names: Option<&Names>, lifetime: Duration, now: OffsetDateTime) -> Result<Pair, CertsError> {
        let present = self.read(CERT)?.map(|pem| self.certificates(CERT, &pem)).transpose()?;
        let leaf = present.as_ref().and_then(|chain| chain.first());
        let sans = match (names, leaf) {
            (Some(names), _) => names.sans(),
            (None, Some(leaf)) => leaf.sans.clone(),
            (None, None) => return Err(self.absent(CERT)),
        };
        let authority = self.authority(CA, CA_KEY)?;
        let key_type = leaf.and_then(|leaf| KeyType::named(&leaf.key)).unwrap_or(authority.key_type());
        let pair = self.issue(&authority, CA, &sans, key_type, lifetime, now)?;
        self.write(&[(KEY, pair.key.pem(), Mode::Private), (CERT, &pair.cert_pem, Mode::Usual)], Place::Replace)?;
        Ok(pair)
    }

    fn issue(
        &self,
        authority: &Authority,
        file: &str,
        sans: &Sans,
        key_type: KeyType,
        lifetime: Duration,
        now: OffsetDateTime,
    ) -> Result<Pair, CertsError> {
        if authority.not_after() <= now {
            return Err(CertsError::AuthorityExpired { file: self.path(file), at: authority.not_after() });
        }
        authority.issue(sans, key_type, lifetime, now)
    }
}

/// Takes the next step.
///
/// # Errors
/// [`CertsError::Order`] where nothing shows that the last step was applied; the folder is not complete, or cannot be
/// written. Nothing is changed then.
pub fn rotate(
    folder: &Folder,
    evidence: Evidence<'_>,
    lifetimes: Lifetimes,
    now: OffsetDateTime,
) -> Result<Rotated, CertsError> {
    let existing = folder.load_present()?;
    let now = match folder.phase()? {
        RotationPhase::Steady => announce(folder, &existing, lifetimes, now)?,
        RotationPhase::Announced => {
            let next = folder.authority(NEXT, NEXT_KEY)?;
            applied(folder, evidence, |live| in_configuration(&existing, live), RotationPhase::Announced)?;
            switch(folder, &existing, &next, lifetimes, now)?
        }
        RotationPhase::Switched => {
            applied(folder, evidence, |live| in_secret(&existing, live), RotationPhase::Switched)?;
            folder.remove(&[BUNDLE, NEXT_KEY, NEXT])?;
            RotationPhase::Steady
        }
    };
    Ok(Rotated { now })
}

fn announce(
    folder: &Folder,
    existing: &Existing,
    lifetimes: Lifetimes,
    now: OffsetDateTime,
) -> Result<RotationPhase, CertsError> {
    let key_type = existing.chain.first().and_then(|leaf| KeyType::named(&leaf.key)).unwrap_or_default();
    let next = Authority::make(key_type, lifetimes.authority, now)?;
    let both: String = existing.bundle.iter().map(|one| one.pem()).chain([next.cert_pem().to_owned()]).collect();
    // The bundle last: without it, the rotation has not begun.
    let files = [
        (NEXT_KEY, next.key().pem(), Mode::Private),
        (NEXT, next.cert_pem(), Mode::Usual),
        (BUNDLE, both.as_str(), Mode::Usual),
    ];
    folder.write(&files, Place::Replace)?;
    Ok(RotationPhase::Announced)
}

fn switch(
    folder: &Folder,
    existing: &Existing,
    next: &Authority,
    lifetimes: Lifetimes,
    now: OffsetDateTime,
) -> Result<RotationPhase, CertsError> {
    let sans = existing.chain.first().map(|leaf| leaf.sans.clone()).unwrap_or_default();
    let pair = folder.issue(next, NEXT, &sans, next.key_type(), lifetimes.serving, now)?;
    // `ca.crt` last: as long as it is the old CA, this step can be taken again.
    let files = [
        (KEY, pair.key.pem(), Mode::Private),
        (CERT, pair.cert_pem.as_str(), Mode::Usual),
        (CA_KEY, next.key().pem(), Mode::Private),
        (CA, next.cert_pem(), Mode::Usual),
    ];
    folder.write(&files, Place::Replace)?;
    folder.remove(&[NEXT_KEY, NEXT])?;
    Ok(RotationPhase::Switched)
}

fn applied(
    folder: &Folder,
    evidence: Evidence<'_>,
    shows: impl FnOnce(&[Carried]) -> Result<(), String>,
    phase: RotationPhase,
) -> Result<(), CertsError> {
    let missing = match phase {
        RotationPhase::Switched => "the Secret must have the new serving certificate before the old CA is removed",
        _ => "the webhook configuration must have both CAs before the serving certificate changes",
    };
    let reason = match evidence {
        Evidence::Word => return Ok(()),
        Evidence::None => missing.to_owned(),
        Evidence::Live(live) => match shows(live) {
            Ok(()) => return Ok(()),
            Err(found) => format!("{missing}, but {found}"),
        },
    };
    let dir = folder.dir().to_owned();
    let kind = if phase == RotationPhase::Switched { "secret -n NAMESPACE" } else { "mutatingwebhookconfiguration" };
    let hint = format!(
        "apply it, then run `kubectl get {kind} NAME -o yaml | injector certs rotate {} --live -`; `--applied` skips \
         this check",
        dir.display()
    );
    Err(CertsError::Order { dir, reason, hint })
}

/// Checks that every webhook that calls this Service has both CAs.
fn in_configuration(existing: &Existing, live: &[Carried]) -> Result<(), String> {
    let names = existing.chain.first().map(|leaf| leaf.sans.all()).unwrap_or_default();
    let mut found = false;
    for carried in live {
        let Holder::Webhook { name, host } = &carried.holder else { continue };
        if host.as_ref().is_none_or(|host| !names.contains(host)) {
            continue;
        }
        found = true;
        let bundle = carried.certificates.as_deref().unwrap_or_default();
        if let Some(missing) = existing.bundle.iter().find(|one| !bundle.contains(one)) {
            return Err(format!("webhook `{name}` does not have `{}`", missing.title()));
        }
    }
    if found { Ok(()) } else { Err("no webhook in it calls this Service".to_owned()) }
}

/// Checks that a Secret has the serving certificate of the folder.
fn in_secret(existing: &Existing, live: &[Carried]) -> Result<(), String> {
    let serving = |carried: &&Carried| matches!(&carried.holder, Holder::Secret { key } if key == CERT);
    let mut secrets = live.iter().filter(serving).peekable();
    if secrets.peek().is_none() {
        return Err("there is no Secret with a `tls.crt`".to_owned());
    }
    let holds =
        |carried: &Carried| carried.certificates.as_ref().is_ok_and(|all| all.first() == existing.chain.first());
    if secrets.any(holds) { Ok(()) } else { Err("the Secret has another certificate".to_owned()) }
}
