//! The emulator as a function.

use std::fmt;

use http::{Request, Response};
use sts_proto::Body;

use super::start::Assembled;
use crate::endpoints::sts::StsEndpoint;
use crate::identity_center::IdentityCenter;
#[cfg(feature = "oidc")]
use crate::oidc::OidcIssuer;

/// An STS without sockets that processes requests on the caller's thread.
///
/// Created by [`Builder::in_process`](super::Builder::in_process), for simulations in virtual time
/// and for fuzzing. It responds immediately: faults of time and connections have no effect.
///
/// ```
/// use sts_emulator::{Emulator, TestClock, builtin};
/// use sts_proto::{Endpoint, GetCallerIdentity, Operation, Region};
/// use sts_sign::Signer;
/// use time::macros::datetime;
///
/// let now = datetime!(2026-03-05 07:08:09 UTC);
/// let sts = Emulator::builder().clock(TestClock::new(now)).in_process()?;
///
/// let mut request = GetCallerIdentity::new().to_request(&Endpoint::from(Region::CN_NORTH_4))?;
/// Signer::from_parts(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY)?.sign(&mut request, now)?;
/// let identity = GetCallerIdentity::read(&sts.respond(request))?;
/// assert_eq!(identity.account_id, builtin::ACCOUNT_ID);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct InProcess {
    sts: StsEndpoint,
    identity_center: IdentityCenter,
    #[cfg(feature = "oidc")]
    oidc_issuer: OidcIssuer,
}

impl InProcess {
    pub(super) fn new(assembled: Assembled) -> Self {
        let Assembled { sts, service, clock, .. } = assembled;
        Self {
            sts,
            #[cfg(feature = "oidc")]
            oidc_issuer: service.get().issuer.clone(),
            identity_center: IdentityCenter::new(service, clock),
        }
    }

    /// Returns the response to a request in absolute or origin form.
    pub fn respond(&self, request: Request<Body>) -> Response<Body> {
        self.sts.respond_now(request)
    }

    /// Returns the sign-ins of Identity Center, to approve and deny them.
    #[must_use]
    pub const fn identity_center(&self) -> &IdentityCenter {
        &self.identity_center
    }

    /// Returns the issuer of ID tokens.
    #[must_use]
    #[cfg(feature = "oidc")]
    pub const fn oidc_issuer(&self) -> &OidcIssuer {
        &self.oidc_issuer
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}
