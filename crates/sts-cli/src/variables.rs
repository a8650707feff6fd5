//! Environment variables from which programs read credentials.

use huaweicloud_sts::sts_client::{Environment as _, Secret};
use huaweicloud_sts::{Credentials, SystemEnvironment};

use crate::output::rfc3339;

/// A variable to set, or to remove if it has no value.
pub(crate) type Variable = (&'static str, Option<Secret>);

/// Names of the access key, the secret key and the security token: of the official SDKs, of the
/// Terraform provider, of obsutil, and of tools for S3.
const CREDENTIALS: [[&str; 3]; 4] = [
    ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"],
    ["HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"],
    ["OBS_ACCESS_KEY_ID", "OBS_SECRET_ACCESS_KEY", "OBS_SECURITY_TOKEN"],
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
];

/// Returns the value of a variable of a setting, without white space around it. An empty variable counts
/// as unset, and so does one that is not UTF-8.
pub(crate) fn value(name: &str) -> Option<String> {
    let value = SystemEnvironment.variable(name).ok().flatten()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The expiration, for tools for S3.
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";

/// Names of the region, like those of the credentials. obsutil has none.
const REGION: [&str; 4] =
    ["HUAWEICLOUD_SDK_REGION_ID", "HW_REGION_NAME", "AWS_REGION", "AWS_DEFAULT_REGION"];

const STS_ENDPOINT: &str = "HUAWEICLOUD_SDK_STS_ENDPOINT";
const IAM_ENDPOINT: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";

/// Variables of a local server with their values. Its endpoints, which are set with them, accept only its
/// secrets, which are removed.
pub(crate) const LOCAL_IDP: (&str, &str) = ("HUAWEICLOUD_SDK_IDP_ID", "sts-local");
pub(crate) const LOCAL_OIDC_PROVIDER: (&str, &str) =
    ("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::local:oidcProvider:sts-local");

fn is_inherited((name, expected): (&str, &str)) -> bool {
    value(name).as_deref() == Some(expected)
}

/// Ids of a project and of the account that has it.
pub(crate) const PROJECT_ID: &str = "HUAWEICLOUD_SDK_PROJECT_ID";
pub(crate) const DOMAIN_ID: &str = "HUAWEICLOUD_SDK_DOMAIN_ID";

/// Whether the inherited ids are those of another account than `account`, so that requests with them are
/// rejected.
pub(crate) fn is_another_account(account: &str, inherited: Option<&str>) -> bool {
    inherited.is_some_and(|id| !id.is_empty() && !id.eq_ignore_ascii_case(account))
}

/// Variables that select other credentials, or assume a further agency with those that are set.
const CONFLICTING: [&str; 39] = [
    "HUAWEICLOUD_SDK_CREDENTIALS_FILE",
    "HUAWEICLOUD_SDK_IDP_ID",
    "HUAWEICLOUD_SDK_ID_TOKEN_FILE",
    "HUAWEICLOUD_STS_PROVIDER",
    "HUAWEICLOUD_OIDC_PROVIDER_URN",
    "HUAWEICLOUD_OIDC_AGENCY_URN",
    "HUAWEICLOUD_OIDC_ID_TOKEN",
    "HUAWEICLOUD_OIDC_TOKEN_FILE",
    "HUAWEICLOUD_OIDC_SESSION_NAME",
    "HUAWEICLOUD_OIDC_DURATION_SECONDS",
    "HUAWEICLOUD_OIDC_POLICY",
    "HUAWEICLOUD_OIDC_POLICY_IDS",
    "HC_CONTAINER_CREDENTIALS_FULL_URI",
    "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "HW_AUTH_TOKEN",
    "HW_SHARED_CONFIG_FILE",
    "HW_PROFILE",
    "HW_ASSUME_ROLE_AGENCY_NAME",
    "HW_ASSUME_ROLE_DOMAIN_NAME",
    "HW_ASSUME_ROLE_DOMAIN_ID",
    "HW_ASSUME_ROLE_DURATION",
    "HW_ASSUME_ROLE_IDP_ID",
    "HW_ASSUME_ROLE_ID_TOKEN",
    "HW_ASSUME_ROLE_ID_TOKEN_FILE",
    "OS_ACCESS_KEY",
    "OS_SECRET_KEY",
    "OS_AUTH_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
];

/// Region, endpoint and account for programs that are started with credentials.
#[derive(Debug, Default)]
pub(crate) struct Place {
    /// The region, if it is known.
    pub(crate) region: Option<String>,
    /// The URL of STS, if an option names it.
    pub(crate) endpoint: Option<String>,
    /// Whether an option names the region, so that an inherited endpoint of STS does not apply.
    pub(crate) is_region_given: bool,
    /// The account of the credentials, if it is known.
    pub(crate) account: Option<String>,
}

/// Returns the variables for a program that uses `credentials` at `place`.
pub(crate) fn with_credentials(credentials: &Credentials, place: &Place) -> Vec<Variable> {
    let access_key = Some(Secret::from(credentials.access_key_id.as_str()));
    let secret_key = Some(credentials.secret_access_key.clone());
    let mut variables: Vec<Variable> = Vec::new();
    for [access_name, secret_name, token_name] in CREDENTIALS {
        variables.extend([
            (access_name, access_key.clone()),
            (secret_name, secret_key.clone()),
            (token_name, credentials.security_token.clone()),
        ]);
    }
    let expiration = credentials.expiration.map(|end| Secret::from(rfc3339(end)));
    variables.push((EXPIRATION, expiration));
    variables.extend(place.variables());
    variables.extend(CONFLICTING.map(|name| (name, None)));
    variables
}

/// Returns the variables that remove all credentials of the parent of a program at `place`.
pub(crate) fn without_credentials(place: &Place) -> Vec<Variable> {
    let names = CREDENTIALS.into_iter().flatten().chain([EXPIRATION]).chain(CONFLICTING);
    names.map(|name| (name, None)).chain(place.variables()).collect()
}

impl Place {
    /// Returns the variables of the place alone.
    fn variables(&self) -> Vec<Variable> {
        let mut variables: Vec<Variable> = Vec::new();
        if let Some(region) = &self.region {
            let value = || Some(Secret::from(region.as_str()));
            variables.extend(REGION.map(|name| (name, value())));
        }
        if let Some(endpoint) = &self.endpoint {
            variables.push((STS_ENDPOINT, Some(Secret::from(endpoint.as_str()))));
        } else if self.is_region_given || is_inherited(LOCAL_OIDC_PROVIDER) {
            variables.push((STS_ENDPOINT, None));
        }
        if is_inherited(LOCAL_IDP) {
            variables.push((IAM_ENDPOINT, None));
        }
        if let Some(account) = &self.account
            && is_another_account(account, value(DOMAIN_ID).as_deref())
        {
            variables.push((DOMAIN_ID, Some(Secret::from(account.as_str()))));
            variables.push((PROJECT_ID, None));
        }
        variables
    }
}
