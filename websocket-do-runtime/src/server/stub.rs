//! A room as a Worker calls it: requests made from the arguments of its routes, and what its answers mean. Knows nothing of
//! hosts: the stub itself, which sends them, is the platform's.

mod answer;
mod argument;
mod call;
mod error;
mod location;
mod retry;

pub use answer::FromResponse;
pub use argument::IntoRequest;
pub use call::Call;
pub use error::StubError;
pub use location::{Jurisdiction, LocationHint};
pub use retry::Retry;
