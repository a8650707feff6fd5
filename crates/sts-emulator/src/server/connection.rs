//! What those who serve a request can do to its connection.

use super::line::Cutter;
use super::memory::Account;

/// A connection, as those who serve its requests see it.
pub(crate) struct Connection {
    cutter: Cutter,
    account: Account,
}

impl Connection {
    pub(super) fn new(account: Account) -> Self {
        Self { cutter: Cutter::default(), account }
    }

    /// Where it is cut off, if a fault says so.
    pub(crate) const fn cutter(&self) -> &Cutter {
        &self.cutter
    }

    /// What it holds of the emulator's memory.
    pub(super) const fn account(&self) -> &Account {
        &self.account
    }
}
