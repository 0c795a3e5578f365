//! The SQL of both databases: D1 is SQLite.

/// Creates the table unless it exists. Both databases run it when they are first used, so that the example starts without a further
/// step. A deployment applies the migrations instead, before its Worker needs them.
pub(crate) const CREATE_TABLE: &str = include_str!("../migrations/0001_accounts.sql");

// A real application stores a hash of the key.
pub(crate) const CREATE: &str = "INSERT INTO accounts (key, name) VALUES (?1, ?2)";

pub(crate) const VISIT: &str = "UPDATE accounts SET visits = visits + 1 WHERE key = ?1 RETURNING id, name, visits";

pub(crate) const RENAME: &str = "UPDATE accounts SET name = ?2 WHERE id = ?1";
