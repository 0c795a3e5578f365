//! From what a stub's method is given to a part of the request: the way back of `FromRequest`.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Uri, header, uri::PathAndQuery};
use serde::Serialize;

use super::StubError;
use crate::{
    Request,
    server::http::{Json, Query},
};

/// An argument of an HTTP handler that a stub can put into a request.
///
/// An extractor of your own needs it where the methods of its routes are to be called on a stub.
///
/// ```
/// # use websocket_do_runtime::{HttpError, Request, http::{FromRequest, HeaderValue}, stub::{IntoRequest, StubError}};
/// /// What stands in the header `x-api-key`.
/// struct ApiKey(String);
///
/// impl FromRequest for ApiKey {
///     fn from_request(request: &Request) -> Result<Self, HttpError> {
///         let key = request.headers().get("x-api-key").and_then(|key| key.to_str().ok());
///         key.map(|key| Self(key.to_owned())).ok_or_else(HttpError::unauthorized)
///     }
/// }
///
/// impl IntoRequest for ApiKey {
///     type Value = String;
///
///     fn into_request(key: String, request: &mut Request) -> Result<(), StubError> {
///         let key = HeaderValue::try_from(key).map_err(|_| StubError::Request("the key is no header".into()))?;
///         request.headers_mut().insert("x-api-key", key);
///         Ok(())
///     }
/// }
/// # let mut request = Request::default();
/// # ApiKey::into_request("secret".into(), &mut request)?;
/// # assert_eq!(ApiKey::from_request(&request).unwrap().0, "secret");
/// # Ok::<(), StubError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a stub cannot put `{Self}` into a request",
    label = "not an argument that a stub can send",
    note = "implement `websocket_do::stub::IntoRequest` for the extractor, or pass a whole request with `forward`"
)]
pub trait IntoRequest {
    /// What the stub's method takes: of `Json<T>` and `Query<T>`, the `T`.
    type Value;

    /// Puts the value into the request, where `from_request` finds it.
    ///
    /// # Errors
    /// [`StubError::Request`] for what cannot be sent.
    fn into_request(value: Self::Value, request: &mut Request) -> Result<(), StubError>;
}

impl<T: Serialize> IntoRequest for Json<T> {
    type Value = T;

    fn into_request(value: T, request: &mut Request) -> Result<(), StubError> {
        let body = serde_json::to_vec(&value);
        let body = body.map_err(|error| StubError::Request(format!("the body cannot be written as JSON: {error}")))?;
        put_body(request, body.into(), "application/json");
        Ok(())
    }
}

impl<T: Serialize> IntoRequest for Query<T> {
    type Value = T;

    fn into_request(value: T, request: &mut Request) -> Result<(), StubError> {
        let query = serde_urlencoded::to_string(&value);
        let query = query.map_err(|error| StubError::Request(format!("the query cannot be written: {error}")))?;
        put_query(request, &query)
    }
}

impl IntoRequest for String {
    type Value = Self;

    fn into_request(value: Self, request: &mut Request) -> Result<(), StubError> {
        put_body(request, value.into(), "text/plain; charset=utf-8");
        Ok(())
    }
}

impl IntoRequest for Bytes {
    type Value = Self;

    fn into_request(value: Self, request: &mut Request) -> Result<(), StubError> {
        put_body(request, value, "application/octet-stream");
        Ok(())
    }
}

impl IntoRequest for HeaderMap {
    type Value = Self;

    fn into_request(value: Self, request: &mut Request) -> Result<(), StubError> {
        request.headers_mut().extend(value);
        Ok(())
    }
}

impl IntoRequest for Request {
    /// Its headers, query and body; method and path are the route's.
    type Value = Self;

    fn into_request(value: Self, request: &mut Request) -> Result<(), StubError> {
        let (parts, body) = value.into_parts();
        request.headers_mut().extend(parts.headers);
        if !body.is_empty() {
            *request.body_mut() = body;
        }
        Uri::into_request(parts.uri, request)
    }
}

impl IntoRequest for Uri {
    /// Its query; the path is the route's.
    type Value = Self;

    fn into_request(value: Self, request: &mut Request) -> Result<(), StubError> {
        value.query().map_or(Ok(()), |query| put_query(request, query))
    }
}

impl IntoRequest for Method {
    /// The method is the route's.
    type Value = ();

    fn into_request((): (), _: &mut Request) -> Result<(), StubError> {
        Ok(())
    }
}

/// A body; what was said of its type stands.
fn put_body(request: &mut Request, body: Bytes, content_type: &'static str) {
    *request.body_mut() = body;
    request.headers_mut().entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
}

/// Adds to the query.
fn put_query(request: &mut Request, query: &str) -> Result<(), StubError> {
    let cannot = |error: &dyn std::fmt::Display| StubError::Request(format!("the query cannot be sent: {error}"));
    let mut parts = request.uri().clone().into_parts();
    let before = request.uri().query().filter(|before| !before.is_empty()).map(|before| format!("{before}&"));
    let target = format!("{}?{}{query}", request.uri().path(), before.unwrap_or_default());
    parts.path_and_query = Some(PathAndQuery::try_from(target).map_err(|error| cannot(&error))?);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|error| cannot(&error))?;
    Ok(())
}
