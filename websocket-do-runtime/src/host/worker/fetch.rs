//! The Worker's `fetch`: pages, and requests that are forwarded to rooms.

use std::{future::Future, rc::Rc};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;
use worker::{
    Context, Env, Request, Response,
    wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen},
    web_sys,
    worker_sys::Context as RawContext,
};

use super::{
    cf, error,
    http::{to_response, with_path},
    object::Outcome,
    promise,
    stub::platform,
    url,
};
use crate::{
    App,
    server::{
        app::Target,
        http::{IntoResponse, response_to},
        log,
    },
};

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    #[wasm_bindgen(js_name = Promise)]
    type ResponsePromise;

    /// `Promise.catch`, with a function that returns another response.
    #[wasm_bindgen(method, js_name = catch)]
    fn or_else(this: &ResponsePromise, on_error: &Closure<dyn FnMut(JsValue) -> Outcome>) -> JsValue;
}

/// Handles a request to the Worker. An exception becomes 500 and is logged.
///
/// # Errors
/// Throws if the platform cannot make a response.
pub fn fetch<K>(handler: impl IntoFetch<K>, request: web_sys::Request, env: Env, context: RawContext) -> Outcome {
    handler.fetch(request, env, context).or_else(|error| internal_error(error::message(&error)))
}

/// Logs the error and answers 500.
fn internal_error(error: impl std::fmt::Display) -> Outcome {
    log::error(&format!("a request failed: {error}"));
    Ok(to_response(StatusCode::INTERNAL_SERVER_ERROR.into_response())?.into())
}

/// What `export_worker!` takes: a function that returns an [`App`], or a `fetch` function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot handle the requests of a Worker",
    label = "expected a function that returns an `App`, or a `fetch` function",
    note = "write `fn app() -> App`, or `async fn fetch(request: worker::Request, env: worker::Env, context: worker::Context) -> worker::Result<worker::Response>`"
)]
pub trait IntoFetch<Kind> {
    /// Returns a response or a promise of one.
    ///
    /// # Errors
    /// Throws if the platform cannot make a response.
    fn fetch(self, request: web_sys::Request, env: Env, context: RawContext) -> Outcome;

    /// Returns the function if it returns an [`App`].
    fn app(self) -> Option<Rc<dyn Fn() -> App>>;
}

/// The kind of functions that return an [`App`].
#[derive(Debug)]
pub struct AppFn;

/// The kind of `fetch` functions.
#[derive(Debug)]
pub struct FetchFn;

impl<F: Fn() -> App + 'static> IntoFetch<AppFn> for F {
    fn fetch(self, request: web_sys::Request, env: Env, _: RawContext) -> Outcome {
        self().respond(&request, &env)
    }

    fn app(self) -> Option<Rc<dyn Fn() -> App>> {
        Some(Rc::new(self))
    }
}

impl<F, A> IntoFetch<FetchFn> for F
where
    F: FnOnce(Request, Env, Context) -> A + 'static,
    A: Future<Output = worker::Result<Response>>,
{
    fn fetch(self, request: web_sys::Request, env: Env, context: RawContext) -> Outcome {
        promise::run(async move {
            let response = self(request.into(), env, Context::new(context)).await;
            response.map(|response| web_sys::Response::from(response).into()).or_else(internal_error)
        })
    }

    fn app(self) -> Option<Rc<dyn Fn() -> App>> {
        None
    }
}

impl App {
    /// Answers a request as this app's Worker does. For a custom `fetch` function that handles some requests itself. Only on
    /// wasm32.
    ///
    /// If a room cannot be reached, the response is 500 and the error is logged.
    ///
    /// # Errors
    /// Returns an error if the platform cannot make a response.
    pub async fn fetch(&self, request: Request, env: &Env) -> worker::Result<Response> {
        let response = Promise::resolve(&self.respond(request.inner(), env)?);
        Ok(JsFuture::from(response).await?.unchecked_into::<web_sys::Response>().into())
    }

    /// A response, or the promise of one.
    fn respond(&self, request: &web_sys::Request, env: &Env) -> Outcome {
        let Ok(method) = Method::from_bytes(request.method().as_bytes()) else {
            return Ok(to_response(StatusCode::NOT_IMPLEMENTED.into_response())?.into());
        };
        let Some(cors) = &self.cors else { return self.route(&method, request, env) };
        let headers = cors_headers(request);
        if let Some(response) = self.preflight(&method, &headers) {
            let response = self.complete(&method, headers.get(header::ORIGIN), response);
            return Ok(to_response(response)?.into());
        }
        let added = cors.response_headers(headers.get(header::ORIGIN));
        let response = self.route(&method, request, env)?;
        promise::run(async move {
            let response: web_sys::Response = JsFuture::from(Promise::resolve(&response)).await?.unchecked_into();
            Ok(with_headers(response, added)?.into())
        })
    }

    /// A response, or the room's promise of one, which is passed on unchanged.
    fn route(&self, method: &Method, request: &web_sys::Request, env: &Env) -> Outcome {
        let url = request.url();
        let (_, path, _) = url::split(&url);
        let response = match self.target(method, path) {
            Target::Response(response) => response,
            Target::NotFound => StatusCode::NOT_FOUND.into_response(),
            Target::Room { binding, name, path, .. } => {
                let forward = || {
                    let rooms = platform(env, binding).map_err(|error| error.to_string())?;
                    let request = cf::outside(with_path(request, &url, path)?, self.max_body)?;
                    let promise = rooms.get_by_name(&name)?.fetch_with_request(&request)?;
                    Ok(ON_ERROR.with(|on_error| promise.unchecked_ref::<ResponsePromise>().or_else(on_error)))
                };
                return forward().or_else(|error: JsValue| internal_error(error::message(&error)));
            }
        };
        Ok(to_response(response_to(method, response))?.into())
    }
}

/// The headers of a request that CORS depends on.
fn cors_headers(request: &web_sys::Request) -> HeaderMap {
    let theirs = request.headers();
    let value = |name: &HeaderName| theirs.get(name.as_str()).ok()??.parse().ok();
    let names = [header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD];
    names.into_iter().filter_map(|name| Some((name.clone(), value(&name)?))).collect()
}

/// The same response with more headers. An upgrade stays as it is.
fn with_headers(
    response: web_sys::Response,
    headers: impl Iterator<Item = (HeaderName, HeaderValue)>,
) -> Result<web_sys::Response, JsValue> {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS.as_u16() {
        return Ok(response);
    }
    // The headers of a response that comes from an object are immutable.
    let init: &web_sys::ResponseInit = response.unchecked_ref();
    let response = web_sys::Response::new_with_opt_readable_stream_and_init(response.body().as_ref(), init)?;
    let theirs = response.headers();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        if name == header::VARY {
            theirs.append(name.as_str(), &value)?;
        } else {
            theirs.set(name.as_str(), &value)?;
        }
    }
    Ok(response)
}

thread_local! {
    /// Answers for a room that cannot be reached.
    static ON_ERROR: Closure<dyn FnMut(JsValue) -> Outcome> =
        Closure::new(|error: JsValue| internal_error(error::message(&error)));
}
