//! Authentication of signed requests: access key, security token, date and signature.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use sts_proto::{Body, Secret};
use sts_sign::{Algorithm, Presented, Signer, Verified, Verifier, VerifyError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::access_key_lockout::AccessKeyLockout;
use crate::diagnosis::SignatureDiagnosis;
use crate::model::principal::Principal;
use crate::rejection::{Rejection, Unauthenticated};
use crate::request_log::printable;
use crate::service::{Service, session_token};

/// Maximum distance of the signing date from the clock.
const TOLERANCE: Duration = Duration::from_secs(15 * 60);
/// The official Go SDK does not sign the Host header, and the service accepts that.
const VERIFIER: Verifier = Verifier::new(TOLERANCE).allow_unsigned_host();

/// What the authentication finds out, for the request log.
#[derive(Default)]
pub(crate) struct Trace {
    /// The access key id, and once the request is verified the URN.
    pub(crate) caller: Option<String>,
    /// Whether there is a request log. The explanation of a signature mismatch takes up to a millisecond.
    pub(crate) is_logged: bool,
    pub(crate) diagnosis: Option<Box<SignatureDiagnosis>>,
}

/// Verifies the authentication of signed requests.
pub(crate) struct Authenticator {
    pub(crate) lockout: AccessKeyLockout,
    /// Whether the response to a signature mismatch contains the canonical request.
    pub(crate) echo: bool,
}

impl Authenticator {
    /// Returns the principal that signed the request. With `echo`, the response to a signature
    /// mismatch contains the canonical request. `trace` is set for the request log.
    pub(super) fn authenticate(
        &self,
        service: &Service,
        request: &Request<Body>,
        now: OffsetDateTime,
        echo: bool,
        trace: &mut Trace,
    ) -> Result<(Principal, Verified), Rejection> {
        let mut identified = None;
        let Trace { caller, is_logged, diagnosis } = trace;
        let lookup = |presented: &Presented<'_>| {
            *caller = is_logged.then(|| presented.access_key_id.to_owned());
            let outcome = identified.insert(self.identify(service, presented, now)).as_ref();
            outcome.ok().map(|(_, signer, _)| signer.clone())
        };
        let verified = VERIFIER.verify(request, lookup, now);
        let identified = identified.transpose().map_err(Rejection::Unauthenticated)?;
        match (verified, identified) {
            (Ok(verified), Some((principal, signer, _))) => {
                self.lockout.succeeded(signer.access_key_id());
                *caller = is_logged.then(|| principal.urn());
                Ok((principal, verified))
            }
            (Err(error), identified) => {
                if let (Some(explanation), Some((_, signer, secret))) =
                    (error.explanation(), identified)
                {
                    *diagnosis = is_logged.then(|| {
                        let algorithm = signer.algorithm();
                        let found =
                            SignatureDiagnosis::of(request, algorithm, &secret, explanation);
                        Box::new(found)
                    });
                    self.lockout.failed(signer.access_key_id(), now);
                }
                Err(unverified(&error, echo || self.echo))
            }
            // Unreachable: the verifier looks the access key up before it verifies the signature.
            (Ok(_), None) => Err(Rejection::Unauthenticated(Unauthenticated::UnknownKey)),
        }
    }

    /// Returns the owner of the access key and the signer to verify with, if the access key and its
    /// security token are valid.
    fn identify<'a>(
        &self,
        service: &'a Service,
        presented: &Presented<'_>,
        now: OffsetDateTime,
    ) -> Result<(Principal, Signer, Cow<'a, Secret>), Unauthenticated> {
        let Presented { access_key_id, security_token, .. } = *presented;
        if self.lockout.is_locked(access_key_id, now) {
            return Err(Unauthenticated::Locked);
        }
        let (principal, secret, prepared) = match security_token {
            None => {
                let key = service.config.access_key(access_key_id);
                let key = key.ok_or(Unauthenticated::UnknownKey)?;
                let user = Principal::User(Arc::clone(&key.user));
                (user, Cow::Borrowed(&key.secret), Some(&key.signer))
            }
            Some(token) => {
                let session = session_token::open(token, &service.seal)
                    .filter(|session| session.access_key_id == access_key_id)
                    .ok_or(Unauthenticated::ForeignToken)?;
                if session.expiration <= now {
                    let expires_at = session.expiration.format(&Rfc3339).unwrap_or_default();
                    return Err(Unauthenticated::TokenEnded { expires_at });
                }
                let secret = session.secret_access_key.clone();
                (Principal::Session(Box::new(session)), Cow::Owned(secret), None)
            }
        };
        let secret_key = secret.expose_secret();
        let signer = match (presented.algorithm, &presented.scope) {
            (Algorithm::HmacSha256, _) => {
                prepared.cloned().map_or_else(|| Signer::from_parts(access_key_id, secret_key), Ok)
            }
            (Algorithm::V11HmacSha256, Some(scope)) => {
                Signer::v11(access_key_id, secret_key, scope.clone())
            }
            #[cfg(feature = "sm3")]
            (Algorithm::HmacSm3, _) => Signer::sm3(access_key_id, secret_key),
            #[cfg(feature = "p256")]
            (Algorithm::EcdsaP256Sha256, _) => Signer::p256(access_key_id, secret_key),
            #[cfg(feature = "sm2")]
            (Algorithm::Sm2Sm3, _) => Signer::sm2(access_key_id, secret_key),
            (algorithm, _) => {
                let why = format!("unsupported algorithm {algorithm}");
                return Err(Unauthenticated::Format { why });
            }
        };
        let signer = signer.map_err(|_| Unauthenticated::UnknownKey)?;
        Ok((principal, signer, secret))
    }
}

/// Maps an error of the verification to the response of the gateway.
fn unverified(error: &VerifyError, echo: bool) -> Rejection {
    let why = printable(&error.to_string());
    let unauthenticated = match error {
        VerifyError::NotSigned { header, .. } if header == "x-security-token" => {
            return Rejection::TokenNotSigned;
        }
        VerifyError::Missing => Unauthenticated::NoSignature,
        VerifyError::UnknownKey { .. } => Unauthenticated::UnknownKey,
        VerifyError::SignatureMismatch { .. }
        | VerifyError::DateOff { .. }
        | VerifyError::OtherScope => Unauthenticated::Signature {
            why,
            canonical_request: error.canonical_request().filter(|_| echo).map(str::to_owned),
        },
        _ => Unauthenticated::Format { why },
    };
    Rejection::Unauthenticated(unauthenticated)
}
