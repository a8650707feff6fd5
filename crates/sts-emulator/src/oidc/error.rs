//! Errors of ID tokens.

/// The reason for which an ID token is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdTokenError {
    #[error("not a signed JSON Web Token with the claims iss, sub, aud and exp")]
    Form,
    #[error("unsupported algorithm: must be RS256 or ES256")]
    Algorithm,
    #[error("unsupported critical extension")]
    Critical,
    #[error("signature mismatch: not signed with a key of the provider")]
    Signature,
    #[error("sub must have 1 to 255 characters")]
    Subject,
    #[error("unexpected issuer")]
    Issuer,
    #[error("expired")]
    Expired,
    #[error("not valid yet")]
    NotYet,
    #[error("the audience is not a client id of the provider")]
    Audience,
}
