//! TLS settings of isahc.

use isahc::tls::{TlsConfig, TrustStore, TrustStoreBuilder};
use sts_client::transport::{BuildError, RootCertificates};

/// Returns the settings and a hint for errors of a TLS handshake.
///
/// isahc supports either the verifier of the machine or a list of certificates.
pub(crate) fn config(roots: &RootCertificates) -> Result<(TlsConfig, Option<String>), BuildError> {
    if roots.is_machine_only() {
        return Ok((TlsConfig::default(), None));
    }
    let loaded = roots.load()?;
    let store = TrustStore::builder();
    let store = loaded.certificates.iter().fold(store, TrustStoreBuilder::certificate_from_der);
    #[cfg(feature = "webpki-roots")]
    let store = if roots.is_bundled() {
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        bundled.iter().fold(store, TrustStoreBuilder::certificate_from_der)
    } else {
        store
    };
    Ok((TlsConfig::builder().trust_store(store.build()).build(), loaded.tls_hint))
}
