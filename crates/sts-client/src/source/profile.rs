//! Keys from the profile file of the official SDKs.

mod ini;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use sts_proto::{Credentials, Secret};

use self::ini::Section;
use super::read_once::ReadOnce;
use super::variable;
use super::{BlockingCredentialSource, CredentialSource, KeyRequest, SourceError};
use crate::Host;

const FILE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// The keys of the profile file: the one that `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names, or else
/// `.huaweicloud/credentials` in the home directory.
///
/// ```ini
/// [basic]
/// ak = EXAMPLEAK00000000001
/// sk = exampleexampleexampleexampleexampleexamp
/// security_token = only for a temporary key
/// ```
///
/// The section is `[basic]`, or `[global]` if there is no such one; other entries are for other
/// services. The file is read when the keys are first asked for, and again when the service
/// refuses them, so that rotated keys are picked up without a restart.
///
/// The official SDKs read this file by three different rules. What they would take for different
/// keys is an error here: quotes, white space, `%`, `#`, `;`, `` ` `` or `\` in a value, an indented
/// line, an entry or a section that stands there twice. Key and token have none of these.
///
/// A file in the usual place that is not there means that the source
/// [is not configured](SourceError::is_not_configured). Anything else that is wrong is an error,
/// and so are `idp_id` with `id_token_file`: for the official SDKs these win over the keys and mean
/// federation over classic IAM, which is not part of STS.
pub struct ProfileFile {
    host: Arc<dyn Host>,
    path: Option<PathBuf>,
    keys: ReadOnce,
}

impl ProfileFile {
    /// The profile file of `host`.
    pub fn new(host: impl Host + 'static) -> Self {
        Self::of(Arc::new(host))
    }

    pub(super) fn of(host: Arc<dyn Host>) -> Self {
        Self { host, path: None, keys: ReadOnce::default() }
    }

    /// This file, whatever the environment says.
    #[must_use]
    pub fn at(self, path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    fn read(&self) -> Result<Credentials, SourceError> {
        let host = &*self.host;
        let named = match &self.path {
            Some(path) => Some(path.clone()),
            None => variable::path(host, FILE)?,
        };
        let is_named = named.is_some();
        let home = if is_named { None } else { variable::path(host, HOME)? };
        let usual = home.map(|home| home.join(".huaweicloud").join("credentials"));
        let path = named.or(usual).ok_or_else(|| {
            let message = format!("no profile file: neither {FILE} nor {HOME} is set");
            SourceError::not_configured(message)
        })?;
        let content = host.read_file(&path).map_err(|error| {
            use io::ErrorKind::{NotFound, Unsupported};
            if !is_named && matches!(error.kind(), NotFound | Unsupported) {
                let message = format!("there is no profile file {}", path.display());
                return SourceError::not_configured(message);
            }
            let message = format!("the profile file {} cannot be read", path.display());
            SourceError::new(message).with_source(error)
        })?;
        keys(content.as_ref()).map_err(|complaint| {
            SourceError::new(format!("the profile file {}: {complaint}", path.display()))
        })
    }
}

fn keys(content: &[u8]) -> Result<Credentials, String> {
    let content = std::str::from_utf8(content).map_err(|_| "it is not UTF-8".to_owned())?;
    let section = match Section::find(content, "basic")? {
        Some(section) => section,
        None => Section::find(content, "global")?
            .ok_or("it has neither a section [basic] nor [global]")?,
    };
    if section.has("idp_id") && section.has("id_token_file") {
        return Err(
            "idp_id and id_token_file ask for federation over classic IAM, which STS does \
                    not do; take them out"
                .to_owned(),
        );
    }
    let mandatory = |key| {
        let complaint = || format!("{key} is missing in the section [{}]", section.name());
        section.value(key)?.ok_or_else(complaint)
    };
    let credentials = Credentials::permanent(mandatory("ak")?, Secret::from(mandatory("sk")?));
    Ok(match section.value("security_token")? {
        Some(token) => credentials.with_security_token(token),
        None => credentials,
    })
}

impl CredentialSource for ProfileFile {
    async fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        BlockingCredentialSource::credentials(self, request)
    }
}

impl BlockingCredentialSource for ProfileFile {
    fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        self.keys.credentials(&request, || self.read())
    }
}

impl fmt::Debug for ProfileFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileFile").field("path", &self.path).finish_non_exhaustive()
    }
}
