//! The macros of `websocket-do`, documented where the facade re-exports them.

use proc_macro::TokenStream;

/// See the facade.
#[proc_macro_derive(WsProtocol, attributes(ws, serde))]
pub fn derive_ws_protocol(_input: TokenStream) -> TokenStream {
    TokenStream::new()
}
