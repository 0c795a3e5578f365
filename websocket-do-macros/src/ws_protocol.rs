//! `derive(WsProtocol)`: from an enum or struct to its wire form, its rules and its description.

mod case;
mod check;
mod client;
mod decode;
mod emit;
mod encode;
mod itself;
mod model;
mod parse;
mod rules;
mod schema;
mod stand_in;

use proc_macro2::TokenStream;

/// Parses what the user wrote, checks it into a model and emits the impls; on errors, impls that compile and do nothing,
/// so that each mistake is reported once.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2(input) {
        Ok(input) => itself::named(input),
        Err(error) => return error.to_compile_error(),
    };
    match check::check(&input) {
        Ok(model::Protocol::Messages(messages)) => emit::messages(&messages),
        Ok(model::Protocol::Record(record)) => emit::record(&record),
        Err(error) => stand_in::stand_in(&input, &crate::mistake::tell(error)),
    }
}
