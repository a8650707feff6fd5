//! Credentials from the profile file of the official SDKs.

mod ini;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use sts_credentials::{CredentialsError, CredentialsRequest, ProvideCredentials, blocking};
use sts_proto::{Credentials, Secret};

use self::ini::Ini;
use crate::read_once::ReadOnce;
use crate::sendable::sendable_id;
use crate::variable;
use sts_client::Environment;

const FILE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

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
/// other services. The file is read on first use, and again when the service rejects the
/// credentials, so that rotated ones are picked up without a restart. It may begin with a byte
/// order mark, and may have line ends of either kind.
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
///   value that is used; `=` in a value without a blank before the first `=`
/// - an empty `ak`, `sk` or `security_token`
/// - a control character, or text that is not UTF-8
///
/// `idp_id` with `id_token_file` is an error too: in the official SDKs they take precedence and
/// select federation over classic IAM, which is not part of STS.
pub struct ProfileFile {
    environment: Arc<dyn Environment>,
    path: Option<PathBuf>,
    keys: ReadOnce,
}

impl ProfileFile {
    /// Creates a provider that reads the profile file of `environment`.
    pub fn new(environment: impl Environment + 'static) -> Self {
        Self { environment: Arc::new(environment), path: None, keys: ReadOnce::default() }
    }

    /// Sets the path of the file, overriding the environment.
    #[must_use]
    pub fn at(self, path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    fn read(&self) -> Result<Credentials, CredentialsError> {
        let environment = &*self.environment;
        let named = match &self.path {
            Some(path) => Some(path.clone()),
            None => variable::path(environment, FILE)?,
        };
        let is_named = named.is_some();
        let home = if is_named { None } else { variable::path(environment, HOME)? };
        let usual = home.map(|home| home.join(".huaweicloud").join("credentials"));
        let path = named.or(usual).ok_or_else(|| {
            let message = format!("no profile file: neither {FILE} nor {HOME} is set");
            CredentialsError::not_configured(message)
        })?;
        let content = environment.read_file(&path).map_err(|error| {
            use io::ErrorKind::{NotFound, Unsupported};
            if !is_named && matches!(error.kind(), NotFound | Unsupported) {
                let message = format!("profile file not found: {}", path.display());
                return CredentialsError::not_configured(message);
            }
            let message = format!("cannot read profile file {}", path.display());
            CredentialsError::new(message).with_source(error)
        })?;
        read(content.as_ref()).map_err(|fault| {
            CredentialsError::new(format!("profile file {}: {fault}", path.display()))
        })
    }
}

fn read(content: &[u8]) -> Result<Credentials, String> {
    let ini = Ini::parse(content)?;
    let section = ["basic", "global"]
        .into_iter()
        .find(|section| ini.has_section(section))
        .ok_or("missing section [basic] or [global]")?;
    if ini.has(section, "idp_id") && ini.has(section, "id_token_file") {
        return Err("idp_id and id_token_file select federation over classic IAM, which STS does \
                    not support; remove them"
            .to_owned());
    }
    let mandatory = |key| {
        ini.value(section, key)?.ok_or_else(|| format!("missing {key} in section [{section}]"))
    };
    let access_key = mandatory("ak")?;
    sendable_id(access_key).map_err(|fault| format!("ak in section [{section}] {fault}"))?;
    let credentials = Credentials::permanent(access_key, Secret::from(mandatory("sk")?));
    Ok(match ini.value(section, "security_token")? {
        Some(token) => credentials.security_token(token),
        None => credentials,
    })
}

impl ProvideCredentials for ProfileFile {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        blocking::ProvideCredentials::credentials(self, request)
    }
}

impl blocking::ProvideCredentials for ProfileFile {
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        self.keys.credentials(&request, || self.read())
    }
}

impl fmt::Debug for ProfileFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileFile").field("path", &self.path).finish_non_exhaustive()
    }
}
