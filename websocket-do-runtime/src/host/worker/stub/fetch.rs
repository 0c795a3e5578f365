//! Sending a request through a stub, and again where the platform says that it may help.

use js_sys::{Math, Reflect};
use wasm_bindgen_futures::JsFuture;
use worker::{
    Delay,
    wasm_bindgen::{JsCast, JsValue},
    web_sys,
};

use super::{super::error, Door};
use crate::server::stub::{Retry, StubError};

impl Door {
    /// Sends what `make` makes, anew for each attempt.
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
            if says(&error, "overloaded") {
                return Err(StubError::Overloaded(reason));
            }
            if !says(&error, "retryable") {
                return Err(StubError::Failed(reason));
            }
            if !retry.goes_on(method, attempts) {
                return Err(StubError::Unreachable { attempts, reason });
            }
            Delay::from(retry.delay(attempts, Math::random())).await;
            attempts += 1;
        }
    }

    async fn attempt(&self, request: &web_sys::Request) -> Result<web_sys::Response, JsValue> {
        let response = JsFuture::from(self.open()?.fetch_with_request(request)?).await?;
        response.dyn_into()
    }
}

/// Whether the platform marked its error so.
fn says(error: &JsValue, mark: &str) -> bool {
    error.is_object() && Reflect::get(error, &mark.into()).is_ok_and(|mark| mark == true)
}
