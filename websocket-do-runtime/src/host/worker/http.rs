//! Requests and responses of the `http` crate and of the platform, both ways.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts};
use js_sys::Uint8Array;
use worker::{
    Headers,
    wasm_bindgen::{JsCast, JsValue},
    web_sys,
    worker_sys::ext::ResponseInitExt,
};

use super::{
    body::{self, Body},
    cf, url,
};
use crate::{Request, Response, server::http::Internal};

/// The most bytes of a URL, as in `http::Uri`.
const MAX_URL: usize = u16::MAX as usize - 1;

/// Method, URI and headers of a request.
///
/// # Errors
/// 414 if the URL is too long, 400 if a part cannot be represented.
pub(super) fn request_parts(request: &web_sys::Request) -> Result<Parts, StatusCode> {
    let url = request.url();
    if url.len() > MAX_URL {
        return Err(StatusCode::URI_TOO_LONG);
    }
    let builder = http::Request::builder().method(request.method().as_str()).uri(url).body(());
    let (mut parts, ()) = builder.map_err(|_| StatusCode::BAD_REQUEST)?.into_parts();
    // Dropping a header could lift a restriction that it expresses.
    copy_headers(request.headers(), &mut parts.headers).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(parts)
}

/// Copies all valid headers. [`None`] if there were invalid ones.
fn copy_headers(from: web_sys::Headers, to: &mut HeaderMap) -> Option<()> {
    let mut all_valid = Some(());
    for (name, value) in &Headers(from) {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => drop(to.append(name, value)),
            _ => all_valid = None,
        }
    }
    all_valid
}

/// The platform's response.
pub(super) fn to_response(response: Response) -> Result<web_sys::Response, JsValue> {
    let (parts, body) = response.into_parts();
    let init = response_init(parts.status.as_u16(), &parts.headers)?;
    let body = (!body.is_empty()).then(|| Uint8Array::from(&body[..]));
    web_sys::Response::new_with_opt_buffer_source_and_init(body.as_deref(), &init)
}

/// The 101 response with the client's end of a socket.
pub(super) fn upgrade_response(client: &web_sys::WebSocket, headers: &HeaderMap) -> Result<web_sys::Response, JsValue> {
    let mut init = response_init(101, headers)?;
    init.websocket(client)?;
    web_sys::Response::new_with_opt_str_and_init(None, &init)
}

fn response_init(status: u16, headers: &HeaderMap) -> Result<web_sys::ResponseInit, JsValue> {
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    if !headers.is_empty() {
        init.set_headers(&to_headers(headers)?.0);
    }
    Ok(init)
}

fn to_headers(map: &HeaderMap) -> Result<Headers, JsValue> {
    let headers = Headers::new();
    for (name, value) in map {
        headers.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes())).map_err(JsValue::from)?;
    }
    Ok(headers)
}

/// The platform's request to a room. Redirects are not followed.
pub(super) fn to_request(request: &Request) -> Result<web_sys::Request, JsValue> {
    let init = web_sys::RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_redirect(web_sys::RequestRedirect::Manual);
    init.set_headers(&to_headers(request.headers())?.0);
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(&request.body()[..]));
    }
    if Internal::marks(request) {
        cf::mark_internal(&init)?;
    }
    web_sys::Request::new_with_str_and_init(&request.uri().to_string(), &init)
}

/// A copy of the request, which was sent to `url`, with another path.
pub(super) fn with_path(request: &web_sys::Request, url: &str, path: &str) -> Result<web_sys::Request, JsValue> {
    let url = url::with_path(url, path);
    web_sys::Request::new_with_str_and_init(&url, request.unchecked_ref::<web_sys::RequestInit>())
}

/// Status and headers of a response, and at most `limit` bytes of its body.
pub(super) async fn read_response(response: &web_sys::Response, limit: usize) -> Result<http::Response<Body>, JsValue> {
    let body = match response.body() {
        Some(stream) => body::read(&stream, limit).await?,
        None => Body::Complete(Bytes::new()),
    };
    let mut read = http::Response::new(body);
    *read.status_mut() = StatusCode::from_u16(response.status()).map_err(|error| error.to_string())?;
    // Invalid headers are dropped.
    let _ = copy_headers(response.headers(), read.headers_mut());
    Ok(read)
}
