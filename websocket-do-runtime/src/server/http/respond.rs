//! Responses: what HTTP handlers return.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Serialize;

use super::{Json, Response};
use crate::{CloseError, EnvError, SendError, SpawnError, StorageError, UpdateError, server::stub::StubError};

/// A value that an HTTP handler can return.
///
/// ```
/// # use websocket_do_runtime::{IntoResponse, Json, server::http::StatusCode};
/// assert_eq!("hello".into_response().headers()["content-type"], "text/plain; charset=utf-8");
/// assert_eq!((StatusCode::CREATED, Json([1, 2])).into_response().body(), "[1,2]");
/// assert_eq!(().into_response().status(), StatusCode::NO_CONTENT);
/// assert_eq!(None::<String>.into_response().status(), StatusCode::NOT_FOUND);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned as an HTTP response",
    note = "return `Json<T>`, text, bytes, a `StatusCode`, `(StatusCode, T)`, `Response`, or a `Result` of these"
)]
pub trait IntoResponse {
    /// Makes the response. A value that cannot be serialized becomes 500.
    fn into_response(self) -> Response;
}

/// An HTTP error response: from `#[connect]` in place of the upgrade, or from a route.
///
/// Made from a status, a status and a body, or any [`Response`].
///
/// ```
/// # use websocket_do_runtime::{IntoResponse, HttpError, server::http::StatusCode};
/// fn check(name: Option<&str>, taken: &[&str]) -> Result<(), HttpError> {
///     let name = name.ok_or_else(HttpError::unauthorized)?;
///     if name.is_empty() {
///         return Err(HttpError::bad_request("the name is empty"));
///     }
///     if taken.contains(&name) { Err(HttpError::new(StatusCode::CONFLICT, "the name is taken")) } else { Ok(()) }
/// }
///
/// let error = check(Some("Ada"), &["Ada"]).unwrap_err().into_response();
/// assert_eq!((error.status(), &error.body()[..]), (StatusCode::CONFLICT, &b"the name is taken"[..]));
/// # assert_eq!(check(None, &[]).into_response().status(), 401);
/// # assert_eq!(check(Some(""), &[]).into_response().status(), 400);
/// ```
#[derive(Debug)]
pub struct HttpError(Box<Response>);

impl HttpError {
    /// Creates a response with a status and a text.
    pub fn new(status: StatusCode, body: impl Into<Cow<'static, str>>) -> Self {
        (status, body.into()).into_response().into()
    }

    /// Creates a 401 response: the request lacks valid credentials.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    /// Creates a 400 response with the reason.
    pub fn bad_request(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }
}

impl From<Response> for HttpError {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<StatusCode> for HttpError {
    fn from(status: StatusCode) -> Self {
        status.into_response().into()
    }
}

impl From<crate::Error> for HttpError {
    /// A response with status 500. The error is logged and not part of the response.
    fn from(error: crate::Error) -> Self {
        error.into_response().into()
    }
}

/// The errors that a handler passes on with `?`.
macro_rules! internal_server_error {
    ($($error:ty),*) => {$(
        impl From<$error> for HttpError {
            /// 500. The error is logged, and not sent to the client.
            fn from(error: $error) -> Self {
                crate::Error::from(error).into()
            }
        }

        impl IntoResponse for $error {
            /// 500. The error is logged, and not sent to the client.
            fn into_response(self) -> Response {
                crate::Error::from(self).into_response()
            }
        }
    )*};
}

internal_server_error!(CloseError, EnvError, SendError, SpawnError, StorageError, StubError, UpdateError);

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// Returns the response as `method` takes it: for `HEAD` without its body, whose length stays as `content-length`
/// (RFC 9110, section 9.3.2).
pub(crate) fn response_to(method: &Method, mut response: Response) -> Response {
    if method == Method::HEAD {
        let body = std::mem::take(response.body_mut());
        if !body.is_empty() {
            response.headers_mut().entry(header::CONTENT_LENGTH).or_insert_with(|| body.len().into());
        }
    }
    response
}

fn with_body(content_type: &'static str, body: Bytes) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

impl IntoResponse for Response {
    fn into_response(self) -> Response {
        self
    }
}

impl IntoResponse for () {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl IntoResponse for StatusCode {
    /// The status with its canonical reason as text, if the status allows a body.
    fn into_response(self) -> Response {
        let bodiless = self.is_informational() || self == Self::NO_CONTENT || self == Self::NOT_MODIFIED;
        let text = if bodiless { "" } else { self.canonical_reason().unwrap_or_default() };
        let mut response = if text.is_empty() { Response::default() } else { text.into_response() };
        *response.status_mut() = self;
        response
    }
}

impl IntoResponse for Cow<'static, str> {
    fn into_response(self) -> Response {
        match self {
            Self::Borrowed(text) => text.into_response(),
            Self::Owned(text) => text.into_response(),
        }
    }
}

impl IntoResponse for &'static str {
    fn into_response(self) -> Response {
        with_body("text/plain; charset=utf-8", Bytes::from_static(self.as_bytes()))
    }
}

impl IntoResponse for String {
    fn into_response(self) -> Response {
        with_body("text/plain; charset=utf-8", self.into())
    }
}

impl IntoResponse for Vec<u8> {
    fn into_response(self) -> Response {
        with_body("application/octet-stream", self.into())
    }
}

impl IntoResponse for Bytes {
    fn into_response(self) -> Response {
        with_body("application/octet-stream", self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => with_body("application/json", body.into()),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

impl<T: IntoResponse> IntoResponse for (StatusCode, T) {
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        *response.status_mut() = self.0;
        response
    }
}

impl<T: IntoResponse, const N: usize> IntoResponse for ([(HeaderName, HeaderValue); N], T) {
    /// The headers replace those of the same name that the body sets.
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        for (name, value) in self.0 {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl<T: IntoResponse> IntoResponse for Option<T> {
    /// [`None`] becomes 404.
    fn into_response(self) -> Response {
        self.map_or_else(|| StatusCode::NOT_FOUND.into_response(), T::into_response)
    }
}

impl IntoResponse for crate::Error {
    /// A response with status 500. The error is logged and not part of the response.
    fn into_response(self) -> Response {
        crate::server::handler::log_http_error(&self);
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

impl<T: IntoResponse, E: IntoResponse> IntoResponse for Result<T, E> {
    fn into_response(self) -> Response {
        match self {
            Ok(value) => value.into_response(),
            Err(error) => error.into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_request_gets_the_length_of_the_body_and_no_body() {
        let head = |response| response_to(&Method::HEAD, response);
        let response = head((StatusCode::CREATED, "hello").into_response());
        assert_eq!((response.status(), response.body().len()), (StatusCode::CREATED, 0));
        assert_eq!(response.headers()["content-length"], "5");
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");

        let given = ([(header::CONTENT_LENGTH, HeaderValue::from_static("7"))], "hello");
        assert_eq!(head(given.into_response()).headers()["content-length"], "7");
        assert!(!head(StatusCode::NO_CONTENT.into_response()).headers().contains_key("content-length"));
        assert_eq!(response_to(&Method::GET, "hello".into_response()).body(), "hello");
    }
}
