//! The root certificates to trust.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_native_certs::{CertificateResult, ErrorKind};
use sts_client::transport::PemCertificates;

use crate::build_error::BuildError;

/// How many unreadable certificates of one place are named.
const SHOWN: usize = 3;

/// The root certificates to trust.
///
/// The machine's are read by `rustls-native-certs` instead of being asked by
/// `rustls-platform-verifier`: it honours `SSL_CERT_FILE` and `SSL_CERT_DIR` on every system, and
/// what it reads takes the certificates of a private cloud beside it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roots {
    pub(crate) base: Base,
    /// Trusted as well, in PEM.
    pub(crate) added: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Base {
    #[default]
    Machine,
    /// Mozilla's list, compiled in.
    #[cfg(feature = "webpki-roots")]
    Bundled,
}

/// The certificates that could be read, and what could not.
pub(crate) struct Trusted {
    pub(crate) store: RootCertStore,
    unreadable: Vec<String>,
}

impl Roots {
    pub(crate) fn read(&self) -> Result<Trusted, BuildError> {
        let mut trusted = Trusted { store: RootCertStore::empty(), unreadable: Vec::new() };
        for pem in &self.added {
            let certificates = read_pem(pem).all().map_err(BuildError::certificate)?;
            trusted.add(certificates);
        }
        match self.base {
            Base::Machine => trusted.add_machine()?,
            #[cfg(feature = "webpki-roots")]
            Base::Bundled => {
                trusted.store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
        }
        Ok(trusted)
    }
}

impl Trusted {
    /// What to know when the certificate of a server is not accepted.
    pub(crate) fn doubt(&self) -> Option<String> {
        let unreadable = self.unreadable.join("; ");
        if self.store.is_empty() {
            let found = if unreadable.is_empty() { "the machine has none" } else { &unreadable };
            Some(format!("no root certificate was loaded: {found}"))
        } else {
            (!unreadable.is_empty()).then(|| format!("unreadable root certificates: {unreadable}"))
        }
    }

    fn add(&mut self, certificates: Vec<CertificateDer<'static>>) {
        self.store.add_parsable_certificates(certificates);
    }

    /// The machine's certificates, or those that the environment names in place of them.
    fn add_machine(&mut self) -> Result<(), BuildError> {
        let file = variable("SSL_CERT_FILE").map(PathBuf::from);
        let directories = variable("SSL_CERT_DIR");
        if file.is_none() && directories.is_none() {
            self.add_native(rustls_native_certs::load_native_certs());
            return Ok(());
        }
        if let Some(file) = &file {
            self.add_file(file);
        }
        for directory in env::split_paths(directories.as_deref().unwrap_or_default()) {
            self.add_native(rustls_native_certs::load_certs_from_paths(None, Some(&directory)));
        }
        if self.store.is_empty() {
            return Err(BuildError::no_certificate(&self.unreadable));
        }
        Ok(())
    }

    fn add_file(&mut self, file: &Path) {
        let name = file.display();
        match std::fs::read(file) {
            Ok(pem) => {
                let found = read_pem(&pem);
                self.add(found.certificates);
                let unreadable = found.unreadable.iter().take(SHOWN);
                self.unreadable.extend(unreadable.map(|it| format!("SSL_CERT_FILE={name}: {it}")));
            }
            Err(error) => self.unreadable.push(format!("SSL_CERT_FILE={name}: {error}")),
        }
    }

    fn add_native(&mut self, found: CertificateResult) {
        self.add(found.certs);
        self.unreadable.extend(found.errors.into_iter().take(SHOWN).map(
            |error| match error.kind {
                ErrorKind::Io { inner, path } => format!("{}: {inner}", path.display()),
                ErrorKind::Os(error) => error.to_string(),
                // The error of a parser may print what it could not read.
                _ => "a file of the machine or of SSL_CERT_DIR: invalid PEM".to_owned(),
            },
        ));
    }
}

fn read_pem(pem: &[u8]) -> PemCertificates<CertificateDer<'static>> {
    PemCertificates::read(pem, |block| {
        let certificate = CertificateDer::from_pem_slice(block).map_err(|_| "invalid base64")?;
        let is_valid = RootCertStore::empty().add(certificate.clone()).is_ok();
        is_valid.then_some(certificate).ok_or("invalid X.509 certificate")
    })
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
