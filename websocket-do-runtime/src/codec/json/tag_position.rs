//! Reads the tag of a message first, wherever it is in its object, so that no other field is buffered.

use super::scanner::{Scanner, Text};

/// Where the tag is among the entries of an object, and whether it was read.
pub(super) enum TagPosition {
    /// The entries are read in order: there is no tag, or it is the first entry.
    InOrder,
    /// The tag is at this position and is read next.
    Ahead(usize),
    /// The tag at the first position is being read; reading continues at the second.
    Reading(usize, usize),
    /// The tag at this position was read and is to be skipped.
    Read(usize),
}

impl TagPosition {
    /// Searches for the tag in an object whose opening bracket was just read, unless it is the first entry.
    #[inline]
    pub(super) fn find(tag: &str, scan: &mut Scanner<'_>, depth: u8) -> Self {
        if scan.is_key(tag) {
            return Self::InOrder;
        }
        let start = scan.position();
        let found = Self::search(tag, scan, depth);
        scan.seek(start);
        found.map_or(Self::InOrder, Self::Ahead)
    }

    #[inline(never)]
    fn search(tag: &str, scan: &mut Scanner<'_>, depth: u8) -> Option<usize> {
        let mut is_first = true;
        loop {
            scan.token();
            let position = scan.position();
            scan.expect(b'"').ok()?;
            let is_tag = match scan.string().ok()? {
                Text::Borrowed(key) | Text::Unescaped(key) => key == tag,
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

    /// Moves the scanner to the tag if it is read next. Returns whether it is.
    #[inline]
    pub(super) fn begin(&mut self, scan: &mut Scanner<'_>) -> bool {
        let Self::Ahead(position) = *self else { return false };
        *self = Self::Reading(position, scan.position());
        scan.seek(position);
        true
    }

    /// Moves the scanner back after the tag was read.
    #[inline]
    pub(super) fn end(&mut self, scan: &mut Scanner<'_>) {
        if let Self::Reading(position, back) = *self {
            *self = Self::Read(position);
            scan.seek(back);
        }
    }

    /// Whether the entry at this position is the tag, which was read before.
    pub(super) fn is_at(&self, position: usize) -> bool {
        matches!(self, Self::Read(read) if *read == position)
    }
}
