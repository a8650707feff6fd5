//! Cutting off connections in the middle of a response.

use std::sync::{Arc, Mutex, PoisonError};

/// End of the head of a response.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Point at which a connection is cut off, counted in bytes of the response or of its body.
#[derive(Clone, Copy)]
pub(crate) struct CutPoint {
    pub(super) is_reset: bool,
    /// The part of the end of the head that has not been sent; empty if bytes count from the start.
    of_head: &'static [u8],
    left: usize,
}

impl CutPoint {
    pub(crate) const fn reset_after(bytes: usize) -> Self {
        Self { is_reset: true, of_head: &[], left: bytes }
    }

    pub(crate) const fn reset_in_body_after(bytes: usize) -> Self {
        Self { is_reset: true, of_head: END_OF_HEAD, left: bytes }
    }

    pub(crate) const fn close_in_body_after(bytes: usize) -> Self {
        Self { is_reset: false, of_head: END_OF_HEAD, left: bytes }
    }

    /// Counts a byte as sent, and returns whether it may be sent.
    pub(super) fn passes(&mut self, byte: u8) -> bool {
        if let Some((next, rest)) = self.of_head.split_first() {
            self.of_head = match byte {
                _ if byte == *next => rest,
                b'\r' => END_OF_HEAD.get(1..).unwrap_or_default(),
                _ => END_OF_HEAD,
            };
            return true;
        }
        let passes = self.left > 0;
        self.left = self.left.saturating_sub(1);
        passes
    }
}

/// Slot for the point at which a connection is cut off. Clones share the slot.
#[derive(Clone, Default)]
pub(crate) struct ScheduledCut(Arc<Mutex<Option<CutPoint>>>);

impl ScheduledCut {
    /// Cuts the connection off at this point of the next response.
    pub(crate) fn set(&self, cut: CutPoint) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
    }

    pub(super) fn get(&self) -> Option<CutPoint> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
