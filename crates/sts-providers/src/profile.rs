//! Credentials from the profile file of the official SDKs.

mod ini;

use std::path::PathBuf;
use std::sync::Arc;

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Environment, Platform};
use sts_credentials::CredentialsError;
use sts_proto::{Body, BodyWriter, Credentials, Endpoint, Secret};

use self::ini::Ini;
use crate::classic_iam::{endpoint_from_variable, parse_endpoint};
use crate::home::ConfigFile;
use crate::iam_federation::IamFederation;
use crate::shared_provider::{SharedProvider, SharedRefresh};
use crate::variable;

const FILE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";

/// Credentials from the profile file: the file that `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names, or
/// else `.huaweicloud/credentials` in the home directory (`HOME`, on Windows `USERPROFILE`).
///
/// ```ini
/// # Comments are on lines of their own.
/// [basic]
/// ak = EXAMPLEAK00000000001
/// sk = exampleexampleexampleexampleexampleexamp
/// security_token = only-of-temporary-credentials
/// ```
///
/// The section is `[basic]`, or `[global]` if there is none. Other entries and sections are for
/// other services. The file may begin with a byte order mark, and may have line ends of either kind.
///
/// It is a [`RefreshProvider`] that reads the file for every refresh: once, and again when a service
/// has rejected the credentials, so that rotated ones are picked up without a restart.
///
/// # Errors
///
/// A missing file in the default location means that the provider
/// [is not configured](CredentialsError::is_not_configured). A named file that is missing, and a file
/// that cannot be read, are errors.
///
/// The official SDKs for Python, Go and Java parse this file by three sets of rules. A file that
/// they could read differently is an error that names the line, instead of credentials of another
/// identity:
///
/// - a section header that is not `[name]` in lower-case letters alone on its line: one with a
///   comment behind it, with blanks or upper-case letters in it, or `[DEFAULT]`
/// - a section or an entry that occurs twice, or an entry before the first section
/// - a key in upper case, `key: value`, or more than one blank beside `=`
/// - an indented line, which continues the line before in Python
/// - quotes, `\` or `%` in any value; blanks, `#`, `;` or characters that are not visible ASCII in a
///   value that is used; `=` in a value without a blank before the first `=`. On Windows, write paths
///   with `/`
/// - an empty `ak`, `sk` or `security_token`
/// - a control character, text that is not UTF-8, or more than 64 KiB
///
/// `idp_id` with `id_token_file` select an [`IamFederation`], which takes precedence over `ak` and
/// `sk`, as in the official SDKs. Its endpoint is `iam_endpoint`, or else that in
/// `HUAWEICLOUD_SDK_IAM_ENDPOINT`, or else the global one.
#[derive(Clone, Debug, Default)]
pub struct ProfileFile {
    path: Option<PathBuf>,
}

