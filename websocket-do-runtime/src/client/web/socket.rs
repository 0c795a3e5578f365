//! The WebSocket of a browser, or of a Worker: what comes is kept until it is read, as nothing can hold the server up.

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
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

use super::{
    clock::{Instant, sleep},
    listener::Listener,
};
use crate::{
    Close, Closed,
    client::{
        ClientError,
        transport::{Driven, Incoming, LIMIT},
    },
    codec::Frame,
};

/// A frame counts as written when no more bytes than these wait to leave the browser. In a Worker none ever do.
const UNSENT: u32 = 64 * 1024;
/// How often to look whether they have left: nothing tells.
const TICK: Duration = Duration::from_millis(20);
/// What a frame costs, besides its bytes.
const OVERHEAD: usize = 64;

/// A WebSocket. It is closed when this is dropped.
pub(crate) struct Web {
    // There is one thread; what is `Send` about a session is so for the sake of other targets.
    inner: SendWrapper<Inner>,
    /// Whether a frame may still wait to be written.
    is_writing: bool,
    /// How many bytes waited when that was last looked at.
    unsent: u32,
    /// Whether nothing more can be written.
    is_broken: bool,
}

struct Inner {
    socket: WebSocket,
    state: Rc<RefCell<State>>,
    listeners: Vec<Listener>,
}

/// What the events have told.
struct State {
    is_open: bool,
    frames: VecDeque<Frame>,
    /// What the frames cost, in bytes.
    held: usize,
    heard: Instant,
    closed: Option<Closed>,
    reader: Option<Waker>,
}

impl Web {
    /// Connects and asks for the upgrade; the subprotocol that the server chose comes with the socket.
    pub(in crate::client) async fn open(request: Request<()>) -> Result<(Self, Option<String>), ClientError> {
        let url = request.uri().to_string();
        let offered = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
        let socket = match offered {
            Some(offered) => WebSocket::new_with_str(&url, offered),
            None => WebSocket::new(&url),
        };
        let web = Self::accepted(socket.map_err(|error| ClientError::Url(message(&error).unwrap_or_default()))?);
        if !web.is_opened().await {
            let host = request.uri().authority().map_or("", |authority| authority.as_str());
            let reason = format!("{host} was not reached, or has refused: a browser does not tell which");
            return Err(ClientError::Transport(reason));
        }
        let chosen = web.inner.socket.protocol();
        Ok((web, Some(chosen).filter(|chosen| !chosen.is_empty())))
    }

    /// Takes over a socket of which nothing can have been heard yet.
    pub(in crate::client) fn accepted(socket: WebSocket) -> Self {
        socket.set_binary_type(BinaryType::Arraybuffer);
        Self { inner: SendWrapper::new(Inner::new(socket)), is_writing: false, unsent: 0, is_broken: false }
    }

    pub(in crate::client) async fn send(&mut self, frame: Frame) -> bool {
        self.start(frame);
        while !self.is_written() {
            sleep(TICK).await;
        }
        !self.is_broken
    }

    pub(in crate::client) fn start(&mut self, frame: Frame) {
        let socket = &self.inner.socket;
        let sent = match frame {
            Frame::Text(text) => socket.send_with_str(&text),
            // Copied, as a Worker keeps what it is given until it has left, and this memory is used again before.
            Frame::Binary(bytes) => socket.send_with_js_u8_array(&Uint8Array::from(bytes.as_slice())),
        };
        self.is_broken |= sent.is_err();
        self.is_writing = true;
    }

    /// Sends the close frame. A browser sends no other codes than 1000 and 3000 to 4999: 1000 goes in their place.
    #[expect(clippy::unused_async, reason = "as on native targets")]
    pub(in crate::client) async fn close(&mut self, close: &Close) -> bool {
        let socket = &self.inner.socket;
        let sent = socket.close_with_code_and_reason(close.code(), close.reason());
        sent.or_else(|_| socket.close_with_code_and_reason(1000, close.reason())).is_ok()
    }

    /// What is to be written is the browser's to write.
    #[expect(clippy::unused_async, reason = "as on native targets")]
    pub(in crate::client) async fn flush(&mut self, _limit: Duration) {}

