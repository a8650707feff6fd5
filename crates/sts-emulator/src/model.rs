//! The domain of the service: principals, agencies and the rules between them.

pub(crate) mod account;
pub(crate) mod action;
pub(crate) mod agency;
pub(crate) mod deny_rule;
pub(crate) mod emulated_path;
pub(crate) mod identifier;
pub(crate) mod identity;
pub(crate) mod identity_center;
pub(crate) mod metadata;
pub(crate) mod operation;
pub(crate) mod poll_error;
pub(crate) mod principal;
pub(crate) mod principal_pattern;
pub(crate) mod requester;
