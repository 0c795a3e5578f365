//! The request to a route, made from the arguments of a stub's method.

use std::fmt::Display;

use http::{Method, Uri};
use percent_encoding::utf8_percent_encode;

use super::{IntoRequest, StubError};
use crate::{Request, connection::http::RESERVED, server::http::Internal};

/// The origin in the URL of a request through a stub, which is not used: the stub is bound to its room.
pub(crate) const ORIGIN: &str = "https://room";

/// A builder for a request. Generated code creates it with method and path, and adds the arguments in order.
#[derive(Debug)]
pub struct Call(Result<Request, StubError>);

impl Call {
    /// Creates a request to a route such as `/kick/{seat}`, with the values of its parameters.
    pub fn new(method: Method, pattern: &str, parameters: &[(&str, &dyn Display)]) -> Self {
        Self(path(pattern, parameters).and_then(|path| {
            let uri: Uri = format!("{ORIGIN}{path}")
                .parse()
                .map_err(|error| StubError::Request(format!("the path `{path}` cannot be sent: {error}")))?;
            let mut request = Request::default();
            (*request.method_mut(), *request.uri_mut()) = (method, uri);
            request.extensions_mut().insert(Internal);
            Ok(request)
        }))
    }

    /// Adds an argument that the handler takes as `A`.
    #[must_use]
    pub fn with<A: IntoRequest>(self, value: A::Value) -> Self {
        Self(self.0.and_then(|mut request| {
            A::into_request(value, &mut request)?;
            Ok(request)
        }))
    }

    /// Returns the request.
    ///
    /// # Errors
    /// Returns [`StubError::Request`] for an argument that cannot be sent.
    pub fn into_request(self) -> Result<Request, StubError> {
        let request = self.0?;
        check_body(&request)?;
        Ok(request)
    }
}

/// Checks that a request which has no body has none.
pub(super) fn check_body(request: &Request) -> Result<(), StubError> {
    let bodiless = matches!(*request.method(), Method::GET | Method::HEAD);
    if bodiless && !request.body().is_empty() {
        return Err(StubError::Request(format!("a {} request has no body", request.method())));
    }
    Ok(())
}

/// Fills the parameters into the path.
fn path(pattern: &str, parameters: &[(&str, &dyn Display)]) -> Result<String, StubError> {
    let mut path = String::with_capacity(pattern.len());
    for segment in pattern.split('/').skip(1) {
        path.push('/');
        let name = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        match name.and_then(|name| parameters.iter().find(|(parameter, _)| *parameter == name)) {
            None => path.push_str(segment),
            Some((name, value)) => {
                let value = value.to_string();
                // URL parsers remove `.` and `..` segments, and no route matches an empty one.
                if matches!(value.as_str(), "" | "." | "..") {
                    return Err(StubError::Request(format!("`{name}` cannot be {value:?} in a path")));
                }
                path.extend(utf8_percent_encode(&value, RESERVED));
            }
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::server::http::{FromRequest, Json, Query, match_route, path_parameter};

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Why {
        text: String,
        times: Option<u8>,
    }

    fn why() -> Why {
        Why { text: "a&b=c? ü".into(), times: Some(2) }
    }

    fn sent(call: Call) -> Request {
        call.into_request().unwrap()
    }

    #[test]
    fn every_argument_comes_out_of_the_request_as_it_went_in() {
        let call = Call::new(Method::POST, "/kick/{seat}/{name}", &[("seat", &7_u8), ("name", &"a/b ü?#%.")])
            .with::<Json<Why>>(why())
            .with::<Query<Why>>(why());
        let request = sent(call);
        assert_eq!((request.method(), request.uri().host()), (&Method::POST, Some("room")));
        let parameters = match_route("/kick/{seat}/{name}", request.uri().path()).unwrap();
        assert_eq!(path_parameter::<u8>(&parameters, "seat").unwrap(), 7);
        assert_eq!(parameters.get("name"), Some("a/b ü?#%."));
        assert_eq!(Json::<Why>::from_request(&request).unwrap().0, why());
        assert_eq!(Query::<Why>::from_request(&request).unwrap().0, why());
        assert_eq!(request.headers()["content-type"], "application/json");

        let text = sent(Call::new(Method::PUT, "/note", &[]).with::<String>("ü".into()));
        assert_eq!(String::from_request(&text).unwrap(), "ü");
        let bytes = sent(Call::new(Method::PUT, "/note", &[]).with::<Bytes>(vec![0, 255].into()));
        assert_eq!(Bytes::from_request(&bytes).unwrap(), vec![0, 255]);
    }

    #[test]
    fn a_whole_request_gives_its_headers_query_and_body_and_keeps_the_routes_path() {
        let mut whole = Request::new("body".into());
        *whole.uri_mut() = "https://elsewhere/other?key=demo".parse().unwrap();
        whole.headers_mut().insert("content-type", "text/x".parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert("x-own", "1".parse().unwrap());
        let call = Call::new(Method::PUT, "/note", &[]);
        let request =
            sent(call.with::<Request>(whole).with::<HeaderMap>(headers).with::<Uri>("/?a=1".parse().unwrap()));
        assert_eq!(request.uri(), "https://room/note?key=demo&a=1");
        assert_eq!(
            (&request.headers()["content-type"], &request.headers()["x-own"]),
            (&"text/x".parse().unwrap(), &"1".parse().unwrap())
        );
        assert_eq!(request.body(), "body");
    }

    #[test]
    fn a_value_that_no_route_matches_is_not_sent() {
        for value in ["", ".", ".."] {
            let error = Call::new(Method::GET, "/rooms/{room}", &[("room", &value)]).into_request().unwrap_err();
            assert_eq!(error, StubError::Request(format!("`room` cannot be {value:?} in a path")));
        }
        let error = Call::new(Method::GET, "/", &[]).with::<String>("x".into()).into_request().unwrap_err();
        assert_eq!(error.to_string(), "the request cannot be made: a GET request has no body");
    }
}
