//! The stub of a room: requests made from the arguments of its routes, and results read from their responses. Independent of the host,
//! which sends the requests by the trait [`Rooms`](rooms::Rooms).

mod call;
#[cfg(feature = "client")]
mod connect;
mod error;
mod from_response;
mod into_request;
mod location;
mod namespace;
mod retry;
mod room;
pub mod rooms;

pub use call::Call;
pub use error::StubError;
pub use from_response::FromResponse;
pub use into_request::IntoRequest;
pub use location::{Jurisdiction, LocationHint};
pub use namespace::{Namespace, RoomStub};
pub use retry::Retry;
pub use room::Stub;
