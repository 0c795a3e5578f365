//! The entry that is read first, wherever it is in its object.

use super::scan::{Scan, Text};

/// Where the reading of an object is with its tag.
pub(super) enum Tag {
    /// The entries come as they are.
    None,
    /// The entry at this position comes first.
    Found(usize),
    /// The entry at the first position is being read; reading goes on at the second.
    Current(usize, usize),
    /// The entry at this position was read.
    Taken(usize),
}

impl Tag {
    /// Looks for the tag in an object whose bracket was just read, unless it comes first.
    #[inline]
    pub(super) fn find(tag: &str, scan: &mut Scan<'_>, depth: u8) -> Self {
        if scan.is_key(tag) {
            return Self::None;
        }
        let start = scan.position();
        let found = Self::search(tag, scan, depth);
        scan.go_to(start);
        found.map_or(Self::None, Self::Found)
    }

    #[inline(never)]
    fn search(tag: &str, scan: &mut Scan<'_>, depth: u8) -> Option<usize> {
        let mut is_first = true;
        loop {
            scan.token();
            let position = scan.position();
            scan.expect(b'"').ok()?;
            let is_tag = match scan.string().ok()? {
                Text::There(key) | Text::Unescaped(key) => key == tag,
            };
            if is_tag {
                return (!is_first).then_some(position);
            }
            is_first = false;
            scan.expect(b':').ok()?;
            scan.skip_value(depth).ok()?;
            scan.expect(b',').ok()?;
        }
    }

    /// Whether the tag comes next, which is then where the text is read.
    #[inline]
    pub(super) fn begin(&mut self, scan: &mut Scan<'_>) -> bool {
        let Self::Found(position) = *self else { return false };
        *self = Self::Current(position, scan.position());
        scan.go_to(position);
        true
    }

    /// Goes back to where it was, after the tag was read.
    #[inline]
    pub(super) fn end(&mut self, scan: &mut Scan<'_>) {
        if let Self::Current(position, back) = *self {
            *self = Self::Taken(position);
            scan.go_to(back);
        }
    }

    /// Whether the entry at this position was read before.
    pub(super) fn is_at(&self, position: usize) -> bool {
        matches!(self, Self::Taken(taken) if *taken == position)
    }
}
