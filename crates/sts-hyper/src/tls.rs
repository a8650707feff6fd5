//! Whom to trust, and with which cryptography.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::builder::BuildError;

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

impl Roots {
    pub(crate) fn config(&self) -> Result<ClientConfig, BuildError> {
        let config =
            ClientConfig::builder_with_provider(provider().ok_or_else(BuildError::no_provider)?)
                .with_safe_default_protocol_versions()
                .map_err(BuildError::tls)?;
        Ok(config.with_root_certificates(self.store()?).with_no_client_auth())
    }

    fn store(&self) -> Result<RootCertStore, BuildError> {
        let mut store = self.base.store();
        for pem in &self.added {
            let mut none = true;
            for certificate in CertificateDer::pem_slice_iter(pem) {
                store
                    .add(certificate.map_err(BuildError::certificate)?)
                    .map_err(BuildError::certificate)?;
                none = false;
            }
            if none {
                return Err(BuildError::certificate(rustls::pki_types::pem::Error::NoItemsFound));
            }
        }
        Ok(store)
    }
}

impl Base {
    fn store(self) -> RootCertStore {
        match self {
            // A machine without certificates can still talk plain http, to an emulator for
            // instance; with https the handshake will say that the issuer is unknown.
            Self::Machine => {
                let mut store = RootCertStore::empty();
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                store
            }
            #[cfg(feature = "webpki-roots")]
            Self::Bundled => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
        }
    }
}

/// The provider installed for the process, else the one that was compiled in.
fn provider() -> Option<Arc<CryptoProvider>> {
    let provider = CryptoProvider::get_default().cloned();
    #[cfg(feature = "ring")]
    let provider = provider.or_else(|| Some(rustls::crypto::ring::default_provider().into()));
    #[cfg(feature = "aws-lc-rs")]
    let provider = provider.or_else(|| Some(rustls::crypto::aws_lc_rs::default_provider().into()));
    provider
}
