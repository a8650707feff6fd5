//! Names and paths of the operations.

use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, DecodeAuthorizationMessage,
    GetCallerIdentity, Operation as _,
};

const OPERATIONS: [(&str, &str); 5] = [
    (AssumeAgency::PATH, AssumeAgency::NAME),
    (AssumeAgencyWithOidc::PATH, AssumeAgencyWithOidc::NAME),
    (AssumeAgencyWithSaml::PATH, AssumeAgencyWithSaml::NAME),
    (DecodeAuthorizationMessage::PATH, DecodeAuthorizationMessage::NAME),
    (GetCallerIdentity::PATH, GetCallerIdentity::NAME),
];

/// Returns the name of the operation at a path.
pub(crate) fn at_path(path: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|(known, _)| *known == path).map(|(_, name)| *name)
}

/// Returns the operation's name, if there is one of this name.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    OPERATIONS.iter().map(|(_, known)| *known).find(|known| *known == name)
}
