//! Whom to trust.

use isahc::tls::{TlsConfig, TrustStore, TrustStoreBuilder};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{Error as PemError, PemObject};

use crate::builder::BuildError;

/// The root certificates to trust. Without settings isahc finds the machine's, in `SSL_CERT_FILE`
/// first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roots {
    /// Trusted as well, in PEM.
    pub(crate) added: Vec<Vec<u8>>,
    /// Mozilla's list in place of the machine's.
    #[cfg(feature = "webpki-roots")]
    pub(crate) bundled: bool,
}

impl Roots {
    pub(crate) fn config(&self) -> Result<TlsConfig, BuildError> {
        let mut certificates = Vec::new();
        for pem in &self.added {
            let before = certificates.len();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                certificates.push(certificate.map_err(BuildError::certificate)?);
            }
            if certificates.len() == before {
                return Err(BuildError::certificate(PemError::NoItemsFound));
            }
        }
        #[cfg(feature = "webpki-roots")]
        if self.bundled {
            certificates.extend(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
            return Ok(trusting(&certificates));
        }
        if certificates.is_empty() {
            return Ok(TlsConfig::default());
        }
        // isahc takes either the machine's or a list: the machine's are read into the list.
        certificates.extend(rustls_native_certs::load_native_certs().certs);
        Ok(trusting(&certificates))
    }
}

fn trusting(certificates: &[CertificateDer<'_>]) -> TlsConfig {
    let store =
        certificates.iter().fold(TrustStore::builder(), TrustStoreBuilder::certificate_from_der);
    TlsConfig::builder().trust_store(store.build()).build()
}
