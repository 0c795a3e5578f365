//! Writes the room's limits: constants of the trait, each with a check that rustc reports at the value in the attribute.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{arguments::Timeout, model::Room};

/// Constants for the impl of the trait, and checks that belong beside it.
pub(super) fn limits(room: &Room<'_>) -> (TokenStream, TokenStream) {
    let (max_message, check_max_message) = room.max_message.map(max_message).unzip();
    let (timeout, check_timeout) = room.handler_timeout.map(timeout).unzip();
    (quote!(#max_message #timeout), quote!(#check_max_message #check_timeout))
}

fn max_message(bytes: &syn::Expr) -> (TokenStream, TokenStream) {
    let message = "`max_message` is 0, or more than the 32 MiB that Cloudflare takes; write 1 to `32 << 20` bytes";
    let check = quote_spanned! {bytes.span()=>
        const _: () = {
            const BYTES: ::core::primitive::usize = #bytes;
            ::core::assert!(BYTES > 0 && BYTES <= __ws::MAX_MESSAGE_LIMIT, #message);
        };
    };
    (quote!(const MAX_MESSAGE: ::core::primitive::usize = #bytes;), check)
}

fn timeout(timeout: &Timeout) -> (TokenStream, TokenStream) {
    let (span, duration) = match timeout {
        Timeout::Seconds(seconds) => (seconds.span(), quote!(::core::time::Duration::from_secs(#seconds))),
        Timeout::Duration(duration) => (duration.span(), quote!(#duration)),
    };
    let message = "`handler_timeout` is 0, which no handler that waits can meet; write at least 1 second";
    let check = quote_spanned! {span=>
        const _: () = {
            const TIMEOUT: ::core::time::Duration = #duration;
            ::core::assert!(!TIMEOUT.is_zero(), #message);
        };
    };
    (quote!(const HANDLER_TIMEOUT: ::core::time::Duration = #duration;), check)
}
