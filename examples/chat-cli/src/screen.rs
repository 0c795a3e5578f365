//! Output: the room's messages on standard output, the state of the connection on standard error. Colours only on a terminal.

use std::time::Duration;

use anstream::{eprintln, println};
use anstyle::{AnsiColor, Color, Style};
use chat_protocol::{ClientMessage, Said, ServerMessage};
use websocket_do::{
    CallError, Closed,
    client::{ClientError, Event, SendError, Sent},
};

const NAME: Style = colour(AnsiColor::Cyan).bold();
const QUIET: Style = colour(AnsiColor::BrightBlack);
const ROOM: Style = colour(AnsiColor::Magenta);
const GOOD: Style = colour(AnsiColor::Green);
const CAREFUL: Style = colour(AnsiColor::Yellow);
const BAD: Style = colour(AnsiColor::Red);

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

/// Prints an event.
pub(crate) fn event(event: &Event<ClientMessage>) {
    match event {
        Event::Message(message) => self::message(message),
        Event::Opened => note(GOOD, "connected"),
        Event::Reconnecting { attempt, delay, reason } => {
            note(CAREFUL, &format!("{reason}; attempt {attempt} {}", in_words(*delay)));
        }
        Event::Reconnected { .. } => note(GOOD, "connected again"),
        Event::Error(error) => note(BAD, &error.to_string()),
        Event::Undelivered(lost) => {
            let perhaps = if lost.may_have_arrived { "may not have arrived" } else { "did not arrive" };
            for message in &lost.messages {
                note(CAREFUL, &format!("{perhaps}: {}", words(message)));
            }
        }
        other => note(QUIET, &format!("{other:?}")),
    }
}

/// Prints that a message was queued or not sent. A message that was sent prints nothing.
pub(crate) fn sent(sent: &Result<Sent, SendError>) {
    if let Some(words) = unsent(sent) {
        note(if sent.is_ok() { CAREFUL } else { BAD }, &words);
    }
}

/// Prints that the room has closed the session.
pub(crate) fn closed(closed: &Closed) {
    let reason = if closed.reason().is_empty() { String::new() } else { format!(": {}", closed.reason()) };
    note(CAREFUL, &format!("the room closed the session with code {}{reason}", closed.code()));
}

/// Prints that a command is unknown.
pub(crate) fn unknown(command: &str) {
    note(BAD, &format!("unknown command `/{command}`; use `/name Ada`, `/history 20` or `/quit`"));
}

/// Prints the answer to a call for the history.
pub(crate) fn history(answer: &Result<Vec<Said>, CallError>) {
    match answer {
        Ok(said) if said.is_empty() => note(QUIET, "there are no messages yet"),
        Ok(said) => {
            for Said { text, from, .. } in said {
                println!("{QUIET}{}: {}{QUIET:#}", plain(from), plain(text));
            }
        }
        Err(error) => note(BAD, &error.to_string()),
    }
}

/// Prints an error that ends the program.
pub(crate) fn fatal(error: &ClientError) {
    eprintln!("{BAD}error:{BAD:#} {error}");
}

fn message(message: &ServerMessage) {
    match message {
        ServerMessage::Message { text, from, .. } => println!("{NAME}{}:{NAME:#} {}", plain(from), plain(text)),
        ServerMessage::NameChanged { old_name, new_name, .. } => {
            println!("{QUIET}{} is now {}{QUIET:#}", plain(old_name), plain(new_name));
        }
        ServerMessage::UserJoined { name, .. } => println!("{QUIET}{} has come{QUIET:#}", plain(name)),
        ServerMessage::UserLeft { name, .. } => println!("{QUIET}{} has gone{QUIET:#}", plain(name)),
        ServerMessage::Announcement { text } => println!("{ROOM}{}{ROOM:#}", plain(text)),
        ServerMessage::Error { message } => println!("{BAD}{}{BAD:#}", plain(message)),
    }
}

fn note(style: Style, words: &str) {
    eprintln!("{style}* {}{style:#}", plain(words));
}

fn words(message: &ClientMessage) -> &str {
    match message {
        ClientMessage::Message { text } => text,
        ClientMessage::SetName { name } => name,
        ClientMessage::History { .. } => "/history",
    }
}

/// Returns text of other users without characters that control the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if is_control(letter) { '\u{fffd}' } else { letter }).collect()
}

/// Whether a character is a control character, ends a line, or changes the direction of text.
fn is_control(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Formats a delay.
fn in_words(time: Duration) -> String {
    if time < Duration::from_secs(1) { "at once".to_owned() } else { format!("in {:.0} s", time.as_secs_f64()) }
}

/// Describes a message that was not sent at once.
fn unsent(sent: &Result<Sent, SendError>) -> Option<String> {
    match sent {
        Ok(Sent::Now) => None,
        Ok(Sent::Queued) => Some("not connected; the message is queued until the client reconnects".to_owned()),
        Err(error) => Some(format!("not sent: {error}")),
    }
}
