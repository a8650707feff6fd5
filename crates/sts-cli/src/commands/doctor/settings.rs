//! The check of the endpoint and of where it comes from.

use huaweicloud_sts::{Endpoint, Region};

use super::check::Checks;
use crate::context::Context;
use crate::variables;

const CHECK: &str = "endpoint";
/// The variables of the endpoint and of the region, in the order in which they are read.
const VARIABLES: [&str; 3] =
    ["HUAWEICLOUD_SDK_STS_ENDPOINT", "HUAWEICLOUD_SDK_REGION_ID", "HW_REGION_NAME"];

/// Returns the first endpoint.
pub(super) fn endpoint(context: &Context, checks: &mut Checks) -> Option<Endpoint> {
    let endpoints = match context.endpoints() {
        Ok(endpoints) => endpoints,
        Err(failure) => {
            let remedy = failure.help().unwrap_or("correct the option or the variable");
            let remedy = remedy.strip_prefix("or ").unwrap_or(remedy);
            checks.fail(CHECK, failure.texts().join(": "), remedy);
            return None;
        }
    };
    let shown: Vec<_> = endpoints.iter().map(Endpoint::as_str).collect();
    let mut text = format!("{} ({})", shown.join(", "), origin(context, &endpoints));
    if endpoints.len() > 1 {
        text.push_str("; the first one is checked");
    }
    checks.ok(CHECK, text);
    endpoints.into_iter().next()
}

/// Returns the option or the variables of the endpoint.
fn origin(context: &Context, endpoints: &[Endpoint]) -> String {
    if context.is_endpoint_given() {
        return "from --endpoint".to_owned();
    }
    let region = context.given_region().map(|region| ("--region", region.as_str().to_owned()));
    let set = || VARIABLES.into_iter().find_map(|name| Some((name, variables::value(name)?)));
    let Some((name, value)) = region.or_else(set) else { return "default".to_owned() };
    let id = value.to_uppercase().replace('-', "_");
    let urls = format!("HUAWEICLOUD_SDK_REGION_STS_{id}");
    let public = value.parse().map(|region: Region| [Endpoint::from(region)]);
    match variables::value(&urls) {
        Some(_) => format!("from {name} and {urls}"),
        None if public.is_ok_and(|public| endpoints != public) => {
            format!("from {name} and the regions file")
        }
        None => format!("from {name}"),
    }
}
