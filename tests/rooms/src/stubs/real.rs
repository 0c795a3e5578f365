//! Cases against rooms as they are.

use serde_json::{Value, json};
use websocket_do::{
    Error, Request as Whole,
    stub::{Jurisdiction, LocationHint, Namespace, StubError},
};
use worker::{
    Env, Method, Request, Response,
    js_sys::{Object, Reflect, global},
    wasm_bindgen::{JsCast, prelude::Closure},
};

use super::{client, fake, seen};
use crate::{
    Calls,
    calls::{Search, Why},
};

/// Runs a case by its name.
pub(super) async fn case(name: &str, room: &str, env: &Env) -> worker::Result<Response> {
    let calls = Calls::stub(env, "CALLS").map_err(|error| error.to_string())?;
    let saw = match name {
        "name" => by_name(&calls, room).await,
        "id" => by_id(&calls, room).await,
        "unique" => unique(&calls).await,
        "hint" => hint(&calls, room).await,
        "arguments" => arguments(&calls, room).await,
        "results" => results(&calls, room).await,
        "bindings" => Ok(bindings()),
        "names" => names(&calls).await,
        "refusals" => refusals(&calls, room, env).await,
        "connect" => client::connect(&calls, room).await.map_err(failed),
        "refused" => client::refused(&calls, room).await.map_err(failed),
        "reconnecting" => client::reconnecting(&calls, room).await.map_err(failed),
        other => return Response::error(format!("there is no case `{other}`"), 404),
    };
    Response::from_json(&saw.map_err(|error| error.to_string())?)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` has it")]
fn failed(error: Error) -> StubError {
    StubError::Failed(error.to_string())
}

async fn by_name(calls: &Namespace<Calls>, room: &str) -> Result<Value, StubError> {
    let stub = calls.by_name(room);
    stub.note("by name").await?;
    Ok(json!({"name": stub.name(), "info": stub.info().await?}))
}

async fn by_id(calls: &Namespace<Calls>, room: &str) -> Result<Value, StubError> {
    let named = calls.by_name(room);
    named.note("by id").await?;
    let id = named.id()?;
    let stub = calls.by_id(&id)?;
    Ok(json!({
        "id": id,
        "same": stub.id()? == id,
        "name": stub.name(),
        "note": stub.info().await?.note,
        "wrong": seen(calls.by_id("lobby").map(|_| ())),
    }))
}

async fn unique(calls: &Namespace<Calls>) -> Result<Value, StubError> {
    let (one, other) = (calls.unique()?, calls.unique()?);
    one.note("only here").await?;
    let again = calls.by_id(&one.id()?)?;
    Ok(json!({"one": again.info().await?, "other": other.info().await?, "differ": one.id()? != other.id()?}))
}

async fn hint(calls: &Namespace<Calls>, room: &str) -> Result<Value, StubError> {
    let near = calls.clone().near(LocationHint::WesternEurope);
    let (named, unique) = (near.by_name(room), near.unique()?);
    Ok(json!({
        "named": named.info().await?.name,
        "unique": unique.info().await?.name,
        "jurisdiction": seen(calls.clone().within(Jurisdiction::EuropeanUnion).map(|_| ())),
    }))
}

async fn arguments(calls: &Namespace<Calls>, room: &str) -> Result<Value, StubError> {
    let stub = calls.by_name(room);
    let why = Why { text: "hush! ".into(), times: Some(2) };
    let search = Search { words: "a&b=c? ü+".into(), from: None };
    let mut whole = Whole::new("the body".into());
    *whole.uri_mut() = "https://elsewhere/other?a=1&b=%26".parse().unwrap_or_default();
    whole.headers_mut().insert("x-own", websocket_do::HeaderValue::from_static("own"));
    let (status, whole) = stub.whole(whole).await?.into_parts();
    Ok(json!({
        "kick": stub.kick(7, why).await?,
        "search": stub.search("a/b ü", -7, search).await?,
        "bytes": stub.bytes(vec![0, 1, 255].into()).await.map(|(status, bytes)| (status.as_u16(), bytes))?,
        "whole": (status.status.as_u16(), String::from_utf8_lossy(&whole)),
        "key": stub.key("secret").await?,
        "note": stub.note(String::from("any form of text")).await?,
    }))
}

async fn results(calls: &Namespace<Calls>, room: &str) -> Result<Value, StubError> {
    let stub = calls.by_name(room);
    stub.note("here").await?;
    let (headers, moved) = stub.moved().await?;
    let page = stub.page().await?;
    let search = Search { words: String::new(), from: Some(1) };
    Ok(json!({
        "forget": [stub.forget().await?.as_u16(), stub.forget().await?.as_u16()],
        "moved": (headers.get("location").map(|value| String::from_utf8_lossy(value.as_bytes())), moved.as_u16()),
        "page": (page.status().as_u16(), String::from_utf8_lossy(page.body())),
        "none": stub.search("empty", 1, search).await?,
        "id": stub.get_id().await?,
    }))
}

async fn refusals(calls: &Namespace<Calls>, room: &str, env: &Env) -> Result<Value, StubError> {
    let stub = calls.by_name(room);
    let why = || Why { text: String::new(), times: None };
    let thrown = Calls::stub(env, "OWN")?.by_name(room).info().await;
    Ok(json!({
        "error": seen(stub.kick(10, why()).await),
        "failed": seen(stub.fail().await),
        "thrown": seen(thrown),
        "argument": seen(stub.search("..", 1, Search { words: String::new(), from: None }).await),
        "huge": seen(stub.huge(33).await.map(|bytes| bytes.len())),
        "large": seen(stub.huge(32).await.map(|bytes| bytes.len())),
    }))
}

/// Bindings that there are not, and what that puts into the log.
fn bindings() -> Value {
    let (console, env, log) = (Reflect::get(&global(), &"console".into()), Object::new(), fake::Log::default());
    let console = console.unwrap_or_default();
    let lines = log.clone();
    let listen: Closure<dyn FnMut(String)> = Closure::new(move |line| lines.borrow_mut().push(line));
    let before = Reflect::get(&console, &"error".into()).unwrap_or_default();
    fake::set(&env, "TEXT", &"a variable".into());
    fake::set(console.unchecked_ref(), "error", listen.as_ref());
    let bindings = ["NOWHERE", "TEXT"].map(|name| seen(Calls::stub(env.unchecked_ref(), name).map(|_| ())));
    fake::set(console.unchecked_ref(), "error", &before);
    json!({"bindings": bindings, "log": *log.borrow()})
}

/// The names that a room can have.
async fn names(calls: &Namespace<Calls>) -> Result<Value, StubError> {
    let mut saw = Vec::new();
    for name in ["é".repeat(512), "é".repeat(512) + "x", String::new()] {
        let stub = calls.by_name(name);
        let info = stub.info().await.map(|info| info.name.map(|name| name.len()));
        let forwarded =
            stub.forward(Request::new("https://room/info", Method::Get).map_err(|error| unmade(&error))?).await;
        saw.push(json!([
            seen(info),
            seen(stub.id().map(|id| id.len())),
            seen(forwarded.map(|answer| answer.status_code())),
            stub.connect().await.is_ok(),
        ]));
    }
    saw.push(seen(calls.unique()?.info().await.map(|info| info.name)));
    Ok(json!(saw))
}

fn unmade(error: &worker::Error) -> StubError {
    StubError::Request(error.to_string())
}

/// Passes the request on: below `/stub/forward/whole` as it is, else under the path that follows.
pub(super) async fn forward(room: &str, request: Request, env: &Env) -> worker::Result<Response> {
    let path = request.path();
    let calls = || Calls::stub(env, "CALLS").map(|calls| calls.by_name(room));
    let answer = async {
        match path.strip_prefix("/stub/forward") {
            Some("/as-it-is") | None => calls()?.forward(request).await,
            Some(path) => calls()?.forward_to(path, request).await,
        }
    };
    answer.await.map_err(|error| error.to_string().into())
}
