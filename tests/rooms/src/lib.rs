//! Rooms that do what the conformance tests ask of them, on both hosts.

mod births;
mod calls;
mod delicate;
mod events;
#[cfg(target_arch = "wasm32")]
mod fickle;
mod guarded;
mod keeper;
mod limits;
mod load;
#[cfg(target_arch = "wasm32")]
mod own;
mod raw;
mod routes;
mod rules;
mod shapes;
#[cfg(target_arch = "wasm32")]
mod stubs;
mod unruled;
mod waiting;

use websocket_do::App;

pub use calls::{Answer, Ask, Calls};
pub use delicate::{Delicate, More, Proxy, Show, Shown, Visitor};
pub use events::Events;
pub use guarded::{Heard, Said, Vault};
pub use keeper::Keeper;
pub use limits::{Limit, Limited, Limits, MAX_MESSAGE};
pub use load::{Load, Loaded, Loads};
pub use raw::{Keep, Kept, Raw};
pub use routes::{Route, Routed, Routes};
pub use rules::Rules;
pub use shapes::{Fixed, Lost, Migrated};
pub use waiting::{Wait, Waited, Waiting};

/// One room class a prefix.
pub fn app() -> App {
    App::new()
        .max_body(2 << 20)
        .rooms::<Calls>("/calls/{room}", "CALLS")
        .rooms::<Delicate>("/delicate/{room}", "DELICATE")
        .rooms::<Events>("/events/{room}", "EVENTS")
        .rooms::<Keeper>("/keeper/{room}", "KEEPER")
        .rooms::<Limits>("/limits/{room}", "LIMITS")
        .rooms::<Loads>("/load/{room}", "LOADS")
        .rooms::<Fixed>("/fixed/{room}", "FIXED")
        .rooms::<Lost>("/lost/{room}", "LOST")
        .rooms::<Migrated>("/migrated/{room}", "MIGRATED")
        .rooms::<Rules>("/rules/{room}", "RULES")
        .rooms::<Raw>("/raw/{room}", "RAW")
        .rooms::<Vault>("/vault/{room}", "VAULT")
        .rooms::<Routes>("/routes/{room}", "ROUTES")
        .rooms::<Waiting>("/waiting/{room}", "WAITING")
        .objects("/own/{room}", "OWN")
        .objects("/fickle/{room}", "FICKLE")
        .objects("/unbound/{room}", "UNBOUND")
}

/// The app, and beside it the cases of the stub.
#[cfg(target_arch = "wasm32")]
async fn fetch(
    request: worker::Request,
    env: worker::Env,
    _context: worker::Context,
) -> worker::Result<worker::Response> {
    match request.path().strip_prefix("/stub/") {
        Some(case) => stubs::answer(case, request, &env).await,
        None => app().fetch(request, &env).await,
    }
}

websocket_do::export_worker!(fetch);
