//! Endpoints of classic IAM.

use sts_client::Environment;
use sts_credentials::CredentialsError;
use sts_proto::Endpoint;

use crate::variable;

/// The global endpoint. Regional ones are `https://iam.REGION.myhuaweicloud.com`, in Europe
/// `https://iam.eu-west-101.myhuaweicloud.eu`; federation and agencies work at all of them.
pub const GLOBAL_ENDPOINT: &str = "https://iam.myhuaweicloud.com";

const IAM_ENDPOINT: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";

/// Returns the endpoint in `HUAWEICLOUD_SDK_IAM_ENDPOINT`. A value without a scheme is completed by
/// `https://`, as in the Go SDK. Plain http is for loopback hosts only, as for STS.
pub(crate) fn endpoint_from_variable(
    environment: &dyn Environment,
) -> Result<Option<Endpoint>, CredentialsError> {
    let Some(text) = variable::plain_word(environment, IAM_ENDPOINT)? else { return Ok(None) };
    parse_endpoint(&text).map(Some).map_err(|fault| variable::invalid(IAM_ENDPOINT, &fault))
}

/// Parses an endpoint of IAM under the same rules. The fault completes a sentence that begins with
/// its origin.
pub(crate) fn parse_endpoint(text: &str) -> Result<Endpoint, String> {
    let url = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    Endpoint::parse_allowing_loopback_http(&url).map_err(|error| format!("is invalid: {error}"))
}
