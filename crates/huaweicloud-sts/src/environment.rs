//! The endpoint of STS, from environment variables.

use std::path::PathBuf;

use sts_client::proto::{Body, Endpoint, InvalidEndpoint, InvalidRegion, Region};
use sts_client::{ClientBuildError, Environment, InvalidVariable, transport};

use crate::regions_file;

const ENDPOINT: &str = "HUAWEICLOUD_SDK_STS_ENDPOINT";
const REGIONS_FILE: &str = "HUAWEICLOUD_SDK_REGIONS_FILE";
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// The variable of the official SDKs, and that of the official Terraform provider.
const REGION: [&str; 2] = ["HUAWEICLOUD_SDK_REGION_ID", "HW_REGION_NAME"];

/// Returns the endpoints of STS that `environment` configures, in the order in which they are tried.
///
/// | variable | meaning |
/// |---|---|
/// | `HUAWEICLOUD_SDK_STS_ENDPOINT` | the URL of the endpoint |
/// | `HUAWEICLOUD_SDK_REGION_ID`, or else `HW_REGION_NAME` | the region, for example `cn-north-4` |
/// | `HUAWEICLOUD_SDK_REGION_STS_<REGION>` | URLs for this region, separated by commas; the region in upper case, with `_` for `-` |
/// | `HUAWEICLOUD_SDK_REGIONS_FILE` | a file with the URLs of regions, see [`service_endpoints`] |
///
/// The first variable takes precedence. White space around a value is removed, and an empty variable
/// counts as unset. A URL without a scheme is completed by `https://`, as in the Go SDK. Plain http is for
/// loopback addresses only.
///
/// # Errors
///
/// No endpoint and no region is set, or a value or the file is invalid.
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

/// Returns the endpoints of STS in a region that the program has chosen, for example by an option: its
/// [`service_endpoints`], or else the public endpoint. The variables of [`endpoints`] that select an endpoint
/// or a region are not read.
///
/// # Errors
///
/// Those of [`service_endpoints`].
pub fn region_endpoints(
    environment: &impl Environment,
    region: Region,
) -> Result<Vec<Endpoint>, EnvironmentError> {
    let configured = service_endpoints(environment, "STS", &region)?;
    Ok(configured.unwrap_or_else(|| vec![region.into()]))
}

/// Returns the endpoints of a service in a region, if `environment` configures them as for the official
/// SDKs; dedicated clouds have endpoints of their own. `service` is the name of the service in these SDKs,
/// such as `STS`, in any case.
///
/// The URLs are those of the variable `HUAWEICLOUD_SDK_REGION_<SERVICE>_<REGION>`, separated by commas, or
/// else those of a YAML file: the one that `HUAWEICLOUD_SDK_REGIONS_FILE` names, or else
/// `~/.huaweicloud/regions.yaml`. The region is in upper case in the variable, with `_` for `-`.
///
/// ```yaml
/// STS:
///   - id: xy-east-1
///     endpoint: https://sts.xy-east-1.example.com
///   - id: xy-east-2
///     endpoints:
///       - https://sts-a.xy-east-2.example.com
///       - https://sts-b.xy-east-2.example.com
/// ```
///
/// # Errors
///
/// A URL is invalid, the named file cannot be read, or a file does not have this form. Errors contain the
/// name of the variable or of the file, and of its content only an invalid URL.
pub fn service_endpoints(
    environment: &impl Environment,
    service: &str,
    region: &Region,
) -> Result<Option<Vec<Endpoint>>, EnvironmentError> {
    let id = region.as_str().to_uppercase().replace('-', "_");
    let name = format!("HUAWEICLOUD_SDK_REGION_{}_{id}", service.to_uppercase());
    if let Some(urls) = variable(environment, &name)? {
        return urls.split(',').map(|url| endpoint(&name, url)).collect::<Result<_, _>>().map(Some);
    }
    let Some((path, content)) = regions_file(environment)? else { return Ok(None) };
    let urls = regions_file::urls(content.as_ref(), service, region.as_str())
        .map_err(|fault| Problem::RegionsFile { path: path.clone(), fault })?;
    let origin = format!("regions file {}: {service} in {region}", path.display());
    let endpoints: Vec<_> =
        urls.iter().map(|url| endpoint(&origin, url)).collect::<Result<_, _>>()?;
    Ok((!endpoints.is_empty()).then_some(endpoints))
}

/// Returns path and content of the regions file. One that is named must exist.
fn regions_file(
    environment: &impl Environment,
) -> Result<Option<(PathBuf, Body)>, EnvironmentError> {
    let (path, is_named) = match variable(environment, REGIONS_FILE)? {
        Some(path) => (PathBuf::from(path), true),
        // Most users have no such file, so a home directory that is none does not matter.
        None => match environment.variable(HOME).ok().flatten().map(PathBuf::from) {
            Some(home) if home.is_absolute() => {
                (home.join(".huaweicloud").join("regions.yaml"), false)
            }
            _ => return Ok(None),
        },
    };
    match environment.read_file(&path) {
        Ok(content) => Ok(Some((path, content))),
        Err(error) if !is_named && environment.is_missing(&path, &error) => Ok(None),
        Err(error) => {
            Err(Problem::RegionsFile { path, fault: format!("cannot be read: {error}") }.into())
        }
    }
}

/// Returns the value of a variable without white space around it. An empty variable counts as unset.
fn variable(
    environment: &impl Environment,
    name: &str,
) -> Result<Option<String>, EnvironmentError> {
    let value = environment.variable(name).map_err(Problem::Variable).map_err(EnvironmentError)?;
    Ok(value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
}

fn endpoint(origin: &str, url: &str) -> Result<Endpoint, EnvironmentError> {
    let url = url.trim();
    let with_scheme;
    let url = if url.contains("://") {
        url
    } else {
        with_scheme = format!("https://{url}");
        &with_scheme
    };
    Endpoint::parse_allowing_loopback_http(url)
        .map_err(|error| Problem::Endpoint { origin: origin.to_owned(), error }.into())
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
    #[error("{origin}: {error}")]
    Endpoint { origin: String, error: InvalidEndpoint },
    #[error("regions file {}: {fault}", path.display())]
    RegionsFile { path: PathBuf, fault: String },
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
