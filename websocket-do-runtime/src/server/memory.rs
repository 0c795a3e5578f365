//! A value in a room's memory, which handlers read and change by closures. Independent of hosts.

use std::{cell::RefCell, fmt};

/// A value in the memory of a room, for a field of the room's struct. Handlers read and change it by closures that cannot `await`.
///
/// Other handlers of a room run while one awaits. A `RefCell` that is borrowed across an `await` compiles, and panics when another
/// handler borrows it (clippy warns of it: `await_holding_refcell_ref`). A closure ends before the handler awaits.
///
/// The value is lost when the room hibernates, restarts or moves. Use the session's data or the storage for what must remain.
///
/// ```
/// # use std::time::Duration;
/// # use websocket_do_runtime::{Memory, Room, WebSocketDo};
/// #[derive(Default)]
/// struct Auction {
///     bids: Memory<Vec<u32>>,
/// }
///
/// impl Auction {
///     async fn bid<R: WebSocketDo>(&self, room: &Room<R>, bid: u32) -> Option<u32> {
///         self.bids.update(|bids| bids.push(bid));
///         room.sleep(Duration::from_secs(1)).await;
///         self.bids.read(|bids| bids.iter().max().copied())
///     }
/// }
/// ```
#[derive(Default)]
pub struct Memory<T>(RefCell<T>);

impl<T> Memory<T> {
    /// Creates a value.
    pub const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// Calls `read` with the value, and returns its result.
    ///
    /// # Panics
    /// Panics inside an [`update`](Self::update) of the same value.
    #[track_caller]
    pub fn read<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        match self.0.try_borrow() {
            Ok(value) => read(&value),
            Err(_) => nested(),
        }
    }

    /// Calls `change` with the value, and returns its result.
    ///
    /// # Panics
    /// Panics inside a [`read`](Self::read) or another `update` of the same value.
    #[track_caller]
    pub fn update<U>(&self, change: impl FnOnce(&mut T) -> U) -> U {
        match self.0.try_borrow_mut() {
            Ok(mut value) => change(&mut value),
            Err(_) => nested(),
        }
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "documented; no input leads here")]
fn nested() -> ! {
    panic!("a `Memory` is used inside the closure of its `update`; return what is needed from the closure")
}

impl<T: fmt::Debug> fmt::Debug for Memory<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.try_borrow() {
            Ok(value) => f.debug_tuple("Memory").field(&*value).finish(),
            Err(_) => f.write_str("Memory(<in use>)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_and_changed_by_closures() {
        let memory = Memory::new(vec![1]);
        assert_eq!(
            memory.update(|values| {
                values.push(2);
                values.len()
            }),
            2
        );
        assert_eq!(memory.read(|values| memory.read(Vec::len) + values.len()), 4);
        assert_eq!(format!("{memory:?}"), "Memory([1, 2])");
    }

    #[test]
    #[should_panic(expected = "used inside the closure of its `update`")]
    fn a_nested_use_is_a_panic_that_says_what_to_do() {
        let memory = Memory::<u32>::default();
        memory.update(|value| *value += memory.read(|value| *value));
    }
}
