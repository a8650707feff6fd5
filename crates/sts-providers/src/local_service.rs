//! The JSON of the local services.

use http::Response;
use serde::Deserialize;
use serde_json::error::Category;
use sts_credentials::CredentialsError;
use sts_proto::{Body, Credentials, Secret};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::json_request::Object;
use sts_client::Now;
use sts_client::session::IssuedCredentials;

/// A local service that issues credentials, with its field names.
pub(crate) struct Issuer {
    pub(crate) name: &'static str,
    pub(crate) credentials: &'static str,
    pub(crate) access: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) token: &'static str,
    pub(crate) expiration: &'static str,
}

/// One format with two spellings: that of the metadata service, and in `alias` that of the agent.
#[derive(Deserialize)]
struct Content {
    #[serde(alias = "credentials")]
    credential: Option<Object<Fields>>,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(alias = "accessKeyId")]
    access: Option<String>,
    #[serde(default, alias = "secretAccessKey")]
    #[serde(deserialize_with = "sts_proto::secret_json::deserialize_option")]
    secret: Option<Secret>,
    #[serde(default, alias = "securityToken")]
    #[serde(deserialize_with = "sts_proto::secret_json::deserialize_option")]
    securitytoken: Option<Secret>,
    #[serde(alias = "expiration")]
    expires_at: Option<String>,
}

impl Issuer {
    /// Parses the credentials of a successful response. Errors name the issuer and the field, and
    /// never quote the response.
    pub(crate) fn read(
        &self,
        response: &Response<Body>,
        sent: Now,
        received: Now,
    ) -> Result<IssuedCredentials, CredentialsError> {
        let credentials = self.read_body(response.body()).map_err(|complaint| {
            CredentialsError::new(format!("invalid response of {}: {complaint}", self.name))
        })?;
        let issued = IssuedCredentials::from(credentials);
        Ok(issued.with_date_of(response.headers(), sent, received))
    }

    fn read_body(&self, body: &Body) -> Result<Credentials, String> {
        // The decoder's own message may quote a secret.
        let Object(content): Object<Content> =
            serde_json::from_slice(body.as_ref()).map_err(|error| match error.classify() {
                Category::Data => "unexpected type of a field, or a duplicate field".to_owned(),
                _ => "the body is not JSON".to_owned(),
            })?;
        let missing = |field| format!("missing field `{field}`");
        let Object(fields) = content.credential.ok_or_else(|| missing(self.credentials))?;
        let access = fields.access.ok_or_else(|| missing(self.access))?;
        let secret = fields.secret.ok_or_else(|| missing(self.secret))?;
        let token = fields.securitytoken.ok_or_else(|| missing(self.token))?;
        let expiration = fields.expires_at.ok_or_else(|| missing(self.expiration))?;
        let expiration = OffsetDateTime::parse(&expiration, &Rfc3339)
            .map_err(|_| format!("field `{}` is not RFC 3339", self.expiration))?;
        let credentials = Credentials::temporary(access, secret, token, expiration);
        credentials.validate().map_err(|fault| fault.to_string())?;
        Ok(credentials)
    }
}
