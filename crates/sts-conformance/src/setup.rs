//! Settings of the transport under test.

/// Settings that a case requires of its transport.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Setup {
    /// Whether the case sends requests to `https` targets. A transport without TLS returns
    /// [`Unsupported`].
    pub needs_https: bool,
    /// Root certificates to trust, in PEM, in addition to or instead of those of the machine.
    pub root_certificates_pem: Option<String>,
    /// The proxy for every exchange: `http://user:password@host:port`, where user and password are
    /// optional. `None` disables all proxies, including those of the environment.
    pub proxy: Option<String>,
    /// Whether the case starts exchanges on its runtime and then polls them on a thread outside of
    /// any runtime. A refresh shared by several runtimes does this.
    pub moves_exchanges: bool,
}

/// Error returned when a transport does not support a [`Setup`]. The case is skipped.
#[derive(Clone, Debug)]
pub struct Unsupported {
    pub(crate) reason: String,
}

impl Unsupported {
    /// Creates the error. The reason is printed with the skipped cases.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}
