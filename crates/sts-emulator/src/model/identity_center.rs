//! Rules of Identity Center.

/// Default interval between polls, in seconds.
const DEFAULT_INTERVAL: u32 = 5;

/// Configuration of Identity Center.
#[derive(Clone, Debug)]
pub(crate) struct IdentityCenterRules {
    /// The URL of the user portal; `None` accepts any URL.
    pub(crate) start_url: Option<String>,
    /// The URN of the user who approves each sign-in at once.
    pub(crate) auto_approve: Option<String>,
    /// The interval between polls, in seconds.
    pub(crate) interval: u32,
}

impl Default for IdentityCenterRules {
    fn default() -> Self {
        Self { start_url: None, auto_approve: None, interval: DEFAULT_INTERVAL }
    }
}
