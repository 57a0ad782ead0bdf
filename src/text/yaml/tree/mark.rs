//! Keys are told apart by a mark, mostly.

/// What can be said of a key without a look at its text, so that most others are told apart from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(u16);

impl Mark {
    /// That of a node which is not read as it is written, or is no scalar.
    pub(super) const UNKNOWN: Self = Self(0);

    /// That of a text with this first byte and this length.
    #[expect(clippy::cast_possible_truncation, reason = "only the lowest bits of a length count")]
    pub(super) const fn new(first: u8, length: usize) -> Self {
        if length == 0 { Self::UNKNOWN } else { Self(u16::from_le_bytes([first, length as u8])) }
    }

    pub(super) fn of(text: &str) -> Self {
        Self::new(text.as_bytes().first().copied().unwrap_or_default(), text.len())
    }

    /// False only for two texts that certainly differ.
    pub(super) const fn may_equal(self, other: Self) -> bool {
        self.0 == other.0 || self.0 == 0 || other.0 == 0
    }
}
