//! A store in memory, for the local host without a data folder and for rooms under test.

use std::{cell::RefCell, collections::BTreeMap, ops::Bound};

use super::{NESTED, Store};
use crate::{HostError, ListOptions};

type Entries = BTreeMap<String, Vec<u8>>;

/// Keys and values in memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    entries: RefCell<Entries>,
    /// The previous values of the keys that the open transaction has changed.
    before: RefCell<Option<Before>>,
}

/// Previous values by key; none if there was no value.
type Before = BTreeMap<String, Option<Vec<u8>>>;

impl Memory {
    /// Moves all entries into a new store. None if there are no entries.
    pub(super) fn take(&self) -> Option<Self> {
        let entries = self.entries.take();
        (!entries.is_empty()).then(|| Self { entries: entries.into(), before: RefCell::default() })
    }

    /// Sets or deletes the value of a key. Returns the previous value.
    fn replace(&self, key: &str, value: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let mut entries = self.entries.borrow_mut();
        let old = match value {
            Some(value) => entries.insert(key.to_owned(), value),
            None => entries.remove(key),
        };
        if let Some(before) = &mut *self.before.borrow_mut() {
            before.entry(key.to_owned()).or_insert_with(|| old.clone());
        }
        old
    }
}

impl Store for Memory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.entries.borrow().get(key).cloned())
    }

    fn put(&self, key: &str, value: &[u8]) -> Result<(), HostError> {
        self.replace(key, Some(value.to_vec()));
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<bool, HostError> {
        Ok(self.replace(key, None).is_some())
    }

    fn list(&self, list: &ListOptions) -> Result<Vec<(String, Vec<u8>)>, HostError> {
        let entries = self.entries.borrow();
        let start = list.start.as_deref().max(Some(&list.prefix)).unwrap_or_default();
        let found = entries
            .range::<str, _>((Bound::Included(start), Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(&list.prefix) && list.end.as_ref().is_none_or(|end| *key < end))
            .filter(|(key, _)| !key.starts_with(crate::server::storage::value::RESERVED_PREFIX))
            .map(|(key, value)| (key.clone(), value.clone()));
        let mut found: Vec<_> = if list.reverse {
            let mut found: Vec<_> = found.collect();
            found.reverse();
            found
        } else {
            found.collect()
        };
        found.truncate(list.limit.unwrap_or(usize::MAX));
        Ok(found)
    }

    fn transaction(&self, change: &mut dyn FnMut() -> bool) -> Result<(), HostError> {
        if self.before.borrow().is_some() {
            return Err(HostError::new(NESTED));
        }
        *self.before.borrow_mut() = Some(Before::new());
        let rollback = Rollback(self);
        if change() {
            rollback.commit();
        }
        Ok(())
    }
}

/// Rolls a transaction back when it is dropped, unless [`commit`](Self::commit) is called. A panic drops it.
struct Rollback<'s>(&'s Memory);

impl Rollback<'_> {
    fn commit(self) {
        self.0.before.take();
    }
}

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        for (key, value) in self.0.before.take().into_iter().flatten() {
            self.0.replace(&key, value);
        }
    }
}
