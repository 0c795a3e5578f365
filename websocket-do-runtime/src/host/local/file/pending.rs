//! A room's writes that are not in the file yet. They are read before the file, so that a room sees its own writes.

use std::{collections::BTreeMap, iter::Peekable, ops::Bound, sync::Arc};

use super::queue::Changes;

/// A value, or none if it was deleted.
pub(super) type Value = Option<Arc<[u8]>>;

/// Writes by key, with the number of each.
#[derive(Default)]
pub(super) struct Pending {
    /// The number of the last write.
    pub(super) last: u64,
    /// Writes up to this number have been removed.
    settled: u64,
    values: BTreeMap<String, (u64, Value)>,
    waiting: Option<(u64, bool)>,
}

impl Pending {
    /// Adds the changes of the write `number`.
    pub(super) fn add(&mut self, number: u64, changes: &Changes) {
        self.last = number;
        self.values.extend(changes.values.iter().map(|(key, value)| (key.clone(), (number, value.clone()))));
        self.waiting = changes.waiting.map(|is_waiting| (number, is_waiting)).or(self.waiting);
    }

    /// Removes the writes up to `number`, which are in the file.
    pub(super) fn settle(&mut self, number: u64) {
        if number > self.settled {
            self.settled = number;
            self.remove(|own| own <= number);
        }
    }

    /// Removes a failed write.
    pub(super) fn undo(&mut self, number: u64) {
        self.remove(|own| own == number);
    }

    /// Removes all writes.
    pub(super) fn clear(&mut self) {
        self.remove(|_| true);
    }

    fn remove(&mut self, matches: impl Fn(u64) -> bool) {
        self.values.retain(|_, (number, _)| !matches(*number));
        self.waiting = self.waiting.filter(|(number, _)| !matches(*number));
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).map(|(_, value)| value)
    }

    pub(super) fn is_waiting(&self) -> Option<bool> {
        self.waiting.map(|(_, is_waiting)| is_waiting)
    }

    /// The values from the key `start`, and before the key `end`, sorted by key. Values of the transaction replace older ones.
    pub(super) fn range(&self, start: &str, end: Option<&[u8]>, begun: Option<&Changes>) -> Vec<(String, Value)> {
        let is_before_end = |key: &&String| end.is_none_or(|end| key.as_bytes() < end);
        let from = (Bound::Included(start), Bound::Unbounded);
        let older = self.values.range::<str, _>(from).map(|(key, (_, value))| (key, value));
        let mut found: BTreeMap<_, _> = older.take_while(|(key, _)| is_before_end(key)).collect();
        let newer = begun.into_iter().flat_map(|changes| changes.values.range::<str, _>(from));
        found.extend(newer.take_while(|(key, _)| is_before_end(key)));
        found.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

/// Merges two sorted lists. An entry of `over` replaces one of `file` with the same key; deleted values are left out.
pub(super) struct Merged<F: Iterator, O: Iterator> {
    pub(super) file: Peekable<F>,
    pub(super) over: Peekable<O>,
    pub(super) reverse: bool,
}

impl<E, F, O> Iterator for Merged<F, O>
where
    F: Iterator<Item = Result<(String, Vec<u8>), E>>,
    O: Iterator<Item = (String, Value)>,
{
    type Item = Result<(String, Vec<u8>), E>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.file.peek(), self.over.peek()) {
                (Some(Err(_)), _) | (Some(_) | None, None) => return self.file.next(),
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(Ok((file, _))), Some((over, _))) => {
                    if self.reverse {
                        over.cmp(file)
                    } else {
                        file.cmp(over)
                    }
                }
            };
            if order.is_lt() {
                return self.file.next();
            }
            if order.is_eq() {
                self.file.next();
            }
            if let Some((key, Some(value))) = self.over.next() {
                return Some(Ok((key, value.to_vec())));
            }
        }
    }
}
