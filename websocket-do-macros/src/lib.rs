//! The macros of `websocket-do`, documented where the facade re-exports them.

mod diagnostics;
#[cfg(test)]
mod expansions;
mod names;
mod spans;
mod websocket_do;
mod ws_protocol;

use proc_macro::TokenStream;

/// Makes an enum a message protocol, or a struct a value in one. See the facade.
#[proc_macro_derive(WsProtocol, attributes(ws, serde))]
pub fn derive_ws_protocol(input: TokenStream) -> TokenStream {
    ws_protocol::expand(input.into()).into()
}

/// Makes an impl block a room. See the facade.
#[proc_macro_attribute]
pub fn websocket_do(arguments: TokenStream, item: TokenStream) -> TokenStream {
    websocket_do::expand(arguments.into(), &item.into()).into()
}
