//! What a handler's arguments are taken from: body, query, path.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::de::DeserializeOwned;

use super::{Refusal, Request, route::Parameters};

/// An argument of an HTTP handler that is made from the request.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be taken from a request",
    label = "not an extractor",
    note = "take `Json<T>`, `Query<T>`, `String`, `Bytes`, `Request`, `HeaderMap`, `Method` or `Uri`, or name the argument in the path as `{{name}}`"
)]
pub trait FromRequest: Sized {
    /// Takes the argument.
    ///
    /// # Errors
    /// The answer the client gets instead, as 400 with the reason.
    fn from_request(request: &Request) -> Result<Self, Refusal>;
}

/// A JSON body: taken from a request, or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// The query of the URL as a struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Json<T> {
    fn from_request(request: &Request) -> Result<Self, Refusal> {
        serde_json::from_slice(request.body())
            .map(Self)
            .map_err(|error| Refusal::bad_request(format!("the body is not the JSON asked for: {error}")))
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    fn from_request(request: &Request) -> Result<Self, Refusal> {
        serde_urlencoded::from_str(request.uri().query().unwrap_or_default())
            .map(Self)
            .map_err(|error| Refusal::bad_request(format!("the query is not the one asked for: {error}")))
    }
}

impl FromRequest for String {
    fn from_request(request: &Request) -> Result<Self, Refusal> {
        Self::from_utf8(request.body().to_vec()).map_err(|_| Refusal::bad_request("the body is not UTF-8"))
    }
}

macro_rules! parts {
    ($($ty:ty: $request:ident => $part:expr),+ $(,)?) => {$(
        impl FromRequest for $ty {
            fn from_request($request: &Request) -> Result<Self, Refusal> {
                Ok($part.clone())
            }
        }
    )+};
}

parts! {
    Request: request => request,
    Bytes: request => request.body(),
    HeaderMap: request => request.headers(),
    Method: request => request.method(),
    Uri: request => request.uri(),
}

/// The parameter `name` of the path, parsed.
///
/// # Errors
/// 400 with the reason if it is not a `T`.
pub fn path_parameter<T>(parameters: &Parameters, name: &str) -> Result<T, Refusal>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    let text = parameters.get(name).ok_or(StatusCode::NOT_FOUND)?;
    text.parse().map_err(|error| Refusal::bad_request(format!("`{name}` in the path is not valid: {error}")))
}
