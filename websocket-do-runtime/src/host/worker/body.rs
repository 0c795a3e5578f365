//! Reading the bodies of requests and responses, up to a limit.
//!
//! Chunks stay in JavaScript's memory until the body is complete: wasm memory never shrinks, so a body that exceeds the limit
//! must not be copied there.

use std::{pin::pin, time::Duration};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{StatusCode, header, request::Parts};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen_futures::JsFuture;
use worker::{
    Delay,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{self, ReadableStream, ReadableStreamDefaultReader},
};

use super::{cf, http::request_parts};
use crate::{
    Request, Room, WebSocketDo,
    server::http::{Internal, MAX_BODY},
};

/// The time limit for receiving a body.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Reads a request with its body. The body is empty if no route of the room reads it.
///
/// # Errors
/// Returns the status of the response: 413 if the body exceeds the limit, 408 if it does not end in time, and 400 or 414 if the
/// request cannot be represented.
pub(super) async fn request<R: WebSocketDo>(request: &web_sys::Request) -> Result<Request, StatusCode> {
    let mut parts = request_parts(request)?;
    let cf = cf::Properties::of(request);
    if let Some(cf) = cf.for_handlers() {
        parts.extensions.insert(cf);
    }
    let is_internal = cf.is_internal();
    if is_internal {
        parts.extensions.insert(Internal);
    }
    let body = match request.body() {
        Some(stream) => {
            let default = cf.app_limit().unwrap_or(MAX_BODY);
            match Room::<R>::body_limit(&parts.method, parts.uri.path(), default, is_internal) {
                Some(limit) => received(&parts, &stream, limit).await?,
                None => Bytes::new(),
            }
        }
        None => Bytes::new(),
    };
    Ok(Request::from_parts(parts, body))
}

async fn received(parts: &Parts, stream: &ReadableStream, limit: usize) -> Result<Bytes, StatusCode> {
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > limit as u64) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match select(pin!(read(stream, limit)), pin!(Delay::from(TIMEOUT))).await {
        Either::Left((Ok(Body::Complete(body)), _)) => Ok(body),
        Either::Left((Ok(Body::Truncated(_)), _)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        // Usually the client has disconnected.
        Either::Left((Err(_), _)) => Err(StatusCode::BAD_REQUEST),
        Either::Right(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// A body, or the part of it that is within the limit.
pub(super) enum Body {
    Complete(Bytes),
    /// The first `limit` bytes of a larger body.
    Truncated(Bytes),
}

/// Reads at most `limit` bytes of a body, and cancels the stream if there are more.
pub(super) async fn read(stream: &ReadableStream, limit: usize) -> Result<Body, JsValue> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut chunks: Vec<Uint8Array> = Vec::new();
    let mut free = limit;
    let is_complete = loop {
        let result = JsFuture::from(reader.read()).await?;
        if Reflect::get(&result, &"done".into())? == true {
            break true;
        }
        let chunk: Uint8Array = Reflect::get(&result, &"value".into())?.dyn_into()?;
        match free.checked_sub(chunk.length() as usize) {
            Some(rest) => {
                free = rest;
                chunks.push(chunk);
            }
            None => {
                chunks.push(chunk.subarray(0, u32::try_from(free).unwrap_or(u32::MAX)));
                free = 0;
                // An error of the cancellation is irrelevant.
                let _ = JsFuture::from(reader.cancel()).await;
                break false;
            }
        }
    };
    let mut body = Vec::with_capacity(limit - free);
    for chunk in chunks {
        body.extend_from_slice(&chunk.to_vec());
    }
    Ok(if is_complete { Body::Complete(body.into()) } else { Body::Truncated(body.into()) })
}
