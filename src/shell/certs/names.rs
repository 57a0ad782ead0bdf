//! The names of a serving certificate: those by which an API server, or any other client, calls a Service.
//!
//! An API server expects `NAME.NAMESPACE.svc`, in the subject alternative names. Source:
//! <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#service-reference>.

use std::net::IpAddr;

use thiserror::Error;

use crate::kube::names::{dns_label, dns_subdomain};

/// The names of a Service, and further names and addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    service: String,
    namespace: String,
    cluster_domain: String,
    dns: Vec<String>,
    ips: Vec<IpAddr>,
}

/// The names and addresses that a certificate is for: its subject alternative names (RFC 5280, section 4.2.1.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sans {
    /// DNS names.
    pub dns: Vec<String>,
    /// IP addresses.
    pub ips: Vec<IpAddr>,
}

impl Sans {
    /// DNS names and then addresses, as text.
    pub(crate) fn all(&self) -> Vec<String> {
        self.dns.iter().cloned().chain(self.ips.iter().map(ToString::to_string)).collect()
    }
}

/// A name that cannot be used. The user's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{what} `{name}` {fault}")]
pub struct NameError {
    what: &'static str,
    name: String,
    fault: String,
}

impl Names {
    /// The names of a Service in a cluster whose domain is `cluster.local`.
    ///
    /// # Errors
    /// One of the two is not a DNS label.
    pub fn of_service(service: &str, namespace: &str) -> Result<Self, NameError> {
        for (what, name) in [("service", service), ("namespace", namespace)] {
            dns_label(name).map_err(|fault| NameError { what, name: name.to_owned(), fault })?;
        }
        Ok(Self {
            service: service.to_owned(),
            namespace: namespace.to_owned(),
            cluster_domain: "cluster.local".to_owned(),
            dns: Vec::new(),
            ips: Vec::new(),
        })
    }

    /// The same in a cluster with another domain.
    ///
    /// # Errors
    /// It is not a DNS name, or the service's name in it is too long.
    pub fn in_domain(mut self, domain: &str) -> Result<Self, NameError> {
        self.cluster_domain = domain.to_owned();
        for name in self.of_the_service() {
            checked("cluster domain", &name).map_err(|error| NameError { name: domain.to_owned(), ..error })?;
        }
        Ok(self)
    }

    /// The same, and this name: a host, or `*.` and a host.
    ///
    /// # Errors
    /// It is not a DNS name.
    pub fn and_dns(mut self, name: &str) -> Result<Self, NameError> {
        checked("DNS name", name.strip_prefix("*.").unwrap_or(name))
            .map_err(|error| NameError { name: name.to_owned(), ..error })?;
        self.dns.push(name.to_owned());
        Ok(self)
    }

    /// The same, and this address.
    #[must_use]
    pub fn and_ip(mut self, ip: IpAddr) -> Self {
        self.ips.push(ip);
        self
    }

    /// The name that an API server expects: `NAME.NAMESPACE.svc`.
    pub fn host(&self) -> String {
        format!("{}.{}.svc", self.service, self.namespace)
    }

    /// The namespace of the Service.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The default name of the Secret for the serving certificate: `NAME-tls`.
    pub fn secret_name(&self) -> String {
        format!("{}-tls", self.service)
    }

    /// All names and addresses, each once.
    pub fn sans(&self) -> Sans {
        let mut dns: Vec<String> = self.of_the_service().into();
        for name in &self.dns {
            if !dns.contains(name) {
                dns.push(name.clone());
            }
        }
        let mut ips = self.ips.clone();
        ips.sort_unstable();
        ips.dedup();
        Sans { dns, ips }
    }

    fn of_the_service(&self) -> [String; 4] {
        let Self { service, namespace, cluster_domain, .. } = self;
        let host = self.host();
        [service.clone(), format!("{service}.{namespace}"), host.clone(), format!("{host}.{cluster_domain}")]
    }
}

fn checked(what: &'static str, name: &str) -> Result<(), NameError> {
    dns_subdomain(name).map_err(|fault| NameError { what, name: name.to_owned(), fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_four_names() {
        let names = Names::of_service("injector", "injector-system").unwrap();
        let expected = [
            "injector",
            "injector.injector-system",
            "injector.injector-system.svc",
            "injector.injector-system.svc.cluster.local",
        ];
        assert_eq!(names.sans().dns, expected);
        let more = names.in_domain("k8s.example").unwrap().and_dns("a.b").unwrap().and_dns("injector").unwrap();
        let sans = more.and_ip([127, 0, 0, 1].into()).and_ip([127, 0, 0, 1].into()).sans();
        assert_eq!(sans.dns.last().map(String::as_str), Some("a.b"));
        assert_eq!((sans.dns.len(), sans.ips.len()), (5, 1));
        assert_eq!(sans.dns[3], "injector.injector-system.svc.k8s.example");
    }

    #[test]
    fn a_text_that_is_not_a_name_is_refused() {
        let of = Names::of_service;
        for refused in [
            of("A", "b").unwrap_err(),
            of("a", "b.c").unwrap_err(),
            of("", "b").unwrap_err(),
            of("a", "b").unwrap().in_domain("x y").unwrap_err(),
            of("a", "b").unwrap().in_domain(&"a.".repeat(126)).unwrap_err(),
            of("a", "b").unwrap().and_dns("*.*.c").unwrap_err(),
            of("a", "b").unwrap().and_dns("https://c").unwrap_err(),
        ] {
            assert!(refused.to_string().contains('`'), "{refused}");
        }
        assert!(of("a", "b").unwrap().and_dns("*.c.d").is_ok());
    }
}
