//! From a room's answer to what its handler returned: the way back of `IntoResponse`.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::de::DeserializeOwned;

use super::StubError;
use crate::{Response, server::http::Json};

/// What an HTTP handler returns, as a stub gets it back.
///
/// | the handler returns | the stub's method gives |
/// |---|---|
/// | `Json<T>` | `T` |
/// | `String`, `&'static str`, `Cow<'static, str>` | `String` |
/// | `Vec<u8>`, `Bytes` | the same |
/// | `()` | `()` |
/// | `Option<T>` | `None` for 404, else `Some` of what `T` gives |
/// | `Result<T, E>` | what `T` gives; an `Err` is [`StubError::Status`] |
/// | `StatusCode`, `(StatusCode, T)` | any status, and what `T` gives |
/// | `([(HeaderName, HeaderValue); N], T)` | all headers, and what `T` gives |
/// | `Response`, `impl IntoResponse` | the whole response, whatever its status |
///
/// A status that is not a success is [`StubError::Status`] where nothing else is said.
///
/// ```
/// # use websocket_do_runtime::{IntoResponse, Json, http::StatusCode, stub::{FromResponse, StubError}};
/// type Returned = Result<Json<u32>, StatusCode>;
///
/// let answer: Returned = Ok(Json(7));
/// assert_eq!(Returned::from_response(answer.into_response()), Ok(7));
///
/// let answer: Returned = Err(StatusCode::GONE);
/// let error = StubError::Status { status: StatusCode::GONE, body: "Gone".into() };
/// assert_eq!(Returned::from_response(answer.into_response()), Err(error));
/// ```
#[diagnostic::on_unimplemented(
    message = "a stub cannot make `{Self}` of a response",
    label = "not an answer that a stub can read",
    note = "implement `websocket_do::stub::FromResponse` for what the handler returns, or pass a whole request with `forward`"
)]
pub trait FromResponse {
    /// What the stub's method gives: of `Json<T>`, the `T`.
    type Value;

    /// Reads the response.
    ///
    /// # Errors
    /// [`StubError::Status`] for a status that is not a success, [`StubError::Answer`] for what cannot be read.
    fn from_response(response: Response) -> Result<Self::Value, StubError>;
}

/// The body of a success.
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
        serde_json::from_slice(&body(response)?).map_err(|error| StubError::Answer(error.to_string()))
    }
}

macro_rules! texts {
    ($($ty:ty),*) => {$(
        impl FromResponse for $ty {
            type Value = String;

            fn from_response(response: Response) -> Result<String, StubError> {
                String::from_utf8(body(response)?.into()).map_err(|error| StubError::Answer(error.to_string()))
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
            // The framework's own answer and not the handler's, such as to an argument that was refused.
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

    fn back<T: IntoResponse + FromResponse>(answer: T) -> Result<T::Value, StubError> {
        T::from_response(answer.into_response())
    }

    fn refused(code: StatusCode, body: &str) -> StubError {
        StubError::Status { status: code, body: body.to_owned() }
    }

    #[test]
    fn what_a_handler_returns_comes_back() {
        assert_eq!(back(Json(vec![1, 2])), Ok(vec![1, 2]));
        assert_eq!(back("ü").as_deref(), Ok("ü"));
        assert_eq!(back(String::from("ü")).as_deref(), Ok("ü"));
        assert_eq!(back(vec![0, 255]), Ok(vec![0, 255]));
        assert_eq!(back(Bytes::from_static(&[255])), Ok(Bytes::from_static(&[255])));
        assert_eq!(back(()), Ok(()));
        assert_eq!(back(StatusCode::IM_A_TEAPOT), Ok(StatusCode::IM_A_TEAPOT));
        assert_eq!(back(Some(Json(1))), Ok(Some(1)));
        assert_eq!(back(None::<Json<u8>>), Ok(None));
        assert_eq!(back((StatusCode::CONFLICT, Json(1))), Ok((StatusCode::CONFLICT, 1)));
        let name = HeaderName::from_static("x-own");
        let (headers, text) = back(([(name, HeaderValue::from_static("1"))], "text")).unwrap();
        assert_eq!((&headers["x-own"], text.as_str()), (&HeaderValue::from_static("1"), "text"));
        assert_eq!(back(Response::new("body".into())).unwrap().body(), "body");
    }

    #[test]
    fn an_error_is_its_status_and_body_whatever_its_type() {
        assert_eq!(back(Err::<Json<u8>, _>(StatusCode::GONE)), Err(refused(StatusCode::GONE, "Gone")));
        let refusal = HttpError::new(StatusCode::CONFLICT, "taken");
        assert_eq!(back(Err::<(), _>(refusal)), Err(refused(StatusCode::CONFLICT, "taken")));
        let failed = refused(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        assert_eq!(back(Err::<String, _>(Error::msg("a secret reason"))), Err(failed));
        let argument = HttpError::bad_request("no number").into_response();
        let error = refused(StatusCode::BAD_REQUEST, "no number");
        assert_eq!(<(StatusCode, Json<u8>)>::from_response(argument), Err(error));
    }

    #[test]
    fn an_answer_of_another_shape_is_an_error_of_its_own() {
        let text = "text".into_response();
        assert!(matches!(Json::<u8>::from_response(text.clone()), Err(StubError::Answer(_))));
        assert!(matches!(<(StatusCode, Json<u8>)>::from_response(text), Err(StubError::Answer(_))));
        assert!(matches!(String::from_response(vec![255].into_response()), Err(StubError::Answer(_))));
    }
}
