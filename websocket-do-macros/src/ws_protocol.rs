//! `derive(WsProtocol)`: from an enum or struct to its wire form, its rules and its description.

mod check;
mod emit;
mod fallback;
mod model;
mod parse;
mod rules;

use proc_macro2::TokenStream;

/// Parses the enum or struct, checks it into a model and emits the impls. On errors it emits impls that compile and do nothing, so
/// that each error is reported once.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2(input) {
        Ok(input) => parse::self_ty::named(input),
        Err(error) => return error.to_compile_error(),
    };
    match check::check(&input) {
        Ok(model::Protocol::Messages(messages)) => emit::messages(&messages),
        Ok(model::Protocol::Record(record)) => emit::record(&record),
        Err(error) => fallback::protocol(&input, &crate::diagnostics::report(error)),
    }
}
