//! Certificates for a webhook on the loopback: a CA of the test's own, and serving pairs from it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

/// A CA.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A serving certificate with its key, as PEM.
pub(super) struct Pair {
    certificate: String,
    key: String,
}

impl Authority {
    /// A new one; two of the same name are still two.
    pub(super) fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its certificate.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// A pair for 127.0.0.1.
    pub(super) fn pair(&self) -> Pair {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

impl Pair {
    /// Mounts it as kubelet mounts a Secret: files in a folder of their own, one symbolic link to the folder that is
    /// renamed over, and links through it. The folder that was there goes.
    pub(super) fn mount(&self, volume: &Path) {
        let data = volume.join("..data");
        let old = fs::read_link(&data).ok();
        let number = old.as_ref().and_then(|old| old.to_str()?.rsplit('_').next()?.parse::<u32>().ok()).unwrap_or(0);
        let folder = format!("..of_a_test_{}", number + 1);
        fs::create_dir_all(volume.join(&folder)).unwrap();
        fs::write(volume.join(&folder).join("tls.crt"), &self.certificate).unwrap();
        fs::write(volume.join(&folder).join("tls.key"), &self.key).unwrap();
        symlink(&folder, volume.join("..data_tmp")).unwrap();
        fs::rename(volume.join("..data_tmp"), &data).unwrap();
        match old {
            Some(old) => fs::remove_dir_all(volume.join(old)).unwrap(),
            None => {
                for file in ["tls.crt", "tls.key"] {
                    symlink(Path::new("..data").join(file), volume.join(file)).unwrap();
                }
            }
        }
    }
}
