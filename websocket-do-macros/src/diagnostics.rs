//! Reports errors: all of a phase at once, and those of `darling` in the wording of the others.

use darling::Error;
use proc_macro2::TokenStream;

/// Combines errors into one that reports them all.
pub(crate) fn combined(errors: Vec<syn::Error>) -> Option<syn::Error> {
    errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    })
}

/// Converts errors of `darling` to compile errors. A missing attribute is not reported beside an unknown one, which may be its
/// misspelling.
pub(crate) fn report(error: Error) -> TokenStream {
    let errors: Vec<_> = error.flatten().into_iter().map(syn::Error::from).collect();
    let is_misspelt = errors.iter().any(|error| error.to_string().starts_with("Unknown field"));
    let reported = errors.iter().filter(|error| !(is_misspelt && error.to_string().starts_with("Missing field")));
    reported.map(|error| syn::Error::new(error.span(), reworded(&error.to_string())).into_compile_error()).collect()
}

fn reworded(text: &str) -> String {
    let known = |text: &str| {
        text.replace(". Did you mean ", "; did you mean ").replace(". Available values: ", "; expected one of ")
    };
    if let Some(rest) = text.strip_prefix("Unknown field: ") {
        format!("unknown attribute {}", known(rest))
    } else if let Some(rest) = text.strip_prefix("Unknown value: ") {
        format!("unknown value {}", known(rest))
    } else if let Some(name) = text.strip_prefix("Missing field ") {
        format!("missing {name}; write `{} = …`", name.trim_matches('`'))
    } else if let Some(name) = text.strip_prefix("Duplicate field ") {
        format!("duplicate {name}; write it once")
    } else if let Some(kind) = text.strip_prefix("Unexpected type ") {
        format!("a value of type {kind} is not supported here")
    } else if let Some(form) = text.strip_prefix("Unexpected meta-item format ") {
        format!("the form of a {form} is not supported here; write `name = value`")
    } else {
        text.to_owned()
    }
}
