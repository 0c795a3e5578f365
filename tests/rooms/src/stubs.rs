//! The stub in a Worker, case by case: what a case saw is the answer to `/stub/{case}`, for the conformance tests to judge.

mod behaviour;
mod client;
mod fake;
mod real;

use serde::Serialize;
use serde_json::{Value, json};
use websocket_do::stub::StubError;
use worker::{Env, Request, Response};

/// Runs a case; rooms are named by the query's `room`.
pub(crate) async fn answer(case: &str, request: Request, env: &Env) -> worker::Result<Response> {
    let url = request.url()?;
    let room =
        url.query_pairs().find(|(name, _)| name == "room").map(|(_, room)| room.into_owned()).unwrap_or_default();
    match case.split_once('/') {
        Some(("forward", _)) => real::forward(&room, request, env).await,
        Some(("behaviour", case)) => behaviour::run(case, &room, env).await,
        Some(("retry", method)) => fake::retry(method, &room).await,
        _ => real::case(case, &room, env).await,
    }
}

/// What a call came to.
fn seen<T: Serialize>(result: Result<T, StubError>) -> Value {
    match result {
        Ok(value) => json!(value),
        Err(error) => json!({"error": error.to_string()}),
    }
}
