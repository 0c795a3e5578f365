//! The application's state: values that an [`App`](crate::App) makes and that rooms share. Independent of hosts.

use std::{
    any::{Any, TypeId, type_name},
    fmt,
    sync::Arc,
};

use crate::{
    App, Env, Error, MaybeSend, MaybeSync, Result, WebSocketDo,
    connection::{Sendable, make_send, sent},
};

type Value = Arc<dyn Any + Send + Sync>;
type Make = Arc<dyn Fn(&Env) -> Result<Value> + Send + Sync>;

/// A room that declares the state `T`, with `state = T` in `#[websocket_do]`, which implements this.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not declare the state `{T}`",
    label = "not declared in the room's attribute",
    note = "write `#[websocket_do(…, state = {T})]`, and for several types `state = (First, Second)`"
)]
pub trait HasState<T>: WebSocketDo {}

/// The type of a state that a room declares, in [`WebSocketDo::STATES`].
#[derive(Clone, Copy)]
pub struct StateType {
    id: fn() -> TypeId,
    name: fn() -> &'static str,
}

impl StateType {
    /// Describes the type `T`.
    pub const fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>, name: type_name::<T> }
    }
}

impl PartialEq for StateType {
    fn eq(&self, other: &Self) -> bool {
        (self.id)() == (other.id)()
    }
}

impl fmt::Debug for StateType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str((self.name)())
    }
}

/// How an app makes a value.
#[derive(Clone)]
pub(crate) struct StateMaker {
    state: StateType,
    make: Make,
}

impl fmt::Debug for StateMaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(f)
    }
}

/// The values that were made. Cheap to clone.
#[derive(Clone, Default)]
pub struct States(Arc<Vec<(StateType, Value)>>);

impl States {
    /// Adds a value; replaces one of the same type.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) fn insert<T: MaybeSend + MaybeSync + 'static>(&mut self, value: T) {
        let (state, values) = (StateType::of::<T>(), Arc::make_mut(&mut self.0));
        values.retain(|(other, _)| *other != state);
        values.push((state, Arc::new(make_send(value))));
    }

    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        let (_, value) = self.0.iter().find(|(state, _)| *state == StateType::of::<T>())?;
        value.downcast_ref::<Sendable<T>>().map(sent)
    }

    /// Checks that the room's declared types are there.
    ///
    /// # Errors
    /// Returns an error that names the room and the first missing type.
    pub(crate) fn check<R: WebSocketDo>(&self) -> Result {
        check(R::NAME, R::STATES, |state| self.0.iter().any(|(made, _)| made == state))
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("States").finish_non_exhaustive()
    }
}

/// Checks that all of a room's declared types are `known`.
fn check(room: &str, states: &[StateType], known: impl Fn(&StateType) -> bool) -> Result {
    match states.iter().find(|state| !known(state)) {
        None => Ok(()),
        Some(StateType { name, .. }) => Err(Error::msg(format_args!(
            "missing state `{}` of the room `{room}`; add `.state(|env| …)` to the `App`, or call `TestRoom::state`",
            name(),
        ))),
    }
}

impl App {
    /// Makes a value that rooms share: a database pool, a client of another service, a configuration. Rooms that declare its type,
    /// with `#[websocket_do(…, state = Accounts)]`, read it with [`Room::state`](crate::Room::state).
    ///
    /// `make` runs once per server on the local host, when the server starts, and once per object on workerd, before its first
    /// event and again after hibernation. A second `make` of the same type replaces the first.
    ///
    /// If `make` returns an error, or if a room's declared state is missing, the local server does not start, and on workerd
    /// the room's requests are answered with 500 and the error is logged.
    ///
    /// ```
    /// # use websocket_do_runtime::App;
    /// struct Accounts {
    ///     url: String,
    /// }
    ///
    /// let app = App::new().state(|env| Ok(Accounts { url: env.var("ACCOUNTS_URL")? }));
    /// ```
    #[must_use]
    pub fn state<T: MaybeSend + MaybeSync + 'static>(
        mut self,
        make: impl Fn(&Env) -> Result<T> + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let (state, make) = (StateType::of::<T>(), make_send(make));
        self.states.retain(|other| other.state != state);
        let make = move |env: &Env| Ok(Arc::new(make_send(make(env)?)) as Value);
        self.states.push(StateMaker { state, make: Arc::new(make) });
        self
    }

    /// Checks that the app makes all that a room declares.
    ///
    /// # Errors
    /// Returns an error that names the room and the first missing type.
    pub(crate) fn check_states(&self, room: &str, states: &[StateType]) -> Result {
        check(room, states, |state| self.states.iter().any(|made| made.state == *state))
    }

    /// Makes the values of declared types.
    ///
    /// # Errors
    /// Returns the error of a `make`.
    pub(crate) fn make_states(&self, env: &Env, states: &[StateType]) -> Result<States> {
        let declared = self.states.iter().filter(|made| states.contains(&made.state));
        declared.map(|made| made.make(env)).collect::<Result<_>>().map(Arc::new).map(States)
    }
}

impl StateMaker {
    fn make(&self, env: &Env) -> Result<(StateType, Value)> {
        let value = (self.make)(env)
            .map_err(|error| Error::msg(format_args!("cannot make the state `{}`: {error}", (self.state.name)())))?;
        Ok((self.state, value))
    }
}
