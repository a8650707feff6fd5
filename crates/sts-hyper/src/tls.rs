//! TLS configuration.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};

use crate::build_error::BuildError;

/// Returns a configuration that trusts `roots`.
pub(crate) fn config(roots: RootCertStore) -> Result<ClientConfig, BuildError> {
    let config =
        ClientConfig::builder_with_provider(provider().ok_or_else(BuildError::no_provider)?)
            .with_safe_default_protocol_versions()
            .map_err(BuildError::tls)?;
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
