//! Authentication of a request.

use http::{HeaderMap, HeaderName, HeaderValue};
use sts_credentials::{CredentialsError, Secret};

use super::limits;

const AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
const DOMAIN_ID: HeaderName = HeaderName::from_static("x-domain-id");
const PROJECT_ID: HeaderName = HeaderName::from_static("x-project-id");

/// Authentication of a request to classic IAM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IamCaller {
    /// The request has no authentication of its own. IAM prefers a token in a header and a signature
    /// to a token in the body.
    #[default]
    Anonymous,
    /// The request is signed by its sender with `sts-sign`.
    #[non_exhaustive]
    Signer {
        /// The id of the signer's account, which is sent as `X-Domain-Id`. The official SDKs send it
        /// if they know it; IAM does not require it.
        account_id: Option<String>,
        /// The id of a project, which is sent as `X-Project-Id`. The official SDKs send it in place of
        /// the account with their basic credentials; IAM does not require it.
        project_id: Option<String>,
    },
    /// The request contains an IAM token as `X-Auth-Token`, and must not be signed.
    Token(Secret),
}

impl IamCaller {
    /// Returns a caller that signs its request.
    #[must_use]
    pub const fn signer() -> Self {
        Self::Signer { account_id: None, project_id: None }
    }

    /// Returns a caller of the account with this id that signs its request.
    #[must_use]
    pub fn signer_of(account_id: impl Into<String>) -> Self {
        Self::Signer { account_id: Some(account_id.into()), project_id: None }
    }

    /// Returns a caller that signs its request for the project with this id.
    #[must_use]
    pub fn signer_in_project(project_id: impl Into<String>) -> Self {
        Self::Signer { account_id: None, project_id: Some(project_id.into()) }
    }

    /// Returns a caller with an IAM token.
    #[must_use]
    pub fn token(token: impl Into<Secret>) -> Self {
        Self::Token(token.into())
    }

    pub(super) fn add_to(&self, headers: &mut HeaderMap) -> Result<(), CredentialsError> {
        match self {
            Self::Anonymous => {}
            Self::Signer { account_id, project_id } => {
                if let Some(id) = account_id {
                    headers.insert(DOMAIN_ID, limits::header("the account id", id)?);
                }
                if let Some(id) = project_id {
                    headers.insert(PROJECT_ID, limits::header("the project id", id)?);
                }
            }
            Self::Token(token) => {
                headers.insert(AUTH_TOKEN, secret_header("the IAM token", token)?);
            }
        }
        Ok(())
    }
}

/// Returns a sensitive header.
fn secret_header(what: &str, secret: &Secret) -> Result<HeaderValue, CredentialsError> {
    let mut value = limits::header(what, secret.expose_secret())?;
    value.set_sensitive(true);
    Ok(value)
}
