//! A Durable Object written by hand on `worker`, with this crate's typed socket and nothing else of it.

use serde::{Deserialize, Serialize};
use websocket_do::{Format, Frame, WsProtocol, socket::TypedSocket};
use worker::{
    DurableObject, Env, Request, Response, State, WebSocket, WebSocketIncomingMessage, WebSocketPair, durable_object,
    wasm_bindgen,
};

/// What clients say.
#[derive(Debug, WsProtocol)]
#[ws(client, server = Counted)]
enum Count {
    /// Counts on.
    Add {
        #[ws(range = 1..=9)]
        by: u32,
    },
}

/// What they are told.
#[derive(Debug, WsProtocol)]
#[ws(server)]
enum Counted {
    /// The count of this socket.
    Total { total: u32, id: String },
    /// What was wrong.
    Wrong { code: String, path: String },
}

#[derive(Serialize, Deserialize)]
struct Tally {
    total: u32,
}

type Socket = TypedSocket<Count, Tally, WebSocket>;

/// The object.
#[durable_object(websocket)]
pub struct Own {
    state: State,
}

impl DurableObject for Own {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let url = request.url()?;
        if url.path() == "/info" {
            return Err("thrown on purpose".into());
        }
        let is_msgpack = url.query_pairs().any(|(name, value)| name == "format" && value == "msgpack");
        let pair = WebSocketPair::new()?;
        self.state.accept_web_socket(&pair.server);
        let format = if is_msgpack { Format::MessagePack } else { Format::Json };
        Socket::attach(pair.server, format, Tally { total: 0 }).map_err(|error| error.to_string())?;
        Response::from_websocket(pair.client)
    }

    async fn websocket_message(&self, socket: WebSocket, message: WebSocketIncomingMessage) -> worker::Result<()> {
        let answer = |socket: WebSocket| {
            let mut socket = Socket::resume(socket)?;
            let answer = match socket.read(&Frame::from(message)) {
                Ok(Count::Add { by }) => {
                    socket.update(|tally| tally.total += by)?;
                    Counted::Total { total: socket.data().total, id: socket.id().to_string() }
                }
                Err(why) => Counted::Wrong { code: why.code().as_str().into(), path: why.path().into() },
            };
            socket.send(&answer)
        };
        answer(socket).map_err(|error| error.to_string().into())
    }

    async fn websocket_close(&self, socket: WebSocket, code: usize, _: String, _: bool) -> worker::Result<()> {
        let code = u16::try_from(code).ok().filter(|code| *code >= 3000).unwrap_or(1000);
        let socket = Socket::resume(socket).map_err(|error| error.to_string())?;
        socket.close(code, "counted").map_err(|error| error.to_string().into())
    }
}
