//! Errors of the settings of an emulator.

use std::fmt;
use std::io;

/// Invalid setting of a [`Builder`](crate::Builder), or an address that cannot be used. It is the
/// inner error of the [`io::Error`] that [`Builder::start`](crate::Builder::start) returns.
#[derive(Debug)]
pub struct ListenError {
    setting: &'static str,
    value: String,
    problem: Problem,
}

/// What is wrong with a setting.
#[derive(Debug)]
pub(super) enum Problem {
    /// It does not resolve to an address with a port.
    Address(io::Error),
    /// The address cannot be bound.
    Bind(io::Error),
    /// It is not a loopback address, and those are not allowed.
    Remote,
    /// The control endpoint listens on another than a loopback address without a secret.
    NoSecret,
    /// Other invalid value.
    Value(String),
}

impl ListenError {
    pub(super) fn new(setting: &'static str, value: &str, problem: Problem) -> Self {
        Self { setting, value: value.to_owned(), problem }
    }

    pub(super) fn into_io(self) -> io::Error {
        let kind = match &self.problem {
            Problem::Bind(error) => error.kind(),
            _ => io::ErrorKind::InvalidInput,
        };
        io::Error::new(kind, self)
    }

    /// Returns the name of the method of the [`Builder`](crate::Builder), such as `listen`.
    #[must_use]
    pub const fn setting(&self) -> &'static str {
        self.setting
    }

    /// Returns the value of the setting.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns the name of the method of the [`Builder`](crate::Builder) that has to be called as
    /// well.
    #[must_use]
    pub const fn requires(&self) -> Option<&'static str> {
        match self.problem {
            Problem::Remote => Some("allow_remote"),
            Problem::NoSecret => Some("control_secret"),
            _ => None,
        }
    }

    /// Returns the problem without the name and the value of the setting.
    #[must_use]
    pub fn problem(&self) -> String {
        match &self.problem {
            Problem::Address(error) => {
                format!("invalid address, expected HOST:PORT such as 127.0.0.1:8090: {error}")
            }
            Problem::Bind(error) => error.to_string(),
            Problem::Remote | Problem::NoSecret => "not a loopback address".to_owned(),
            Problem::Value(problem) => problem.clone(),
        }
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}: {}", self.setting, self.value, self.problem())?;
        match self.requires() {
            Some(method) => write!(f, "; requires {method}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ListenError {}
