//! `derive(WsProtocol)`: from an enum or struct to its wire form, its rules and its description.

mod check;
mod client;
mod decode;
mod emit;
mod encode;
mod fallback;
mod model;
mod parse;
mod rules;
mod schema;
mod self_ty;

use proc_macro2::TokenStream;

/// Parses what the user wrote, checks it into a model and emits the impls; on errors, impls that compile and do nothing,
/// so that each mistake is reported once.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2(input) {
        Ok(input) => self_ty::named(input),
        Err(error) => return error.to_compile_error(),
    };
    match check::check(&input) {
        Ok(model::Protocol::Messages(messages)) => emit::messages(&messages),
        Ok(model::Protocol::Record(record)) => emit::record(&record),
        Err(error) => fallback::stand_in(&input, &crate::diagnostics::tell(error)),
    }
}
