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
    let mut gathering = Gathering { hash, gathered: [0; _], length: 0 };
    text.write_to(&mut gathering);
    let gathered = gathering.gathered.get(..gathering.length);
    gathering.hash.update(gathered.unwrap_or_default());
}

/// Gathers small pieces, for a hash is fastest with several of its blocks at once.
struct Gathering<'a, D> {
    hash: &'a mut D,
    gathered: [u8; 256],
    length: usize,
}

impl<D: Update> Sink for Gathering<'_, D> {
    #[inline]
    fn write(&mut self, piece: &[u8]) {
        let end = self.length + piece.len();
        if let Some(room) = self.gathered.get_mut(self.length..end) {
            room.copy_from_slice(piece);
            self.length = end;
        } else {
            self.write_over(piece);
        }
    }
}

impl<D: Update> Gathering<'_, D> {
    /// Writes a piece for which there is no room. What is gathered goes to the hash full, so that
    /// it never has to cut its blocks out of two pieces.
    #[cold]
    fn write_over(&mut self, piece: &[u8]) {
        let room = self.gathered.get_mut(self.length..).unwrap_or_default();
        let (now, rest) = piece.split_at_checked(room.len()).unwrap_or((piece, b""));
        room.copy_from_slice(now);
        self.hash.update(&self.gathered);
        let (blocks, rest) = rest.split_at(rest.len() - rest.len() % self.gathered.len());
        self.hash.update(blocks);
        self.length = 0;
        self.write(rest);
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
