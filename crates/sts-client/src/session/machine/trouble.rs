//! What a session remembers of failed refreshes and rejections.

use std::time::Duration;

/// Failures and the waits that they cause. Most sessions have none, and allocate no memory for it.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// Refreshes that failed since the last successful one.
    pub(super) failures: u32,
    /// Number of lost refreshes in a row.
    pub(super) losses: u32,
    /// Number of rejections soon after the credentials were issued, since credentials were last
    /// accepted for a while.
    pub(super) young_rejections: u32,
    /// The monotonic time before which no refresh begins.
    pub(super) not_before: Duration,
    /// The monotonic time before which none begins while the credentials are valid.
    pub(super) patient_until: Duration,
    pub(super) wait: Wait,
    /// Whether the last refresh began although its wait was not over.
    pub(super) used_excuse: bool,
}

/// What ends the wait until the next refresh before its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wait {
    /// A rejection of the credentials.
    #[default]
    Usual,
    /// That, and a caller without credentials: see [`SessionMachine::neglected`].
    ///
    /// [`SessionMachine::neglected`]: super::SessionMachine::neglected
    Excused,
    /// Nothing: see [`SessionMachine::hold_back`].
    ///
    /// [`SessionMachine::hold_back`]: super::SessionMachine::hold_back
    HeldBack,
}

impl Trouble {
    /// What is left after a refresh has succeeded.
    pub(super) fn after_success(&self) -> Option<Box<Self>> {
        let young_rejections = self.young_rejections;
        (young_rejections > 0).then(|| Box::new(Self { young_rejections, ..Self::default() }))
    }
}
