//! Sets of ASCII characters.

/// ASCII letters, digits and others, as a table.
#[derive(Debug)]
pub(crate) struct CharacterSet {
    others: &'static str,
    contains: [bool; 256],
}

impl CharacterSet {
    /// Characters of names.
    pub(crate) const NAME: Self = Self::new("_+=,.@-");
    /// Characters of external ids.
    pub(crate) const EXTERNAL_ID: Self = Self::new("_+=,.@:/-");
    /// Characters of serial numbers of MFA devices.
    pub(crate) const SERIAL_NUMBER: Self = Self::new("_+=/:,.@-");
    pub(crate) const POLICY_ID: Self = Self::new("_-");
    /// Characters of the parts of a URN.
    pub(crate) const URN_PART: Self = Self::new("+/=_-");
    pub(crate) const URN_ACCOUNT: Self = Self::new("+/=_*-");

    #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
    const fn new(others: &'static str) -> Self {
        let mut contains = [false; 256];
        let mut byte = 0;
        while byte < 128_u8 {
            contains[byte as usize] = byte.is_ascii_alphanumeric();
            byte += 1;
        }
        let mut rest = others.as_bytes();
        while let [first, tail @ ..] = rest {
            contains[*first as usize] = true;
            rest = tail;
        }
        Self { others, contains }
    }

    /// Returns the characters other than letters and digits.
    pub(crate) const fn others(&self) -> &'static str {
        self.others
    }

    /// Returns whether a text contains only these characters.
    pub(crate) fn contains_all(&self, text: &[u8]) -> bool {
        text.iter().fold(true, |all, byte| {
            all & self.contains.get(usize::from(*byte)).is_some_and(|is| *is)
        })
    }
}
