//! The `WebSocket` of a browser or a Worker. Incoming frames are buffered until they are read, as the platform has no backpressure.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::{pending, poll_fn},
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};

use http::{Request, header};
use js_sys::{JsString, Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use tokio::select;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent};

use super::{
    clock::{Instant, sleep},
    listener::Listener,
};
use crate::{
    Close, Closed,
    client::{
        ClientError,
        transport::{Incoming, MAX_INCOMING, Progress},
    },
    codec::Frame,
};

/// A frame counts as written once the platform has at most this many bytes to send. In a Worker it always has none.
const MAX_UNSENT: u32 = 64 * 1024;
/// The interval between checks of that: there is no event.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// What a buffered frame counts besides its bytes.
const OVERHEAD: usize = 64;

/// A `WebSocket`, closed on drop.
pub(crate) struct WebSocket {
    // wasm32 has one thread; sessions are `Send` because they are on native targets.
    inner: SendWrapper<Inner>,
    /// Whether a frame may not be written yet.
    is_writing: bool,
    /// The bytes to send at the last check.
    unsent: u32,
    /// Whether writing has failed.
    is_broken: bool,
}

struct Inner {
    socket: web_sys::WebSocket,
    state: Rc<RefCell<State>>,
    listeners: Vec<Listener>,
}

/// The state that the events update.
struct State {
    is_open: bool,
    frames: VecDeque<Frame>,
    /// The bytes that the frames occupy.
    buffered: usize,
    last_activity: Instant,
    closed: Option<Closed>,
    reader: Option<Waker>,
}

impl WebSocket {
    /// Connects. Returns the subprotocol that the server chose, if any.
    pub(in crate::client) async fn open(request: Request<()>) -> Result<(Self, Option<String>), ClientError> {
        let url = request.uri().to_string();
        let offered = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
        let socket = match offered {
            Some(offered) => web_sys::WebSocket::new_with_str(&url, offered),
            None => web_sys::WebSocket::new(&url),
        };
        let this = Self::accepted(socket.map_err(|error| ClientError::Url(message(&error).unwrap_or_default()))?);
        if !this.is_opened().await {
            let host = request.uri().authority().map_or("", |authority| authority.as_str());
            let reason = format!("{host} was not reached or refused the session; a browser does not report which");
            return Err(ClientError::Transport(reason));
        }
        let chosen = this.inner.socket.protocol();
        Ok((this, Some(chosen).filter(|chosen| !chosen.is_empty())))
    }

    /// Wraps a socket whose events have not been fired yet.
    pub(in crate::client) fn accepted(socket: web_sys::WebSocket) -> Self {
        socket.set_binary_type(BinaryType::Arraybuffer);
        Self { inner: SendWrapper::new(Inner::new(socket)), is_writing: false, unsent: 0, is_broken: false }
    }

    pub(in crate::client) async fn send(&mut self, frame: Frame) -> bool {
        self.start(frame);
        while !self.is_written() {
            sleep(POLL_INTERVAL).await;
        }
        !self.is_broken
    }

    pub(in crate::client) fn start(&mut self, frame: Frame) {
        let socket = &self.inner.socket;
        let sent = match frame {
            Frame::Text(text) => socket.send_with_str(&text),
            // Copied: a Worker sends later, when this memory may be in use again.
            Frame::Binary(bytes) => socket.send_with_js_u8_array(&Uint8Array::from(bytes.as_slice())),
        };
        self.is_broken |= sent.is_err();
        self.is_writing = true;
    }

    /// Sends the close frame. A browser sends only 1000 and 3000 to 4999; 1000 replaces any other code.
    #[expect(clippy::unused_async, reason = "as on native targets")]
    pub(in crate::client) async fn close(&mut self, close: &Close) -> bool {
        let socket = &self.inner.socket;
        let sent = socket.close_with_code_and_reason(close.code(), close.reason());
        sent.or_else(|_| socket.close_with_code_and_reason(1000, close.reason())).is_ok()
    }

    /// The platform writes by itself.
    #[expect(clippy::unused_async, reason = "as on native targets")]
    pub(in crate::client) async fn flush(&mut self, _timeout: Duration) {}

    pub(in crate::client) fn last_activity(&self) -> Instant {
        self.inner.state.borrow().last_activity
    }

    pub(in crate::client) async fn drive(&mut self, read: bool) -> Progress {
        loop {
            if self.is_writing && self.is_written() {
                return Progress::Written;
            }
            // After a failed write the end is returned even while reading is paused, but not before the buffered frames.
            let read = read || self.is_broken && self.inner.state.borrow().frames.is_empty();
            select! {
                incoming = self.next(), if read => return Progress::Received(incoming),
                () = sleep(POLL_INTERVAL), if self.is_writing => {}
                else => pending().await,
            }
        }
    }