    pub(in crate::client) fn heard(&self) -> Instant {
        self.inner.state.borrow().heard
    }

    pub(in crate::client) async fn drive(&mut self, read: bool) -> Driven {
        loop {
            if self.is_writing && self.is_written() {
                return Driven::Written;
            }
            // Where nothing can be written any more, the end is told although nothing is to be read, but not before what came.
            let read = read || self.is_broken && self.inner.state.borrow().frames.is_empty();
            select! {
                incoming = self.next(), if read => return Driven::Came(incoming),
                () = sleep(TICK), if self.is_writing => {}
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

    /// Whether a connection could be made; waits until that is known.
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

    /// Whether all that was begun is written, or never will be.
    fn is_written(&mut self) -> bool {
        let unsent = self.inner.socket.buffered_amount();
        self.is_broken |= self.inner.socket.ready_state() != WebSocket::OPEN;
        if unsent < self.unsent {
            // The peer takes what is sent.
            self.inner.state.borrow_mut().heard = Instant::now();
        }
        self.unsent = unsent;
        self.is_writing = !self.is_broken && unsent > UNSENT;
        !self.is_writing
    }
}

impl Inner {
    fn new(socket: WebSocket) -> Self {
        let state = Rc::new(RefCell::new(State {
            is_open: false,
            frames: VecDeque::new(),
            held: 0,
            heard: Instant::now(),
            closed: None,
            reader: None,
        }));
        let on = |event: &'static str, handle: fn(&WebSocket, &mut State, &Event)| {
            let (state, peer) = (state.clone(), socket.clone());
            Listener::new(&socket, event, move |event| {
                let mut state = state.borrow_mut();
                state.heard = Instant::now();
                handle(&peer, &mut state, &event);
                if let Some(reader) = state.reader.take() {
                    reader.wake();
                }
            })
        };
        let listeners = vec![
            on("open", |_, state, _| state.is_open = true),
            on("message", came),
            on("close", closed),
            // A browser closes the socket next. Elsewhere this may be all that is heard.
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
        // Whether it is closed already does not matter.
        let _ = self.socket.close();
    }
}

impl State {
    fn take(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.held = self.held.saturating_sub(cost(&frame));
        Some(frame)
    }

    /// The first that is heard of the end counts.
    fn end(&mut self, closed: Closed) {
        self.closed.get_or_insert(closed);
    }
}

fn came(socket: &WebSocket, state: &mut State, event: &Event) {
    if state.closed.is_some() {
        return;
    }
    let data = event.unchecked_ref::<MessageEvent>().data();
    let bytes = Uint8Array::new(&data);
    // Before it is copied; a text has at least as many bytes as it has UTF-16 units.
    let length = data.dyn_ref::<JsString>().map_or_else(|| bytes.length(), JsString::length);
    let held = state.held.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    let frame = (held <= LIMIT).then(|| data.as_string().map_or_else(|| Frame::Binary(bytes.to_vec()), Frame::Text));
    match frame.map(|frame| (state.held.saturating_add(cost(&frame)), frame)) {
        Some((held, frame)) if held <= LIMIT => {
            state.held = held;
            state.frames.push_back(frame);
        }
        _ => {
            state.end(Closed::failed(format!("more than {} MiB came before they were read", LIMIT >> 20)));
            let _ = socket.close();
        }
    }
}

fn closed(socket: &WebSocket, state: &mut State, event: &Event) {
    let event = event.unchecked_ref::<CloseEvent>();
    let (code, reason) = (event.code(), event.reason());
    if socket.ready_state() != WebSocket::CLOSED {
        // A Worker has to answer. What may not be said is said by dropping the socket.
        let _ = socket.close_with_code_and_reason(code, &reason);
    }
    state.end(if code == Closed::ABNORMAL { Closed::lost() } else { Closed::by_peer(code, reason) });
}

fn cost(frame: &Frame) -> usize {
    OVERHEAD.saturating_add(frame.len())
}

/// What an error says, or the event of one.
fn message(error: &JsValue) -> Option<String> {
    let message = Reflect::get(error, &"message".into()).ok()?.as_string();
    message.filter(|message| !message.is_empty())
}
