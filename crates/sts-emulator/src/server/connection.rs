//! The connection, as services see it.

use super::cut::ScheduledCut;
use super::memory::ConnectionMemory;

/// A connection.
pub(crate) struct Connection {
    scheduled_cut: ScheduledCut,
    memory: ConnectionMemory,
}

impl Connection {
    pub(super) fn new(memory: ConnectionMemory) -> Self {
        Self { scheduled_cut: ScheduledCut::default(), memory }
    }

    /// Returns the slot for the point at which the connection is cut off.
    pub(crate) const fn scheduled_cut(&self) -> &ScheduledCut {
        &self.scheduled_cut
    }

    /// Returns the connection's share of the memory limit.
    pub(super) const fn memory(&self) -> &ConnectionMemory {
        &self.memory
    }
}
