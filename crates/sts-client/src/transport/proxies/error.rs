//! Errors of proxies.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

/// Error of a proxy that is unusable or that rejected a request.
///
/// It contains the host and port of the proxy and the variable that its URL came from, and not the
/// URL, which may contain a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyError {
    variable: Option<&'static str>,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    NotText,
    InvalidUrl,
    UnsupportedScheme(&'static str),
    Refused { proxy: String, status: StatusCode },
}

impl ProxyError {
    pub(super) const fn not_text(variable: &'static str) -> Self {
        Self { variable: Some(variable), problem: Problem::NotText }
    }

    pub(super) const fn invalid_url(variable: Option<&'static str>) -> Self {
        Self { variable, problem: Problem::InvalidUrl }
    }

    pub(super) const fn unsupported_scheme(
        variable: Option<&'static str>,
        scheme: &'static str,
    ) -> Self {
        Self { variable, problem: Problem::UnsupportedScheme(scheme) }
    }

    pub(super) const fn refused(
        variable: Option<&'static str>,
        proxy: String,
        status: StatusCode,
    ) -> Self {
        Self { variable, problem: Problem::Refused { proxy, status } }
    }

    /// Returns the environment variable of the proxy's URL. `None` if the program set it.
    #[must_use]
    pub const fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    /// Returns host and port of the proxy that rejected the request.
    #[must_use]
    pub fn proxy(&self) -> Option<&str> {
        match &self.problem {
            Problem::Refused { proxy, .. } => Some(proxy),
            Problem::NotText | Problem::InvalidUrl | Problem::UnsupportedScheme(_) => None,
        }
    }

    /// Returns the status of the proxy's rejection.
    #[must_use]
    pub const fn status(&self) -> Option<StatusCode> {
        match self.problem {
            Problem::Refused { status, .. } => Some(status),
            Problem::NotText | Problem::InvalidUrl | Problem::UnsupportedScheme(_) => None,
        }
    }
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const EXPECTED: &str = "expected http://user:password@host:port";
        if let Problem::Refused { proxy, status } = &self.problem {
            write!(f, "proxy {proxy} ")?;
            match self.variable {
                Some(variable) => write!(f, "(from {variable})")?,
                None => f.write_str("(given to the builder)")?,
            }
            return write!(f, " refused the request with status {status}{}", advice(*status));
        }
        if let Some(variable) = self.variable {
            write!(f, "{variable}: ")?;
        }
        match self.problem {
            Problem::NotText => f.write_str("not valid UTF-8"),
            Problem::UnsupportedScheme(scheme) => {
                write!(f, "unsupported proxy scheme {scheme}, {EXPECTED}")
            }
            _ => write!(f, "invalid proxy URL, {EXPECTED}"),
        }
    }
}

fn advice(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => "; check the user and password of the proxy",
        StatusCode::FORBIDDEN => "; ask its administrator to allow the host",
        status if status.is_server_error() => "; it may be unable to reach the host",
        _ => "",
    }
}

impl StdError for ProxyError {}
