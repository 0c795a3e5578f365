//! `#[websocket_do]`: from an impl block with handlers to the room that the runtime dispatches to.

mod check;
mod emit;
mod fallback;
mod model;
mod parse;

use proc_macro2::TokenStream;

/// Parses the impl block, checks it into a model and emits the room. On errors it emits a room that compiles and does
/// nothing, so that each error is reported once.
pub(crate) fn expand(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let input = match parse::parse(item.clone()) {
        Ok(input) => input,
        Err(error) => return fallback::unparsed(item, &error),
    };
    let arguments = match parse::arguments::parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let (known, error) = *error;
            return fallback::without_arguments(input, &known, &error.into_compile_error());
        }
    };
    match check::check(&arguments, &input) {
        Ok(room) => emit::room(&input.item, &room),
        Err(errors) => fallback::room(&input, &arguments.known(), &errors.into_compile_error()),
    }
}
