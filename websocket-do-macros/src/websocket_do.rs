//! `#[websocket_do]`: from an impl block with handlers to the room that the runtime dispatches to.

mod arguments;
mod check;
mod emit;
mod export;
mod fallback;
mod limits;
mod model;
mod parse;
mod route;
mod route_table;
mod stub;
mod timer;

use proc_macro2::TokenStream;

/// Parses what the user wrote, checks it into a model, and emits the room; on errors, a stand-in that compiles, so that
/// each mistake is reported once.
pub(crate) fn expand(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let input = match parse::parse(item.clone()) {
        Ok(input) => input,
        Err(error) => return fallback::unparsed(item, &error),
    };
    let arguments = match arguments::parse(arguments) {
        Ok(arguments) => arguments,
        Err(wrong) => {
            let (known, error) = *wrong;
            return fallback::without_arguments(input, &known, &error.into_compile_error());
        }
    };
    match check::check(&arguments, &input) {
        Ok(room) => emit::room(&input.item, &room),
        Err(errors) => fallback::stand_in(&input, &arguments.known(), &errors.into_compile_error()),
    }
}
