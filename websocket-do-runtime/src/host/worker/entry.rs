//! The Worker in front of the objects: pages, and requests passed on to rooms by name.

use http::Method;
use worker::{
    Env, Url,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{self, RequestInit},
};

use super::{convert, object::Outcome, promise};
use crate::{App, app::Target, http::IntoResponse, log};

/// The Worker's `fetch`.
///
/// # Errors
/// What the platform throws.
pub fn fetch(app: App, request: web_sys::Request, env: Env) -> Outcome {
    promise::run(async move {
        let response = match answer(&app, &request, &env).await {
            Ok(response) => response,
            Err(error) => {
                log::error(&format!("the room cannot be reached: {}", convert::message(&error)));
                convert::response(http::StatusCode::INTERNAL_SERVER_ERROR.into_response())?
            }
        };
        Ok(response.into())
    })
}

async fn answer(app: &App, request: &web_sys::Request, env: &Env) -> Result<web_sys::Response, JsValue> {
    let mut url = Url::parse(&request.url()).map_err(|error| JsValue::from(error.to_string()))?;
    let path = url.path().to_owned();
    let method = Method::from_bytes(request.method().as_bytes()).unwrap_or_default();
    match app.target(&method, &path) {
        Target::Page(page) => convert::response(page),
        Target::Nowhere => convert::response(http::StatusCode::NOT_FOUND.into_response()),
        Target::Room { binding, name, path, .. } => {
            url.set_path(path);
            let inner = web_sys::Request::new_with_str_and_init(url.as_str(), request.unchecked_ref::<RequestInit>())?;
            let stub = env.durable_object(binding).and_then(|rooms| rooms.get_by_name(&name)).map_err(JsValue::from)?;
            let response = stub.fetch_with_request(inner.into()).await.map_err(JsValue::from)?;
            Ok(response.into())
        }
    }
}
