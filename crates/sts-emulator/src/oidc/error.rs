//! Errors of ID tokens.

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdTokenError {
    #[error("it is not a signed JSON Web Token with the claims iss, sub, aud and exp")]
    Form,
    #[error("it is not signed with RS256 or ES256")]
    Algorithm,
    #[error("its header names critical extensions, and none is supported here")]
    Critical,
    #[error("none of the provider's keys has signed it")]
    Signature,
    #[error("its issuer is not the provider's")]
    Issuer,
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    NotYet,
    #[error("its audience is none of the provider's client ids")]
    Audience,
}
