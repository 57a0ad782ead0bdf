//! One CA after another without a gap, in three steps that cannot be taken in the wrong order.
//!
//! | step | the folder afterwards | what to apply, before the next step |
//! |---|---|---|
//! | 1 | `ca-next.*`; `ca-bundle.crt` with both CAs; the old serving pair | the webhook configuration |
//! | 2 | a serving pair from the new CA, which is `ca.crt` now; the same bundle | the Secret |
//! | 3 | the bundle is gone: the new CA alone | the webhook configuration |
//!
//! Files alone say which step has been taken. Whether it was applied is asked for: as the cluster's own objects, or as
//! somebody's word.

use std::time::Duration;

use time::OffsetDateTime;

use super::folder::{BUNDLE, CA, CA_KEY, CERT, Existing, Folder, KEY, NEXT, NEXT_KEY};
use super::issue::{Authority, KeyType, Pair, Sans};
use super::manifests::{Carried, Holder};
use super::{CertsError, Lifetimes, Names};
use crate::shell::files::output::{FileMode, IfPresent};

/// How far a rotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// None is under way: one CA.
    Steady,
    /// Step 1 is done: there is a new CA, and a bundle of both.
    Announced,
    /// Step 2 is done: the serving pair is the new CA's.
    Switched,
}

/// Why the step before is known to have been applied.
#[derive(Clone, Copy, Debug)]
pub enum Evidence<'a> {
    /// It is not.
    None,
    /// Somebody says so: `--applied`.
    Word,
    /// What the cluster has: `--live`.
    Live(&'a [Carried]),
}

/// A step that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// How far the rotation is now; [`Phase::Steady`] where it is done.
    pub now: Phase,
}

impl Folder {
    /// How far a rotation is, by the files that there are.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn phase(&self) -> Result<Phase, CertsError> {
        let [ca, next, bundle] = [self.read(CA)?, self.read(NEXT)?, self.read(BUNDLE)?];
        Ok(match (bundle, next) {
            // A new CA without the bundle never left the folder: step 1 was interrupted.
            (None, _) => Phase::Steady,
            (Some(_), next) if next.is_none() || next == ca => Phase::Switched,
            (Some(_), _) => Phase::Announced,
        })
    }

    /// A new serving pair from the CA that is there: for these names, or for those of the present one.
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
        self.write(
            &[(KEY, pair.key.pem(), FileMode::Private), (CERT, &pair.cert_pem, FileMode::Usual)],
            IfPresent::Replace,
        )?;
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
/// [`CertsError::Order`] where nothing shows that the step before was applied; the folder is not complete, or cannot be
/// written. Nothing has been changed then.
pub fn rotate(
    folder: &Folder,
    evidence: Evidence<'_>,
    lifetimes: Lifetimes,
    now: OffsetDateTime,
) -> Result<Rotated, CertsError> {
    let existing = folder.load_present()?;
    let now = match folder.phase()? {
        Phase::Steady => announce(folder, &existing, lifetimes, now)?,
        Phase::Announced => {
            let next = folder.authority(NEXT, NEXT_KEY)?;
            applied(folder, evidence, |live| in_configuration(&existing, live), Phase::Announced)?;
            switch(folder, &existing, &next, lifetimes, now)?
        }
        Phase::Switched => {
            applied(folder, evidence, |live| in_secret(&existing, live), Phase::Switched)?;
            folder.remove(&[BUNDLE, NEXT_KEY, NEXT])?;
            Phase::Steady
        }
    };
    Ok(Rotated { now })
}

fn announce(
    folder: &Folder,
    existing: &Existing,
    lifetimes: Lifetimes,
    now: OffsetDateTime,
) -> Result<Phase, CertsError> {
    let key_type = existing.chain.first().and_then(|leaf| KeyType::named(&leaf.key)).unwrap_or_default();
    let next = Authority::make(key_type, lifetimes.authority, now)?;
    let both: String = existing.bundle.iter().map(|one| one.pem()).chain([next.cert_pem().to_owned()]).collect();
    // The bundle last: without it nothing has begun.
    let files = [
        (NEXT_KEY, next.key().pem(), FileMode::Private),
        (NEXT, next.cert_pem(), FileMode::Usual),
        (BUNDLE, both.as_str(), FileMode::Usual),
    ];
    folder.write(&files, IfPresent::Replace)?;
    Ok(Phase::Announced)
}

fn switch(
    folder: &Folder,
    existing: &Existing,
    next: &Authority,
    lifetimes: Lifetimes,
    now: OffsetDateTime,
) -> Result<Phase, CertsError> {
    let sans = existing.chain.first().map(|leaf| leaf.sans.clone()).unwrap_or_default();
    let pair = folder.issue(next, NEXT, &sans, next.key_type(), lifetimes.serving, now)?;
    // `ca.crt` last: as long as it is the old one, this step can be taken again.
    let files = [
        (KEY, pair.key.pem(), FileMode::Private),
        (CERT, pair.cert_pem.as_str(), FileMode::Usual),
        (CA_KEY, next.key().pem(), FileMode::Private),
        (CA, next.cert_pem(), FileMode::Usual),
    ];
    folder.write(&files, IfPresent::Replace)?;
    folder.remove(&[NEXT_KEY, NEXT])?;
    Ok(Phase::Switched)
}

fn applied(
    folder: &Folder,
    evidence: Evidence<'_>,
    shows: impl FnOnce(&[Carried]) -> Result<(), String>,
    phase: Phase,
) -> Result<(), CertsError> {
    let missing = match phase {
        Phase::Switched => "the Secret has to hold the new serving certificate before the old CA goes",
        _ => "the webhook configuration has to have both CAs before the serving certificate changes",
    };
    let reason = match evidence {
        Evidence::Word => return Ok(()),
        Evidence::None => missing.to_owned(),
        Evidence::Live(live) => match shows(live) {
            Ok(()) => return Ok(()),
            Err(found) => format!("{missing}, and {found}"),
        },
    };
    let dir = folder.dir().to_owned();
    let kind = if phase == Phase::Switched { "secret -n NAMESPACE" } else { "mutatingwebhookconfiguration" };
    let hint = format!(
        "apply it, then `kubectl get {kind} NAME -o yaml | injector certs rotate {} --live -`; `--applied` takes your \
         word for it",
        dir.display()
    );
    Err(CertsError::Order { dir, reason, hint })
}

/// Whether every webhook that calls this service believes both CAs.
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
    if found { Ok(()) } else { Err("no webhook there calls this service".to_owned()) }
}

/// Whether a Secret holds the serving certificate of the folder.
fn in_secret(existing: &Existing, live: &[Carried]) -> Result<(), String> {
    let serving = |carried: &&Carried| matches!(&carried.holder, Holder::Secret { key } if key == CERT);
    let mut secrets = live.iter().filter(serving).peekable();
    if secrets.peek().is_none() {
        return Err("there is no Secret with a `tls.crt`".to_owned());
    }
    let holds =
        |carried: &Carried| carried.certificates.as_ref().is_ok_and(|all| all.first() == existing.chain.first());
    if secrets.any(holds) { Ok(()) } else { Err("the Secret has another".to_owned()) }
}
