//! Bytes of requests and answers: never printed, wiped when the last holder lets go.

use std::fmt;
use std::io;

use bytes::Bytes;
use zeroize::Zeroizing;

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
    fn from(bytes: Vec<u8>) -> Self {
        Self(Bytes::from_owner(Zeroizing::new(bytes)))
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
pub struct BodyWriter(Zeroizing<Vec<u8>>);

impl BodyWriter {
    /// A writer with room for `capacity` bytes before it has to move.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    /// Appends `piece`.
    #[inline]
    pub fn extend(&mut self, piece: &[u8]) {
        if piece.len() > self.0.capacity() - self.0.len() {
            self.grow(piece.len());
        }
        self.0.extend_from_slice(piece);
    }

    /// Moves to a block with room for `more` bytes, and wipes the one it leaves.
    #[cold]
    fn grow(&mut self, more: usize) {
        let needed = self.0.len().saturating_add(more);
        let mut larger = Vec::with_capacity(needed.max(self.0.capacity().saturating_mul(2)));
        larger.extend_from_slice(&self.0);
        self.0 = Zeroizing::new(larger);
    }

    /// How many bytes were written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The body that was collected.
    #[must_use]
    pub fn finish(mut self) -> Body {
        Body::from(std::mem::take(&mut *self.0))
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
