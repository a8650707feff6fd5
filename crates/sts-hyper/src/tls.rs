//! TLS configuration.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use sts_client::transport::BuildError;

const NO_VERSION: &str = "crypto provider supports neither TLS 1.2 nor 1.3";
const NO_PROVIDER: &str = "no crypto provider for TLS: enable the feature `ring` or `aws-lc-rs`, or \
                           install a default provider of rustls for the process";

/// Returns a configuration that trusts `certificates` and, if `is_bundled`, Mozilla's list.
pub(crate) fn config(
    is_bundled: bool,
    certificates: Vec<CertificateDer<'static>>,
) -> Result<ClientConfig, BuildError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    if is_bundled {
        #[cfg(feature = "webpki-roots")]
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let config = ClientConfig::builder_with_provider(
        provider().ok_or_else(|| BuildError::new(NO_PROVIDER))?,
    )
    .with_safe_default_protocol_versions()
    .map_err(|error| BuildError::caused_by(NO_VERSION, error))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Returns the crypto provider installed for the process, else the one that was compiled in.
fn provider() -> Option<Arc<CryptoProvider>> {
    let provider = CryptoProvider::get_default().cloned();
    #[cfg(feature = "ring")]
    let provider = provider.or_else(|| Some(rustls::crypto::ring::default_provider().into()));
    #[cfg(feature = "aws-lc-rs")]
    let provider = provider.or_else(|| Some(rustls::crypto::aws_lc_rs::default_provider().into()));
    provider
}
