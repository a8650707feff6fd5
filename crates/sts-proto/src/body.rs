//! Bodies of requests and responses.

use std::fmt;
use std::io;

use bytes::Bytes;
use zeroize::Zeroize;

/// Body of a request or a response.
///
/// A body may contain secrets: `Debug` does not show its content or length, and the memory is wiped
/// when the last clone is dropped. Cloning does not copy the bytes.
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
    /// Returns a body without bytes, as in a GET.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Bytes::new())
    }

    /// Converts the body to [`Bytes`] without copying. The memory is still wiped on drop, but the
    /// `Debug` output of `Bytes` shows the content: do not log it.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the body is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<u8>> for Body {
    /// Takes ownership of the bytes and wipes them on drop.
    fn from(mut bytes: Vec<u8>) -> Self {
        // The spare capacity may contain the end of earlier, longer content.
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

/// Buffer that collects a body in pieces and wipes the memory that it reallocates.
///
/// Transports read responses into it, so that the memory of a partly read response is wiped as
/// well when a connection fails.
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
    /// Creates a writer with room for `capacity` bytes.
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

    /// Reallocates with room for `more` bytes and wipes the old block.
    #[cold]
    fn grow(&mut self, more: usize) {
        let block = &self.0.0;
        let needed = block.len().saturating_add(more);
        let mut larger = Vec::with_capacity(needed.max(block.capacity().saturating_mul(2)));
        larger.extend_from_slice(block);
        self.0 = Wiped(larger);
    }

    /// Returns the number of bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.0.len()
    }

    /// Returns whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.0.is_empty()
    }

    /// Returns the body.
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

    /// The default implementation calls `write` in a loop; JSON is written in many small pieces.
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

/// Bytes that are wiped on drop. They are never truncated, so nothing is left beyond the length.
#[derive(Default)]
struct Wiped(Vec<u8>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        // Wiping a slice is faster than wiping a `Vec`, which includes the spare capacity.
        self.0.as_mut_slice().zeroize();
    }
}
