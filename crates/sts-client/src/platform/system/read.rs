//! Bounded reads of files and pipes, into memory that is wiped.

use std::fs::File;
use std::io::{self, Read};

use sts_proto::Body;

/// Limit of the output of a command and of the memory for a small file, in bytes. A token has at most
/// 20000.
pub(super) const SMALL: usize = u16::MAX as usize;
/// Limit of a file, in bytes. The configuration of `KooCLI` has several tokens for each profile.
const LARGEST_FILE: usize = 1 << 20;

/// Reads a file to its end.
pub(super) fn read_file(file: File) -> io::Result<Body> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    // Files of `/proc` have no length.
    let (content, is_whole) = read_up_to(file, length.clamp(SMALL, LARGEST_FILE))?;
    if is_whole { Ok(content) } else { Err(io::Error::other("file exceeds 1 MiB")) }
}

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
