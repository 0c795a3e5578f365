//! The Worker in front of the objects: pages, and requests passed on to rooms by name.

use std::future::Future;

use http::{Method, StatusCode};
use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;
use worker::{
    Context, Env, Request, Response,
    wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen},
    web_sys,
    worker_sys::Context as RawContext,
};

use super::{body, convert, object::Outcome, promise, stub::platform};
use crate::{
    App,
    server::{
        app::Target,
        http::{IntoResponse, MAX_BODY},
        log,
    },
};

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    #[wasm_bindgen(js_name = Promise)]
    type Answer;

    /// `Promise.catch` with a function that gives another value.
    #[wasm_bindgen(method, js_name = catch)]
    fn or_else(this: &Answer, otherwise: &Closure<dyn FnMut(JsValue) -> Outcome>) -> JsValue;
}

/// The Worker's `fetch`. What it throws becomes 500.
///
/// # Errors
/// What the platform throws.
pub fn fetch<K>(entry: impl Entry<K>, request: web_sys::Request, env: Env, context: RawContext) -> Outcome {
    entry.answer(request, env, context).or_else(|error| failed(convert::message(&error)))
}

/// What a Worker answers where it or a room failed.
fn failed(error: impl std::fmt::Display) -> Outcome {
    log::error(&format!("a request failed: {error}"));
    Ok(convert::response(StatusCode::INTERNAL_SERVER_ERROR.into_response())?.into())
}

/// What `export_worker!` takes: a function that makes an [`App`], or a `fetch` of one's own.
#[diagnostic::on_unimplemented(
    message = "a Worker's requests cannot be answered by this",
    label = "neither a function that makes an `App` nor a `fetch`",
    note = "write `fn app() -> App`, or `async fn fetch(request: worker::Request, env: worker::Env, context: worker::Context) -> worker::Result<worker::Response>`"
)]
pub trait Entry<Kind> {
    /// Answers a request, with a response or a promise of one.
    ///
    /// # Errors
    /// What the platform throws.
    fn answer(self, request: web_sys::Request, env: Env, context: RawContext) -> Outcome;
}

/// The kind of functions that make an [`App`].
#[derive(Debug)]
pub struct MakesApp;

/// The kind of functions that answer themselves.
#[derive(Debug)]
pub struct Answers;

impl<F: FnOnce() -> App> Entry<MakesApp> for F {
    fn answer(self, request: web_sys::Request, env: Env, _: RawContext) -> Outcome {
        self().answer(&request, &env)
    }
}

impl<F, A> Entry<Answers> for F
where
    F: FnOnce(Request, Env, Context) -> A + 'static,
    A: Future<Output = worker::Result<Response>>,
{
    fn answer(self, request: web_sys::Request, env: Env, context: RawContext) -> Outcome {
        promise::run(async move {
            let response = self(request.into(), env, Context::new(context)).await;
            response.map(|response| web_sys::Response::from(response).into()).or_else(failed)
        })
    }
}

impl App {
    /// Answers a request as the Worker would that this app is: for a `fetch` of your own, which answers some itself. On
    /// wasm32 alone.
    ///
    /// A room that cannot be reached is 500, and logged.
    ///
    /// # Errors
    /// Where the platform refuses to make a response.
    pub async fn fetch(&self, request: Request, env: &Env) -> worker::Result<Response> {
        let answer = Promise::resolve(&self.answer(request.inner(), env)?);
        Ok(JsFuture::from(answer).await?.unchecked_into::<web_sys::Response>().into())
    }

    /// A response, or the promise of one that a room gives, which is passed on as it is.
    fn answer(&self, request: &web_sys::Request, env: &Env) -> Outcome {
        let url = request.url();
        let (_, path, _) = convert::parts(&url);
        let Ok(method) = Method::from_bytes(request.method().as_bytes()) else {
            return Ok(convert::response(StatusCode::NOT_IMPLEMENTED.into_response())?.into());
        };
        let ours = match self.target(&method, path) {
            Target::Response(response) => response,
            Target::Nowhere => StatusCode::NOT_FOUND.into_response(),
            Target::Room { binding, name, path, .. } => {
                let passed_on = || {
                    let rooms = platform(env, binding).map_err(|error| error.to_string())?;
                    let mut request = convert::readdressed(request, &url, path)?;
                    if self.max_body != MAX_BODY && request.body().is_some() {
                        request = body::with_app_limit(&request, self.max_body)?;
                    }
                    let promise = rooms.get_by_name(&name)?.fetch_with_request(&request)?;
                    Ok(UNREACHABLE.with(|failed| promise.unchecked_ref::<Answer>().or_else(failed)))
                };
                return passed_on().or_else(|error: JsValue| failed(convert::message(&error)));
            }
        };
        Ok(convert::response(ours)?.into())
    }
}

thread_local! {
    /// What is answered for a room that cannot be reached.
    static UNREACHABLE: Closure<dyn FnMut(JsValue) -> Outcome> =
        Closure::new(|error: JsValue| failed(convert::message(&error)));
}
