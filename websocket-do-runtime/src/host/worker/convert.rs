//! Between the platform's objects and ours: requests, responses, frames, errors.

use std::cell::RefCell;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts};
use js_sys::Uint8Array;
use worker::{
    Headers,
    wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen},
    web_sys,
    worker_sys::ext::{ResponseInitExt, WebSocketExt},
};

use super::body::{self, Body};
use crate::{Request, Response, codec::Frame};

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    type Socket;

    /// `WebSocket.send` for a value that is a JavaScript string or array already.
    #[wasm_bindgen(method, catch, js_name = send)]
    fn send_value(this: &Socket, frame: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = Uint8Array)]
    type View;

    #[wasm_bindgen(constructor, js_class = "Uint8Array")]
    fn new(buffer: &JsValue) -> View;

    /// The view itself, which becomes a `Vec` on its way: length and bytes in one crossing.
    #[wasm_bindgen(method, js_name = valueOf)]
    fn bytes(this: &View) -> Vec<u8>;
}

pub(super) fn send(socket: &web_sys::WebSocket, frame: &JsValue) -> Result<(), JsValue> {
    socket.unchecked_ref::<Socket>().send_value(frame)
}

/// One JavaScript value for all receivers.
pub(super) fn frame(frame: &Frame) -> JsValue {
    match frame {
        Frame::Text(text) => JsValue::from_str(text),
        Frame::Binary(bytes) => slice(bytes).into(),
    }
}

/// How much memory is asked for at once, for frames that are small beside it.
const SIZE: u32 = 64 * 1024;

/// A JavaScript array of these bytes. Small ones are slices of one that was asked for before: to make the memory of an array
/// costs more than all else about it. No part of it is used twice, as the platform keeps it until the frame has left.
fn slice(bytes: &[u8]) -> Uint8Array {
    thread_local! {
        /// The memory, and how much of it is used.
        static SLAB: RefCell<(Uint8Array, u32)> = RefCell::new((Uint8Array::new_with_length(SIZE), 0));
    }
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    if length > SIZE / 16 {
        return Uint8Array::from(bytes);
    }
    SLAB.with_borrow_mut(|(slab, used)| {
        if length > SIZE - *used {
            (*slab, *used) = (Uint8Array::new_with_length(SIZE), 0);
        }
        let slice = slab.subarray(*used, *used + length);
        *used += length;
        slice.copy_from(bytes);
        slice
    })
}

/// What came.
pub(super) fn received(data: &JsValue) -> Frame {
    // Asking for the text of what is none costs more than asking whether it is.
    let text = if data.is_string() { data.as_string() } else { None };
    text.map_or_else(|| Frame::Binary(View::new(data).bytes()), Frame::Text)
}

/// The bytes attached to a socket; empty if there are none.
pub(super) fn attachment(socket: &web_sys::WebSocket) -> Vec<u8> {
    let attachment = socket.deserialize_attachment().ok();
    attachment.and_then(|value| value.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()).unwrap_or_default()
}

pub(super) fn set_attachment(socket: &web_sys::WebSocket, bytes: &[u8]) -> Result<(), JsValue> {
    socket.serialize_attachment(Uint8Array::from(bytes).into())
}

/// The most bytes of a URL, as in `http::Uri`.
const MAX_URL: usize = u16::MAX as usize - 1;

/// Method, URI and headers.
///
/// # Errors
/// 414 for a URL that is too long, 400 for what cannot be represented.
pub(super) fn head(request: &web_sys::Request) -> Result<Parts, StatusCode> {
    let url = request.url();
    if url.len() > MAX_URL {
        return Err(StatusCode::URI_TOO_LONG);
    }
    let ours = http::Request::builder().method(request.method().as_str()).uri(url).body(());
    let (mut parts, ()) = ours.map_err(|_| StatusCode::BAD_REQUEST)?.into_parts();
    // A request that lacks one of its headers could be allowed what it is not.
    copy_headers(request.headers(), &mut parts.headers).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(parts)
}

/// Copies all headers that HTTP can carry. [`None`] where there were others.
fn copy_headers(theirs: web_sys::Headers, ours: &mut HeaderMap) -> Option<()> {
    let mut all = Some(());
    for (name, value) in &Headers(theirs) {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => drop(ours.append(name, value)),
            _ => all = None,
        }
    }
    all
}

pub(super) fn response(response: Response) -> Result<web_sys::Response, JsValue> {
    let (parts, body) = response.into_parts();
    let init = init(parts.status.as_u16(), &parts.headers)?;
    let body = (!body.is_empty()).then(|| Uint8Array::from(&body[..]));
    web_sys::Response::new_with_opt_buffer_source_and_init(body.as_deref(), &init)
}

/// 101 with the client's end of a socket.
pub(super) fn upgrade(client: &web_sys::WebSocket, headers: &HeaderMap) -> Result<web_sys::Response, JsValue> {
    let mut init = init(101, headers)?;
    init.websocket(client)?;
    web_sys::Response::new_with_opt_str_and_init(None, &init)
}

fn init(status: u16, ours: &HeaderMap) -> Result<web_sys::ResponseInit, JsValue> {
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    if !ours.is_empty() {
        init.set_headers(&headers(ours)?.0);
    }
    Ok(init)
}

fn headers(ours: &HeaderMap) -> Result<Headers, JsValue> {
    let theirs = Headers::new();
    for (name, value) in ours {
        theirs.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes())).map_err(JsValue::from)?;
    }
    Ok(theirs)
}

/// A request to a room. What it answers is the answer, redirections included.
pub(super) fn outgoing(request: &Request) -> Result<web_sys::Request, JsValue> {
    let init = web_sys::RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_redirect(web_sys::RequestRedirect::Manual);
    init.set_headers(&headers(request.headers())?.0);
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(&request.body()[..]));
    }
    web_sys::Request::new_with_str_and_init(&request.uri().to_string(), &init)
}

/// The same request, which came to `url`, with another path.
pub(super) fn readdressed(request: &web_sys::Request, url: &str, path: &str) -> Result<web_sys::Request, JsValue> {
    let (origin, _, query) = parts(url);
    let slash = if path.starts_with('/') { "" } else { "/" };
    let path = path.replace('?', "%3F").replace('#', "%23");
    let url = format!("{origin}{slash}{path}{query}");
    web_sys::Request::new_with_str_and_init(&url, request.unchecked_ref::<web_sys::RequestInit>())
}

/// The origin of a URL, its path, and its query. The platform has checked it already and made it whole, which saves a whole
/// parser of URLs: 80 KB of compressed wasm.
pub(super) fn parts(url: &str) -> (&str, &str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let after = url.get(authority..).unwrap_or_default();
    let path = after.find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
    let (origin, rest) = url.split_at_checked(path).unwrap_or((url, ""));
    let query = rest.find(['?', '#']).unwrap_or(rest.len());
    let (path, query) = rest.split_at_checked(query).unwrap_or((rest, ""));
    (origin, path, query)
}

/// Status and headers of a response, and as much of its body as `limit` allows.
pub(super) async fn incoming(response: &web_sys::Response, limit: usize) -> Result<http::Response<Body>, JsValue> {
    let body = match response.body() {
        Some(stream) => body::read(&stream, limit).await?,
        None => Body::Whole(Bytes::new()),
    };
    let mut ours = http::Response::new(body);
    *ours.status_mut() = StatusCode::from_u16(response.status()).map_err(|error| error.to_string())?;
    // What HTTP would not carry is not a header.
    let _ = copy_headers(response.headers(), ours.headers_mut());
    Ok(ours)
}

/// What an exception says.
pub(super) fn message(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}
