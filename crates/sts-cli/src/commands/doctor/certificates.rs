//! The certificates that a server presents, recorded in the handshake.

use std::env;
use std::sync::{Arc, Mutex, PoisonError};

use huaweicloud_sts::sts_client::transport::RootCertificates;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};

use crate::context::Context;
use crate::failure::Failure;

/// Settings of TLS with the roots of all commands, which record the certificates of the server.
pub(super) struct Recording {
    pub(super) config: ClientConfig,
    /// Where the roots come from, and how many there are.
    pub(super) roots: String,
    seen: Arc<Seen>,
}

/// What is known of the certificate of a server.
pub(super) struct Presented {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) not_after: OffsetDateTime,
}

/// Verifies as usual, and records.
#[derive(Debug)]
struct Seen {
    verifier: Arc<WebPkiServerVerifier>,
    certificate: Mutex<Option<CertificateDer<'static>>>,
}

impl Recording {
    /// Loads the roots. The error states why that is not possible.
    pub(super) fn new(context: &Context) -> Result<Self, Failure> {
        let mut roots = RootCertificates::default();
        if let Some(pem) = context.ca_file()? {
            roots.add_pem(&pem);
        }
        let loaded = roots.load().map_err(Failure::usage)?;
        let mut store = RootCertStore::empty();
        let (count, _) = store.add_parsable_certificates(loaded.certificates);
        let provider = CryptoProvider::get_default().cloned();
        let provider = provider.unwrap_or_else(|| Arc::new(ring::default_provider()));
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider));
        let verifier = verifier.build().map_err(Failure::failed)?;
        let seen = Arc::new(Seen { verifier, certificate: Mutex::default() });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Failure::failed)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::<Seen>::clone(&seen))
            .with_no_client_auth();
        let mut origin = origin(context);
        if let Some(hint) = loaded.tls_hint {
            origin = format!("{origin}; {hint}");
        }
        Ok(Self { config, roots: format!("{count} root certificates of {origin}"), seen })
    }

    /// Returns the certificate of the server.
    pub(super) fn presented(&self) -> Option<Presented> {
        let certificate = self.seen.certificate.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, certificate) = X509Certificate::from_der(certificate.as_deref()?).ok()?;
        let validity = certificate.validity();
        let not_after = OffsetDateTime::from_unix_timestamp(validity.not_after.timestamp()).ok()?;
        let (subject, issuer) = (name(certificate.subject()), name(certificate.issuer()));
        Some(Presented { subject, issuer, not_after })
    }
}

/// Returns the organization and the common name.
fn name(name: &X509Name<'_>) -> String {
    let organization = name.iter_organization().next().and_then(|name| name.as_str().ok());
    let common = name.iter_common_name().next().and_then(|name| name.as_str().ok());
    let parts: Vec<_> = [organization, common].into_iter().flatten().collect();
    if parts.is_empty() { "an unnamed subject".to_owned() } else { parts.join(", ") }
}

/// Where the root certificates come from.
fn origin(context: &Context) -> String {
    let set: Vec<_> = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
        .collect();
    let origin = if set.is_empty() { "this machine".to_owned() } else { set.join(" and ") };
    if context.has_ca_file() { format!("{origin} and --ca-file") } else { origin }
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut seen = self.certificate.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = Some(end_entity.clone().into_owned());
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
