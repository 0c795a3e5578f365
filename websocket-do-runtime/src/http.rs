//! HTTP as rooms see it: whole requests and responses, extractors and routes. Knows nothing of hosts.

mod extract;
mod respond;
mod route;

use bytes::Bytes;

pub use ::http::{HeaderName, HeaderValue, Method, StatusCode};

pub use extract::{FromRequest, Json, Query, path_parameter};
pub use respond::{IntoResponse, Refusal};
pub(crate) use route::match_prefix;
pub use route::{Parameters, match_route};

/// A request with its whole body.
pub type Request = http::Request<Bytes>;

/// A response with its whole body.
pub type Response = http::Response<Bytes>;
