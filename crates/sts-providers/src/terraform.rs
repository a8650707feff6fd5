//! Credentials from the variables of the Terraform provider.

use std::sync::Arc;
use std::time::Duration;

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Environment, Platform};
use sts_credentials::{
    CredentialsError, InvalidCredentials, validate_access_key_id, validate_secret_access_key,
    validate_security_token,
};
use sts_proto::{Credentials, Secret};

use crate::classic_iam::endpoint_from_variable;
use crate::configured_agency::ConfiguredAgency;
use crate::hcloud::{self, HcloudProfile};
use crate::home;
use crate::iam_federation::IamFederation;
use crate::id_token::IdTokenProvider;
use crate::metadata::EcsMetadata;
use crate::required::Required;
use crate::shared_provider::{SharedProvider, SharedRefresh};
use crate::variable::{self, half_set};

const ACCESS_KEY: [&str; 2] = ["HW_ACCESS_KEY", "OS_ACCESS_KEY"];
const SECRET_KEY: [&str; 2] = ["HW_SECRET_KEY", "OS_SECRET_KEY"];
const SECURITY_TOKEN: &str = "HW_SECURITY_TOKEN";
const FILE: &str = "HW_SHARED_CONFIG_FILE";
const PROFILE: &str = "HW_PROFILE";
const AGENCY: &str = "HW_ASSUME_ROLE_AGENCY_NAME";
const ACCOUNT: &str = "HW_ASSUME_ROLE_DOMAIN_ID";
const ACCOUNT_NAME: &str = "HW_ASSUME_ROLE_DOMAIN_NAME";
const DURATION: &str = "HW_ASSUME_ROLE_DURATION";
const IDP_ID: &str = "HW_ASSUME_ROLE_IDP_ID";
const ID_TOKEN: &str = "HW_ASSUME_ROLE_ID_TOKEN";
const ID_TOKEN_FILE: &str = "HW_ASSUME_ROLE_ID_TOKEN_FILE";
/// Lifetime of the federated credentials, which sign one call.
const FEDERATED: Duration = Duration::from_secs(900);
/// Logins that are not supported. A token takes precedence over an access key, a password does not.
const TOKEN: [&str; 2] = ["HW_AUTH_TOKEN", "OS_AUTH_TOKEN"];
const PASSWORD: [&str; 2] = ["HW_USER_PASSWORD", "OS_PASSWORD"];

/// Credentials from the variables of the Terraform provider of Huawei Cloud.
///
/// It is a [`RefreshProvider`] that reads them for every refresh:
///
/// | variable | |
/// |---|---|
/// | `HW_SHARED_CONFIG_FILE`, `HW_PROFILE` | file and profile of an [`HcloudProfile`], in place of the variables below; a leading `~` is the home directory |
/// | `HW_ACCESS_KEY` or `OS_ACCESS_KEY`, `HW_SECRET_KEY` or `OS_SECRET_KEY` | access key, secret key |
/// | `HW_SECURITY_TOKEN` | security token, if the credentials are temporary |
/// | `HW_ASSUME_ROLE_AGENCY_NAME` | an agency |
/// | `HW_ASSUME_ROLE_DOMAIN_ID`, or else `HW_ASSUME_ROLE_DOMAIN_NAME` | its account: with the id over STS, with the name over classic IAM |
/// | `HW_ASSUME_ROLE_DURATION` | the duration of its sessions in seconds; 3600 by default, also for 0 |
/// | `HW_ASSUME_ROLE_IDP_ID` | an identity provider of classic IAM; its federated credentials assume the agency, in place of all others |
/// | `HW_ASSUME_ROLE_ID_TOKEN`, or else `HW_ASSUME_ROLE_ID_TOKEN_FILE` | its ID token, or the file of it |
///
/// The agency is assumed with the federated credentials, with those of the profile or of the access
/// key, or else with those of the machine, as a [`ChainedAgency`](crate::ChainedAgency). A session of
/// STS is named like the agency. Without an agency name and an identity provider, the other variables
/// of the agency are ignored, as in Terraform. `HUAWEICLOUD_SDK_IAM_ENDPOINT` sets the endpoint of
/// classic IAM, the global one by default.
///
/// # Errors
///
/// If no profile, access key or agency is set, the provider [is not
/// configured](CredentialsError::is_not_configured). An access key without a secret key is an error,
/// and so is an invalid value. Logins that are not supported are errors, because all other
/// credentials would belong to another identity: `HW_AUTH_TOKEN`, and `HW_USER_PASSWORD` without an access key.
/// Their older names are those of other clouds, too: `OS_AUTH_TOKEN` is an error only next to an access key or
/// an agency, and `OS_PASSWORD` next to an agency without an access key.
///
/// In contrast to Terraform, a profile of the mode `ecsAgency` or `AssumeRole` is used as KooCLI
/// describes it, an `HW_ASSUME_ROLE_DURATION` that is not a number is an error, and the duration is
/// also used over classic IAM, where Terraform requests 12 hours.
#[derive(Clone, Debug, Default)]
pub struct TerraformVariables {
    metadata: EcsMetadata,
}

