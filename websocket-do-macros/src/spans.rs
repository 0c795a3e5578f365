//! Locations of generated tokens. rustc reports an error at the location of a token, so tokens that depend on the user's code are
//! located there.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Ident;

/// A span at this location, for names that the macro resolves.
pub(crate) fn located(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// The same tokens at another location.
pub(crate) fn relocated(tokens: &impl ToTokens, span: Span) -> TokenStream {
    let moved = |mut token: proc_macro2::TokenTree| {
        token.set_span(token.span().located_at(span));
        token
    };
    tokens.to_token_stream().into_iter().map(moved).collect()
}

/// The same name with the macro's hygiene, so that it conflicts with no name of the user's.
pub(crate) fn hygienic(name: &Ident) -> Ident {
    let mut hygienic = name.clone();
    hygienic.set_span(Span::mixed_site().located_at(name.span()));
    hygienic
}
