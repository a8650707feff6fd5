//! Root certificates.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_native_certs::{CertificateResult, ErrorKind};
use sts_client::transport::PemCertificates;

use crate::build_error::BuildError;

/// Maximum number of unreadable certificates that an error lists for each file or directory.
const MAX_LISTED: usize = 3;

/// Settings of the root certificates.
///
/// The certificates of the machine are loaded by `rustls-native-certs` instead of verified by
/// `rustls-platform-verifier`, because it supports `SSL_CERT_FILE` and `SSL_CERT_DIR` on every
/// system and additional certificates of a private cloud.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roots {
    pub(crate) base: Base,
    /// Additional certificates in PEM.
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

/// Loaded certificates and the errors of unreadable ones.
pub(crate) struct LoadedRoots {
    pub(crate) store: RootCertStore,
    unreadable: Vec<String>,
}

impl Roots {
    pub(crate) fn load(&self) -> Result<LoadedRoots, BuildError> {
        let mut loaded = LoadedRoots { store: RootCertStore::empty(), unreadable: Vec::new() };
        for pem in &self.added {
            let certificates = read_pem(pem).all().map_err(BuildError::certificate)?;
            loaded.add(certificates);
        }
        match self.base {
            Base::Machine => loaded.add_machine()?,
            #[cfg(feature = "webpki-roots")]
            Base::Bundled => {
                loaded.store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
        }
        Ok(loaded)
    }
}

impl LoadedRoots {
    /// Returns a hint for errors of a TLS handshake.
    pub(crate) fn tls_hint(&self) -> Option<String> {
        let unreadable = self.unreadable.join("; ");
        if self.store.is_empty() {
            let found = if unreadable.is_empty() {
                "the machine has no root certificates"
            } else {
                &unreadable
            };
            Some(format!("no root certificate was loaded: {found}"))
        } else {
            (!unreadable.is_empty()).then(|| format!("unreadable root certificates: {unreadable}"))
        }
    }

    fn add(&mut self, certificates: Vec<CertificateDer<'static>>) {
        self.store.add_parsable_certificates(certificates);
    }

    /// Loads the certificates named by the environment, else those of the machine.
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
                let unreadable = found.unreadable.iter().take(MAX_LISTED);
                self.unreadable.extend(unreadable.map(|it| format!("SSL_CERT_FILE={name}: {it}")));
            }
            Err(error) => self.unreadable.push(format!("SSL_CERT_FILE={name}: {error}")),
        }
    }

    fn add_native(&mut self, found: CertificateResult) {
        self.add(found.certs);
        self.unreadable.extend(found.errors.into_iter().take(MAX_LISTED).map(|error| {
            match error.kind {
                ErrorKind::Io { inner, path } => format!("{}: {inner}", path.display()),
                ErrorKind::Os(error) => error.to_string(),
                // The error of the parser may contain the invalid text.
                _ => {
                    "invalid PEM in a certificate file of the machine or of SSL_CERT_DIR".to_owned()
                }
            }
        }));
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
