//! HTTP as rooms see it: requests, responses, extractors, routes and CORS. Independent of hosts.

mod cors;
mod extract;
mod respond;
mod route;

pub use ::bytes::Bytes;
pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

pub use cors::Cors;
pub(crate) use cors::add_header;
pub use extract::{FromRequest, Json, Query, path_parameter};
pub(crate) use respond::response_to;
pub use respond::{HttpError, IntoResponse};
pub use route::{FALLBACK, MAX_BODY, Parameters, Route, match_route};
pub(crate) use route::{Internal, match_prefix, specificity};

/// A request with its whole body.
///
/// A body larger than the limit is answered with 413 before it is read. The limit is 1 MiB unless the route
/// (`#[post("/upload", max_body = 16 << 20)]`, in bytes) or the app ([`App::max_body`](crate::App::max_body)) sets another. The
/// body of a request that no route handles is not read. Cloudflare has a further
/// [limit](https://developers.cloudflare.com/workers/platform/limits/), which depends on the account's plan.
///
/// ```
/// # use websocket_do_runtime::{Request, Response};
/// fn echo(request: Request) -> Response {
///     Response::new(request.into_body())
/// }
/// # assert_eq!(echo(Request::new("hello".into())).body(), "hello");
/// ```
pub type Request = http::Request<Bytes>;

/// A response with its whole body.
///
/// ```
/// # use websocket_do_runtime::{IntoResponse, Response, server::http::HeaderValue};
/// fn page() -> Response {
///     let mut response = "<h1>Lobby</h1>".into_response();
///     response.headers_mut().insert("content-type", HeaderValue::from_static("text/html; charset=utf-8"));
///     response
/// }
/// # assert_eq!(page().headers()["content-type"], "text/html; charset=utf-8");
/// ```
pub type Response = http::Response<Bytes>;
