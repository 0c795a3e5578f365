//! Extractors: arguments of HTTP handlers, from the body, the query and the path.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde::de::DeserializeOwned;

use super::{HttpError, Request, route::Parameters};
use crate::codec;

/// An argument of an HTTP handler, made from the request.
///
/// ```
/// # use websocket_do_runtime::{HttpError, Request, server::http::FromRequest};
/// /// The value of the header `x-api-key`.
/// struct ApiKey(String);
///
/// impl FromRequest for ApiKey {
///     fn from_request(request: &Request) -> Result<Self, HttpError> {
///         let key = request.headers().get("x-api-key").and_then(|key| key.to_str().ok());
///         key.map(|key| Self(key.to_owned())).ok_or_else(HttpError::unauthorized)
///     }
/// }
/// # let mut request = Request::default();
/// # assert!(ApiKey::from_request(&request).is_err());
/// # request.headers_mut().insert("x-api-key", "secret".parse().unwrap());
/// # assert_eq!(ApiKey::from_request(&request).unwrap().0, "secret");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be extracted from a request",
    label = "not an extractor",
    note = "use `Json<T>`, `Query<T>`, `String`, `Bytes`, `Request`, `HeaderMap`, `Method` or `Uri`, or name the argument in the path as `{{name}}`"
)]
pub trait FromRequest: Sized {
    /// Makes the argument.
    ///
    /// # Errors
    /// Returns the response that the client gets instead. The extractors of this crate return 400 with the reason.
    fn from_request(request: &Request) -> Result<Self, HttpError>;
}

/// A JSON body: extracted from a request, or returned as `application/json`.
///
/// A request is answered with 415 unless its `Content-Type` is `application/json` or `application/…+json`, and with 400 and the
/// reason if its body is not a JSON value of type `T`. The content type also protects against other sites: their pages can make a
/// browser send text or a form to the room, but not `application/json`, unless [CORS](crate::App::cors) allows it.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use websocket_do_runtime::{IntoResponse, Json, HttpError, Request, server::http::FromRequest};
/// #[derive(Deserialize)]
/// struct Rename {
///     name: String,
/// }
///
/// #[derive(Serialize)]
/// struct Renamed {
///     letters: usize,
/// }
///
/// fn rename(Json(rename): Json<Rename>) -> Json<Renamed> {
///     Json(Renamed { letters: rename.name.chars().count() })
/// }
/// # let mut request = Request::new(r#"{"name":"Ada"}"#.into());
/// # assert_eq!(Json::<Rename>::from_request(&request).err().map(|error| error.into_response().status().as_u16()), Some(415));
/// # request.headers_mut().insert("content-type", "application/json".parse().unwrap());
/// # assert_eq!(rename(Json::from_request(&request)?).0.letters, 3);
/// # Ok::<(), HttpError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// The query of the URL as a struct. A query that does not fit the struct is answered with 400 and the reason.
///
/// A field that is a `Vec` takes all values of its name: `?tag=a&tag=b`. Give it `#[serde(default)]` if there may be none. For any
/// other field, a repeated name is an error.
///
/// ```
/// # use serde::Deserialize;
/// # use websocket_do_runtime::{Query, HttpError, Request, server::http::FromRequest};
/// #[derive(Deserialize)]
/// struct Page {
///     from: u32,
///     #[serde(default)]
///     reverse: bool,
/// }
///
/// // For `GET /messages?from=20`:
/// fn messages(Query(page): Query<Page>) -> String {
///     format!("from {}, {}", page.from, if page.reverse { "latest first" } else { "oldest first" })
/// }
/// # let mut request = Request::default();
/// # *request.uri_mut() = "/messages?from=20".parse().unwrap();
/// # assert_eq!(messages(Query::from_request(&request)?), "from 20, oldest first");
/// # Ok::<(), HttpError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Json<T> {
    fn from_request(request: &Request) -> Result<Self, HttpError> {
        let invalid =
            |error: &dyn fmt::Display| HttpError::bad_request(format!("the body is not the expected JSON: {error}"));
        if !is_json(request.headers()) {
            let reason = "the content type is not supported; send `content-type: application/json`";
            return Err(HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
        }
        let text = std::str::from_utf8(request.body()).map_err(|error| invalid(&error))?;
        codec::decode_json(text).map(Self).map_err(|error| invalid(&error))
    }
}

