//! Reading a handler's result from its response: the inverse of `IntoResponse`.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::de::DeserializeOwned;

use super::StubError;
use crate::{Response, server::http::Json};

/// The return type of an HTTP handler, which a stub reads back from the response.
///
/// | the handler returns | the stub's method returns |
/// |---|---|
/// | `Json<T>` | `T` |
/// | `String`, `&'static str`, `Cow<'static, str>` | `String` |
/// | `Vec<u8>`, `Bytes` | the same |
/// | `()` | `()` |
/// | `Option<T>` | `None` for 404, else `Some` of the value of `T` |
/// | `Result<T, E>` | the value of `T`; an `Err` is [`StubError::Status`] |
/// | `StatusCode`, `(StatusCode, T)` | any status, and the value of `T` |
/// | `([(HeaderName, HeaderValue); N], T)` | all headers, and the value of `T` |
/// | `Response`, `impl IntoResponse` | the whole response, whatever its status |
///
/// Unless the table says otherwise, a status that is not a success is [`StubError::Status`].
///
/// ```
/// # use websocket_do_runtime::{IntoResponse, Json, server::http::StatusCode, server::stub::{FromResponse, StubError}};
/// type Returned = Result<Json<u32>, StatusCode>;
///
/// let returned: Returned = Ok(Json(7));
/// assert_eq!(Returned::from_response(returned.into_response()), Ok(7));
///
/// let returned: Returned = Err(StatusCode::GONE);
/// let error = StubError::Status { status: StatusCode::GONE, body: "Gone".into() };
/// assert_eq!(Returned::from_response(returned.into_response()), Err(error));
/// ```
#[diagnostic::on_unimplemented(
    message = "a stub cannot read `{Self}` from a response",
    label = "not a result that a stub can read",
    note = "implement `websocket_do::stub::FromResponse` for the return type, or pass a whole request with `forward`"
)]
pub trait FromResponse {
    /// The value that the stub's method returns: the `T` of `Json<T>`.
    type Value;

    /// Reads the value from a response.
    ///
    /// # Errors
    /// Returns [`StubError::Status`] for a status that is not a success, and [`StubError::Response`] if the value cannot be read.
    fn from_response(response: Response) -> Result<Self::Value, StubError>;
}

/// Returns the body if the status is a success.
fn body(response: Response) -> Result<Bytes, StubError> {
    if response.status().is_success() { Ok(response.into_body()) } else { Err(status(&response)) }
}

fn status(response: &Response) -> StubError {
    let body = String::from_utf8_lossy(response.body()).into_owned();
    StubError::Status { status: response.status(), body }
}

impl<T: DeserializeOwned> FromResponse for Json<T> {
    type Value = T;

    fn from_response(response: Response) -> Result<T, StubError> {
        serde_json::from_slice(&body(response)?).map_err(|error| StubError::Response(error.to_string()))
    }
}

macro_rules! texts {
    ($($ty:ty),*) => {$(
        impl FromResponse for $ty {
            type Value = String;

            fn from_response(response: Response) -> Result<String, StubError> {
                String::from_utf8(body(response)?.into()).map_err(|error| StubError::Response(error.to_string()))
            }
        }
    )*};
}

texts!(String, &'static str, Cow<'static, str>);

impl FromResponse for Bytes {
    type Value = Self;

    fn from_response(response: Response) -> Result<Self, StubError> {
        body(response)
    }
}

impl FromResponse for Vec<u8> {
    type Value = Self;

    fn from_response(response: Response) -> Result<Self, StubError> {
        body(response).map(Into::into)
    }
}

impl FromResponse for () {
    type Value = ();

    fn from_response(response: Response) -> Result<(), StubError> {
        body(response).map(drop)
    }
}

impl FromResponse for Response {
    type Value = Self;

    fn from_response(response: Response) -> Result<Self, StubError> {
        Ok(response)
    }
}

impl FromResponse for StatusCode {
    type Value = Self;

    fn from_response(response: Response) -> Result<Self, StubError> {
        Ok(response.status())
    }
}

impl<T: FromResponse> FromResponse for (StatusCode, T) {
    type Value = (StatusCode, T::Value);