impl ProfileFile {
    /// Creates a provider that finds the file by the environment.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the path of the file, overriding the environment.
    #[must_use]
    pub fn path(self, path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()) }
    }

    /// Reads the credentials in the file, which `environment` finds and opens.
    ///
    /// # Errors
    ///
    /// Those of [`ProfileFile`]. A file that selects federation contains no credentials; make a
    /// session of the provider.
    pub fn read(&self, environment: &dyn Environment) -> Result<Credentials, CredentialsError> {
        let file = self.find(environment)?;
        match read(file.read(environment)?.as_ref()).map_err(|fault| file.invalid(&fault))? {
            Content::Credentials(credentials) => Ok(credentials),
            Content::Federation { .. } => Err(file.invalid(
                "idp_id and id_token_file select federation over classic IAM, which takes requests; \
                 make a session of the provider",
            )),
        }
    }

    /// Returns `credentials` as the content of a profile file, with a section `[basic]`. The expiration
    /// is not part of it. `None` if the parsers of the official SDKs would read other credentials.
    ///
    /// ```
    /// use sts_client::Credentials;
    /// use sts_providers::ProfileFile;
    ///
    /// let content = ProfileFile::content_of(&Credentials::permanent("AK", "secret"));
    /// assert_eq!(content.as_ref().map(AsRef::as_ref), Some(&b"[basic]\nak = AK\nsk = secret\n"[..]));
    /// assert!(ProfileFile::content_of(&Credentials::permanent("AK", "100%")).is_none());
    /// ```
    #[must_use]
    pub fn content_of(credentials: &Credentials) -> Option<Body> {
        let mut content = BodyWriter::with_capacity(4096);
        content.extend(b"[basic]\n");
        let token = credentials.security_token.as_ref().map(Secret::expose_secret);
        let entries = [
            ("ak", Some(credentials.access_key_id.as_str())),
            ("sk", Some(credentials.secret_access_key.expose_secret())),
            ("security_token", token),
        ];
        for (key, value) in entries {
            let Some(value) = value else { continue };
            for piece in [key, " = ", value, "\n"] {
                content.extend(piece.as_bytes());
            }
        }
        let content = content.finish();
        let Ok(Content::Credentials(read)) = read(content.as_ref()) else { return None };
        let mut expected = credentials.clone();
        expected.expiration = None;
        (read == expected).then_some(content)
    }

    fn find(&self, environment: &dyn Environment) -> Result<ConfigFile, CredentialsError> {
        let named = match &self.path {
            Some(path) => Some(path.clone()),
            None => variable::path(environment, FILE)?,
        };
        let usual = [".huaweicloud", "credentials"];
        ConfigFile::find("profile file", named, usual, Some(FILE), environment)
    }

    fn resolve(&self, environment: &dyn Environment) -> Result<SharedProvider, CredentialsError> {
        let file = self.find(environment)?;
        match read(file.read(environment)?.as_ref()).map_err(|fault| file.invalid(&fault))? {
            Content::Credentials(credentials) => Ok(SharedProvider::new(credentials)),
            Content::Federation { provider, endpoint: Some(endpoint) } => {
                Ok(SharedProvider::new((*provider).endpoint(endpoint)))
            }
            Content::Federation { provider, endpoint: None } => {
                Ok(SharedProvider::new(match endpoint_from_variable(environment)? {
                    Some(endpoint) => (*provider).endpoint(endpoint),
                    None => *provider,
                }))
            }
        }
    }
}

/// What a file contains.
enum Content {
    Credentials(Credentials),
    Federation { provider: Box<IamFederation>, endpoint: Option<Endpoint> },
}

fn read(content: &[u8]) -> Result<Content, String> {
    let ini = Ini::parse(content)?;
    let section = ["basic", "global"]
        .into_iter()
        .find(|section| ini.has_section(section))
        .ok_or("missing section [basic] or [global]")?;
    let mandatory = |key| {
        ini.value(section, key)?.ok_or_else(|| format!("missing {key} in section [{section}]"))
    };
    if ini.has(section, "idp_id") && ini.has(section, "id_token_file") {
        let endpoint = match ini.value(section, "iam_endpoint")? {
            Some(url) => {
                Some(parse_endpoint(url).map_err(|fault| format!("iam_endpoint {fault}"))?)
            }
            None => None,
        };
        let provider = IamFederation::new(mandatory("idp_id")?, mandatory("id_token_file")?);
        return Ok(Content::Federation { provider: Box::new(provider), endpoint });
    }
    let access_key = mandatory("ak")?;
    let credentials = Credentials::permanent(access_key, Secret::from(mandatory("sk")?));
    let credentials = match ini.value(section, "security_token")? {
        Some(token) => credentials.security_token(token),
        None => credentials,
    };
    credentials.validate().map_err(|fault| format!("section [{section}]: {fault}"))?;
    Ok(Content::Credentials(credentials))
}

impl RefreshProvider for ProfileFile {
    type Refresh = SharedRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<SharedRefresh, CredentialsError> {
        let provider = self.resolve(&*platform.environment)?;
        provider.validate(context)?;
        provider.begin(platform, context)
    }

    fn label(&self) -> String {
        "profile file".to_owned()
    }
}
