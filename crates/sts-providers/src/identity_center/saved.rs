//! A sign-in that is kept in a file.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sts_client::Environment;
use sts_credentials::{CredentialsError, Secret};
use sts_proto::{Body, BodyWriter, Endpoint};
use time::OffsetDateTime;

use super::instant;
use super::message::word;
use super::oidc::Registration;
use super::poll::AccessToken;
use crate::json_request::{Exposed, Object};

/// Form of the file.
const VERSION: u32 = 1;
/// Size of a file with secrets of the largest documented size.
const SIZE: usize = 32 * 1024;

/// Sign-in of a person that programs of the same user share by a private file. Experimental.
///
/// It contains the registration of the program, the access token and the agency that the person has
/// chosen, in plain text and with mode 0600: every program of the user can read it.
/// [`SavedAgency`](super::SavedAgency) is the provider of its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedSignIn {
    /// URL of the user portal.
    pub start_url: String,
    /// OIDC endpoint of the instance.
    pub oidc_endpoint: Endpoint,
    /// Endpoint of the portal.
    pub portal_endpoint: Endpoint,
    /// Registration of the program.
    pub registration: Option<Registration>,
    /// Access token; `None` after a sign-out.
    pub access_token: Option<AccessToken>,
    /// Account and agency; `None` until the person has chosen.
    pub agency: Option<ChosenAgency>,
}

/// Agency of which a [`SavedSignIn`] provides the credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChosenAgency {
    /// Id of the account.
    pub account_id: String,
    /// URN of the agency.
    pub agency_urn: String,
    /// Name of the permission set, if the portal stated it.
    pub permission_set_name: Option<String>,
}

impl ChosenAgency {
    /// Creates the choice of the agency `agency_urn` in the account `account_id`.
    #[must_use]
    pub fn new(account_id: impl Into<String>, agency_urn: impl Into<String>) -> Self {
        let (account_id, agency_urn) = (account_id.into(), agency_urn.into());
        Self { account_id, agency_urn, permission_set_name: None }
    }

    /// Sets the name of the permission set.
    #[must_use]
    pub fn permission_set_name(self, name: Option<String>) -> Self {
        Self { permission_set_name: name, ..self }
    }
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    start_url: &'a str,
    oidc_endpoint: &'a str,
    portal_endpoint: &'a str,
    registration: Option<WrittenRegistration<'a>>,
    access_token: Option<WrittenToken<'a>>,
    agency: Option<&'a ChosenAgency>,
}

/// With the names of the fields of the service.
#[derive(Serialize)]
struct WrittenRegistration<'a> {
    #[serde(rename = "client_id")]
    id: &'a str,
    #[serde(rename = "client_secret")]
    secret: Exposed<'a>,
    #[serde(rename = "client_secret_expires_at")]
    expires_at: i64,
}

#[derive(Serialize)]
struct WrittenToken<'a> {
    token: Exposed<'a>,
    expires_at: i64,
}

#[derive(Deserialize)]
struct Read {
    version: u32,
    start_url: String,
    oidc_endpoint: String,
    portal_endpoint: String,
    registration: Option<Object<Registration>>,
    access_token: Option<Object<ReadToken>>,
    agency: Option<Object<ChosenAgency>>,
}

#[derive(Deserialize)]
struct ReadToken {
    #[serde(deserialize_with = "word")]
    token: Secret,
    #[serde(deserialize_with = "instant::deserialize")]
    expires_at: OffsetDateTime,
}

impl SavedSignIn {
    /// Creates the settings of an instance, without a sign-in.
    #[must_use]
    pub fn new(
        start_url: impl Into<String>,
        oidc_endpoint: Endpoint,
        portal_endpoint: Endpoint,
    ) -> Self {
        Self {
            start_url: start_url.into(),
            oidc_endpoint,
            portal_endpoint,
            registration: None,
            access_token: None,
            agency: None,
        }
    }

    /// Reads the private file at `path`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// The file cannot be read, other users can access it, or it is invalid. The error names it.
    pub fn read(
        environment: &dyn Environment,
        path: &Path,
    ) -> Result<Option<Self>, CredentialsError> {
        let content = match environment.read_private_file(path) {
            Ok(content) => content,
            Err(error) if environment.is_missing(path, &error) => return Ok(None),
            Err(error) => {
                let message = format!("cannot read the sign-in in {}", path.display());
                return Err(CredentialsError::new(message).with_source(error));
            }
        };
        Self::parse(content.as_ref()).map(Some).map_err(|fault| {
            let path = path.display();
            CredentialsError::new(format!("invalid sign-in in {path}: {fault}; remove the file"))
        })
    }

    /// Writes the private file at `path`, in place of a previous one.
    ///
    /// # Errors
    ///
    /// The file cannot be written. The error names it.
    pub fn write(
        &self,
        environment: &dyn Environment,
        path: &Path,
    ) -> Result<(), CredentialsError> {
        let content = self.to_body()?;
        environment.write_private_file(path, &content).map_err(|error| {
            let message = format!("cannot write the sign-in to {}", path.display());
            CredentialsError::new(message).with_source(error)
        })
    }

    fn to_body(&self) -> Result<Body, CredentialsError> {
        let registration = self.registration.as_ref().map(|registration| WrittenRegistration {
            id: &registration.client_id,
            secret: Exposed(&registration.client_secret),
            expires_at: registration.expires_at.unix_timestamp(),
        });
        let access_token = self.access_token.as_ref().map(|token| WrittenToken {
            token: Exposed(&token.token),
            expires_at: token.expires_at.unix_timestamp(),
        });
        let written = Written {
            version: VERSION,
            start_url: &self.start_url,
            oidc_endpoint: self.oidc_endpoint.as_str(),
            portal_endpoint: self.portal_endpoint.as_str(),
            registration,
            access_token,
            agency: self.agency.as_ref(),
        };
        let mut body = BodyWriter::with_capacity(SIZE);
        serde_json::to_writer(&mut body, &written)
            .map_err(|_| CredentialsError::new("the sign-in cannot be written as JSON"))?;
        Ok(body.finish())
    }

    fn parse(content: &[u8]) -> Result<Self, String> {
        // The text of the error may contain a part of a value.
        let Object(read) = serde_json::from_slice::<Object<Read>>(content)
            .map_err(|error| format!("not valid at line {}", error.line()))?;
        if read.version != VERSION {
            return Err(format!("version {} is not supported", read.version));
        }
        let endpoint = |url: &str| {
            Endpoint::parse_allowing_loopback_http(url).map_err(|error| error.to_string())
        };
        let access_token =
            read.access_token.map(|Object(read)| AccessToken::new(read.token, read.expires_at));
        Ok(Self {
            oidc_endpoint: endpoint(&read.oidc_endpoint)?,
            portal_endpoint: endpoint(&read.portal_endpoint)?,
            start_url: read.start_url,
            registration: read.registration.map(|Object(registration)| registration),
            access_token,
            agency: read.agency.map(|Object(agency)| agency),
        })
    }
}
