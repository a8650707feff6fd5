//! What those who serve a request can do to its connection.

use super::cut::ScheduledCut;
use super::memory::Account;

/// A connection, as those who serve its requests see it.
pub(crate) struct Connection {
    scheduled_cut: ScheduledCut,
    account: Account,
}

impl Connection {
    pub(super) fn new(account: Account) -> Self {
        Self { scheduled_cut: ScheduledCut::default(), account }
    }

    /// Where it is cut off, if a fault says so.
    pub(crate) const fn scheduled_cut(&self) -> &ScheduledCut {
        &self.scheduled_cut
    }

    /// What it holds of the emulator's memory.
    pub(super) const fn account(&self) -> &Account {
        &self.account
    }
}
