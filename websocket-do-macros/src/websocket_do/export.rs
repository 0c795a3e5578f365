//! Writes the Durable Object class: on wasm32, under the room's own name, exported directly so that an event that waits
//! for nothing costs no promise.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::model::Room;

pub(super) fn export(room: &Room<'_>) -> TokenStream {
    let Room { ty, name, .. } = room;
    let class = format_ident!("{name}DurableObject", span = name.span());
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use ::websocket_do::__private::worker as __host;
            // Part of what `wasm_bindgen` writes finds its crate by name alone.
            #[allow(unused_imports)]
            use __host::wasm_bindgen_crate as wasm_bindgen;

            #[__host::wasm_bindgen(wasm_bindgen = ::websocket_do::__private::worker::wasm_bindgen_crate, js_name = #name)]
            #[doc(hidden)]
            #[allow(missing_debug_implementations, unreachable_pub)]
            pub struct #class(__host::DurableObject<#ty>);

            #[__host::wasm_bindgen(wasm_bindgen = ::websocket_do::__private::worker::wasm_bindgen_crate, js_class = #name)]
            impl #class {
                #[wasm_bindgen(constructor)]
                pub fn new(state: __host::DurableObjectState, env: __host::Env)
                    -> ::core::result::Result<#class, __host::JsValue>
                {
                    let _ = env;
                    ::core::result::Result::Ok(#class(__host::DurableObject::new(state)?))
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