    fn from_response(mut response: Response) -> Result<Self::Value, StubError> {
        let (code, refused) = (response.status(), status(&response));
        *response.status_mut() = StatusCode::OK;
        match T::from_response(response) {
            Ok(value) => Ok((code, value)),
            // Not the handler's response but the framework's, such as for an invalid argument.
            Err(_) if !code.is_success() => Err(refused),
            Err(error) => Err(error),
        }
    }
}

impl<T: FromResponse, const N: usize> FromResponse for ([(HeaderName, HeaderValue); N], T) {
    type Value = (HeaderMap, T::Value);

    fn from_response(response: Response) -> Result<Self::Value, StubError> {
        let headers = response.headers().clone();
        T::from_response(response).map(|value| (headers, value))
    }
}

impl<T: FromResponse> FromResponse for Option<T> {
    type Value = Option<T::Value>;

    fn from_response(response: Response) -> Result<Self::Value, StubError> {
        if response.status() == StatusCode::NOT_FOUND { Ok(None) } else { T::from_response(response).map(Some) }
    }
}

impl<T: FromResponse, E> FromResponse for Result<T, E> {
    type Value = T::Value;

    fn from_response(response: Response) -> Result<Self::Value, StubError> {
        T::from_response(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, HttpError, server::http::IntoResponse};

    fn round_trip<T: IntoResponse + FromResponse>(returned: T) -> Result<T::Value, StubError> {
        T::from_response(returned.into_response())
    }

    fn refused(code: StatusCode, body: &str) -> StubError {
        StubError::Status { status: code, body: body.to_owned() }
    }

    #[test]
    fn a_returned_value_is_read_back() {
        assert_eq!(round_trip(Json(vec![1, 2])), Ok(vec![1, 2]));
        assert_eq!(round_trip("ü").as_deref(), Ok("ü"));
        assert_eq!(round_trip(String::from("ü")).as_deref(), Ok("ü"));
        assert_eq!(round_trip(vec![0, 255]), Ok(vec![0, 255]));
        assert_eq!(round_trip(Bytes::from_static(&[255])), Ok(Bytes::from_static(&[255])));
        assert_eq!(round_trip(()), Ok(()));
        assert_eq!(round_trip(StatusCode::IM_A_TEAPOT), Ok(StatusCode::IM_A_TEAPOT));
        assert_eq!(round_trip(Some(Json(1))), Ok(Some(1)));
        assert_eq!(round_trip(None::<Json<u8>>), Ok(None));
        assert_eq!(round_trip((StatusCode::CONFLICT, Json(1))), Ok((StatusCode::CONFLICT, 1)));
        let name = HeaderName::from_static("x-own");
        let (headers, text) = round_trip(([(name, HeaderValue::from_static("1"))], "text")).unwrap();
        assert_eq!((&headers["x-own"], text.as_str()), (&HeaderValue::from_static("1"), "text"));
        assert_eq!(round_trip(Response::new("body".into())).unwrap().body(), "body");
    }

    #[test]
    fn an_error_is_its_status_and_body_whatever_its_type() {
        assert_eq!(round_trip(Err::<Json<u8>, _>(StatusCode::GONE)), Err(refused(StatusCode::GONE, "Gone")));
        let refusal = HttpError::new(StatusCode::CONFLICT, "taken");
        assert_eq!(round_trip(Err::<(), _>(refusal)), Err(refused(StatusCode::CONFLICT, "taken")));
        let failed = refused(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        assert_eq!(round_trip(Err::<String, _>(Error::msg("a secret reason"))), Err(failed));
        let argument = HttpError::bad_request("no number").into_response();
        let error = refused(StatusCode::BAD_REQUEST, "no number");
        assert_eq!(<(StatusCode, Json<u8>)>::from_response(argument), Err(error));
    }

    #[test]
    fn a_response_of_another_shape_is_an_error_of_its_own() {
        let text = "text".into_response();
        assert!(matches!(Json::<u8>::from_response(text.clone()), Err(StubError::Response(_))));
        assert!(matches!(<(StatusCode, Json<u8>)>::from_response(text), Err(StubError::Response(_))));
        assert!(matches!(String::from_response(vec![255].into_response()), Err(StubError::Response(_))));
    }
}
