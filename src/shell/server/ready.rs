//! Readiness: whether requests should be sent to this process.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::SystemTime;

use super::judge::Watched;

/// The conditions of readiness; all must hold.
#[derive(Debug)]
pub struct Readiness {
    draining: AtomicBool,
    /// When the serving certificate expires, in seconds since 1970.
    expiry: AtomicI64,
    namespaces_listed: AtomicBool,
    service_accounts_listed: AtomicBool,
}

/// A condition that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// The process is about to end.
    Draining,
    /// The serving certificate has expired: API servers refuse it.
    CertificateExpired,
    /// A watch whose first list has not come yet.
    NotListed(Watched),
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draining => f.write_str("draining"),
            Self::CertificateExpired => f.write_str("the serving certificate has expired"),
            Self::NotListed(watched) => write!(f, "the {} have not been listed yet", watched.noun()),
        }
    }
}

impl Readiness {
    /// Ready until one of the conditions fails. Watches have to list all objects of these kinds first.
    pub fn new(watched: &[Watched]) -> Self {
        let is_listed = |kind| AtomicBool::new(!watched.contains(&kind));
        Self {
            draining: AtomicBool::new(false),
            expiry: AtomicI64::new(i64::MAX),
            namespaces_listed: is_listed(Watched::Namespaces),
            service_accounts_listed: is_listed(Watched::ServiceAccounts),
        }
    }

    const fn is_listed(&self, watched: Watched) -> &AtomicBool {
        match watched {
            Watched::Namespaces => &self.namespaces_listed,
            Watched::ServiceAccounts => &self.service_accounts_listed,
        }
    }

    /// The process is about to end.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Sets when the serving certificate expires, in seconds since 1970.
    pub fn certificate_expires(&self, at: i64) {
        self.expiry.store(at, Ordering::Relaxed);
    }

    /// The first list of a watch has come.
    pub fn listed(&self, watched: Watched) {
        self.is_listed(watched).store(true, Ordering::Relaxed);
    }

    /// The conditions that do not hold at this time; empty where it is ready.
    pub fn missing(&self, now: SystemTime) -> Vec<NotReady> {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let listed = |watched| (self.is_listed(watched).load(Ordering::Relaxed), NotReady::NotListed(watched));
        let conditions = [
            (!self.draining.load(Ordering::Relaxed), NotReady::Draining),
            (now < self.expiry.load(Ordering::Relaxed), NotReady::CertificateExpired),
            listed(Watched::Namespaces),
            listed(Watched::ServiceAccounts),
        ];
        conditions.into_iter().filter(|(holds, _)| !holds).map(|(_, missing)| missing).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn readiness_needs_every_condition() {
        let ready = Readiness::new(&[Watched::Namespaces, Watched::ServiceAccounts]);
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
        let [namespaces, accounts] = [Watched::Namespaces, Watched::ServiceAccounts].map(NotReady::NotListed);
        assert_eq!(ready.missing(now), [namespaces, accounts]);
        ready.listed(Watched::Namespaces);
        assert_eq!(ready.missing(now), [accounts]);
        ready.listed(Watched::ServiceAccounts);
        assert_eq!(ready.missing(now), []);
        ready.certificate_expires(101);
        assert_eq!(ready.missing(now), []);
        ready.certificate_expires(100);
        assert_eq!(ready.missing(now), [NotReady::CertificateExpired]);
        ready.drain();
        assert_eq!(ready.missing(now), [NotReady::Draining, NotReady::CertificateExpired]);
    }
}
