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
    /// Trusted as well.
    pub(crate) added: Vec<Vec<u8>>,
    /// Mozilla's list in place of the machine's.
    #[cfg(feature = "webpki-roots")]
    pub(crate) bundled: bool,
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
        let mut store = self.base();
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

    fn base(&self) -> RootCertStore {
        #[cfg(feature = "webpki-roots")]
        if self.bundled {
            return webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        }
        let mut store = RootCertStore::empty();
        // A machine without certificates can still talk plain http, to an emulator for instance;
        // with https the handshake will say that the issuer is unknown.
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        store
    }
}

/// The provider installed for the process, else the one that was compiled in.
fn provider() -> Option<Arc<CryptoProvider>> {
    CryptoProvider::get_default().cloned().or_else(|| {
        #[cfg(feature = "ring")]
        {
            Some(Arc::new(rustls::crypto::ring::default_provider()))
        }
        #[cfg(all(feature = "aws-lc-rs", not(feature = "ring")))]
        {
            Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        }
        #[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
        {
            None
        }
    })
}
