//! The `Authorization` header, written and read.

use bytes::Bytes;
use http::HeaderValue;
use http::header::InvalidHeaderValue;

use crate::algorithm::{Algorithm, Signature};
use crate::canonical_request::CanonicalHeaders;
use crate::hex;
use crate::scope::Scope;
use crate::sink::{self, Sink, Written};
use crate::string_to_sign::StringToSign;

/// The value of an `Authorization` header, to be written:
/// `ALGORITHM Access=ID, SignedHeaders=a;b, Signature=HEX`. For a derived key
/// `Credential=ID/DAY/REGION/SERVICE` stands in place of `Access=ID`.
pub(crate) struct NewAuthorization<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) text: &'a StringToSign<'a>,
    pub(crate) headers: &'a CanonicalHeaders<'a>,
    pub(crate) signature: &'a Signature,
}

impl NewAuthorization<'_> {
    pub(crate) fn to_value(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        let bytes = Bytes::from(sink::bytes_of(self));
        let mut value = HeaderValue::from_maybe_shared(bytes)?;
        value.set_sensitive(true);
        Ok(value)
    }
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
        sink.write(self.signature.as_hex());
    }
}

/// What an `Authorization` header says.
pub(crate) struct Authorization<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) access_key_id: &'a str,
    /// Day and scope of a derived key.
    pub(crate) derived: Option<(&'a str, Scope)>,
    /// Lower case, ascending, each once.
    pub(crate) signed_headers: Vec<&'a str>,
    pub(crate) signature: Vec<u8>,
}

/// The length in bytes of the longest scheme that is shown.
const LONGEST_SCHEME: usize = 32;

/// What is wrong with an `Authorization` header.
pub(crate) enum Unreadable<'a> {
    /// It names no algorithm of this crate, but maybe another scheme.
    Scheme(&'a str),
    /// A part of it.
    Part(&'static str),
}

impl<'a> Authorization<'a> {
    /// Reads the value of a header.
    pub(crate) fn read(value: &'a str) -> Result<Self, Unreadable<'a>> {
        let no_scheme = Unreadable::Part("an algorithm and a blank in front of the parameters");
        let (scheme, rest) = value.split_once(' ').ok_or(no_scheme)?;
        let algorithm = Algorithm::from_name(scheme).ok_or_else(|| unknown_scheme(scheme))?;
        let mut fields = rest.split(", ");
        let mut field = |name: &str| fields.next().and_then(|field| field.strip_prefix(name));

        let (access_key_id, derived) = if algorithm == Algorithm::V11HmacSha256 {
            field("Credential=")
                .and_then(read_credential)
                .ok_or(Unreadable::Part("Credential=ID/DAY/REGION/SERVICE"))?
        } else {
            let id = field("Access=").filter(|id| !id.is_empty());
            (id.ok_or(Unreadable::Part("Access=ID"))?, None)
        };
        let signed_headers = field("SignedHeaders=")
            .and_then(read_names)
            .ok_or(Unreadable::Part("SignedHeaders=a;b, in lower case and ascending"))?;
        let signature = field("Signature=")
            .and_then(hex::decode)
            .filter(|bytes| !bytes.is_empty())
            .ok_or(Unreadable::Part("Signature=HEX, in lower case"))?;
        if fields.next().is_some() {
            return Err(Unreadable::Part("nothing after Signature"));
        }
        Ok(Self { algorithm, access_key_id, derived, signed_headers, signature })
    }
}

/// The error for a scheme that is not an algorithm. It is shown, so what has not the form of one is
/// left out: it may be a token.
fn unknown_scheme(scheme: &str) -> Unreadable<'_> {
    let name = scheme.strip_suffix(',').unwrap_or(scheme);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_name && name.len() <= LONGEST_SCHEME {
        Unreadable::Scheme(scheme)
    } else {
        Unreadable::Part("the name of an algorithm in front of the parameters")
    }
}

fn read_credential(text: &str) -> Option<(&str, Option<(&str, Scope)>)> {
    let mut parts = text.split('/');
    let mut next = || parts.next().filter(|part| !part.is_empty());
    let (id, day, region, service) = (next()?, next()?, next()?, next()?);
    parts.next().is_none().then(|| (id, Some((day, Scope::new(region, service)))))
}

fn read_names(text: &str) -> Option<Vec<&str>> {
    let names: Vec<&str> = text.split(';').collect();
    let is_lower = |name: &&str| !name.is_empty() && !name.bytes().any(|b| b.is_ascii_uppercase());
    (names.iter().all(is_lower) && names.is_sorted_by(|a, b| a < b)).then_some(names)
}