/// Whether the only content type is `application/json` or `application/…+json`, with or without parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let essence = only.to_str().ok().and_then(|only| only.split(';').next()).unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let subtype = subtype.to_ascii_lowercase();
    // Platforms join several headers into a list of types, which is not accepted.
    kind.eq_ignore_ascii_case("application")
        && (subtype == "json" || subtype.ends_with("+json"))
        && subtype.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    fn from_request(request: &Request) -> Result<Self, HttpError> {
        serde_html_form::from_str(request.uri().query().unwrap_or_default())
            .map(Self)
            .map_err(|error| HttpError::bad_request(format!("the query is not the expected one: {error}")))
    }
}

impl FromRequest for String {
    fn from_request(request: &Request) -> Result<Self, HttpError> {
        Self::from_utf8(request.body().to_vec()).map_err(|_| HttpError::bad_request("the body is not UTF-8"))
    }
}

macro_rules! parts {
    ($($ty:ty: $request:ident => $part:expr),+ $(,)?) => {$(
        impl FromRequest for $ty {
            fn from_request($request: &Request) -> Result<Self, HttpError> {
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

/// Returns the path parameter `name`, parsed.
///
/// # Errors
/// Returns 400 with the reason if the value is not a `T`, and 404 if the path has no such parameter.
///
/// ```
/// # use websocket_do_runtime::{IntoResponse, HttpError, server::http::{match_route, path_parameter}};
/// let parameters = match_route("/kick/{seat}", "/kick/7").unwrap_or_default();
/// assert_eq!(path_parameter::<u8>(&parameters, "seat")?, 7);
///
/// let parameters = match_route("/kick/{seat}", "/kick/seven").unwrap_or_default();
/// let error = path_parameter::<u8>(&parameters, "seat").unwrap_err();
/// assert_eq!(error.into_response().status(), 400);
/// # Ok::<(), HttpError>(())
/// ```
pub fn path_parameter<T>(parameters: &Parameters, name: &str) -> Result<T, HttpError>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    let text = parameters.get(name).ok_or(StatusCode::NOT_FOUND)?;
    text.parse().map_err(|error| HttpError::bad_request(format!("`{name}` in the path is not valid: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IntoResponse;

    #[test]
    fn a_repeated_name_in_the_query_is_a_list() {
        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        struct Tags {
            #[serde(default)]
            tag: Vec<String>,
            page: Option<u32>,
        }

        let tags = |query: &str| {
            let mut request = Request::default();
            *request.uri_mut() = format!("/x?{query}").parse().unwrap();
            Query::<Tags>::from_request(&request).map(|Query(tags)| tags)
        };
        let list = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        assert_eq!(tags("tag=a&page=2&tag=b+c").unwrap(), Tags { tag: list(&["a", "b c"]), page: Some(2) });
        assert_eq!(tags("tag=a").unwrap(), Tags { tag: list(&["a"]), page: None });
        assert_eq!(tags("").unwrap(), Tags { tag: list(&[]), page: None });
        assert!(tags("page=1&page=2").is_err());
        // A stub writes the query in the same way.
        let written = Tags { tag: list(&["a&b", "ü", ""]), page: Some(1) };
        assert_eq!(tags(&serde_html_form::to_string(&written).unwrap()).unwrap(), written);
    }

    #[test]
    fn a_json_body_is_taken_by_its_content_type_alone() {
        let status = |types: &[&str]| {
            let mut request = Request::new("5".into());
            for one in types {
                request.headers_mut().append(header::CONTENT_TYPE, one.parse().unwrap());
            }
            Json::<u8>::from_request(&request).map_or_else(|error| error.into_response().status().as_u16(), |_| 200)
        };
        for one in
            ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json", "application/json;"]
        {
            assert_eq!(status(&[one]), 200, "{one}");
        }
        for one in [
            "text/plain",
            "text/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=json",
            "",
            "json",
            "application/jsonp",
            "application/json, text/plain",
            "text/plain, application/json",
            "text/plain; application/json",
            "application/x; y+json",
            "application/x,text/plain+json",
        ] {
            assert_eq!(status(&[one]), 415, "{one}");
        }
        assert_eq!(status(&[]), 415);
        assert_eq!(status(&["application/json", "text/plain"]), 415);
    }
}
