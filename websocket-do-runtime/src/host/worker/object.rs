//! The Durable Object of a room: handles the platform's events, which the exported class forwards.

use std::rc::Rc;

use worker::{State, wasm_bindgen::JsValue, web_sys, worker_sys::DurableObjectState};

use super::{
    WorkerHost, body, error, export_app, frame,
    http::{to_response, upgrade_response},
    promise,
};
use crate::{
    Closed, Env, Room, WebSocketDo,
    server::{dispatch::FetchResult, event::Event, http::IntoResponse, log},
};

/// The result of an event handler: a value or an exception.
pub type Outcome = Result<JsValue, JsValue>;

/// The implementation of the class that is exported for the room `R`.
pub struct DurableObject<R: WebSocketDo> {
    host: Rc<WorkerHost>,
    room: Room<R>,
}

impl<R: WebSocketDo> DurableObject<R> {
    /// The constructor of the class.
    ///
    /// # Errors
    /// Throws if a state that the room declares is missing or cannot be made, or if the platform rejects the heartbeat's auto-response.
    pub fn new(state: DurableObjectState, env: worker::Env) -> Result<Self, JsValue> {
        let env = Env::from(env);
        let states = export_app::states::<R>(&env).map_err(|error| {
            log::error(&error.to_string());
            JsValue::from(js_sys::Error::new(&error.to_string()))
        })?;
        let host = Rc::new(WorkerHost::new(State::from(state), env, states)?);
        Ok(Self { room: Room::new(host.clone()), host })
    }

    /// `fetch`. Returns a response or a promise of one.
    ///
    /// # Errors
    /// Throws if the platform cannot make a response.
    pub fn fetch(&self, request: web_sys::Request) -> Outcome {
        let (host, room) = (self.host.clone(), self.room.clone());
        promise::run(async move {
            let answer = match body::request::<R>(&request).await {
                Ok(request) => room.fetch(request).await,
                Err(status) => FetchResult::Response(status.into_response()),
            };
            let response = match answer {
                FetchResult::Response(response) => to_response(response)?,
                FetchResult::Upgrade { socket, headers } => {
                    let client = host.clients.borrow_mut().remove(&socket).ok_or("the socket was not accepted")?;
                    upgrade_response(client.as_ref(), &headers)?
                }
            };
            Ok(response.into())
        })
    }

    /// `webSocketMessage`. Like the methods below, it returns `undefined` or a promise of it.
    pub fn message(&self, socket: &web_sys::WebSocket, data: &JsValue) -> JsValue {
        self.event(socket, Event::Message(frame::from_js(data), None))
    }

    /// `webSocketClose`.
    pub fn close(&self, socket: &web_sys::WebSocket, code: u16, reason: String) -> JsValue {
        let closed = if code == Closed::ABNORMAL { Closed::lost() } else { Closed::by_peer(code, reason) };
        self.event(socket, Event::Closed(closed))
    }

    /// `webSocketError`.
    pub fn error(&self, socket: &web_sys::WebSocket, error: &JsValue) -> JsValue {
        self.event(socket, Event::Closed(Closed::failed(error::message(error))))
    }

    /// `alarm`.
    pub fn alarm(&self) -> JsValue {
        let room = self.room.clone();
        promise::run_event(async move { room.dispatch_alarm().await })
    }

    fn event(&self, socket: &web_sys::WebSocket, event: Event) -> JsValue {
        let Some(socket) = self.host.sockets.id(socket) else { return JsValue::UNDEFINED };
        if matches!(event, Event::Closed(_)) {
            self.host.sockets.mark_closing(socket);
        }
        let room = self.room.clone();
        promise::run_event(async move { room.dispatch_event(socket, event).await })
    }
}
