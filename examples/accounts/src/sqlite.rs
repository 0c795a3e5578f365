//! Accounts in a SQLite file, on the local host.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::{sync::Mutex, task::spawn_blocking};
use websocket_do::{Env, Result};

use crate::{
    accounts::{Account, AccountStore, Accounts, Answer},
    sql,
};

/// Opens the file that the variable `ACCOUNTS_FILE` names.
pub(crate) fn open(env: &Env) -> Result<Accounts> {
    let connection = Connection::open(env.var("ACCOUNTS_FILE")?)?;
    connection.execute_batch(sql::CREATE_TABLE)?;
    Ok(Accounts::new(Sqlite(Arc::new(Mutex::new(connection)))))
}

struct Sqlite(Arc<Mutex<Connection>>);

impl Sqlite {
    /// Runs a query on another thread.
    ///
    /// SQLite blocks its thread until the disk has answered, and a room shares its thread with others, which would all wait. The
    /// connection is locked before, as that wait does not block a thread: one is enough for all rooms. A query that has begun also
    /// ends if its handler is dropped.
    async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = self.0.clone().lock_owned().await;
        Ok(spawn_blocking(move || query(&connection)).await??)
    }
}

impl AccountStore for Sqlite {
    fn create<'a>(&'a self, key: &'a str, name: &'a str) -> Answer<'a, ()> {
        let (key, name) = (key.to_owned(), name.to_owned());
        Box::pin(self.run(move |connection| connection.execute(sql::CREATE, params![key, name]).map(drop)))
    }

    fn visit<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Account>> {
        let key = key.to_owned();
        Box::pin(self.run(move |connection| {
            let account =
                |row: &rusqlite::Row<'_>| Ok(Account { id: row.get(0)?, name: row.get(1)?, visits: row.get(2)? });
            connection.query_row(sql::VISIT, [key], account).optional()
        }))
    }

    fn rename<'a>(&'a self, id: u32, name: &'a str) -> Answer<'a, ()> {
        let name = name.to_owned();
        Box::pin(self.run(move |connection| connection.execute(sql::RENAME, params![id, name]).map(drop)))
    }
}