impl TerraformVariables {
    /// Creates a provider.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the metadata service of the machine: the official address by default. It is asked if an
    /// agency is set without other credentials, or if the profile requires it.
    #[must_use]
    pub fn metadata(self, metadata: EcsMetadata) -> Self {
        Self { metadata }
    }

    /// Reads the variables from `environment`, and returns the provider that they describe.
    ///
    /// # Errors
    ///
    /// Those of [`TerraformVariables`].
    pub fn resolve(
        &self,
        environment: &dyn Environment,
    ) -> Result<SharedProvider, CredentialsError> {
        let agency = agency(environment)?;
        let base = match federation(environment)? {
            Some(_) if agency.is_none() => return Err(half_set(IDP_ID, AGENCY)),
            Some(federation) => Some(federation),
            None => match self.profile(environment)? {
                Some(profile) => Some(profile),
                None => access_key(environment, agency.is_some())?,
            },
        };
        match (base, agency) {
            (Some(base), None) => Ok(base),
            (Some(base), Some(agency)) => Ok(agency.assumed_with(base)),
            (None, Some(agency)) => {
                Ok(agency.assumed_with(SharedProvider::new(self.metadata.clone())))
            }
            (None, None) => {
                let [access_key, _] = ACCESS_KEY;
                let message = format!("{access_key}, {PROFILE} and {FILE} are not set");
                Err(CredentialsError::not_configured(message))
            }
        }
    }

    fn profile(
        &self,
        environment: &dyn Environment,
    ) -> Result<Option<SharedProvider>, CredentialsError> {
        let file = variable::path(environment, FILE)?;
        let name = hcloud::profile_variable(environment, PROFILE)?;
        if file.is_none() && name.is_none() {
            return Ok(None);
        }
        let mut profile = HcloudProfile::new().metadata(self.metadata.clone());
        if let Some(file) = file {
            profile = profile.path(home::expand(file, environment)?);
        }
        if let Some(name) = name {
            profile = profile.profile(name);
        }
        let by = format!("{FILE} or {PROFILE} is set, but the profile cannot be used");
        let profile = profile.resolve(environment).map_err(|error| {
            if error.is_not_configured() {
                CredentialsError::new(&*by).with_source(error)
            } else {
                error
            }
        })?;
        Ok(Some(SharedProvider::new(Required::new(profile, by))))
    }
}

impl RefreshProvider for TerraformVariables {
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
        "Terraform variables".to_owned()
    }
}

