//! Endpoints of classic IAM.

use sts_client::Environment;
use sts_credentials::CredentialsError;
use sts_proto::Endpoint;

use crate::address::is_local;
use crate::variable;

/// The global endpoint. Regional ones are `https://iam.REGION.myhuaweicloud.com`, in Europe
/// `https://iam.eu-west-101.myhuaweicloud.eu`; federation and agencies work at all of them.
pub const GLOBAL_ENDPOINT: &str = "https://iam.myhuaweicloud.com";

const IAM_ENDPOINT: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";

/// Returns the endpoint in `HUAWEICLOUD_SDK_IAM_ENDPOINT`. A value without a scheme is completed by
/// `https://`, as in the Go SDK. Plain http is for this machine only.
pub(crate) fn endpoint_from_variable(
    environment: &dyn Environment,
) -> Result<Option<Endpoint>, CredentialsError> {
    let Some(text) = variable::plain_word(environment, IAM_ENDPOINT)? else { return Ok(None) };
    let url = if text.contains("://") { text } else { format!("https://{text}") };
    let endpoint = Endpoint::parse_allowing_http(&url)
        .map_err(|error| variable::invalid(IAM_ENDPOINT, &format!("is invalid: {error}")))?;
    if !endpoint.is_https() && !is_local(endpoint.host()) {
        let fault =
            "is a plain http URL of another machine, and requests contain tokens; use https";
        return Err(variable::invalid(IAM_ENDPOINT, fault));
    }
    Ok(Some(endpoint))
}