    pub(in crate::client) async fn next(&self) -> Incoming {
        poll_fn(|context| {
            let mut state = self.inner.state.borrow_mut();
            if let Some(frame) = state.take() {
                return Poll::Ready(Incoming::Frame(frame));
            }
            if let Some(closed) = &state.closed {
                return Poll::Ready(Incoming::Closed(closed.clone()));
            }
            state.reader = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Waits until the connection is open or has failed, and returns whether it is open.
    async fn is_opened(&self) -> bool {
        poll_fn(|context| {
            let mut state = self.inner.state.borrow_mut();
            if state.is_open || state.closed.is_some() {
                return Poll::Ready(state.is_open);
            }
            state.reader = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Whether the frame is written, or writing has failed.
    fn is_written(&mut self) -> bool {
        let unsent = self.inner.socket.buffered_amount();
        self.is_broken |= self.inner.socket.ready_state() != web_sys::WebSocket::OPEN;
        if unsent < self.unsent {
            // The peer has accepted bytes.
            self.inner.state.borrow_mut().last_activity = Instant::now();
        }
        self.unsent = unsent;
        self.is_writing = !self.is_broken && unsent > MAX_UNSENT;
        !self.is_writing
    }
}

impl Inner {
    fn new(socket: web_sys::WebSocket) -> Self {
        let state = Rc::new(RefCell::new(State {
            is_open: false,
            frames: VecDeque::new(),
            buffered: 0,
            last_activity: Instant::now(),
            closed: None,
            reader: None,
        }));
        let on = |event: &'static str, handle: fn(&web_sys::WebSocket, &mut State, &Event)| {
            let (state, peer) = (state.clone(), socket.clone());
            Listener::new(&socket, event, move |event| {
                let mut state = state.borrow_mut();
                state.last_activity = Instant::now();
                handle(&peer, &mut state, &event);
                if let Some(reader) = state.reader.take() {
                    reader.wake();
                }
            })
        };
        let listeners = vec![
            on("open", |_, state, _| state.is_open = true),
            on("message", on_message),
            on("close", on_close),
            // A browser fires `close` next. Elsewhere this may be the last event.
            on("error", |_, state, event| {
                state.end(message(event).map_or_else(Closed::lost, Closed::failed));
            }),
        ];
        Self { socket, state, listeners }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.listeners.clear();
        // Fails if it is closed already.
        let _ = self.socket.close();
    }
}

impl State {
    fn take(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.buffered = self.buffered.saturating_sub(cost(&frame));
        Some(frame)
    }

    /// Records the end; the first call counts.
    fn end(&mut self, closed: Closed) {
        self.closed.get_or_insert(closed);
    }
}

fn on_message(socket: &web_sys::WebSocket, state: &mut State, event: &Event) {
    if state.closed.is_some() {
        return;
    }
    let data = event.unchecked_ref::<MessageEvent>().data();
    let bytes = Uint8Array::new(&data);
    // Checked before the data is copied. A text has at least as many bytes as UTF-16 units.
    let length = data.dyn_ref::<JsString>().map_or_else(|| bytes.length(), JsString::length);
    let buffered = state.buffered.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    let frame =
        (buffered <= MAX_INCOMING).then(|| data.as_string().map_or_else(|| Frame::Binary(bytes.to_vec()), Frame::Text));
    match frame.map(|frame| (state.buffered.saturating_add(cost(&frame)), frame)) {
        Some((buffered, frame)) if buffered <= MAX_INCOMING => {
            state.buffered = buffered;
            state.frames.push_back(frame);
        }
        _ => {
            state.end(Closed::failed(format!("more than {} MiB of unread messages", MAX_INCOMING >> 20)));
            let _ = socket.close();
        }
    }
}

fn on_close(socket: &web_sys::WebSocket, state: &mut State, event: &Event) {
    let event = event.unchecked_ref::<CloseEvent>();
    let (code, reason) = (event.code(), event.reason());
    if socket.ready_state() != web_sys::WebSocket::CLOSED {
        // A Worker has to answer. A code that cannot be sent is answered when the socket is dropped.
        let _ = socket.close_with_code_and_reason(code, &reason);
    }
    state.end(if code == Closed::ABNORMAL { Closed::lost() } else { Closed::by_peer(code, reason) });
}

fn cost(frame: &Frame) -> usize {
    OVERHEAD.saturating_add(frame.len())
}

/// Returns the message of an error or an `error` event.
fn message(error: &JsValue) -> Option<String> {
    let message = Reflect::get(error, &"message".into()).ok()?.as_string();
    message.filter(|message| !message.is_empty())
}
