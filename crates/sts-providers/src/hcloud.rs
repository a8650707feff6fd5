//! Credentials of a profile of KooCLI.

mod config;

use std::path::PathBuf;
use std::sync::Arc;

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Environment, Platform};
use sts_credentials::CredentialsError;
use sts_proto::Credentials;

use self::config::{Config, Parts, Profile, shown};
use crate::configured_agency::ConfiguredAgency;
use crate::home::ConfigFile;
use crate::metadata::EcsMetadata;
use crate::required::Required;
use crate::shared_provider::{SharedProvider, SharedRefresh};
use crate::variable;

/// What the file is, for errors.
const WHAT: &str = "KooCLI configuration";
/// The maximum number of agencies in a chain of profiles.
const LONGEST_CHAIN: usize = 8;

/// A profile of KooCLI (`hcloud`), from `.hcloud/config.json` in the home directory (`HOME`, on
/// Windows `USERPROFILE`): the profile in use (`current`), unless another one is named.
///
/// It is a [`RefreshProvider`] that reads the file for every refresh. The mode of the profile selects
/// the credentials; its case does not matter:
///
/// | mode | credentials |
/// |---|---|
/// | `AKSK`, or none | `accessKeyId`, `secretAccessKey`, `securityToken` |
/// | `ecsAgency` | of the [metadata service](Self::metadata) |
/// | `SSO` | `ssoAuth.stsToken`, of the last sign-in |
/// | `AssumeRole` | of the agency `agencyName` in the account `agencyDomainId` (over STS) or else `agencyDomainName` (over classic IAM), assumed with the credentials of the profile `sourceProfile`, or else with those of the profile itself |
///
/// KooCLI does not publish the name of the field of the source profile; `sourceProfile` is an
/// assumption. A session of STS is named like the agency; an agency by the name of its account is an
/// [`AgencyByName`](crate::AgencyByName). A source profile can be of the mode `AssumeRole`, too: see
/// [`ChainedAgency`](crate::ChainedAgency).
///
/// The file does not contain when temporary credentials expire, so they are used until a service
/// rejects them; then the file is read again.
///
/// # Errors
///
/// A missing file in the default location, and a file without profiles or a current profile without
/// credentials there, mean that the provider [is not
/// configured](CredentialsError::is_not_configured). These are errors:
///
/// - a named file that is missing, or a named profile that is missing or has no credentials
/// - `authEncrypt` is true: the method of the encryption is not published
/// - a mode that is not in the table
/// - source profiles that form a loop, or more than 8 agencies in a chain
/// - a file that is not JSON or exceeds 1 MiB, and credentials that cannot be sent in a header
#[derive(Clone, Debug, Default)]
pub struct HcloudProfile {
    path: Option<PathBuf>,
    name: Option<String>,
    metadata: EcsMetadata,
}

