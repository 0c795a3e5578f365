//! A chat client for the terminal: sends typed lines as messages, and prints the room's events in colour.

mod screen;

use std::{io::BufRead, process::ExitCode};

use chat_protocol::{ClientMessage, ClientMessageClient};
use clap::Parser;
use tokio::sync::mpsc;
use websocket_do::{
    Format,
    client::{ClientError, Event, Receiver, TypedClient},
};

type Sender = <ClientMessage as TypedClient>::Sender;

/// Joins a chat room from the terminal.
///
/// Sends each typed line as a message. `/name Ada` changes the name, `/history 20` prints the latest messages; `/quit` or the end of
/// the input leaves the room.
#[derive(Parser)]
struct Arguments {
    /// The URL of the room, such as `ws://127.0.0.1:8787/room/lobby/websocket`.
    url: String,
    /// The name in the room.
    #[arg(long)]
    name: Option<String>,
    /// The format of messages: json or msgpack.
    #[arg(long)]
    format: Option<Format>,
    /// The key of a private room.
    #[arg(long)]
    token: Option<String>,
    /// Retry until the room can be reached.
    #[arg(long)]
    wait: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match chat(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            screen::fatal(&error);
            ExitCode::FAILURE
        }
    }
}

async fn chat(arguments: Arguments) -> Result<(), ClientError> {
    let mut request = ClientMessageClient::builder(arguments.url);
    if let Some(name) = &arguments.name {
        request = request.query("name", name);
    }
    if let Some(format) = arguments.format {
        request = request.format(format);
    }
    if let Some(token) = &arguments.token {
        request = request.bearer(token);
    }
    let client = if arguments.wait { request.start()? } else { request.connect().await? };
    let (mut sender, mut room) = client.split();
    let (history, mut histories) = mpsc::channel(1);
    // A new connection is a new session, without the name set in the old one.
    let mut name = None;
    let mut lines = lines();
    loop {
        tokio::select! {
            event = room.events().next() => match event {
                Some(Event::Closed(closed)) => {
                    screen::closed(&closed);
                    return Ok(());
                }
                Some(Event::Error(error)) if is_fatal(&error) => return Err(error),
                Some(event) => {
                    if let (Event::Reconnected { .. }, Some(name)) = (&event, &name) {
                        screen::sent(&sender.set_name(name).await);
                    }
                    screen::event(&event);
                }
                None => return Ok(()),
            },
            Some(answer) = histories.recv() => screen::history(&answer),
            line = lines.recv() => match line.as_deref().map(str::trim) {
                None | Some("/quit") => return leave(&sender, &mut room).await,
                Some("") => {}
                Some(line) => match line.strip_prefix('/') {
                    None => screen::sent(&sender.message(line).await),
                    Some(command) => match command.split_once(' ') {
                        Some(("name", new)) => {
                            let sent = sender.set_name(new).await;
                            screen::sent(&sent);
                            if sent.is_ok() {
                                name = Some(new.to_owned());
                            }
                        }
                        _ => match number(command) {
                            Some(limit) => {
                                // Awaited beside this loop, which goes on printing the events of the room.
                                let (call, history) = (sender.history(limit), history.clone());
                                drop(tokio::spawn(async move { history.send(call.await).await }));
                            }
                            None => screen::unknown(command),
                        },
                    },
                },
            },
        }
    }
}

/// Returns how many messages `history` or `history 20` asks for.
fn number(command: &str) -> Option<u32> {
    match command.split_once(' ').unwrap_or((command, "20")) {
        ("history", number) => number.trim().parse().ok(),
        _ => None,
    }
}

/// Whether an error ends the session, rather than concerning a single message.
fn is_fatal(error: &ClientError) -> bool {
    !matches!(error, ClientError::Invalid(_) | ClientError::Server { .. } | ClientError::UnexpectedFrame(_))
}

/// Closes the session, and prints the events received before the close.
async fn leave(sender: &Sender, room: &mut Receiver<ClientMessage>) -> Result<(), ClientError> {
    let left = sender.close().await;
    while let Some(event) = room.events().next().await {
        match event {
            Event::Closed(_) => break,
            event => screen::event(&event),
        }
    }
    left
}

/// Returns the typed lines. A thread reads them, as reading from a terminal blocks.
fn lines() -> mpsc::Receiver<String> {
    let (typed, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if typed.blocking_send(line).is_err() {
                break;
            }
        }
    });
    lines
}
