//! The memory limit of decoding: the values of a frame may take 4 times its size, or 4 MiB if that is more. Both readers use it.

use std::mem::{replace, size_of};

use crate::protocol::{ReadError, ValidationCode};

/// Any frame may take this much, as most types are larger in memory than on the wire: 4 times the default `max_message`.
const MIN_BUDGET: usize = 4 << 20;

/// The values of a frame may take its size times this. Strings and bytes add its size once at most, which makes 4 times.
const FACTOR: usize = 3;

/// The bytes of a heap allocation beside its value: counters, links, hashes.
const OVERHEAD: usize = 16;

/// The bytes that the values of a frame may still take.
pub(super) struct MemoryBudget {
    left: usize,
    /// The bytes of the next value that are already counted as part of its container.
    inline: usize,
}

impl MemoryBudget {
    /// Returns the budget for a frame of `frame` bytes that is read as a `T`.
    pub(super) fn new<T>(frame: usize) -> Self {
        Self { left: frame.saturating_mul(FACTOR).max(MIN_BUDGET.saturating_sub(frame)), inline: size_of::<T>() }
    }

    /// Counts the next value, a `T`, as part of its container.
    #[inline]
    pub(super) fn next_is_inline<T>(&mut self) {
        self.inline = size_of::<T>();
    }

    /// Charges a value of this type. One that is not part of its container is allocated separately.
    #[inline]
    pub(super) fn charge_value<T>(&mut self) -> Result<(), ReadError> {
        let inline = replace(&mut self.inline, 0);
        if size_of::<T>() > inline { self.charge(size_of::<T>() + OVERHEAD) } else { Ok(()) }
    }

    /// Charges this many bytes.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), ReadError> {
        self.left = self.left.checked_sub(bytes).ok_or_else(exceeded)?;
        Ok(())
    }
}

#[cold]
fn exceeded() -> ReadError {
    let message = "makes the message take more than 4 times its size in memory; send fewer values";
    ReadError::new(ValidationCode::Invalid, message.to_owned())
}

/// The estimated allocation of a list or map while it is read.
pub(super) struct CollectionCost {
    capacity: usize,
    len: usize,
    first_capacity: usize,
}

impl CollectionCost {
    /// `first_capacity` is the capacity of the first allocation of a list.
    pub(super) fn new(first_capacity: usize) -> Self {
        Self { capacity: 0, len: 0, first_capacity: first_capacity.max(4) }
    }

    /// Charges one more item of this size. A full list doubles its capacity, and holds both allocations while it does.
    #[inline]
    pub(super) fn add_item(&mut self, size: usize, budget: &mut MemoryBudget) -> Result<(), ReadError> {
        if self.len == self.capacity {
            let capacity = self.capacity.saturating_mul(2).max(self.first_capacity);
            budget.charge(capacity.saturating_mul(size))?;
            budget.left += self.capacity.saturating_mul(size);
            self.capacity = capacity;
        }
        self.len += 1;
        Ok(())
    }

    /// Charges one more entry of a map, of this size: a tree begins with a node of 11 entries, and a hash table takes up to 3
    /// times its entries while it grows.
    pub(super) fn add_entry(&mut self, size: usize, budget: &mut MemoryBudget) -> Result<(), ReadError> {
        let entries = if self.len == 0 { 11 } else { 3 };
        self.len += 1;
        budget.charge((size + OVERHEAD).saturating_mul(entries))
    }
}
