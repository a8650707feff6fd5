//! Successful responses. Output types with secrets do not implement `Serialize`, which could expose
//! the secrets by accident; they are written through private types.

use std::num::NonZeroU8;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde::Serialize;
use sts_credentials::{Credentials, Secret};
use time::format_description::well_known::iso8601::{Config, EncodedConfig, TimePrecision};
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{OffsetDateTime, UtcOffset};

use crate::body::{Body, BodyWriter};
use crate::operation::{
    AssumeAgencyOutput, AssumeAgencyWithOidcOutput, AssumeAgencyWithSamlOutput, AssumedAgency,
    DecodeAuthorizationMessageOutput, GetCallerIdentityOutput,
};
use crate::secret;

/// Output of an operation that can be written as a response. The five output types implement it.
pub trait ToResponse: sealed::Sealed {
    /// Returns the JSON of the response, secrets included.
    fn to_body(&self) -> Body;

    /// Returns a response with status 200 and the JSON of [`to_body`](Self::to_body).
    fn to_response(&self) -> Response<Body> {
        json_response(StatusCode::OK, self.to_body())
    }
}

pub(super) fn json_response(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

pub(super) fn write(wire: &impl Serialize) -> Body {
    let mut body = BodyWriter::with_capacity(1024);
    match serde_json::to_writer(&mut body, wire) {
        Ok(()) => body.finish(),
        // Serialization of strings and numbers does not fail.
        Err(_) => Body::empty(),
    }
}

#[derive(Serialize)]
struct CredentialsView<'a> {
    access_key_id: &'a str,
    #[serde(serialize_with = "secret::expose")]
    secret_access_key: &'a Secret,
    #[serde(serialize_with = "secret::expose_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    security_token: &'a Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
}

impl<'a> From<&'a Credentials> for CredentialsView<'a> {
    fn from(credentials: &'a Credentials) -> Self {
        Self {
            access_key_id: &credentials.access_key_id,
            secret_access_key: &credentials.secret_access_key,
            security_token: &credentials.security_token,
            expiration: credentials.expiration.and_then(format_expiration),
        }
    }
}

/// Formats a date in UTC with at least three decimal digits, which the official Python SDK requires.
/// Returns `None` for a year that RFC 3339 does not support.
fn format_expiration(expiration: OffsetDateTime) -> Option<String> {
    let utc = expiration.checked_to_offset(UtcOffset::UTC)?;
    if utc.nanosecond().is_multiple_of(1_000_000) {
        utc.format(&Iso8601::<MILLISECONDS>).ok()
    } else {
        utc.format(&Rfc3339).ok()
    }
}

const MILLISECONDS: EncodedConfig = Config::DEFAULT
    .set_time_precision(TimePrecision::Second { decimal_digits: NonZeroU8::new(3) })
    .encode();

/// Common part of the output of the assume operations.
#[derive(Serialize)]
struct SessionView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'a str>,
    assumed_agency: &'a AssumedAgency,
    credentials: CredentialsView<'a>,
}

impl sealed::Sealed for AssumeAgencyOutput {}
impl ToResponse for AssumeAgencyOutput {
    fn to_body(&self) -> Body {
        write(&SessionView {
            source_identity: self.source_identity.as_deref(),
            assumed_agency: &self.assumed_agency,
            credentials: (&self.credentials).into(),
        })
    }
}

impl sealed::Sealed for AssumeAgencyWithOidcOutput {}
impl ToResponse for AssumeAgencyWithOidcOutput {
    fn to_body(&self) -> Body {
        #[derive(Serialize)]
        struct View<'a> {
            #[serde(flatten)]
            session: SessionView<'a>,
            audience: &'a str,
            provider: &'a str,
            subject_from_id_token: &'a str,
        }
        write(&View {
            session: SessionView {
                source_identity: self.source_identity.as_deref(),
                assumed_agency: &self.assumed_agency,
                credentials: (&self.credentials).into(),
            },
            audience: &self.audience,
            provider: &self.provider,
            subject_from_id_token: &self.subject_from_id_token,
        })
    }
}

impl sealed::Sealed for AssumeAgencyWithSamlOutput {}
impl ToResponse for AssumeAgencyWithSamlOutput {
    fn to_body(&self) -> Body {
        #[derive(Serialize)]
        struct View<'a> {
            #[serde(flatten)]
            session: SessionView<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            audience: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            issuer: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            name_qualifier: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            subject: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            subject_type: Option<&'a str>,
        }
        write(&View {
            session: SessionView {
                source_identity: self.source_identity.as_deref(),
                assumed_agency: &self.assumed_agency,
                credentials: (&self.credentials).into(),
            },
            audience: self.audience.as_deref(),
            issuer: self.issuer.as_deref(),
            name_qualifier: self.name_qualifier.as_deref(),
            subject: self.subject.as_deref(),
            subject_type: self.subject_type.as_deref(),
        })
    }
}

impl sealed::Sealed for DecodeAuthorizationMessageOutput {}
impl ToResponse for DecodeAuthorizationMessageOutput {
    fn to_body(&self) -> Body {
        write(self)
    }
}

impl sealed::Sealed for GetCallerIdentityOutput {}
impl ToResponse for GetCallerIdentityOutput {
    fn to_body(&self) -> Body {
        write(self)
    }
}

mod sealed {
    /// Seals [`ToResponse`](super::ToResponse).
    #[expect(unnameable_types, reason = "what cannot be named cannot be implemented elsewhere")]
    pub trait Sealed {}
}
