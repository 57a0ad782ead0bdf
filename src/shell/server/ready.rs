//! Readiness: whether requests should be sent to this process.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::SystemTime;

/// The conditions of readiness; all must hold.
#[derive(Debug)]
pub struct Readiness {
    draining: AtomicBool,
    /// When the serving certificate expires, in seconds since 1970.
    expiry: AtomicI64,
    namespaces_listed: AtomicBool,
}

/// A condition that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// The process is about to end.
    Draining,
    /// The serving certificate has expired: API servers refuse it.
    CertificateExpired,
    /// `--watch-namespaces`: the first list has not come yet.
    NamespacesUnknown,
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draining => "draining",
            Self::CertificateExpired => "the serving certificate has expired",
            Self::NamespacesUnknown => "the namespaces have not been listed yet",
        })
    }
}

impl Readiness {
    /// Ready until one of the conditions fails. `namespaces_listed` is false where a watch has to list them first.
    pub const fn new(namespaces_listed: bool) -> Self {
        Self {
            draining: AtomicBool::new(false),
            expiry: AtomicI64::new(i64::MAX),
            namespaces_listed: AtomicBool::new(namespaces_listed),
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

    /// The first list of namespaces has come.
    pub fn namespaces_listed(&self) {
        self.namespaces_listed.store(true, Ordering::Relaxed);
    }

    /// The conditions that do not hold at this time; empty where it is ready.
    pub fn missing(&self, now: SystemTime) -> Vec<NotReady> {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let conditions = [
            (!self.draining.load(Ordering::Relaxed), NotReady::Draining),
            (now < self.expiry.load(Ordering::Relaxed), NotReady::CertificateExpired),
            (self.namespaces_listed.load(Ordering::Relaxed), NotReady::NamespacesUnknown),
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
        let ready = Readiness::new(false);
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
        assert_eq!(ready.missing(now), [NotReady::NamespacesUnknown]);
        ready.namespaces_listed();
        assert_eq!(ready.missing(now), []);
        ready.certificate_expires(101);
        assert_eq!(ready.missing(now), []);
        ready.certificate_expires(100);
        assert_eq!(ready.missing(now), [NotReady::CertificateExpired]);
        ready.drain();
        assert_eq!(ready.missing(now), [NotReady::Draining, NotReady::CertificateExpired]);
    }
}
