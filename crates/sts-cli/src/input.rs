//! Files and standard input of the user, with limits.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Limit of files of options, in bytes.
const LARGEST_OPTION: u64 = 4 << 20;

/// Reads a file of an option, of 4 MiB at most. A device may have no end.
pub(crate) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    read(File::open(path)?, LARGEST_OPTION)
}

/// Reads to the end, of `limit` bytes at most.
///
/// # Errors
///
/// It cannot be read, or is longer.
pub(crate) fn read(input: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        return Ok(bytes);
    }
    let message = format!("exceeds {} MiB", limit >> 20);
    Err(io::Error::new(io::ErrorKind::FileTooLarge, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_longest_input() {
        assert_eq!(read(&[1; 5][..], 5).unwrap(), [1; 5]);
        assert_eq!(read(io::repeat(1), 1 << 20).unwrap_err().to_string(), "exceeds 1 MiB");
    }
}
