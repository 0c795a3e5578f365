//! Accounts in a map, which fail on demand.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use accounts::accounts::{Account, AccountStore, Answer};
use websocket_do::{Error, Result};

#[derive(Clone, Default)]
pub(crate) struct Fake(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    by_key: BTreeMap<String, Account>,
    failure: Option<&'static str>,
}

impl Fake {
    /// Lets every query fail from now on.
    pub(crate) fn fail(&self, reason: &'static str) {
        self.0.lock().expect("a lock").failure = Some(reason);
    }

    fn state(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.0.lock().expect("a lock");
        state.failure.map_or(Ok(state), |reason| Err(Error::msg(reason)))
    }
}

impl AccountStore for Fake {
    fn create<'a>(&'a self, key: &'a str, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            let id = u32::try_from(state.by_key.len())?;
            state.by_key.insert(key.to_owned(), Account { id, name: name.to_owned(), visits: 0 });
            Ok(())
        })
    }

    fn visit<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Account>> {
        Box::pin(async move {
            let mut state = self.state()?;
            let Some(account) = state.by_key.get_mut(key) else { return Ok(None) };
            account.visits += 1;
            Ok(Some(account.clone()))
        })
    }

    fn rename<'a>(&'a self, id: u32, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            let account = state.by_key.values_mut().find(|account| account.id == id);
            name.clone_into(&mut account.ok_or("no such account")?.name);
            Ok(())
        })
    }
}
