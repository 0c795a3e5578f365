//! The accounts, in whatever database.

use std::{ops::Deref, pin::Pin};

use serde::{Deserialize, Serialize};
use websocket_do::{MaybeSend, MaybeSync, Result};

/// A user's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The number of the account.
    pub id: u32,
    /// The name that others see.
    pub name: String,
    /// How often the user has entered a lobby.
    pub visits: u32,
}

/// The answer of a database. Its future need not be `Send`: those of rooms and of D1 are not. Its error is that of handlers, which
/// `?` makes of any error, and which becomes a 500 where `?` converts it into an `HttpError`.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// A database of accounts. It is `Send` and `Sync` on native targets, where rooms on several threads share it.
pub trait AccountStore: MaybeSend + MaybeSync {
    /// Creates an account, which `key` opens.
    fn create<'a>(&'a self, key: &'a str, name: &'a str) -> Answer<'a, ()>;

    /// Finds the account that `key` opens, and counts a visit.
    fn visit<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Account>>;

    /// Changes the name of an account.
    fn rename<'a>(&'a self, id: u32, name: &'a str) -> Answer<'a, ()>;
}

/// The accounts that all rooms share: a type for `App::state`, whatever the database.
pub struct Accounts(Box<dyn AccountStore>);

impl Accounts {
    /// Keeps accounts in this database.
    pub fn new(store: impl AccountStore + 'static) -> Self {
        Self(Box::new(store))
    }
}

impl Deref for Accounts {
    type Target = dyn AccountStore;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}
