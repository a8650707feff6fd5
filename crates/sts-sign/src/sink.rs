//! Where the canonical texts are written to: one writer feeds hashes and explanations alike.

use hmac::digest::Update;

/// Takes a text in pieces.
pub(crate) trait Sink {
    /// The next piece.
    fn write(&mut self, piece: &[u8]);

    /// The next piece, which must not be shown.
    fn write_secret(&mut self, piece: &[u8]) {
        self.write(piece);
    }
}

/// A text that writes itself.
pub(crate) trait Written {
    fn write_to(&self, sink: &mut impl Sink);
}

/// Feeds `text` to a hash or a MAC.
pub(crate) fn feed<D: Update>(hash: &mut D, text: &impl Written) {
    text.write_to(&mut Feeding(hash));
}

struct Feeding<'a, D>(&'a mut D);

impl<D: Update> Sink for Feeding<'_, D> {
    // Most pieces are a byte or two, and are stored in place when this is inlined.
    #[inline]
    fn write(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }
}

/// `text` as it can be shown, with its secrets replaced.
pub(crate) fn readable(text: &impl Written) -> String {
    let mut readable = Readable::default();
    text.write_to(&mut readable);
    readable.0
}

/// What stands where a secret was.
pub(crate) const REDACTED: &str = "[redacted]";

/// `text` in a block of just its length.
pub(crate) fn bytes_of(text: &impl Written) -> Vec<u8> {
    let mut length = Length(0);
    text.write_to(&mut length);
    let mut bytes = Vec::with_capacity(length.0);
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

/// Collects a text that can be shown.
#[derive(Default)]
struct Readable(String);

impl Sink for Readable {
    fn write(&mut self, piece: &[u8]) {
        self.0.push_str(&String::from_utf8_lossy(piece));
    }

    fn write_secret(&mut self, _: &[u8]) {
        self.0.push_str(REDACTED);
    }
}
