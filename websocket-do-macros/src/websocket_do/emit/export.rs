//! Emits the Durable Object class for wasm32, under the name of the room. It is exported directly, without `#[worker::durable_object]`,
//! so that an event whose handler does not wait needs no promise.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::websocket_do::model::Room;

pub(super) fn export(room: &Room<'_>) -> TokenStream {
    let Room { ty, name, class: js_name, .. } = room;
    let class = format_ident!("{name}DurableObject", span = name.span());
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use ::websocket_do::__private::worker as __host;
            // Some code that `wasm_bindgen` generates refers to its crate by name.
            #[allow(unused_imports)]
            use __host::wasm_bindgen_crate as wasm_bindgen;

            #[__host::wasm_bindgen(wasm_bindgen = ::websocket_do::__private::worker::wasm_bindgen_crate, js_name = #js_name)]
            #[doc(hidden)]
            #[allow(missing_debug_implementations, unreachable_pub)]
            pub struct #class(__host::DurableObject<#ty>);

            #[__host::wasm_bindgen(wasm_bindgen = ::websocket_do::__private::worker::wasm_bindgen_crate, js_class = #js_name)]
            impl #class {
                #[wasm_bindgen(constructor)]
                pub fn new(state: __host::DurableObjectState, env: __host::Env)
                    -> ::core::result::Result<#class, __host::JsValue>
                {
                    ::core::result::Result::Ok(#class(__host::DurableObject::new(state, env)?))
                }

                pub fn fetch(&self, request: __host::Request) -> __host::Outcome {
                    self.0.fetch(request)
                }

                #[wasm_bindgen(js_name = webSocketMessage)]
                pub fn message(&self, socket: __host::WebSocket, data: __host::JsValue) -> __host::JsValue {
                    self.0.message(&socket, &data)
                }

                #[wasm_bindgen(js_name = webSocketClose)]
                pub fn close(&self, socket: __host::WebSocket, code: u16, reason: ::std::string::String) -> __host::JsValue {
                    self.0.close(&socket, code, reason)
                }

                #[wasm_bindgen(js_name = webSocketError)]
                pub fn error(&self, socket: __host::WebSocket, error: __host::JsValue) -> __host::JsValue {
                    self.0.error(&socket, &error)
                }

                pub fn alarm(&self) -> __host::JsValue {
                    self.0.alarm()
                }
            }
        };
    }
}
