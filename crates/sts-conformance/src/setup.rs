//! What a transport under test is asked for.

/// What a case needs of the transport that it is given.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Setup {
    /// Certificates to trust, in PEM; beside or in place of the machine's.
    pub root_certificates_pem: Option<String>,
    /// The proxy for every exchange, as `http://user:password@host:port`, user and password left
    /// out where it wants none. When it is `None` there shall be no proxy at all, also none of
    /// the environment.
    pub proxy: Option<String>,
    /// Exchanges begin where the case runs, and are then polled on a thread outside of every
    /// runtime, as a refresh that several runtimes share can be.
    pub moves_exchanges: bool,
}

/// A transport cannot be set up as a [`Setup`] asks. The cases that need it are skipped.
#[derive(Clone, Debug)]
pub struct Unsupported {
    pub(crate) reason: String,
}

impl Unsupported {
    /// The reason is shown with the cases that are skipped.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}
