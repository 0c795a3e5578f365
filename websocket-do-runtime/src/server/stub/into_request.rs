//! Writing the arguments of a stub's method into a request: the inverse of `FromRequest`.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Uri, header, uri::PathAndQuery};
use serde::Serialize;

use super::StubError;
use crate::{
    Request,
    server::http::{Json, Query},
};

/// An argument of an HTTP handler that a stub can write into a request.
///
/// Implement it for a custom extractor to call its routes on a stub.
///
/// ```
/// # use websocket_do_runtime::{HttpError, Request, server::http::{FromRequest, HeaderValue}, server::stub::{IntoRequest, StubError}};
/// /// The value of the header `x-api-key`.
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
///         let key = HeaderValue::try_from(key).map_err(|_| StubError::Request("the key is not a header value".into()))?;
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
    message = "a stub cannot write `{Self}` into a request",
    label = "not an argument that a stub can send",
    note = "implement `websocket_do::stub::IntoRequest` for the extractor, or pass a whole request with `forward`"
)]
pub trait IntoRequest {
    /// The value that the stub's method takes: the `T` of `Json<T>` and `Query<T>`.
    type Value;

    /// Writes the value into the request, where `from_request` reads it.
    ///
    /// # Errors
    /// Returns [`StubError::Request`] if the value cannot be sent.
    fn into_request(value: Self::Value, request: &mut Request) -> Result<(), StubError>;
}

impl<T: Serialize> IntoRequest for Json<T> {
    type Value = T;

    fn into_request(value: T, request: &mut Request) -> Result<(), StubError> {
        let body = serde_json::to_vec(&value);
        let body = body.map_err(|error| StubError::Request(format!("the body cannot be written as JSON: {error}")))?;
        set_body(request, body.into(), "application/json");
        Ok(())
    }
}

impl<T: Serialize> IntoRequest for Query<T> {
    type Value = T;

    fn into_request(value: T, request: &mut Request) -> Result<(), StubError> {
        let query = serde_html_form::to_string(&value);
        let query = query.map_err(|error| StubError::Request(format!("the query cannot be written: {error}")))?;
        append_query(request, &query)
    }
}

impl IntoRequest for String {
    type Value = Self;

    fn into_request(value: Self, request: &mut Request) -> Result<(), StubError> {
        set_body(request, value.into(), "text/plain; charset=utf-8");
        Ok(())
    }
}

impl IntoRequest for Bytes {
    type Value = Self;

    fn into_request(value: Self, request: &mut Request) -> Result<(), StubError> {
        set_body(request, value, "application/octet-stream");
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
    /// The headers, query and body are sent; method and path are the route's.
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
    /// The query is sent; the path is the route's.
    type Value = Self;

    fn into_request(value: Self, request: &mut Request) -> Result<(), StubError> {
        value.query().map_or(Ok(()), |query| append_query(request, query))
    }
}

impl IntoRequest for Method {
    /// The method is the route's.
    type Value = ();

    fn into_request((): (), _: &mut Request) -> Result<(), StubError> {
        Ok(())
    }
}

/// Sets the body, and its content type unless there is one.
fn set_body(request: &mut Request, body: Bytes, content_type: &'static str) {
    *request.body_mut() = body;
    request.headers_mut().entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
}

/// Appends to the query.
fn append_query(request: &mut Request, query: &str) -> Result<(), StubError> {
    let invalid = |error: &dyn std::fmt::Display| StubError::Request(format!("the query cannot be sent: {error}"));
    let mut parts = request.uri().clone().into_parts();
    let before = request.uri().query().filter(|before| !before.is_empty()).map(|before| format!("{before}&"));
    let target = format!("{}?{}{query}", request.uri().path(), before.unwrap_or_default());
    parts.path_and_query = Some(PathAndQuery::try_from(target).map_err(|error| invalid(&error))?);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|error| invalid(&error))?;
    Ok(())
}
