//! HTTP requests to a room under test.

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;
use http::{Method, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};

use super::room::{Backend, InMemory, TestRoom};
use crate::{
    IntoResponse, Request, Response, WebSocketDo,
    client::TypedClient,
    server::{dispatch::FetchResult, http::Internal},
};

impl<R: WebSocketDo> TestRoom<R>
where
    R::Client: TypedClient,
{
    /// Sends a `GET` request to one of the room's routes and returns the response.
    ///
    /// # Panics
    /// Panics if the handler does not answer, or if the server cannot be reached.
    pub async fn get(&self, path: &str) -> Response {
        let request = http::Request::get(path).body(Bytes::new());
        self.request(request.unwrap_or_else(|error| panic!("`{path}`: {error}"))).await
    }

    /// Sends a `POST` request with a JSON body and returns the response.
    ///
    /// # Panics
    /// Panics as [`get`](Self::get) does, and if the body cannot be serialized.
    pub async fn post(&self, path: &str, body: &(impl Serialize + ?Sized)) -> Response {
        let body = serde_json::to_vec(body).unwrap_or_else(|error| panic!("the body cannot be serialized: {error}"));
        let request = http::Request::builder().method(Method::POST).uri(path);
        let request = request.header(header::CONTENT_TYPE, "application/json").body(Bytes::from(body));
        self.request(request.unwrap_or_else(|error| panic!("`{path}`: {error}"))).await
    }

    /// Sends a request and returns the response. The path is the room's own, as `/info`.
    ///
    /// # Panics
    /// Panics as [`get`](Self::get) does, and for an upgrade request: use [`join_with`](Self::join_with).
    pub async fn request(&self, mut request: Request) -> Response {
        // As in an app: a room may hand on a request that its internal route has received.
        request.extensions_mut().remove::<Internal>();
        match &self.backend {
            Backend::InMemory(room) => match send_request(room, request).await {
                FetchResult::Response(response) => response,
                FetchResult::Upgrade { .. } => panic!("an upgrade request is not supported here; use `join_with`"),
            },
            Backend::Remote(remote) => remote.request(request).await,
        }
    }
}

/// Sends a request to the room, and runs the simulation until it has answered.
pub(super) async fn send_request(InMemory { simulation, room }: &InMemory, request: Request) -> FetchResult {
    let request = match room.class().limit_body(request) {
        Ok(request) => request,
        Err(status) => return FetchResult::Response(status.into_response()),
    };
    room.host.log(|| format!("{} {}", request.method(), request.uri()));
    let (answering, answer) = (room.room(), Rc::new(RefCell::new(None)));
    let slot = answer.clone();
    simulation.spawn(room, async move {
        let answer = answering.fetch(request).await;
        slot.borrow_mut().replace(answer);
    });
    let answer = simulation.wait_for(|| answer.borrow_mut().take()).await;
    answer.unwrap_or_else(|| panic!("the room does not answer\n{}", simulation.report()))
}

/// Deserializes the JSON body of a response.
///
/// # Panics
/// Panics if the status is not 200 or the body cannot be deserialized, with the body in the message.
#[track_caller]
pub fn json<T: DeserializeOwned>(response: &Response) -> T {
    let body = String::from_utf8_lossy(response.body());
    assert_eq!(response.status(), StatusCode::OK, "{body}");
    serde_json::from_slice(response.body()).unwrap_or_else(|error| panic!("{error} in {body}"))
}
