//! Description of a cached file, without its secrets.

use std::path::Path;

use serde::Deserialize;
use sts_client::Environment;
use sts_credentials::CredentialsError;
use time::OffsetDateTime;

use crate::aws_json::{self, Form};
use crate::json_request::Object;

/// Description of a file of a [`FileCache`](crate::FileCache), for programs that list or remove files.
/// It contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheEntry {
    /// The label of the provider, such as the URN of an agency and the session name. `None` if the
    /// file has none.
    pub label: Option<String>,
    /// The access key.
    pub access_key_id: String,
    /// When the credentials expire.
    pub expiration: OffsetDateTime,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Labeled {
    label: Option<String>,
}

impl CacheEntry {
    /// Reads the file at `path`, a private file of `environment`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, can be accessed by other users, or does not contain temporary
    /// credentials. No error quotes the content.
    pub fn read(environment: &dyn Environment, path: &Path) -> Result<Self, CredentialsError> {
        let shown = path.display();
        let content = environment.read_private_file(path).map_err(|error| {
            CredentialsError::new(format!("cannot read the credential cache {shown}"))
                .with_source(error)
        })?;
        let invalid =
            |fault: &str| CredentialsError::new(format!("credential cache {shown}: {fault}"));
        let credentials =
            aws_json::read(content.as_ref(), Form::Process).map_err(|fault| invalid(&fault))?;
        let expiration =
            credentials.expiration.ok_or_else(|| invalid("missing field `Expiration`"))?;
        let labeled = serde_json::from_slice(content.as_ref()).ok();
        let label = labeled.and_then(|Object(Labeled { label })| label);
        // It is printed to a terminal.
        let label = label.filter(|label| !label.chars().any(char::is_control));
        Ok(Self { label, access_key_id: credentials.access_key_id.clone(), expiration })
    }
}
