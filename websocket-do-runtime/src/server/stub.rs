//! The stub of a room: requests made from the arguments of its routes, and results read from their responses. Independent of the host;
//! `host/worker/stub` sends the requests.

mod call;
mod error;
mod from_response;
mod into_request;
mod location;
mod retry;

pub use call::Call;
pub use error::StubError;
pub use from_response::FromResponse;
pub use into_request::IntoRequest;
pub use location::{Jurisdiction, LocationHint};
pub use retry::Retry;
