//! Half-open spans of unix seconds.

/// `[from_s, until_s)`; an absent side is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// First second inside, or open.
    pub from_s: Option<i64>,
    /// First second after, or open.
    pub until_s: Option<i64>,
}

impl Span {
    /// All of time.
    pub const ALL: Span = Span { from_s: None, until_s: None };

    /// Returns whether the second lies inside.
    pub fn contains(&self, second: i64) -> bool {
        self.from_s.is_none_or(|from| second >= from) && self.until_s.is_none_or(|until| second < until)
    }
}
