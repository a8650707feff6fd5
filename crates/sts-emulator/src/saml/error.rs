//! Errors of SAML responses.

/// Why an authentication response is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AssertionError {
    #[error("it is not base64 of XML without a document type")]
    Xml,
    #[error("it has more elements, attributes or namespaces than any SAML response needs")]
    Size,
    #[error("it is not a SAML 2.0 response with one assertion for a bearer")]
    Form,
    #[error("its assertion is encrypted, which is not supported here")]
    Encrypted,
    #[error("its status is not Success")]
    Status,
    #[error("neither the response nor its assertion is signed")]
    Unsigned,
    #[error("its signature is of a form or an algorithm that is not supported here")]
    Algorithm,
    #[error("its content is not what was signed")]
    Digest,
    #[error("its signature is not of the provider's key")]
    Signature,
    #[error("its issuer is not the provider's")]
    Issuer,
    #[error("its audience is not the provider's: one in each AudienceRestriction must be")]
    Audience,
    #[error("it has a condition that is not supported here, or one twice")]
    Condition,
    #[error("its recipient is not the provider's")]
    Recipient,
    #[error("it is not valid yet")]
    NotYet,
    #[error("it has expired")]
    Expired,
    #[error("its SessionName or SourceIdentity has characters or a length that are not allowed")]
    Name,
}
