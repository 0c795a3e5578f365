//! Cases of the typed client that goes through a stub.

use std::time::Duration;

use serde_json::{Value, json};
use websocket_do::{
    Format, Result,
    client::{ClientError, Event},
    stub::Namespace,
};

use super::fake;
use crate::{Answer, Ask, Calls};

/// One session in each format, with a query and a header.
pub(super) async fn connect(calls: &Namespace<Calls>, room: &str) -> Result<Value> {
    let stub = calls.by_name(room);
    let mut saw = Vec::new();
    for format in [Format::Json, Format::MessagePack] {
        let builder = stub.builder().format(format).query("name", "Ada & co").header("x-caller", "a Worker");
        let mut client = builder.connect().await?;
        client.echo("hi").await?;
        let rule = client.echo("").await.err().map(|error| error.to_string());
        let answer = match client.next().await.transpose()? {
            Some(Answer::Echo { text, name, header }) => json!([text, name, header]),
            None => Value::Null,
        };
        let sessions = stub.sessions().await?;
        client.leave(4001).await?;
        let end = client.next().await.is_none();
        let closed = client.closed().map(|closed| (closed.code(), closed.reason().to_owned()));
        saw.push(json!({
            "format": client.format().to_string(),
            "answer": answer,
            "rule": rule,
            "sessions": sessions,
            "end": end,
            "closed": closed,
        }));
    }
    let mut plain = stub.connect().await?;
    plain.echo("plain").await?;
    let came = plain.next().await.transpose()?.is_some();
    plain.close().await?;
    saw.push(json!({"came": came, "closed": plain.closed().map(websocket_do::Closed::code)}));
    Ok(json!(saw))
}

/// A room that turns the client away, and platforms that do not reach it.
pub(super) async fn refused(calls: &Namespace<Calls>, room: &str) -> Result<Value> {
    let refused = calls.by_name(room).builder().query("refuse", "1").connect().await.err();
    let (env, log) = fake::env("overloaded,retryable/retryable/retryable/retryable");
    let fake = Calls::stub(&env, "FAKE")?.by_name(room);
    let overloaded = fake.connect().await.err();
    let unreachable = fake.connect().await.err();
    let attempts = log.borrow().iter().filter(|line| *line == "GET").count();
    Ok(json!({
        "status": matches!(&refused, Some(ClientError::Refused { status: 418, .. })),
        "refused": refused.map(|error| error.to_string()),
        "overloaded": overloaded.map(|error| error.to_string()),
        "unreachable": unreachable.map(|error| error.to_string()),
        "attempts": attempts,
    }))
}

/// A connection that the room ends with a code after which a client comes back.
pub(super) async fn reconnecting(calls: &Namespace<Calls>, room: &str) -> Result<Value> {
    let builder = calls.by_name(room).builder().backoff(Duration::from_millis(10), Duration::from_millis(50));
    let mut client = builder.connect().await?;
    client.leave(1012).await?;
    let mut saw = Vec::new();
    let mut is_back = false;
    while saw.len() < 6 {
        match client.events().next().await {
            Some(Event::Message(Answer::Echo { text, .. })) => {
                saw.push(text);
                break;
            }
            Some(Event::Reconnected { .. }) => {
                saw.push("reconnected".to_owned());
                is_back = true;
            }
            Some(other) => saw.push(format!("{other:?}").split([' ', '(']).next().unwrap_or_default().to_owned()),
            None => break,
        }
        if is_back {
            client.send(Ask::Echo { text: "again".into() }).await?;
            is_back = false;
        }
    }
    client.close().await?;
    Ok(json!(saw))
}
