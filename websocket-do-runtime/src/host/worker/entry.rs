//! The Worker in front of the objects: pages, and requests passed on to rooms by name.

use std::future::Future;

use http::{Method, StatusCode};
use worker::{Context, Env, Request, Response, wasm_bindgen::JsValue, web_sys, worker_sys::Context as RawContext};

use super::{convert, object::Outcome, promise, stub::Door};
use crate::{App, app::Target, http::IntoResponse, log, stub::Retry};

/// The Worker's `fetch`. What it throws becomes 500.
///
/// # Errors
/// What the platform throws.
pub fn fetch<K>(entry: impl Entry<K> + 'static, request: web_sys::Request, env: Env, context: RawContext) -> Outcome {
    promise::run(async move {
        let response = match entry.answer(request, env, context).await {
            Ok(response) => response,
            Err(error) => {
                log::error(&format!("the Worker failed: {error}"));
                convert::response(StatusCode::INTERNAL_SERVER_ERROR.into_response())?
            }
        };
        Ok(response.into())
    })
}

/// What `export_worker!` takes: a function that makes an [`App`], or a `fetch` of one's own.
#[diagnostic::on_unimplemented(
    message = "a Worker's requests cannot be answered by this",
    label = "neither a function that makes an `App` nor a `fetch`",
    note = "write `fn app() -> App`, or `async fn fetch(request: worker::Request, env: worker::Env, context: worker::Context) -> worker::Result<worker::Response>`"
)]
pub trait Entry<Kind> {
    /// Answers a request.
    fn answer(
        self,
        request: web_sys::Request,
        env: Env,
        context: RawContext,
    ) -> impl Future<Output = worker::Result<web_sys::Response>>;
}

/// The kind of functions that make an [`App`].
#[derive(Debug)]
pub struct MakesApp;

/// The kind of functions that answer themselves.
#[derive(Debug)]
pub struct Answers;

impl<F: FnOnce() -> App> Entry<MakesApp> for F {
    async fn answer(self, request: web_sys::Request, env: Env, _: RawContext) -> worker::Result<web_sys::Response> {
        Ok(self().answer(&request, &env).await?)
    }
}

impl<F, A> Entry<Answers> for F
where
    F: FnOnce(Request, Env, Context) -> A,
    A: Future<Output = worker::Result<Response>>,
{
    async fn answer(
        self,
        request: web_sys::Request,
        env: Env,
        context: RawContext,
    ) -> worker::Result<web_sys::Response> {
        self(request.into(), env, Context::new(context)).await.map(Into::into)
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
        Ok(self.answer(request.inner(), env).await?.into())
    }

    /// What a room answers is passed on as it is.
    async fn answer(&self, request: &web_sys::Request, env: &Env) -> Result<web_sys::Response, JsValue> {
        let url = request.url();
        let (_, path, _) = convert::parts(&url);
        let method = Method::from_bytes(request.method().as_bytes()).unwrap_or_default();
        let ours = match self.target(&method, path) {
            Target::Page(page) => page,
            Target::Nowhere => StatusCode::NOT_FOUND.into_response(),
            Target::Room { binding, name, path, .. } => {
                let passed_on = async {
                    let door = Door::named(env, binding, name)?;
                    door.fetch(Retry::never(), &method, || convert::readdressed(request, &url, path)).await
                };
                match passed_on.await {
                    Ok(response) => return Ok(response),
                    Err(error) => {
                        log::error(&format!("{binding}: {error}"));
                        StatusCode::INTERNAL_SERVER_ERROR.into_response()
                    }
                }
            }
        };
        convert::response(ours)
    }
}
