//! Methods and paths of the protocols.

use http::{Method, Uri};

use super::protocol::Protocol;

pub(super) const POD_IDENTITY_PATH: &str = "/pod-identity";
pub(super) const CONTAINER_PATH: &str = "/container-credentials";

/// The path that the official SDK for Node.js uses.
const NODE_FEDERATION_PATH: &str =
    "/v3/OS-FEDERATION/identity_providers/sts-local/protocols/oidc/auth";

const KB: usize = 1024;

/// A request that the server responds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// `CreateTokenWithIdToken`: the secret is in the body.
    IdToken,
    /// `CreateUnscopedTokenWithIdToken`: the secret is in a header.
    BearerToken,
    /// `CreateTemporaryAccessKeyByToken`
    AccessKey,
    /// Ids of the projects with a name.
    Projects,
    /// Id of the account.
    Domains,
    /// `AssumeAgencyWithOIDC`
    AssumeAgencyWithOidc,
    /// Credentials of a pod.
    PodIdentity,
    /// Credentials of a container.
    Container,
}

impl Route {
    /// Returns the route with exactly this method and path, if its protocol is served. Only the
    /// look-up of projects has a query.
    pub(super) fn of(method: &Method, uri: &Uri, protocols: &[Protocol]) -> Option<Self> {
        let (route, is_method, protocol) = match uri.path() {
            "/v3.0/OS-AUTH/id-token/tokens" => {
                (Self::IdToken, method == Method::POST, Protocol::Iam)
            }
            NODE_FEDERATION_PATH => (Self::BearerToken, method == Method::POST, Protocol::Iam),
            "/v3.0/OS-CREDENTIAL/securitytokens" => {
                (Self::AccessKey, method == Method::POST, Protocol::Iam)
            }
            "/v3/projects" => (Self::Projects, method == Method::GET, Protocol::Iam),
            "/v3/auth/domains" => (Self::Domains, method == Method::GET, Protocol::Iam),
            "/v5/agencies/assume-with-oidc" => {
                (Self::AssumeAgencyWithOidc, method == Method::POST, Protocol::Sts)
            }
            POD_IDENTITY_PATH => (Self::PodIdentity, method == Method::POST, Protocol::Pod),
            CONTAINER_PATH => (Self::Container, method == Method::GET, Protocol::Container),
            _ => return None,
        };
        let is_query = match uri.query() {
            None => route != Self::Projects,
            Some(query) => route == Self::Projects && project_name(query).is_some(),
        };
        (is_method && is_query && protocols.contains(&protocol)).then_some(route)
    }

    /// Returns the maximum size of the body, in bytes. ID tokens are long.
    pub(super) const fn body_limit(self) -> usize {
        match self {
            Self::IdToken | Self::BearerToken | Self::AccessKey | Self::AssumeAgencyWithOidc => {
                64 * KB
            }
            Self::Projects | Self::Domains | Self::PodIdentity | Self::Container => KB,
        }
    }
}

/// Returns the name in the query of the look-up of projects, which is a region.
pub(super) fn project_name(query: &str) -> Option<&str> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name = query.strip_prefix("name=")?;
    ((1..=64).contains(&name.len()) && name.bytes().all(is_allowed)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Protocol; 4] = [Protocol::Iam, Protocol::Sts, Protocol::Pod, Protocol::Container];

    const ROUTES: [(&str, &str, Route, Protocol); 8] = [
        ("POST", "/v3.0/OS-AUTH/id-token/tokens", Route::IdToken, Protocol::Iam),
        (
            "POST",
            "/v3/OS-FEDERATION/identity_providers/sts-local/protocols/oidc/auth",
            Route::BearerToken,
            Protocol::Iam,
        ),
        ("POST", "/v3.0/OS-CREDENTIAL/securitytokens", Route::AccessKey, Protocol::Iam),
        ("GET", "/v3/projects?name=cn-north-4", Route::Projects, Protocol::Iam),
        ("GET", "/v3/auth/domains", Route::Domains, Protocol::Iam),
        ("POST", "/v5/agencies/assume-with-oidc", Route::AssumeAgencyWithOidc, Protocol::Sts),
        ("POST", "/pod-identity", Route::PodIdentity, Protocol::Pod),
        ("GET", "/container-credentials", Route::Container, Protocol::Container),
    ];

    fn route(method: &str, uri: &str, protocols: &[Protocol]) -> Option<Route> {
        Route::of(&method.parse().unwrap(), &uri.parse().unwrap(), protocols)
    }

    #[test]
    fn only_the_exact_method_and_path_have_a_route() {
        for (method, uri, expected, _) in ROUTES {
            assert_eq!(route(method, uri, &ALL), Some(expected), "{uri}");
            for other in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get"] {
                assert_eq!(route(other, uri, &ALL).is_some(), other == method, "{other} {uri}");
            }
            let (path, _) = uri.split_once('?').unwrap_or((uri, ""));
            for other in [
                format!("{path}/"),
                format!("/{path}"),
                format!("{path}?"),
                format!("{path}?name="),
                format!("{path}?a=b"),
                format!("{path}?name=a&name=b"),
                format!("{path}?name=a%2Fb"),
                format!("/.{path}"),
                path.to_uppercase(),
            ] {
                assert_eq!(route(method, &other, &ALL), None, "{other}");
            }
        }
        assert_eq!(route("GET", "/", &ALL), None);
        assert_eq!(route("GET", "/v3/projects", &ALL), None);
        assert_eq!(route("OPTIONS", "*", &ALL), None);
    }

    #[test]
    fn only_selected_protocols_are_served() {
        for (method, uri, _, protocol) in ROUTES {
            for selected in ALL {
                let is_served = route(method, uri, &[selected]).is_some();
                assert_eq!(is_served, selected == protocol, "{selected:?} {uri}");
            }
        }
    }
}
