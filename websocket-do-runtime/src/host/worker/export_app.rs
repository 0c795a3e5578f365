//! The app of this Worker, from which its objects take their state.

use std::{cell::RefCell, rc::Rc};

use crate::{App, Env, Error, Result, WebSocketDo, server::States};

use super::fetch::IntoFetch;

thread_local! {
    static APP: RefCell<Option<Rc<dyn Fn() -> App>>> = const { RefCell::new(None) };
}

/// Registers the Worker's app when the module starts; does nothing for a `fetch` function.
pub fn register<K>(handler: impl IntoFetch<K>) {
    if let Some(app) = handler.app() {
        APP.replace(Some(app));
    }
}

/// Makes the state that the room `R` declares.
///
/// # Errors
/// Returns an error if a declared state is missing or cannot be made.
pub(super) fn states<R: WebSocketDo>(env: &Env) -> Result<States> {
    if R::STATES.is_empty() {
        return Ok(States::default());
    }
    let app = APP.with_borrow(Clone::clone).ok_or_else(|| {
        Error::msg(format_args!(
            "the app is not known to the room `{}`, which declares a state; write `export_worker!(fetch, app)`",
            R::NAME
        ))
    })?;
    let app = app();
    app.check_states(R::NAME, R::STATES)?;
    app.make_states(env, R::STATES)
}