impl HcloudProfile {
    /// Creates a provider of the profile in use, of the file in the home directory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the path of the file.
    #[must_use]
    pub fn path(self, path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// Sets the name of the profile, in place of the one in use.
    #[must_use]
    pub fn profile(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Sets the metadata service of the mode `ecsAgency`: the official address by default.
    #[must_use]
    pub fn metadata(self, metadata: EcsMetadata) -> Self {
        Self { metadata, ..self }
    }

    /// Reads the file, which `environment` finds and opens, and returns the provider that the
    /// profile describes.
    ///
    /// # Errors
    ///
    /// Those of [`HcloudProfile`].
    pub fn resolve(
        &self,
        environment: &dyn Environment,
    ) -> Result<SharedProvider, CredentialsError> {
        let file = ConfigFile::find(
            WHAT,
            self.path.clone(),
            [".hcloud", "config.json"],
            None,
            environment,
        )?;
        let content = file.read(environment)?;
        let config = Config::parse(content.as_ref()).map_err(|fault| file.invalid(&fault))?;
        let absent = |reason: &str| {
            let error = file.invalid(reason);
            if file.is_named { error } else { CredentialsError::not_configured(error.to_string()) }
        };
        let name = match (&self.name, config.current()) {
            (Some(name), _) => name,
            (None, Some(current)) => current,
            (None, None) if config.has_profiles() => {
                return Err(file.invalid("missing field `current`; name a profile"));
            }
            (None, None) => return Err(absent("contains no profile")),
        };
        if config.is_encrypted() {
            return Err(file.invalid(
                "its secrets are encrypted (authEncrypt is true), by a method that is not \
                 published; run `hcloud configure set --cli-auth-encrypt=false`, or select another \
                 provider",
            ));
        }
        let profile = config.profile(name).map_err(|fault| file.invalid(&fault))?;
        if self.name.is_none() && is_empty(profile) {
            return Err(absent(&format!("the current profile {} is empty", shown(name))));
        }
        let resolver = Resolver { config: &config, metadata: &self.metadata, environment };
        resolver.resolve(name, &mut Vec::new()).map_err(|fault| file.invalid(&fault))
    }
}

/// Whether the profile is one of access keys, and has none.
fn is_empty(profile: &Profile) -> bool {
    matches!(&*profile.mode(), "" | "aksk") && profile.own_credentials().is_empty()
}

impl RefreshProvider for HcloudProfile {
    type Refresh = SharedRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<SharedRefresh, CredentialsError> {
        self.resolve(&*platform.environment)?.begin(platform, context)
    }

    fn label(&self) -> String {
        match &self.name {
            Some(name) => format!("hcloud profile {}", shown(name)),
            None => "hcloud profile".to_owned(),
        }
    }
}

/// Profiles of one file.
struct Resolver<'a> {
    config: &'a Config,
    metadata: &'a EcsMetadata,
    environment: &'a dyn Environment,
}

impl<'a> Resolver<'a> {
    /// Returns the provider of a profile. `seen` has the profiles that need it.
    fn resolve(&self, name: &'a str, seen: &mut Vec<&'a str>) -> Result<SharedProvider, String> {
        if seen.contains(&name) {
            seen.push(name);
            let names: Vec<String> = seen.iter().map(|name| shown(name)).collect();
            return Err(format!("source profiles form a loop: {}", names.join(" -> ")));
        }
        if seen.len() > LONGEST_CHAIN {
            return Err(format!("more than {LONGEST_CHAIN} source profiles in a chain"));
        }
        seen.push(name);
        let profile = self.config.profile(name)?;
        let fault = |fault: String| format!("profile {}: {fault}", shown(name));
        match &*profile.mode() {
            "" | "aksk" => fixed(&profile.own_credentials()).map_err(fault),
            "sso" => {
                let credentials = profile.sso_credentials().filter(|parts| !parts.is_empty());
                let credentials = credentials.ok_or_else(|| {
                    fault("missing ssoAuth.stsToken; sign in with `hcloud configure sso`".into())
                })?;
                fixed(&credentials).map_err(|error| fault(format!("ssoAuth.stsToken: {error}")))
            }
            "ecsagency" => {
                let by = fault("mode ecsAgency has no credentials".to_owned());
                let metadata = SharedProvider::new(self.metadata.clone());
                Ok(SharedProvider::new(Required::new(metadata, by)))
            }
            "assumerole" => {
                let agency = self.agency(profile).map_err(fault)?;
                let source = match profile.source_profile() {
                    Some(source) => self.resolve(source, seen)?,
                    None if !profile.own_credentials().is_empty() => {
                        fixed(&profile.own_credentials()).map_err(fault)?
                    }
                    None => {
                        return Err(fault(
                            "missing source profile; it is expected in the field \
                             `sourceProfile`, an assumption: KooCLI does not publish the name. \
                             Please report the name in your file"
                                .to_owned(),
                        ));
                    }
                };
                Ok(agency.assumed_with(source))
            }
            mode => Err(fault(format!(
                "unsupported mode {}; supported: AKSK, ecsAgency, SSO, AssumeRole",
                shown(mode)
            ))),
        }
    }
}

impl Resolver<'_> {
    fn agency(&self, profile: &Profile) -> Result<ConfiguredAgency, String> {
        let name = profile.agency_name().ok_or("missing agencyName")?;
        match (profile.agency_domain_id(), profile.agency_domain_name()) {
            (Some(id), _) => ConfiguredAgency::of_account_id(id, name)
                .map_err(|fault| format!("agencyDomainId and agencyName: {fault}")),
            (None, Some(account)) => {
                ConfiguredAgency::of_account_name(account, name, self.environment)
                    .map_err(|error| error.to_string())
            }
            (None, None) => Err("missing agencyDomainId or agencyDomainName".to_owned()),
        }
    }
}

fn fixed(parts: &Parts<'_>) -> Result<SharedProvider, String> {
    let id = parts.access_key_id.ok_or("missing accessKeyId")?;
    let secret = parts.secret_access_key.ok_or("missing secretAccessKey")?;
    let mut credentials = Credentials::permanent(id, secret.clone());
    if let Some(token) = parts.security_token {
        credentials = credentials.security_token(token.clone());
    }
    credentials.validate().map_err(|fault| fault.to_string())?;
    Ok(SharedProvider::new(credentials))
}

/// Returns the name of a profile in a variable.
pub(crate) fn profile_variable(
    environment: &dyn Environment,
    name: &str,
) -> Result<Option<String>, CredentialsError> {
    Ok(variable::text(environment, name)?.map(|name| name.expose_secret().to_owned()))
}
