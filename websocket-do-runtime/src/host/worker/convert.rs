//! Between the platform's objects and ours: requests, responses, frames, errors.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use worker::{
    Headers, ResponseBuilder,
    wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen},
    web_sys,
    worker_sys::ext::WebSocketExt,
};

use crate::{Request, Response, codec::Frame};

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    type Socket;

    /// `WebSocket.send` for a value that is a JavaScript string or array already.
    #[wasm_bindgen(method, catch, js_name = send)]
    fn send_value(this: &Socket, frame: &JsValue) -> Result<(), JsValue>;
}

pub(super) fn send(socket: &web_sys::WebSocket, frame: &JsValue) -> Result<(), JsValue> {
    socket.unchecked_ref::<Socket>().send_value(frame)
}

/// One JavaScript value for all receivers.
pub(super) fn frame(frame: &Frame) -> JsValue {
    match frame {
        Frame::Text(text) => JsValue::from_str(text),
        Frame::Binary(bytes) => Uint8Array::from(bytes.as_slice()).into(),
    }
}

/// The bytes attached to a socket; empty if there are none.
pub(super) fn attachment(socket: &web_sys::WebSocket) -> Vec<u8> {
    let attachment = socket.deserialize_attachment().ok();
    attachment.and_then(|value| value.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()).unwrap_or_default()
}

pub(super) fn set_attachment(socket: &web_sys::WebSocket, bytes: &[u8]) -> Result<(), JsValue> {
    socket.serialize_attachment(Uint8Array::from(bytes).into())
}

/// The request with its whole body. Waits only where there is a body.
pub(super) async fn request(request: &web_sys::Request) -> Result<Request, JsValue> {
    let body = if request.body().is_some() {
        Bytes::from(Uint8Array::new(&JsFuture::from(request.array_buffer()?).await?).to_vec())
    } else {
        Bytes::new()
    };
    let mut ours = http::Request::builder()
        .method(request.method().as_str())
        .uri(request.url())
        .body(body)
        .map_err(|error| JsValue::from(error.to_string()))?;
    for (name, value) in &Headers(request.headers()) {
        // What HTTP would not carry is not a header.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            ours.headers_mut().append(name, value);
        }
    }
    Ok(ours)
}

pub(super) fn response(response: Response) -> Result<web_sys::Response, JsValue> {
    let (parts, body) = response.into_parts();
    let builder = builder(parts.status.as_u16(), &parts.headers)?;
    let response = if body.is_empty() { builder.empty() } else { builder.fixed(body.to_vec()) };
    Ok(response.into())
}

/// 101 with the client's end of a socket.
pub(super) fn upgrade(client: worker::WebSocket, headers: &HeaderMap) -> Result<web_sys::Response, JsValue> {
    Ok(builder(101, headers)?.with_websocket(client).empty().into())
}

fn builder(status: u16, headers: &HeaderMap) -> Result<ResponseBuilder, JsValue> {
    let theirs = Headers::new();
    for (name, value) in headers {
        theirs.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes())).map_err(JsValue::from)?;
    }
    Ok(ResponseBuilder::new().with_status(status).with_headers(theirs))
}

/// What an exception says.
pub(super) fn message(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}
