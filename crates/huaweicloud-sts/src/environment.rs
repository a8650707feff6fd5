//! The endpoint of STS, from environment variables.

use sts_client::proto::{Endpoint, InvalidEndpoint, InvalidRegion, Region};
use sts_client::{ClientBuildError, Environment, InvalidVariable, transport};

const ENDPOINT: &str = "HUAWEICLOUD_SDK_STS_ENDPOINT";

/// The variable of the official SDKs, and that of the official Terraform provider.
const REGION: [&str; 2] = ["HUAWEICLOUD_SDK_REGION_ID", "HW_REGION_NAME"];

/// Returns the endpoints of STS that `environment` configures, in the order in which they are tried.
///
/// | variable | meaning |
/// |---|---|
/// | `HUAWEICLOUD_SDK_STS_ENDPOINT` | the URL of the endpoint |
/// | `HUAWEICLOUD_SDK_REGION_ID`, or else `HW_REGION_NAME` | the region, for example `cn-north-4` |
/// | `HUAWEICLOUD_SDK_REGION_STS_<REGION>` | URLs for this region, separated by commas; the region in upper case, with `_` for `-` |
///
/// The first variable takes precedence. White space around a value is removed, and an empty variable
/// counts as unset. A URL must use https, unless its host is a loopback address.
///
/// # Errors
///
/// No variable is set, or its value is invalid.
pub fn endpoints(environment: &impl Environment) -> Result<Vec<Endpoint>, EnvironmentError> {
    if let Some(url) = variable(environment, ENDPOINT)? {
        return Ok(vec![endpoint(ENDPOINT, &url)?]);
    }
    for name in REGION {
        if let Some(region) = variable(environment, name)? {
            let region = Region::new(region).map_err(|error| {
                EnvironmentError(Problem::Region { name: name.to_owned(), error })
            })?;
            return region_endpoints(environment, region);
        }
    }
    Err(EnvironmentError(Problem::Missing))
}

/// Returns the endpoints of STS in a region that the program has chosen, for example by an option: the
/// URLs in `HUAWEICLOUD_SDK_REGION_STS_<REGION>`, or else the public endpoint. Other variables are not
/// read; see [`endpoints`].
///
/// # Errors
///
/// The value of the variable is invalid.
pub fn region_endpoints(
    environment: &impl Environment,
    region: Region,
) -> Result<Vec<Endpoint>, EnvironmentError> {
    let override_name =
        format!("HUAWEICLOUD_SDK_REGION_STS_{}", region.as_str().to_uppercase().replace('-', "_"));
    match variable(environment, &override_name)? {
        Some(urls) => urls.split(',').map(|url| endpoint(&override_name, url.trim())).collect(),
        None => Ok(vec![region.into()]),
    }
}

fn variable(
    environment: &impl Environment,
    name: &str,
) -> Result<Option<String>, EnvironmentError> {
    let value = environment.variable(name).map_err(Problem::Variable).map_err(EnvironmentError)?;
    Ok(value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
}

fn endpoint(name: &str, url: &str) -> Result<Endpoint, EnvironmentError> {
    Endpoint::parse_allowing_loopback_http(url)
        .map_err(|error| EnvironmentError(Problem::Endpoint { name: name.to_owned(), error }))
}

/// Error returned when the environment does not configure a client.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct EnvironmentError(#[from] Problem);

impl EnvironmentError {
    /// Returns whether no variable with an endpoint or a region is set. Programs may then use another
    /// setting.
    #[must_use]
    pub fn is_missing_endpoint(&self) -> bool {
        matches!(self.0, Problem::Missing)
    }
}

#[derive(Clone, Debug, thiserror::Error)]
enum Problem {
    #[error(
        "missing endpoint: set HUAWEICLOUD_SDK_REGION_ID to a region, for example cn-north-4, or \
         HUAWEICLOUD_SDK_STS_ENDPOINT to a URL"
    )]
    Missing,
    #[error("{name}: {error}")]
    Region { name: String, error: InvalidRegion },
    #[error("{name}: {error}")]
    Endpoint { name: String, error: InvalidEndpoint },
    #[error(transparent)]
    Variable(InvalidVariable),
    #[error(transparent)]
    Transport(transport::BuildError),
    #[error(transparent)]
    Client(ClientBuildError),
}

impl From<transport::BuildError> for EnvironmentError {
    fn from(error: transport::BuildError) -> Self {
        Self(Problem::Transport(error))
    }
}

impl From<ClientBuildError> for EnvironmentError {
    fn from(error: ClientBuildError) -> Self {
        Self(Problem::Client(error))
    }
}
