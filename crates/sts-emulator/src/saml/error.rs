//! Errors of SAML responses.

/// The reason for which an authentication response is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AssertionError {
    #[error("not base64 of XML without a document type")]
    Xml,
    #[error("too many elements, attributes or namespaces")]
    Size,
    #[error("not a SAML 2.0 response with one bearer assertion")]
    Form,
    #[error("encrypted assertions are not supported")]
    Encrypted,
    #[error("the status is not Success")]
    Status,
    #[error("neither the response nor its assertion is signed")]
    Unsigned,
    #[error("unsupported form or algorithm of the signature")]
    Algorithm,
    #[error("digest mismatch: the signed content was modified")]
    Digest,
    #[error("signature mismatch: not signed with the key of the provider")]
    Signature,
    #[error("unexpected issuer")]
    Issuer,
    #[error("the audience of the provider is missing in an AudienceRestriction")]
    Audience,
    #[error("unsupported or duplicate condition")]
    Condition,
    #[error("unexpected recipient")]
    Recipient,
    #[error("not valid yet")]
    NotYet,
    #[error("expired")]
    Expired,
    #[error("invalid characters or length of SessionName or SourceIdentity")]
    Name,
}
