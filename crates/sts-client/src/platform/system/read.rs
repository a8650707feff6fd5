//! Bounded reads of files and pipes, into memory that is wiped.

use std::io::{self, Read};

use sts_proto::Body;

/// Limit of a file, in bytes. A token has at most 20000.
pub(super) const LARGEST_FILE: u16 = u16::MAX;

/// Reads up to `limit` bytes. Returns whether that was everything.
pub(super) fn read_up_to(from: impl Read, limit: usize) -> io::Result<(Body, bool)> {
    // Allocated in full at the start: a buffer that grows leaves an unwiped copy behind.
    let mut content = Vec::with_capacity(limit + 1);
    let read = from.take(limit as u64 + 1).read_to_end(&mut content);
    let is_whole = content.len() <= limit;
    // Before the error is returned, so that what was read until then is wiped.
    let content = Body::from(content);
    read?;
    Ok((content, is_whole))
}
