//! Bytes of requests and answers: never printed, wiped when the last holder lets go.

use std::fmt;
use std::io;

use bytes::Bytes;
use zeroize::Zeroize;

/// The bytes of a request or an answer.
///
/// They may hold tokens and keys, so `Debug` shows none of them, not even how many there are,
/// and the block is wiped when the last clone is gone. Cloning is cheap and copies nothing.
///
/// ```
/// use sts_proto::Body;
///
/// let body = Body::from(b"{\"id_token\":\"eyJ\"}".to_vec());
/// assert_eq!(format!("{body:?}"), "Body([redacted])");
/// assert_eq!(body.as_ref(), b"{\"id_token\":\"eyJ\"}");
/// ```
#[derive(Clone, Default)]
pub struct Body(Bytes);

impl Body {
    /// No bytes at all, as in a GET.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Bytes::new())
    }

    /// The same block as [`Bytes`], for HTTP stacks that want those. It is still wiped at the
    /// end, but `Bytes` prints its content: keep it out of logs.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<u8>> for Body {
    /// Takes the block over; it is wiped at the end.
    fn from(mut bytes: Vec<u8>) -> Self {
        // A longer text may have stood there before.
        bytes.spare_capacity_mut().zeroize();
        Self(Bytes::from_owner(Wiped(bytes)))
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body([redacted])")
    }
}

/// Collects the pieces of a body. When it grows, the block it leaves is wiped first.
///
/// Transports use it to read an answer; it is what keeps half-read credentials out of freed
/// memory when a connection breaks.
///
/// ```
/// use sts_proto::BodyWriter;
///
/// let mut writer = BodyWriter::with_capacity(16);
/// writer.extend(b"{\"access_key_id\":");
/// writer.extend(b"\"HST\"}");
/// assert_eq!(writer.finish().as_ref(), b"{\"access_key_id\":\"HST\"}");
/// ```
#[derive(Default)]
pub struct BodyWriter(Wiped);

impl BodyWriter {
    /// A writer with room for `capacity` bytes before it has to move.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Wiped(Vec::with_capacity(capacity)))
    }

    /// Appends `piece`.
    #[inline]
    pub fn extend(&mut self, piece: &[u8]) {
        let block = &mut self.0.0;
        if piece.len() > block.capacity() - block.len() {
            self.grow(piece.len());
        }
        self.0.0.extend_from_slice(piece);
    }

    /// Moves to a block with room for `more` bytes, and wipes the one it leaves.
    #[cold]
    fn grow(&mut self, more: usize) {
        let block = &self.0.0;
        let needed = block.len().saturating_add(more);
        let mut larger = Vec::with_capacity(needed.max(block.capacity().saturating_mul(2)));
        larger.extend_from_slice(block);
        self.0 = Wiped(larger);
    }

    /// How many bytes were written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.0.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.0.is_empty()
    }

    /// The body that was collected.
    #[must_use]
    pub fn finish(self) -> Body {
        Body(Bytes::from_owner(self.0))
    }
}

impl io::Write for BodyWriter {
    #[inline]
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.extend(piece);
        Ok(piece.len())
    }

    /// JSON comes in many small pieces, so this one is worth its lines.
    #[inline]
    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        self.extend(piece);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for BodyWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyWriter([redacted])")
    }
}

/// A block that is wiped before it is freed. Nothing is ever taken off its end, so nothing lies
/// beyond its length.
#[derive(Default)]
struct Wiped(Vec<u8>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        // As a slice: a vector would be wiped byte by byte, and its spare room as well.
        self.0.as_mut_slice().zeroize();
    }
}
