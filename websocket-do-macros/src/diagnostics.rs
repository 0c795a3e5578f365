//! How the mistakes that `darling` finds are told: in the words of all others.

use darling::Error;
use proc_macro2::TokenStream;

/// All mistakes, as compile errors. What is missing is not told beside a word that may be its misspelling.
pub(crate) fn tell(error: Error) -> TokenStream {
    let errors: Vec<_> = error.flatten().into_iter().map(syn::Error::from).collect();
    let is_misspelt = errors.iter().any(|error| error.to_string().starts_with("Unknown field"));
    let told = errors.iter().filter(|error| !(is_misspelt && error.to_string().starts_with("Missing field")));
    told.map(|error| syn::Error::new(error.span(), in_our_words(&error.to_string())).into_compile_error()).collect()
}

fn in_our_words(text: &str) -> String {
    let known =
        |text: &str| text.replace(". Did you mean ", "; did you mean ").replace(". Available values: ", "; there are ");
    if let Some(rest) = text.strip_prefix("Unknown field: ") {
        format!("unknown attribute {}", known(rest))
    } else if let Some(rest) = text.strip_prefix("Unknown value: ") {
        format!("unknown value {}", known(rest))
    } else if let Some(name) = text.strip_prefix("Missing field ") {
        format!("{name} is missing; write `{} = …`", name.trim_matches('`'))
    } else if let Some(name) = text.strip_prefix("Duplicate field ") {
        format!("{name} stands there twice; write it once")
    } else if let Some(kind) = text.strip_prefix("Unexpected type ") {
        format!("a value of type {kind} cannot stand here")
    } else if let Some(form) = text.strip_prefix("Unexpected meta-item format ") {
        format!("this cannot be written as a {form}; write `name = value`")
    } else {
        text.to_owned()
    }
}
