//! What a frame may take in memory while it is decoded: 4 times its size, or 4 MiB where that is more. Knows nothing of formats.

use std::mem::{replace, size_of};

use crate::protocol::{ReadError, ValidationCode};

/// Any frame may take this much, as most types are larger in memory than on the wire: 4 times the default of `max_message`.
const LEAST: usize = 4 << 20;

/// How often the frame fits into what its values may take. Texts and bytes take the frame's size once more at most.
const TIMES: usize = 3;

/// What is kept of a heap allocation beside its value: counters, links, hashes.
const OVERHEAD: usize = 16;

/// What the values of a frame may still take.
pub(super) struct Budget {
    left: usize,
    /// The place that the container of the next value has for it already.
    place: usize,
}

impl Budget {
    /// For a frame of so many bytes that is read as a `T`.
    pub(super) fn new<T>(frame: usize) -> Self {
        Self { left: frame.saturating_mul(TIMES).max(LEAST.saturating_sub(frame)), place: size_of::<T>() }
    }

    /// The next value is part of its container.
    #[inline]
    pub(super) fn within<T>(&mut self) {
        self.place = size_of::<T>();
    }

    /// A value of this type begins. Where its container has no place for it, it is in an allocation of its own.
    #[inline]
    pub(super) fn begin<T>(&mut self) -> Result<(), ReadError> {
        let place = replace(&mut self.place, 0);
        if size_of::<T>() > place { self.spend(size_of::<T>() + OVERHEAD) } else { Ok(()) }
    }

    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), ReadError> {
        self.left = self.left.checked_sub(bytes).ok_or_else(exceeded)?;
        Ok(())
    }
}

#[cold]
fn exceeded() -> ReadError {
    let message = "makes the message take more than 4 times its size in memory; send fewer values";
    ReadError::new(ValidationCode::Invalid, message.to_owned())
}

/// What is allocated for a list or map while it is read.
pub(super) struct Growth {
    capacity: usize,
    len: usize,
    first: usize,
}

impl Growth {
    /// `first` is the capacity of a list's first allocation.
    pub(super) fn new(first: usize) -> Self {
        Self { capacity: 0, len: 0, first: first.max(4) }
    }

    /// One more item of this size. A full list doubles its capacity, and while it does, both the old and the new allocation
    /// are held.
    #[inline]
    pub(super) fn item(&mut self, size: usize, budget: &mut Budget) -> Result<(), ReadError> {
        if self.len == self.capacity {
            let capacity = self.capacity.saturating_mul(2).max(self.first);
            budget.spend(capacity.saturating_mul(size))?;
            budget.left += self.capacity.saturating_mul(size);
            self.capacity = capacity;
        }
        self.len += 1;
        Ok(())
    }

    /// One more entry of a map, of this size: a tree begins with a node of 11, and a table is up to 3 times as large as its
    /// entries while it grows.
    pub(super) fn entry(&mut self, size: usize, budget: &mut Budget) -> Result<(), ReadError> {
        let entries = if self.len == 0 { 11 } else { 3 };
        self.len += 1;
        budget.spend((size + OVERHEAD).saturating_mul(entries))
    }
}
