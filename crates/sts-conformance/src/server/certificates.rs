//! Certificates generated for one case.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ALL_VERSIONS, ServerConfig, SupportedProtocolVersion};
use time::{Duration, OffsetDateTime};

use crate::stop::Stop;

/// A new certificate authority, not trusted by default.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Result<Self, Stop> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        Ok(Self { issuer })
    }

    /// Returns the root certificate in PEM.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Issues a certificate for a name or IP address, valid from yesterday until tomorrow.
    pub(crate) fn issue(&self, name: &str) -> Result<Certificate, Stop> {
        let now = OffsetDateTime::now_utc();
        self.issue_with_validity(name, now - Duration::DAY, now + Duration::DAY)
    }

    /// Issues a certificate with the given validity.
    pub(crate) fn issue_with_validity(
        &self,
        name: &str,
        from: OffsetDateTime,
        to: OffsetDateTime,
    ) -> Result<Certificate, Stop> {
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        params.not_before = from;
        params.not_after = to;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Certificate { der: certificate.der().clone(), key: key.serialize_der() })
    }
}

/// A certificate with its key.
pub(crate) struct Certificate {
    der: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Certificate {
    /// Generates a self-signed certificate for `localhost`.
    pub(crate) fn self_signed() -> Result<Self, Stop> {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let key = certified.signing_key.serialize_der();
        Ok(Self { der: certified.cert.der().clone(), key })
    }

    /// Returns a server configuration with this certificate.
    pub(crate) fn config(&self) -> Result<ServerConfig, Stop> {
        self.config_for(ALL_VERSIONS)
    }

    /// As [`config`](Self::config), for the given TLS versions.
    pub(crate) fn config_for(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<ServerConfig, Stop> {
        let key = PrivateKeyDer::try_from(self.key.clone()).map_err(Stop::failed)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], key)?)
    }
}
