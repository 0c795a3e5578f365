//! HTTP requests to a room under test.

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;
use http::{Method, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    room::{Place, TestRoom},
    simulation::Simulation,
};
use crate::{
    IntoResponse, Request, Response, Room, WebSocketDo,
    client::TypedClient,
    server::{dispatch::Answer, http::MAX_BODY},
};

impl<R: WebSocketDo> TestRoom<R>
where
    R::Client: TypedClient,
{
    /// The answer to `GET` of one of the room's own routes.
    ///
    /// # Panics
    /// Where the handler neither answers nor waits for anything that will happen; where the server is not there.
    pub async fn get(&self, path: &str) -> Response {
        let request = http::Request::get(path).body(Bytes::new());
        self.request(request.unwrap_or_else(|error| panic!("`{path}`: {error}"))).await
    }

    /// The answer to `POST` with a body in JSON.
    ///
    /// # Panics
    /// As [`get`](Self::get); for a body that cannot be written.
    pub async fn post(&self, path: &str, body: &(impl Serialize + ?Sized)) -> Response {
        let body = serde_json::to_vec(body).unwrap_or_else(|error| panic!("the body cannot be written: {error}"));
        let request = http::Request::builder().method(Method::POST).uri(path);
        let request = request.header(header::CONTENT_TYPE, "application/json").body(Bytes::from(body));
        self.request(request.unwrap_or_else(|error| panic!("`{path}`: {error}"))).await
    }

    /// The answer to any request, with the path as the room sees it.
    ///
    /// # Panics
    /// As [`get`](Self::get).
    pub async fn request(&self, request: Request) -> Response {
        match &self.place {
            Place::Here(world) => match received::<R>(request) {
                Ok(request) => match answered(world, request).await {
                    Answer::Response(response) => response,
                    Answer::Upgrade { .. } => panic!("a request for a session; use `join_with`"),
                },
                Err(status) => status.into_response(),
            },
            Place::There(remote) => remote.request(request).await,
        }
    }
}

/// The request as a host passes it on: without the body where no route reads it.
fn received<R: WebSocketDo>(mut request: Request) -> Result<Request, StatusCode> {
    match Room::<R>::body_limit(request.method(), request.uri().path(), MAX_BODY) {
        Some(limit) if request.body().len() > limit => return Err(StatusCode::PAYLOAD_TOO_LARGE),
        Some(_) => {}
        None => *request.body_mut() = Bytes::new(),
    }
    Ok(request)
}

/// The room's answer to a request.
pub(super) async fn answered<R: WebSocketDo>(world: &Rc<Simulation<R>>, request: Request) -> Answer {
    world.say(|| format!("{} {}", request.method(), request.uri()));
    let (room, answer) = (world.room(), Rc::new(RefCell::new(None)));
    let slot = answer.clone();
    world.start(async move {
        let answer = room.fetch(request).await;
        slot.borrow_mut().replace(answer);
    });
    let answer = world.wait_for(|| answer.borrow_mut().take()).await;
    answer.unwrap_or_else(|| panic!("the room does not answer\n{}", world.told()))
}

/// The answer's body as JSON, for tests: fails with what the answer was.
///
/// # Panics
/// Where the status is not 200, or the body not of that type.
#[track_caller]
pub fn json<T: DeserializeOwned>(response: &Response) -> T {
    let body = String::from_utf8_lossy(response.body());
    assert_eq!(response.status(), StatusCode::OK, "{body}");
    serde_json::from_slice(response.body()).unwrap_or_else(|error| panic!("{error} in {body}"))
}
