//! Output of canonical texts to hashes and explanations.

use hmac::digest::Update;

/// Receiver of a text in pieces.
pub(crate) trait Sink {
    /// Writes the next piece.
    fn write(&mut self, piece: &[u8]);

    /// Writes the value of a header. Only a receiver that redacts asks whether it is a secret, which
    /// costs more than hashing a short value.
    fn write_value(&mut self, value: &[u8], _is_secret: impl FnOnce() -> bool) {
        self.write(value);
    }
}

/// Text that can be written to a [`Sink`].
pub(crate) trait Written {
    fn write_to(&self, sink: &mut impl Sink);
}

/// Writes `text` to a hash or a MAC.
pub(crate) fn feed<D: Update>(hash: &mut D, text: &impl Written) {
    text.write_to(&mut Feeding(hash));
}

struct Feeding<'a, D>(&'a mut D);

impl<D: Update> Sink for Feeding<'_, D> {
    // Inlining helps because most pieces have one or two bytes.
    #[inline]
    fn write(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }
}

/// Returns `text` with its secrets redacted.
pub(crate) fn readable(text: &impl Written) -> String {
    let mut readable = Readable::default();
    text.write_to(&mut readable);
    readable.0
}

/// Replacement for a secret.
pub(crate) const REDACTED: &str = "[redacted]";

/// Returns `text` in a buffer of exactly its length.
pub(crate) fn bytes_of(text: &impl Written) -> Vec<u8> {
    bytes_with_room(text, 0)
}

/// Returns `text` in a buffer with `room` for more bytes.
pub(crate) fn bytes_with_room(text: &impl Written, room: usize) -> Vec<u8> {
    let mut length = Length(0);
    text.write_to(&mut length);
    let mut bytes = Vec::with_capacity(length.0 + room);
    text.write_to(&mut bytes);
    bytes
}

struct Length(usize);

impl Sink for Length {
    fn write(&mut self, piece: &[u8]) {
        self.0 += piece.len();
    }
}

impl Sink for Vec<u8> {
    fn write(&mut self, piece: &[u8]) {
        self.extend_from_slice(piece);
    }
}

/// Collector of a redacted text.
#[derive(Default)]
struct Readable(String);

impl Sink for Readable {
    fn write(&mut self, piece: &[u8]) {
        self.0.push_str(&String::from_utf8_lossy(piece));
    }

    fn write_value(&mut self, value: &[u8], is_secret: impl FnOnce() -> bool) {
        if is_secret() {
            self.0.push_str(REDACTED);
        } else {
            self.write(value);
        }
    }
}
