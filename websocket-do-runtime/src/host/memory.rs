//! A store in memory: of the local host without a data folder, and of rooms under test.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    ops::Bound,
};

use super::Store;
use crate::{HostError, List};

type Entries = BTreeMap<String, Vec<u8>>;

/// Keys and values, for as long as it lives.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    entries: RefCell<Entries>,
    in_transaction: Cell<bool>,
}

impl Store for Memory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.entries.borrow().get(key).cloned())
    }

    fn put(&self, key: &str, value: &[u8]) -> Result<(), HostError> {
        self.entries.borrow_mut().insert(key.to_owned(), value.to_vec());
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<bool, HostError> {
        Ok(self.entries.borrow_mut().remove(key).is_some())
    }

    fn list(&self, list: &List) -> Result<Vec<(String, Vec<u8>)>, HostError> {
        let entries = self.entries.borrow();
        let start = list.start.as_deref().max(Some(&list.prefix)).unwrap_or_default();
        let found = entries
            .range::<str, _>((Bound::Included(start), Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(&list.prefix) && list.end.as_ref().is_none_or(|end| *key < end))
            .filter(|(key, _)| !key.starts_with(crate::storage::OWN))
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
        if self.in_transaction.replace(true) {
            return Err(HostError::new("a transaction inside a transaction; make one of the two"));
        }
        let undo = Undo { store: self, before: Some(self.entries.borrow().clone()) };
        if change() {
            undo.keep();
        }
        Ok(())
    }
}

/// Puts back what was there before, unless told to keep what is there now; a panic tells nobody.
struct Undo<'s> {
    store: &'s Memory,
    before: Option<Entries>,
}

impl Undo<'_> {
    fn keep(mut self) {
        self.before = None;
    }
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        self.store.in_transaction.set(false);
        if let Some(before) = self.before.take() {
            *self.store.entries.borrow_mut() = before;
        }
    }
}
