//! Accounts in a D1 database, on workerd.

use std::cell::Cell;

use websocket_do::{
    Env, Result,
    worker::{D1Database, D1PreparedStatement, wasm_bindgen::JsValue},
};

use crate::{
    accounts::{Account, AccountStore, Accounts, Answer},
    sql,
};

/// Opens the database of the binding `DB`.
pub(crate) fn open(env: &Env) -> Result<Accounts> {
    Ok(Accounts::new(D1 { database: env.d1("DB")?, is_created: Cell::new(false) }))
}

struct D1 {
    database: D1Database,
    /// Whether the table exists.
    is_created: Cell<bool>,
}

impl D1 {
    async fn statement(&self, sql: &str, values: &[JsValue]) -> Result<D1PreparedStatement> {
        if !self.is_created.get() {
            self.database.prepare(sql::CREATE_TABLE).run().await?;
            self.is_created.set(true);
        }
        Ok(self.database.prepare(sql).bind(values)?)
    }
}

impl AccountStore for D1 {
    fn create<'a>(&'a self, key: &'a str, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            self.statement(sql::CREATE, &[key.into(), name.into()]).await?.run().await?;
            Ok(())
        })
    }

    fn visit<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Account>> {
        Box::pin(async move { Ok(self.statement(sql::VISIT, &[key.into()]).await?.first(None).await?) })
    }

    fn rename<'a>(&'a self, id: u32, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            self.statement(sql::RENAME, &[id.into(), name.into()]).await?.run().await?;
            Ok(())
        })
    }
}
