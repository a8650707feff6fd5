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
    path: &'static str,
    name: &'static str,
    route: Option<Route>,
}

/// An entry of STS, whose requests `sts_proto` reads.
const fn sts<O: sts_proto::Operation>() -> Entry {
    Entry { method: O::METHOD, path: O::PATH, name: O::NAME, route: None }
}

const fn iam(
    method: Method,
    path: &'static str,
    name: &'static str,
    operation: IamOperation,
) -> Entry {
    Entry { method, path, name, route: Some(Route::Iam(operation)) }
}

const fn identity_center(
    method: Method,
    path: &'static str,
    name: &'static str,
    operation: IdentityCenterOperation,
) -> Entry {
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
    iam(
        Method::POST,
        "/v3/OS-FEDERATION/identity_providers/{}/protocols/{}/auth",
        "CreateUnscopedTokenWithIdToken",
        IamOperation::CreateUnscopedTokenWithIdToken,
    ),
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

impl Entry {
    fn matches(&self, path: &str) -> bool {
        let mut expected = self.path.split('/');
        let mut parts = path.split('/');
        loop {
            match (expected.next(), parts.next()) {
                (None, None) => return true,
                (Some("{}"), Some(part)) if !part.is_empty() => {}
                (Some(expected), Some(part)) if expected == part => {}
                _ => return false,
            }
        }
    }
}

/// Returns the name of the operation at a path.
pub(crate) fn at_path(path: &str) -> Option<&'static str> {
    ENTRIES.iter().find(|entry| entry.matches(path)).map(|entry| entry.name)
}

/// Whether another spelling of the path is that of an operation, or of the control endpoint. Servers
/// and proxies differ in what they read as the same path.
pub(crate) fn resembles_one(path: &str) -> bool {
    let path = emulated_path::tolerant(path);
    let matches = |entry: &Entry| {
        let expected = entry.path.split('/');
        let parts = path.split('/');
        expected.clone().count() == parts.clone().count()
            && expected.zip(parts).all(|(expected, part)| {
                if expected == "{}" {
                    !part.is_empty()
                } else {
                    expected.eq_ignore_ascii_case(part)
                }
            })
    };
    emulated_path::is_of_control(&path) || ENTRIES.iter().any(matches)
}

/// Returns the operation of a service other than STS with this method and path.
pub(crate) fn route(method: &Method, path: &str) -> Option<Route> {
    ENTRIES.iter().find(|entry| entry.method == *method && entry.matches(path))?.route
}

/// Returns the names of all operations.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().map(|entry| entry.name)
}

/// Returns the operation's name, if there is one of this name.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    names().find(|known| *known == name)
}
