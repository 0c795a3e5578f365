//! Cases against a namespace that does as it is told: what the platform's errors come to.

use std::{cell::RefCell, rc::Rc, time::Duration};

use serde_json::{Value, json};
use websocket_do::stub::{Jurisdiction, LocationHint, Retry};
use worker::{
    Env, Method, Request, RequestInit, Response,
    js_sys::{Error, Object, Promise, Reflect},
    wasm_bindgen::{JsCast, JsValue, prelude::Closure},
    web_sys,
};

use super::seen;
use crate::{Calls, calls::Why};

/// What the fake saw, in order.
pub(super) type Log = Rc<RefCell<Vec<String>>>;

/// An environment with the binding `FAKE`, whose stubs do one thing of the script at each request, and answer when it is over.
/// Each thing is the marks of an error, such as `retryable,remote`.
pub(super) fn env(script: &str) -> (Env, Log) {
    let log = Log::default();
    let script: Vec<_> = script.split('/').filter(|marks| !marks.is_empty()).map(str::to_owned).collect();
    let script = Rc::new(RefCell::new(script.into_iter()));
    let (seen, namespace) = (log.clone(), Object::new());
    let get: Closure<dyn Fn(JsValue, JsValue) -> Object> = Closure::new(move |name: JsValue, options: JsValue| {
        let hint = Reflect::get(&options, &"locationHint".into()).ok().and_then(|hint| hint.as_string());
        seen.borrow_mut().push(format!("get {} {}", name.as_string().unwrap_or_default(), hint.unwrap_or_default()));
        let (seen, script, stub) = (seen.clone(), script.clone(), Object::new());
        let fetch: Closure<dyn Fn(web_sys::Request) -> Promise> = Closure::new(move |request: web_sys::Request| {
            seen.borrow_mut().push(request.method());
            match script.borrow_mut().next() {
                Some(marks) => Promise::reject(&error(&marks)),
                None => web_sys::Response::new_with_opt_str(Some("{}")).map_or_else(
                    |error| Promise::reject(&error),
                    |response| Promise::resolve(&JsValue::from(response)),
                ),
            }
        });
        set(&stub, "fetch", &fetch.into_js_value());
        stub
    });
    let get = get.into_js_value();
    set(&namespace, "getByName", &get);
    let (seen, again) = (log.clone(), namespace.clone());
    let jurisdiction: Closure<dyn Fn(String) -> Object> = Closure::new(move |name: String| {
        seen.borrow_mut().push(format!("within {name}"));
        again.clone()
    });
    set(&namespace, "jurisdiction", &jurisdiction.into_js_value());
    let env = Object::new();
    set(&env, "FAKE", &namespace);
    (env.unchecked_into(), log)
}

fn whole(method: Method, body: Option<&str>) -> worker::Result<Request> {
    let mut init = RequestInit::new();
    init.with_method(method).with_body(body.map(JsValue::from_str));
    Request::new_with_init("https://room/info", &init)
}

fn error(marks: &str) -> Error {
    let error = Error::new("the network has holes");
    for mark in marks.split(',') {
        set(&error, mark, &true.into());
    }
    error
}

pub(super) fn set(object: &Object, name: &str, value: &JsValue) {
    // It fails for no object that is made here.
    let _ = Reflect::set(object, &name.into(), value);
}

/// Calls a route of this method against the script in `room`, under the policy before its colon.
pub(super) async fn retry(method: &str, room: &str) -> worker::Result<Response> {
    let (policy, script) = room.split_once(':').unwrap_or(("default", room));
    let (env, log) = env(script);
    let retry = Retry::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    let retry = match policy {
        "every" => retry.every_method(),
        "never" => Retry::never(),
        "five" => retry.attempts(5),
        _ => retry,
    };
    let calls = Calls::stub(&env, "FAKE").map_err(|error| error.to_string())?.retry(retry);
    let calls =
        calls.near(LocationHint::MiddleEast).within(Jurisdiction::FedRamp).map_err(|error| error.to_string())?;
    let stub = calls.by_name("lobby");
    let result = match method {
        "get" => seen(stub.info().await.map(drop)),
        "put" => seen(stub.note("text").await),
        "delete" => seen(stub.forget().await.map(|status| status.as_u16())),
        "post" => seen(stub.kick(1, Why { text: String::new(), times: None }).await.map(drop)),
        "patch" => seen(stub.bytes(vec![1].into()).await.map(drop)),
        "head" => seen(stub.forward(whole(Method::Head, None)?).await.map(|answer| answer.status_code())),
        "options" => seen(stub.forward(whole(Method::Options, Some("body"))?).await.map(drop)),
        _ => Value::Null,
    };
    let log: Vec<_> = log.take();
    Response::from_json(&json!({"result": result, "log": log}))
}
