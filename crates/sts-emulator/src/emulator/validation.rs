//! Validation of settings that are not addresses.

use std::io;
use std::net::IpAddr;

use sts_proto::Secret;

use super::listen::LocalListener;
use super::listen_error::{ListenError, Problem};
use super::settings::Settings;

/// Minimum length of the secret of the control endpoint.
const MIN_SECRET: usize = 16;

/// Returns the secret of the control endpoint, which is mandatory on other than loopback addresses.
pub(super) fn control_secret(
    settings: &Settings,
    control: Option<&LocalListener>,
) -> io::Result<Option<Secret>> {
    let failed =
        |setting, value: &str, problem| Err(ListenError::new(setting, value, problem).into_io());
    match (&settings.control_secret, control) {
        (None, Some(control)) if !control.is_loopback => {
            let address = settings.control.as_deref().unwrap_or_default();
            failed("control", address, Problem::NoSecret)
        }
        (Some(secret), _) => {
            let secret = secret.expose_secret();
            if secret.len() < MIN_SECRET || !secret.bytes().all(|b| b.is_ascii_graphic()) {
                let problem = "must be at least 16 visible ASCII characters without spaces";
                return failed("control_secret", "[redacted]", Problem::Value(problem.to_owned()));
            }
            Ok(settings.control_secret.clone())
        }
        (None, _) => Ok(None),
    }
}

/// Names the setting in an error about a certificate authority.
#[cfg(feature = "tls")]
pub(super) fn invalid_authority(error: io::Error) -> io::Error {
    if error.kind() != io::ErrorKind::InvalidInput {
        return error;
    }
    let problem = Problem::Value(error.to_string());
    ListenError::new("tls_authority", "[redacted]", problem).into_io()
}

/// Checks names of this machine: they are compared with `Host` and written to a certificate.
pub(super) fn check_host_names(names: &[String]) -> io::Result<()> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_name = |name: &str| {
        name.len() <= 253 && name.split('.').all(is_label) || name.parse::<IpAddr>().is_ok()
    };
    match names.iter().find(|name| !is_name(name)) {
        Some(name) => {
            let problem = "invalid host name; expected a DNS name or an IP address without a port";
            Err(ListenError::new("host_name", name, Problem::Value(problem.to_owned())).into_io())
        }
        None => Ok(()),
    }
}
