//! Look-ups of the ids of projects and accounts, in the format of keystone.

use http::{Response, StatusCode, Uri};
use serde_json::{Value, json};
use sts_proto::Body;

use super::caller::unauthorized;
use crate::model::account::Account;
use crate::rejection::Rejection;
use crate::server::json_response;
use crate::service::Service;

/// Returns the projects of the caller's account, or those with the name in the query.
pub(super) fn projects(
    service: &Service,
    uri: &Uri,
    account: &str,
) -> Result<Response<Body>, Rejection> {
    let account = find(service, account)?;
    let query = uri.query().unwrap_or_default();
    let name = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "name");
    let projects = account.projects(name.as_ref().map(|(_, name)| name.as_ref()));
    let projects = projects.iter().map(|project| {
        json!({
            "id": project.id,
            "name": project.name,
            "domain_id": account.id,
            "parent_id": account.id,
            "is_domain": false,
            "enabled": true,
            "description": "",
            "links": {"self": format!("/v3/projects/{}", project.id)},
        })
    });
    Ok(list("projects", "/v3/projects", &projects.collect::<Vec<_>>()))
}

/// Returns the account of the caller.
pub(super) fn domains(service: &Service, account: &str) -> Result<Response<Body>, Rejection> {
    let account = find(service, account)?;
    let domain = json!({
        "id": account.id,
        "name": account.name,
        "enabled": true,
        "description": "",
        "links": {"self": format!("/v3/domains/{}", account.id)},
    });
    Ok(list("domains", "/v3/auth/domains", &[domain]))
}

/// Returns the account of a principal. It is missing if the configuration was replaced.
fn find<'a>(service: &'a Service, account: &str) -> Result<&'a Account, Rejection> {
    service.config.account(account).ok_or_else(unauthorized)
}

fn list(name: &str, path: &str, entries: &[Value]) -> Response<Body> {
    let links = json!({"self": path, "next": null, "previous": null});
    json_response(StatusCode::OK, &json!({name: entries, "links": links}))
}
