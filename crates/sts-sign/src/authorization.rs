//! The `Authorization` header.

use crate::algorithm::Algorithm;
use crate::canonical_request::CanonicalHeaders;
use crate::hex;
use crate::scope::Scope;
use crate::sink::{Sink, Written};
use crate::string_to_sign::StringToSign;

/// New value without the signature: `ALGORITHM Access=ID, SignedHeaders=a;b, Signature=`. A derived
/// key has `Credential=ID/DAY/REGION/SERVICE` instead of `Access=ID`.
pub(crate) struct NewAuthorization<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) text: &'a StringToSign,
    pub(crate) headers: &'a CanonicalHeaders<'a>,
}

impl Written for NewAuthorization<'_> {
    fn write_to(&self, sink: &mut impl Sink) {
        sink.write(self.text.algorithm.name().as_bytes());
        if let Some(scope) = self.text.day_scope() {
            sink.write(b" Credential=");
            sink.write(self.access_key_id.as_bytes());
            sink.write(b"/");
            scope.write_to(sink);
        } else {
            sink.write(b" Access=");
            sink.write(self.access_key_id.as_bytes());
        }
        sink.write(b", SignedHeaders=");
        self.headers.write_names(sink);
        sink.write(b", Signature=");
    }
}

/// Parsed value of an `Authorization` header.
pub(crate) struct Authorization<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) access_key_id: &'a str,
    /// Day and scope of a derived key.
    pub(crate) derived: Option<(&'a str, Scope)>,
    /// Unique names in lower case, sorted.
    pub(crate) signed_headers: Vec<&'a str>,
    pub(crate) signature: Vec<u8>,
}

/// Maximum length of a scheme in an error, in bytes.
const LONGEST_SCHEME: usize = 32;

/// Error returned when parsing an `Authorization` header fails.
pub(crate) enum InvalidAuthorization<'a> {
    /// Unknown algorithm or another authentication scheme.
    Scheme(&'a str),
    /// Missing or invalid part, with the expected format.
    Part(&'static str),
}

impl<'a> Authorization<'a> {
    /// Parses the value of a header.
    pub(crate) fn read(value: &'a str) -> Result<Self, InvalidAuthorization<'a>> {
        let no_scheme =
            InvalidAuthorization::Part("expected an algorithm and a space before the parameters");
        let (scheme, rest) = value.split_once(' ').ok_or(no_scheme)?;
        let algorithm = Algorithm::from_name(scheme).ok_or_else(|| unknown_scheme(scheme))?;
        let mut fields = rest.split(',');
        let mut field = |name: &str| fields.next().and_then(|field| field.strip_prefix(name));

        let (access_key_id, derived) = if algorithm == Algorithm::V11HmacSha256 {
            field("Credential=")
                .and_then(read_credential)
                .ok_or(InvalidAuthorization::Part("expected Credential=ID/DAY/REGION/SERVICE"))?
        } else {
            let id = field("Access=").filter(|id| is_id(id));
            (id.ok_or(InvalidAuthorization::Part("expected Access=ID"))?, None)
        };
        let signed_headers =
            field(" SignedHeaders=").and_then(read_names).ok_or(InvalidAuthorization::Part(
                "expected SignedHeaders=a;b with sorted names in lower case",
            ))?;
        let signature = field(" Signature=")
            .and_then(hex::decode)
            .filter(|bytes| !bytes.is_empty())
            .ok_or(InvalidAuthorization::Part("expected Signature=HEX in lower case"))?;
        if fields.next().is_some() {
            return Err(InvalidAuthorization::Part("unexpected text after Signature"));
        }
        Ok(Self { algorithm, access_key_id, derived, signed_headers, signature })
    }
}

/// Returns the error for an unknown scheme. A text that does not look like a scheme may be a token
/// and is not shown.
fn unknown_scheme(scheme: &str) -> InvalidAuthorization<'_> {
    let name = scheme.strip_suffix(',').unwrap_or(scheme);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_name && name.len() <= LONGEST_SCHEME {
        InvalidAuthorization::Scheme(scheme)
    } else {
        InvalidAuthorization::Part("expected an algorithm before the parameters")
    }
}

fn read_credential(text: &str) -> Option<(&str, Option<(&str, Scope)>)> {
    let mut parts = text.split('/');
    let mut next = || parts.next().filter(|part| !part.is_empty());
    let (id, day, region, service) = (next()?, next()?, next()?, next()?);
    let is_valid = parts.next().is_none() && is_id(id);
    is_valid.then(|| (id, Some((day, Scope::new(region, service)))))
}

/// Returns whether a text can be an access key id. The header is not signed: with white space, one
/// request could be presented under several ids.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn read_names(text: &str) -> Option<Vec<&str>> {
    let names: Vec<&str> = text.split(';').collect();
    let is_lower = |name: &&str| !name.is_empty() && !name.bytes().any(|b| b.is_ascii_uppercase());
    (names.iter().all(is_lower) && names.is_sorted_by(|a, b| a < b)).then_some(names)
}
