//! TLS with a generated certificate authority.

use std::io;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{RootCertStore, ServerConfig};
use sts_proto::Secret;
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

/// Subject alternative names of the certificate.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// TLS configuration of the server, and the authority that clients have to trust.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) authority: Authority,
}

/// A certificate authority, in PEM.
#[derive(Clone)]
pub(crate) struct Authority {
    pub(crate) certificate: String,
    pub(crate) private_key: Secret,
}

impl Tls {
    /// Generates a certificate authority, unless an earlier one is given, and a server certificate
    /// for `host_names` and for the names of loopback addresses.
    pub(crate) fn generate(host_names: &[String], kept: Option<Authority>) -> io::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let params = authority()?;
        let is_kept = kept.is_some();
        let (authority, ca_key) = if let Some(kept) = kept {
            let key = KeyPair::from_pem(kept.private_key.expose_secret());
            (kept, key.map_err(|_| invalid("its key is not a PKCS #8 key in PEM"))?)
        } else {
            let key = KeyPair::generate().map_err(io::Error::other)?;
            let certificate = params.self_signed(&key).map_err(io::Error::other)?.pem();
            (Authority { certificate, private_key: key.serialize_pem().into() }, key)
        };
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate: CertificateDer<'static> = server(host_names)?
            .signed_by(&key, &Issuer::from_params(&params, &ca_key))
            .map_err(io::Error::other)?
            .into();
        if is_kept {
            check(&authority, &certificate, &provider)?;
        }

        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), authority })
    }
}

/// Checks that clients which trust the authority accept the server certificate: that its key belongs
/// to its certificate, which has not expired.
fn check(
    authority: &Authority,
    certificate: &CertificateDer<'_>,
    provider: &Arc<CryptoProvider>,
) -> io::Result<()> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.certificate.as_bytes());
    let root = root.map_err(|_| invalid("its certificate is not in PEM"))?;
    roots.add(root).map_err(|_| invalid("its certificate is invalid"))?;
    let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(provider))
        .build()
        .map_err(io::Error::other)?;
    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
    verifier.verify_server_cert(certificate, &[], &name, &[], UnixTime::now()).map(drop).map_err(
        |error| invalid(&format!("its certificate and its key do not work together: {error}")),
    )
}

fn invalid(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, problem.to_owned())
}

fn authority() -> io::Result<CertificateParams> {
    let mut params = parameters("sts-emulator CA", Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn server(host_names: &[String]) -> io::Result<CertificateParams> {
    let mut names = NAMES.map(str::to_owned).to_vec();
    names.extend(host_names.iter().filter(|name| !NAMES.contains(&name.as_str())).cloned());
    let mut params = parameters("sts-emulator", names)?;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

/// Clients validate certificates by the system clock, so this is not the emulator's clock.
fn parameters(name: &str, names: Vec<String>) -> io::Result<CertificateParams> {
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let now = OffsetDateTime::now_utc();
    params.not_before = now.saturating_sub(Duration::DAY);
    params.not_after = now.saturating_add(Duration::days(365));
    Ok(params)
}
