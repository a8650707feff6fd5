//! Any other service: the response to a signed request names the signer and the signed headers.

use http::{Request, Response, StatusCode};
use serde_json::{Map, Value, json};
use sts_proto::Body;
use sts_sign::Verified;
use time::format_description::well_known::Rfc3339;

use crate::model::principal::Principal;
use crate::server::json_response;

const X_SECURITY_TOKEN: &str = "x-security-token";

/// Returns the response to a verified request.
pub(crate) fn respond(
    request: &Request<Body>,
    signer: &Principal,
    verified: &Verified,
) -> Response<Body> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let headers = verified.signed_headers().iter();
    let headers: Map<_, _> =
        headers.map(|name| (name.clone(), value(request, name).into())).collect();
    let body: Value = json!({
        "method": request.method().as_str(),
        "target": target,
        "account_id": signer.account(),
        "principal_urn": signer.urn(),
        "principal_id": signer.id(),
        "access_key_id": verified.access_key_id(),
        "algorithm": verified.algorithm().to_string(),
        "signed_at": verified.date().format(&Rfc3339).ok(),
        "is_payload_signed": verified.is_payload_signed(),
        "signed_headers": headers,
    });
    json_response(StatusCode::OK, &body)
}

/// Returns the value of a signed header, without the security token.
fn value(request: &Request<Body>, name: &str) -> String {
    if name == X_SECURITY_TOKEN {
        return "[redacted]".to_owned();
    }
    let values = request.headers().get_all(name).iter();
    let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    values.join(", ")
}
