//! Emits the room's limits: constants of the trait, each with an assertion that rustc reports at the value in the attribute.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, spanned::Spanned};

use crate::websocket_do::model::Room;

/// Returns the constants for the impl of the trait, and the assertions that belong beside it.
pub(super) fn limits(room: &Room<'_>) -> (TokenStream, TokenStream) {
    let (max_message, check_max_message) = room.max_message.map(max_message).unzip();
    let (timeout, check_timeout) = room.handler_timeout.as_ref().map(timeout).unzip();
    let (concurrent, check_concurrent) = room.max_concurrent.map(max_concurrent).unzip();
    (quote!(#max_message #timeout #concurrent), quote!(#check_max_message #check_timeout #check_concurrent))
}

fn max_concurrent(count: &Expr) -> (TokenStream, TokenStream) {
    let message = "`max_concurrent` is 0; write at least 1, or remove `concurrent` from the handlers";
    let check = quote_spanned! {count.span()=>
        const _: () = {
            const COUNT: ::core::primitive::usize = #count;
            ::core::assert!(COUNT > 0, #message);
        };
    };
    (quote!(const MAX_CONCURRENT: ::core::primitive::usize = #count;), check)
}

fn max_message(bytes: &Expr) -> (TokenStream, TokenStream) {
    let message = "`max_message` is 0 or more than Cloudflare's 32 MiB; write 1 to `32 << 20` bytes";
    let check = quote_spanned! {bytes.span()=>
        const _: () = {
            const BYTES: ::core::primitive::usize = #bytes;
            ::core::assert!(BYTES > 0 && BYTES <= __ws::MAX_MESSAGE_LIMIT, #message);
        };
    };
    (quote!(const MAX_MESSAGE: ::core::primitive::usize = #bytes;), check)
}

fn timeout((span, duration): &(Span, TokenStream)) -> (TokenStream, TokenStream) {
    let message = "`handler_timeout` is 0; write at least 1 second";
    let check = quote_spanned! {*span=>
        const _: () = {
            const TIMEOUT: ::core::time::Duration = #duration;
            ::core::assert!(!TIMEOUT.is_zero(), #message);
        };
    };
    (quote!(const HANDLER_TIMEOUT: ::core::time::Duration = #duration;), check)
}
