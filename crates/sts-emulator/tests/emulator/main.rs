//! The emulator over real sockets.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod any_service;
mod authentication;
mod bounds;
mod caller;
mod ci_job;
mod configuration;
mod console;
mod control;
mod control_secret;
mod control_state;
mod denials;
mod device_codes;
mod diagnosis;
mod faults;
mod federation;
mod foreign_tokens;
mod gateway;
mod iam;
mod identity_center;
mod in_process;
mod local_endpoints;
mod metadata;
mod oidc_issuer;
mod overload;
mod path_confusion;
mod portal;
mod reload;
mod request_log;
mod saml;
mod saml_conditions;
mod sessions;
mod start_and_stop;
mod trust;