/// Returns the value of the first variable that is set, with its name.
fn first(
    environment: &dyn Environment,
    names: [&'static str; 2],
    validate: fn(&str) -> Result<(), InvalidCredentials>,
) -> Result<Option<(&'static str, Secret)>, CredentialsError> {
    for name in names {
        if let Some(value) = variable::credential(environment, name, validate)? {
            return Ok(Some((name, value)));
        }
    }
    Ok(None)
}

fn access_key(
    environment: &dyn Environment,
    has_agency: bool,
) -> Result<Option<SharedProvider>, CredentialsError> {
    let access_key = first(environment, ACCESS_KEY, validate_access_key_id)?;
    let secret_key = first(environment, SECRET_KEY, validate_secret_access_key)?;
    let is_selected = has_agency || access_key.is_some() || secret_key.is_some();
    reject_login(environment, TOKEN, is_selected, "selects a login with an IAM token")?;
    let ([access_name, _], [secret_name, _]) = (ACCESS_KEY, SECRET_KEY);
    let (access_key, secret_key) = match (access_key, secret_key) {
        (Some((_, access_key)), Some((_, secret_key))) => (access_key, secret_key),
        (None, None) => {
            reject_login(environment, PASSWORD, has_agency, "selects a login with a password")?;
            return Ok(None);
        }
        (Some((name, _)), None) => return Err(half_set(name, secret_name)),
        (None, Some((name, _))) => return Err(half_set(name, access_name)),
    };
    let mut credentials = Credentials::permanent(access_key.expose_secret(), secret_key);
    if let Some(token) = variable::credential(environment, SECURITY_TOKEN, validate_security_token)?
    {
        credentials = credentials.security_token(token);
    }
    Ok(Some(SharedProvider::new(credentials)))
}

fn federation(environment: &dyn Environment) -> Result<Option<SharedProvider>, CredentialsError> {
    let Some(idp_id) = variable::plain_word(environment, IDP_ID)? else { return Ok(None) };
    let token = variable::word(environment, ID_TOKEN)?;
    let federation = match (token, variable::path(environment, ID_TOKEN_FILE)?) {
        (Some(token), _) => IamFederation::with_token(idp_id, IdTokenProvider::given(token)),
        (None, Some(file)) => IamFederation::new(idp_id, file),
        (None, None) => {
            let message = format!("{IDP_ID} is set; set {ID_TOKEN_FILE} or {ID_TOKEN} as well");
            return Err(CredentialsError::new(message));
        }
    };
    let federation = federation.duration(FEDERATED);
    Ok(Some(SharedProvider::new(match endpoint_from_variable(environment)? {
        Some(endpoint) => federation.endpoint(endpoint),
        None => federation,
    })))
}

fn agency(environment: &dyn Environment) -> Result<Option<ConfiguredAgency>, CredentialsError> {
    let Some(name) = variable::plain_word(environment, AGENCY)? else { return Ok(None) };
    let agency = match (
        variable::plain_word(environment, ACCOUNT)?,
        variable::plain_word(environment, ACCOUNT_NAME)?,
    ) {
        (Some(id), _) => ConfiguredAgency::of_account_id(&id, &name).map_err(|fault| {
            CredentialsError::new(format!("environment variables {ACCOUNT} and {AGENCY}: {fault}"))
        })?,
        (None, Some(account)) => ConfiguredAgency::of_account_name(&account, &name, environment)?,
        (None, None) => {
            let message = format!("{AGENCY} is set; set {ACCOUNT} or {ACCOUNT_NAME} as well");
            return Err(CredentialsError::new(message));
        }
    };
    let Some(seconds) = variable::text(environment, DURATION)? else { return Ok(Some(agency)) };
    let fault = "must be a whole number of seconds";
    let seconds = seconds.expose_secret().parse::<u32>();
    match seconds.map_err(|_| variable::invalid(DURATION, fault))? {
        0 => Ok(Some(agency)),
        seconds => Ok(Some(agency.duration(Duration::from_secs(seconds.into())))),
    }
}

/// Returns an error if a variable selects a login that is not supported. The older name is that of
/// `OpenStack`, which counts only if other variables select this provider.
fn reject_login(
    environment: &dyn Environment,
    [name, older]: [&str; 2],
    is_selected: bool,
    what: &str,
) -> Result<(), CredentialsError> {
    for name in [name].into_iter().chain(is_selected.then_some(older)) {
        if variable::text(environment, name)?.is_some() {
            return Err(CredentialsError::new(format!(
                "environment variable {name} {what}, which this provider does not support; unset \
                 it, or select another provider"
            )));
        }
    }
    Ok(())
}
