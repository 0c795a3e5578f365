//! The properties of `request.cf` by which a Worker passes to an object what a client must not set. Clients cannot set `cf` at all; what
//! another Worker may have set is removed from requests that are passed on.

use js_sys::{Object, Reflect};
use worker::{
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{Request, RequestInit},
    worker_sys::IncomingRequestCfProperties,
};

use crate::server::http::MAX_BODY;

/// The app's limit of the body, in bytes.
const APP_LIMIT: &str = "websocketDoMaxBody";

/// Set for requests of a stub's typed methods, which may reach internal routes.
const INTERNAL: &str = "websocketDoInternal";

/// The properties of a request, if it has any.
pub(super) struct Properties(Option<JsValue>);

impl Properties {
    pub(super) fn of(request: &Request) -> Self {
        Self(Reflect::get(request, &"cf".into()).ok().filter(JsValue::is_object))
    }

    /// Returns the app's limit, if there is one.
    pub(super) fn app_limit(&self) -> Option<usize> {
        let limit = Reflect::get(self.0.as_ref()?, &APP_LIMIT.into()).ok()?.as_f64()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        Some(limit as usize)
    }

    /// Returns whether a stub's typed method has sent the request.
    pub(super) fn is_internal(&self) -> bool {
        self.0.as_ref().is_some_and(|cf| Reflect::get(cf, &INTERNAL.into()).is_ok_and(|mark| mark == true))
    }

    /// Returns the properties for handlers, which read those that Cloudflare has added.
    pub(super) fn for_handlers(&self) -> Option<worker::Cf> {
        self.0.clone().map(|cf| cf.unchecked_into::<IncomingRequestCfProperties>().into())
    }
}

/// Marks the request that is made of `init` as one of a stub's typed method.
pub(super) fn mark_internal(init: &RequestInit) -> Result<(), JsValue> {
    let cf = Object::new();
    Reflect::set(&cf, &INTERNAL.into(), &true.into())?;
    Reflect::set(init, &"cf".into(), &cf).map(drop)
}

/// Returns the request as it is passed on to a room: with the app's limit, and without a mark.
pub(super) fn outside(request: Request, limit: usize) -> Result<Request, JsValue> {
    let cf = Properties::of(&request);
    let has_limit = limit != MAX_BODY && request.body().is_some();
    if !has_limit && !cf.is_internal() {
        return Ok(request);
    }
    let (changed, init) = (Object::new(), Object::new());
    if let Some(before) = cf.0 {
        Object::assign(&changed, before.unchecked_ref());
    }
    Reflect::delete_property(&changed, &INTERNAL.into())?;
    if has_limit {
        #[expect(clippy::cast_precision_loss, reason = "a JavaScript number")]
        Reflect::set(&changed, &APP_LIMIT.into(), &(limit as f64).into())?;
    }
    Reflect::set(&init, &"cf".into(), &changed)?;
    Request::new_with_request_and_init(&request, init.unchecked_ref())
}
