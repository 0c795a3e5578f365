//! The environment of a room: variables and secrets by name. The host provides the bindings; this file reads and checks them.

mod error;

use std::{any::type_name, fmt};

use serde::de::DeserializeOwned;

pub use self::error::EnvError;
use crate::host::Bindings;

/// The environment of a room: variables, secrets and, on workerd, all bindings. Cheap to clone.
///
/// | host | variables and secrets |
/// |---|---|
/// | workerd, Cloudflare | `[vars]` of `wrangler.toml` and `wrangler secret put`; under `wrangler dev` also `.dev.vars` or `.env` |
/// | local | `Server::var`, the environment of the process, `.dev.vars` or `.env`; the first that has the name |
/// | `TestRoom` | `TestRoom::var` |
///
/// On wasm32, an `Env` dereferences to `worker::Env`, which has the bindings of the platform: `room.env().d1("DB")?`.
///
/// ```
/// # use serde::Deserialize;
/// # use websocket_do_runtime::{Result, Room, WebSocketDo};
/// #[derive(Deserialize)]
/// struct Limits {
///     members: usize,
/// }
///
/// fn is_full<R: WebSocketDo>(room: &Room<R>) -> Result<bool> {
///     let limits: Limits = room.env().json("LIMITS")?;
///     Ok(room.len() >= limits.members)
/// }
///
/// fn is_admin<R: WebSocketDo>(room: &Room<R>, key: &str) -> Result<bool> {
///     Ok(room.env().secret("ADMIN_KEY")? == key)
/// }
/// ```
#[derive(Clone)]
pub struct Env(pub(crate) Bindings);

/// A binding of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Binding {
    /// A variable or a secret.
    Text(String),
    /// A variable whose value is JSON, as `[vars]` of `wrangler.toml` may have. As text.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only `wrangler.toml` has such variables"))]
    Json(String),
    /// Anything else: a namespace, a database, or text that is not UTF-8.
    Other,
}

impl Env {
    /// Returns the value of a variable.
    ///
    /// # Errors
    /// Returns [`EnvError::MissingVar`] if the environment has no such variable, and [`EnvError::NotText`] if it is not text.
    pub fn var(&self, name: &str) -> Result<String, EnvError> {
        self.text(name, EnvError::MissingVar)
    }

    /// Returns the value of a secret.
    ///
    /// The platform does not distinguish secrets from variables; the two methods differ in their errors.
    ///
    /// # Errors
    /// Returns [`EnvError::MissingSecret`] if the environment has no such secret, and [`EnvError::NotText`] if it is not text.
    pub fn secret(&self, name: &str) -> Result<String, EnvError> {
        self.text(name, EnvError::MissingSecret)
    }

    /// Returns the value of a variable that is JSON: a table of `[vars]` in `wrangler.toml`, or JSON as text.
    ///
    /// # Errors
    /// Returns [`EnvError::MissingVar`] if the environment has no such variable, [`EnvError::NotText`] if it is a binding of another
    /// kind, and [`EnvError::Json`] if it is not JSON of type `T`.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, EnvError> {
        match self.0.get(name) {
            Some(Binding::Text(text) | Binding::Json(text)) => {
                serde_json::from_str(&text).map_err(|error| EnvError::json(name, type_name::<T>(), &error))
            }
            Some(Binding::Other) => Err(EnvError::NotText(name.to_owned())),
            None => Err(EnvError::MissingVar(name.to_owned())),
        }
    }

    fn text(&self, name: &str, missing: fn(String) -> EnvError) -> Result<String, EnvError> {
        match self.0.get(name) {
            Some(Binding::Text(text)) => Ok(text),
            Some(Binding::Json(_) | Binding::Other) => Err(EnvError::NotText(name.to_owned())),
            None => Err(missing(name.to_owned())),
        }
    }
}

impl fmt::Debug for Env {
    /// Shows no values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").finish_non_exhaustive()
    }
}
