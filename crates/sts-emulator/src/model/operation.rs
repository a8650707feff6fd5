//! Names and paths of the operations.

use http::Method;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, DecodeAuthorizationMessage,
    GetCallerIdentity,
};

use crate::model::emulated_path;

/// An operation of classic IAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IamOperation {
    /// An IAM token for an ID token in the body.
    CreateTokenWithIdToken,
    /// The same with the ID token in the Authorization header.
    CreateUnscopedTokenWithIdToken,
    /// Credentials for a token or for an agency, which have the same path.
    CreateTemporaryAccessKey,
    ListProjects,
    ListAuthDomains,
}

impl IamOperation {
    /// Whether the caller has no credentials yet.
    pub(crate) const fn is_federation(self) -> bool {
        matches!(self, Self::CreateTokenWithIdToken | Self::CreateUnscopedTokenWithIdToken)
    }
}

/// An operation of Identity Center.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentityCenterOperation {
    RegisterClient,
    StartDeviceAuthorization,
    CreateToken,
    ListAccounts,
    ListAccountAgencies,
    GetAgencyCredentials,
    Logout,
    /// The page with the form.
    ApprovalPage,
    /// The form that was sent.
    Approve,
}

/// A route that is not one of STS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Iam(IamOperation),
    IdentityCenter(IdentityCenterOperation),
    /// A signed request to a service that is not emulated.
    AnyService,
}

struct Entry {
    method: Method,
    path: Path,
    name: &'static str,
    route: Option<Route>,
}

/// The path of an entry.
enum Path {
    Exact(&'static str),
    /// Segments `{}` stand for any segment that is not empty.
    Template(&'static str),
}

/// An entry of STS, whose requests `sts_proto` reads.
const fn sts<O: sts_proto::Operation>() -> Entry {
    Entry { method: O::METHOD, path: Path::Exact(O::PATH), name: O::NAME, route: None }
}

const fn iam(
    method: Method,
    path: &'static str,
    name: &'static str,
    operation: IamOperation,
) -> Entry {
    let path = Path::Exact(path);
    Entry { method, path, name, route: Some(Route::Iam(operation)) }
}

const fn identity_center(
    method: Method,
    path: &'static str,
    name: &'static str,
    operation: IdentityCenterOperation,
) -> Entry {
    let path = Path::Exact(path);
    Entry { method, path, name, route: Some(Route::IdentityCenter(operation)) }
}

static ENTRIES: [Entry; 19] = [
    sts::<AssumeAgency>(),
    sts::<AssumeAgencyWithOidc>(),
    sts::<AssumeAgencyWithSaml>(),
    sts::<DecodeAuthorizationMessage>(),
    sts::<GetCallerIdentity>(),
    iam(
        Method::POST,
        "/v3.0/OS-AUTH/id-token/tokens",
        "CreateTokenWithIdToken",
        IamOperation::CreateTokenWithIdToken,
    ),
    Entry {
        method: Method::POST,
        path: Path::Template("/v3/OS-FEDERATION/identity_providers/{}/protocols/{}/auth"),
        name: "CreateUnscopedTokenWithIdToken",
        route: Some(Route::Iam(IamOperation::CreateUnscopedTokenWithIdToken)),
    },
    iam(
        Method::POST,
        "/v3.0/OS-CREDENTIAL/securitytokens",
        "CreateTemporaryAccessKey",
        IamOperation::CreateTemporaryAccessKey,
    ),
    iam(Method::GET, "/v3/projects", "KeystoneListProjects", IamOperation::ListProjects),
    iam(Method::GET, "/v3/auth/domains", "KeystoneListAuthDomains", IamOperation::ListAuthDomains),
    identity_center(
        Method::POST,
        "/v1/clients",
        "RegisterClient",
        IdentityCenterOperation::RegisterClient,
    ),
    identity_center(
        Method::POST,
        "/v1/device/authorize",
        "StartDeviceAuthorization",
        IdentityCenterOperation::StartDeviceAuthorization,
    ),
    identity_center(
        Method::POST,
        "/v1/tokens",
        "CreateToken",
        IdentityCenterOperation::CreateToken,
    ),
    identity_center(
        Method::GET,
        "/v1/assigned-accounts",
        "ListAccounts",
        IdentityCenterOperation::ListAccounts,
    ),
    identity_center(
        Method::GET,
        "/v1/assigned-agencies",
        "ListAccountAgencies",
        IdentityCenterOperation::ListAccountAgencies,
    ),
    identity_center(
        Method::GET,
        "/v1/credentials",
        "GetAgencyCredentials",
        IdentityCenterOperation::GetAgencyCredentials,
    ),
    identity_center(Method::POST, "/v1/logout", "Logout", IdentityCenterOperation::Logout),
    identity_center(Method::GET, "/device", "ApproveSignIn", IdentityCenterOperation::ApprovalPage),
    identity_center(Method::POST, "/device", "ApproveSignIn", IdentityCenterOperation::Approve),
];

impl Path {
    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(exact) => *exact == path,
            Self::Template(template) => matches_template(template, path, str::eq),
        }
    }

    const fn text(&self) -> &'static str {
        match self {
            Self::Exact(text) | Self::Template(text) => text,
        }
    }
}

/// Compares a path with a template by segments.
fn matches_template(template: &str, path: &str, is_same: impl Fn(&str, &str) -> bool) -> bool {
    let (mut expected, mut parts) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), parts.next()) {
            (None, None) => return true,
            (Some("{}"), Some(part)) if !part.is_empty() => {}
            (Some(expected), Some(part)) if is_same(expected, part) => {}
            _ => return false,
        }
    }
}

/// Returns the name of the operation at a path.
pub(crate) fn at_path(path: &str) -> Option<&'static str> {
    ENTRIES.iter().find(|entry| entry.path.matches(path)).map(|entry| entry.name)
}

/// Whether another spelling of the path is that of an operation, or of the control endpoint. Servers
/// and proxies differ in what they read as the same path.
pub(crate) fn resembles_one(path: &str) -> bool {
    let path = emulated_path::tolerant(path);
    let matches =
        |entry: &Entry| matches_template(entry.path.text(), &path, str::eq_ignore_ascii_case);
    emulated_path::is_of_control(&path) || ENTRIES.iter().any(matches)
}

/// Returns the operation of a service other than STS with this method and path.
pub(crate) fn route(method: &Method, path: &str) -> Option<Route> {
    ENTRIES.iter().find(|entry| entry.method == *method && entry.path.matches(path))?.route
}

/// Returns the names of all operations.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().map(|entry| entry.name)
}

/// Returns the operation's name, if there is one of this name.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    names().find(|known| *known == name)
}
