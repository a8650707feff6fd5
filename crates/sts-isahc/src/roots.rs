//! Root certificates.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use isahc::tls::{TlsConfig, TrustStore, TrustStoreBuilder};
use rustls_native_certs::{CertificateResult, ErrorKind};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use sts_client::transport::PemCertificates;

use crate::build_error::BuildError;

/// Maximum number of unreadable certificates that an error lists for each file or directory.
const MAX_LISTED: usize = 3;

/// Settings of the root certificates. Without settings here or in the environment, isahc uses the
/// verifier of the machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roots {
    /// Additional certificates in PEM.
    pub(crate) added: Vec<Vec<u8>>,
    /// Whether Mozilla's list replaces that of the machine.
    #[cfg(feature = "webpki-roots")]
    pub(crate) bundled: bool,
}

/// Loaded certificates and the errors of unreadable ones.
#[derive(Default)]
pub(crate) struct LoadedRoots {
    certificates: Vec<CertificateDer<'static>>,
    unreadable: Vec<String>,
    is_verified_by_machine: bool,
}

impl Roots {
    pub(crate) fn load(&self) -> Result<LoadedRoots, BuildError> {
        let mut loaded = LoadedRoots::default();
        for pem in &self.added {
            let certificates = read_pem(pem).all().map_err(BuildError::certificate)?;
            loaded.certificates.extend(certificates);
        }
        #[cfg(feature = "webpki-roots")]
        if self.bundled {
            loaded.certificates.extend(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
            return Ok(loaded);
        }
        loaded.add_machine()?;
        Ok(loaded)
    }
}

impl LoadedRoots {
    pub(crate) fn config(&self) -> TlsConfig {
        if self.is_verified_by_machine {
            return TlsConfig::default();
        }
        let store = TrustStore::builder();
        let store = self.certificates.iter().fold(store, TrustStoreBuilder::certificate_from_der);
        TlsConfig::builder().trust_store(store.build()).build()
    }

    /// Returns a hint for errors of a TLS handshake.
    pub(crate) fn tls_hint(&self) -> Option<String> {
        let unreadable = self.unreadable.join("; ");
        (!unreadable.is_empty()).then(|| format!("unreadable root certificates: {unreadable}"))
    }

    /// Loads the certificates named by the environment, else those of the machine.
    fn add_machine(&mut self) -> Result<(), BuildError> {
        let file = variable("SSL_CERT_FILE").map(PathBuf::from);
        let directories = variable("SSL_CERT_DIR");
        if file.is_none() && directories.is_none() {
            // isahc supports either the verifier of the machine or a list.
            if self.certificates.is_empty() {
                self.is_verified_by_machine = true;
            } else {
                self.add_native(rustls_native_certs::load_native_certs());
            }
            return Ok(());
        }
        if let Some(file) = &file {
            self.add_file(file);
        }
        for directory in env::split_paths(directories.as_deref().unwrap_or_default()) {
            self.add_native(rustls_native_certs::load_certs_from_paths(None, Some(&directory)));
        }
        if self.certificates.is_empty() {
            return Err(BuildError::no_certificate(&self.unreadable));
        }
        Ok(())
    }

    fn add_file(&mut self, file: &Path) {
        let name = file.display();
        match std::fs::read(file) {
            Ok(pem) => {
                let found = read_pem(&pem);
                self.certificates.extend(found.certificates);
                let unreadable = found.unreadable.iter().take(MAX_LISTED);
                self.unreadable.extend(unreadable.map(|it| format!("SSL_CERT_FILE={name}: {it}")));
            }
            Err(error) => self.unreadable.push(format!("SSL_CERT_FILE={name}: {error}")),
        }
    }

    /// Skips invalid certificates, because libcurl rejects a list that contains one.
    fn add_native(&mut self, found: CertificateResult) {
        self.certificates.extend(found.certs.into_iter().filter(is_valid));
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
        if is_valid(&certificate) { Ok(certificate) } else { Err("invalid X.509 certificate") }
    })
}

/// Returns whether rustls, which libcurl is built with, accepts the certificate.
fn is_valid(certificate: &CertificateDer<'static>) -> bool {
    webpki::anchor_from_trusted_cert(certificate).is_ok()
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
