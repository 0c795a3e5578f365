//! Sending a request through a stub, with retries.

use js_sys::{Math, Reflect};
use wasm_bindgen_futures::JsFuture;
use worker::{
    Delay,
    wasm_bindgen::{JsCast, JsValue},
    web_sys,
};

use super::{super::error, RoomTarget};
use crate::server::stub::{Retry, StubError};

impl RoomTarget {
    /// Sends the request that `make` creates, a new one for each attempt.
    pub(crate) async fn fetch(
        &self,
        retry: Retry,
        method: &http::Method,
        make: impl Fn() -> Result<web_sys::Request, JsValue>,
    ) -> Result<web_sys::Response, StubError> {
        self.check()?;
        let mut attempts = 1;
        loop {
            let request = make().map_err(|error| StubError::Request(error::message(&error)))?;
            let error = match self.attempt(&request).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let reason = error::message(&error);
            if is_marked(&error, "overloaded") {
                return Err(StubError::Overloaded(reason));
            }
            if !is_marked(&error, "retryable") {
                return Err(StubError::Failed(reason));
            }
            if !retry.should_retry(method, attempts) {
                return Err(StubError::Unreachable { attempts, reason });
            }
            Delay::from(retry.delay(attempts, Math::random())).await;
            attempts += 1;
        }
    }

    async fn attempt(&self, request: &web_sys::Request) -> Result<web_sys::Response, JsValue> {
        let response = JsFuture::from(self.create_stub()?.fetch_with_request(request)?).await?;
        response.dyn_into()
    }
}

/// Whether an error has this property, set to true by the platform.
fn is_marked(error: &JsValue, property: &str) -> bool {
    error.is_object() && Reflect::get(error, &property.into()).is_ok_and(|value| value == true)
}
