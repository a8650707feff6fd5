//! Credentials from the profile file of the official SDKs.

mod ini;

use std::path::PathBuf;
use std::sync::Arc;

use sts_client::session::{ReadyRefresh, RefreshProvider};
use sts_client::{CallContext, Environment, Platform};
use sts_credentials::CredentialsError;
use sts_proto::{Credentials, Secret};

use self::ini::Ini;
use crate::home::ConfigFile;
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
///   value that is used; `=` in a value without a blank before the first `=`
/// - an empty `ak`, `sk` or `security_token`
/// - a control character, or text that is not UTF-8
///
/// `idp_id` with `id_token_file` is an error too: in the official SDKs they take precedence and
/// select federation over classic IAM, which is not part of STS.
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

    /// Reads the file, which `environment` finds and opens.
    ///
    /// # Errors
    ///
    /// Those of [`ProfileFile`].
    pub fn read(&self, environment: &dyn Environment) -> Result<Credentials, CredentialsError> {
        let named = match &self.path {
            Some(path) => Some(path.clone()),
            None => variable::path(environment, FILE)?,
        };
        let usual = [".huaweicloud", "credentials"];
        let file = ConfigFile::find("profile file", named, usual, FILE, environment)?;
        let content = file.read(environment)?;
        read(content.as_ref()).map_err(|fault| file.invalid(&fault))
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
    let credentials = Credentials::permanent(access_key, Secret::from(mandatory("sk")?));
    let credentials = match ini.value(section, "security_token")? {
        Some(token) => credentials.security_token(token),
        None => credentials,
    };
    credentials.validate().map_err(|fault| format!("section [{section}]: {fault}"))?;
    Ok(credentials)
}

impl RefreshProvider for ProfileFile {
    type Refresh = ReadyRefresh;

    fn begin(
        &self,
        platform: &Platform,
        _: &Arc<CallContext>,
    ) -> Result<ReadyRefresh, CredentialsError> {
        Ok(ReadyRefresh::new(self.read(&*platform.environment)?))
    }

    fn label(&self) -> String {
        "profile file".to_owned()
    }
}
