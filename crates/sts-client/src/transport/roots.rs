//! Root certificates, loaded by the same rules for every TLS library.
#![expect(clippy::disallowed_methods, reason = "SSL_CERT_FILE and its file are read here")]

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustls_native_certs::{CertificateResult, ErrorKind};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::{BuildError, PemCertificates};

/// Maximum number of unreadable certificates that an error lists for each file or directory.
const MAX_LISTED: usize = 3;

const EXCLUDED: &str = "no root certificate: those of the machine are excluded, so \
                        `root_certificate_pem` must add one";

/// Settings of the root certificates of a transport: those of the machine by default.
///
/// The certificates of the machine are loaded by `rustls-native-certs` instead of verified by
/// `rustls-platform-verifier`, because it supports `SSL_CERT_FILE` and `SSL_CERT_DIR` on every
/// system and additional certificates of a private cloud.
#[derive(Clone, Debug, Default)]
pub struct RootCertificates {
    /// Additional certificates in PEM.
    added: Vec<Vec<u8>>,
    base: Base,
}

/// The certificates that are added to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Base {
    /// Those of the environment, else those of the machine.
    #[default]
    Machine,
    /// Mozilla's list, which the transport contains.
    Bundled,
    Nothing,
}

/// Certificates loaded by [`RootCertificates::load`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadedRoots {
    /// The valid certificates.
    pub certificates: Vec<CertificateDer<'static>>,
    /// Hint for errors of a TLS handshake: the files that could not be read.
    pub tls_hint: Option<String>,
}

impl RootCertificates {
    /// Adds one or more certificates in PEM.
    pub fn add_pem(&mut self, pem: &[u8]) {
        self.added.push(pem.to_vec());
    }

    /// Trusts only the added certificates, instead of those of the machine and of the environment
    /// or of [`replace_by_bundled`](Self::replace_by_bundled).
    pub const fn exclude_machine(&mut self) {
        self.base = Base::Nothing;
    }

    /// Replaces the certificates of the machine and of the environment by Mozilla's list, which the
    /// transport adds to those of [`load`](Self::load). Of this method and
    /// [`exclude_machine`](Self::exclude_machine), the last call takes effect.
    pub const fn replace_by_bundled(&mut self) {
        self.base = Base::Bundled;
    }

    /// Returns whether the transport adds Mozilla's list.
    #[must_use]
    pub const fn is_bundled(&self) -> bool {
        matches!(self.base, Base::Bundled)
    }

    /// Returns whether neither the program nor the environment names a certificate, so that the
    /// verifier of the machine can be used instead of a list.
    #[must_use]
    pub fn is_machine_only(&self) -> bool {
        self.base == Base::Machine
            && self.added.is_empty()
            && variable("SSL_CERT_FILE").is_none()
            && variable("SSL_CERT_DIR").is_none()
    }

    /// Loads the certificates: the added ones and, unless they are excluded, those that
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` name, else those of the machine.
    ///
    /// # Errors
    ///
    /// - An added certificate is invalid.
    /// - `SSL_CERT_FILE` and `SSL_CERT_DIR` contain no valid certificate, and none was added.
    /// - The certificates of the machine are excluded, and none was added or bundled.
    pub fn load(&self) -> Result<LoadedRoots, BuildError> {
        let mut loading = Loading::default();
        for pem in &self.added {
            loading.certificates.extend(read_pem(pem).all()?);
        }
        let tls_hint = match self.base {
            Base::Machine => {
                loading.add_machine()?;
                loading.tls_hint()
            }
            Base::Nothing if loading.certificates.is_empty() => {
                return Err(BuildError::new(EXCLUDED));
            }
            Base::Bundled | Base::Nothing => None,
        };
        Ok(LoadedRoots { certificates: loading.certificates, tls_hint })
    }
}

#[derive(Default)]
struct Loading {
    certificates: Vec<CertificateDer<'static>>,
    unreadable: Vec<String>,
}

impl Loading {
    fn tls_hint(&self) -> Option<String> {
        let unreadable = self.unreadable.join("; ");
        match (self.certificates.is_empty(), unreadable.is_empty()) {
            (false, true) => None,
            (false, false) => Some(format!("unreadable root certificates: {unreadable}")),
            (true, true) => Some(none_loaded("the machine has no root certificates")),
            (true, false) => Some(none_loaded(&unreadable)),
        }
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
        let directories = directories.as_deref().map(env::split_paths);
        for directory in directories.into_iter().flatten() {
            self.add_native(rustls_native_certs::load_certs_from_paths(None, Some(&directory)));
        }
        if self.certificates.is_empty() {
            return Err(BuildError::new(none_loaded(&self.unreadable.join("; "))));
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

    /// Skips invalid certificates, because TLS libraries may reject a list that contains one.
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

fn none_loaded(reason: &str) -> String {
    format!("no root certificate was loaded: {reason}")
}

fn read_pem(pem: &[u8]) -> PemCertificates<CertificateDer<'static>> {
    PemCertificates::read(pem, |block| {
        let certificate = CertificateDer::from_pem_slice(block).map_err(|_| "invalid base64")?;
        if is_valid(&certificate) { Ok(certificate) } else { Err("invalid X.509 certificate") }
    })
}

/// Returns whether rustls accepts the certificate.
fn is_valid(certificate: &CertificateDer<'static>) -> bool {
    webpki::anchor_from_trusted_cert(certificate).is_ok()
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
