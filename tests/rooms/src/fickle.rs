//! A server that does to each connection what `do` in its query asks for, as `tests/peers/fickle.mjs` does in Node. Written by
//! hand on `worker`: a room of ours would not misbehave so.

use std::{cell::Cell, time::Duration};

use websocket_do::{Format, Frame, WsProtocol, codec};
use worker::{
    Delay, DurableObject, Env, Request, Response, ResponseBuilder, State, WebSocket, WebSocketIncomingMessage,
    WebSocketPair, durable_object,
    js_sys::{Function, Reflect, global},
    wasm_bindgen::{self, JsCast, JsValue},
};

const PING: &str = "wsdo:ping";
const PONG: &str = "wsdo:pong";
/// A day by the measure of the tests.
const HANG: Duration = Duration::from_secs(30);

/// What is said, without the rules that a server may break.
#[derive(Debug, WsProtocol)]
#[ws(server)]
enum Said {
    Say { text: String },
}

/// The object.
#[durable_object(websocket)]
pub struct Fickle {
    state: State,
    messages: Cell<u32>,
}

impl DurableObject for Fickle {
    fn new(state: State, _env: Env) -> Self {
        Self { state, messages: Cell::new(0) }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let url = request.url()?;
        let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let order = query("do").unwrap_or_default();
        let (order, argument) = order.split_once('-').unwrap_or((&order, ""));
        let number = argument.parse::<u16>().unwrap_or_default();
        match order {
            "hang" => Delay::from(HANG).await,
            "redirect" => {
                let response = Response::empty()?.with_status(number);
                response.headers().set("location", "http://127.0.0.1:1/elsewhere")?;
                return Ok(response);
            }
            "refuse" => return Response::error("not today", number),
            _ => {}
        }
        let offered = request.headers().get("sec-websocket-protocol")?;
        let named = query("format").and_then(|name| name.parse::<Format>().ok());
        let format = named.unwrap_or_default();
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        self.state.accept_websocket_with_tags(&server, &[&format.to_string()]);
        server.serialize_attachment(order == "silent")?;
        self.greet(&server, format, order, number)?;
        let mut response = ResponseBuilder::new().with_status(101).with_websocket(client);
        if order == "subprotocol" {
            response = response.with_header("sec-websocket-protocol", Format::Json.subprotocol())?;
        } else if offered.is_some() {
            response = response.with_header("sec-websocket-protocol", format.subprotocol())?;
        }
        Ok(response.empty())
    }

    async fn websocket_message(&self, socket: WebSocket, message: WebSocketIncomingMessage) -> worker::Result<()> {
        if socket.deserialize_attachment::<bool>()?.unwrap_or_default() {
            return Ok(());
        }
        let frame = Frame::from(message);
        if frame == Frame::Text(PING.to_owned()) {
            return socket.send_with_str(PONG);
        }
        self.messages.set(self.messages.get() + 1);
        match codec::decode(&frame).map_err(|error| error.to_string())? {
            Said::Say { text } if text == "die" => self.die(),
            Said::Say { text } if text == "silence" => socket.serialize_attachment(true),
            Said::Say { .. } => send(&socket, &frame),
        }
    }

    async fn websocket_close(&self, socket: WebSocket, code: usize, reason: String, _: bool) -> worker::Result<()> {
        match u16::try_from(code) {
            Ok(code) if !matches!(code, 1005 | 1006) => socket.close(Some(code), Some(reason)),
            _ => socket.close::<String>(None, None),
        }
    }
}

impl Fickle {
    /// What there is to do at once.
    fn greet(&self, socket: &WebSocket, format: Format, order: &str, number: u16) -> worker::Result<()> {
        match order {
            "close" => socket.close(Some(number), Some("why"))?,
            "garbage" => garbage(socket, format)?,
            "flood" => (0..number).try_for_each(|number| say(socket, format, &number.to_string()))?,
            "tally" => say(socket, format, &self.messages.get().to_string())?,
            "census" => say(socket, format, &self.state.get_websockets().len().to_string())?,
            _ => {}
        }
        Ok(())
    }

    /// Takes all connections along, without a word. Not from here: it would stop wasm in the middle, and with it all that runs
    /// in this isolate.
    fn die(&self) -> worker::Result<()> {
        let state: &JsValue = self.state.as_raw().as_ref();
        let abort: Function = Reflect::get(state, &"abort".into())?.dyn_into()?;
        let later: Function = Reflect::get(&global(), &"setTimeout".into())?.dyn_into()?;
        later.call1(&JsValue::UNDEFINED, &abort.bind1(state, &"as it was told".into()))?;
        Ok(())
    }
}

/// Values that the format holds, and none that the protocol does.
fn garbage(socket: &WebSocket, format: Format) -> worker::Result<()> {
    let frames = match format {
        Format::Json => [
            Frame::Text("{".to_owned()),
            Frame::Text(r#"{"type":"dance"}"#.to_owned()),
            Frame::Text(r#"{"type":"say","text":""}"#.to_owned()),
            Frame::Binary(vec![1, 2, 3]),
            Frame::Text(r#"{"error":"no","code":"internal"}"#.to_owned()),
        ],
        Format::MessagePack => [
            Frame::Binary(vec![0xc1]),
            Frame::Binary(b"\x81\xa4type\xa5dance".to_vec()),
            Frame::Binary(b"\x82\xa4type\xa3say\xa4text\xa0".to_vec()),
            Frame::Text("text".to_owned()),
            Frame::Binary(b"\x82\xa5error\xa2no\xa4code\xa8internal".to_vec()),
        ],
    };
    frames.iter().try_for_each(|frame| send(socket, frame))
}

fn say(socket: &WebSocket, format: Format, text: &str) -> worker::Result<()> {
    let frame = codec::encode(&Said::Say { text: text.to_owned() }, format).map_err(|error| error.to_string())?;
    send(socket, &frame)
}

fn send(socket: &WebSocket, frame: &Frame) -> worker::Result<()> {
    match frame {
        Frame::Text(text) => socket.send_with_str(text),
        Frame::Binary(bytes) => socket.send_with_bytes(bytes),
    }
}
