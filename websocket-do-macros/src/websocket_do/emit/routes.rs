//! Emits the room's routes: the table that a host consults before it reads a body, and the calls of the handlers.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

use super::with_self;
use crate::websocket_do::model::{Route, RouteArgument, is_parameter};

/// Returns the value of the trait's `ROUTES`, and the arms of the match over a route's `id()`.
pub(super) fn routes(routes: &[Route]) -> (TokenStream, TokenStream) {
    let entries = most_specific_first(routes).into_iter().map(entry);
    let arms = routes.iter().map(arm);
    (quote!(&[#(#entries),*]), quote!(#(#arms)*))
}

/// The first route that matches a request handles it. Of two that match the same request, the one with static text in the first
/// segment in which they differ comes first.
fn most_specific_first(routes: &[Route]) -> Vec<&Route> {
    let mut sorted: Vec<_> = routes.iter().collect();
    sorted.sort_by_cached_key(|route| route.path.value().split('/').map(is_parameter).collect::<Vec<_>>());
    sorted
}

fn entry(route: &Route) -> TokenStream {
    let Route { handler, path, .. } = route;
    let (cfgs, verb) = (&handler.method.cfgs, route.verb.to_string());
    let max_body = route.max_body.as_ref().map(|bytes| quote_spanned!(bytes.span()=> .max_body(#bytes)));
    let name = handler.method.name.unraw().to_string();
    quote!(#(#cfgs)* __ws::http::Route::new(#verb, #path).handler(#name) #max_body)
}

fn arm(route: &Route) -> TokenStream {
    let Route { handler, path, arguments, .. } = route;
    let (cfgs, verb) = (&handler.method.cfgs, route.verb.to_string());
    let values = arguments.iter().map(|argument| match argument {
        RouteArgument::Parameter { name, .. } => {
            let text = name.unraw().to_string();
            quote_spanned!(name.span()=> __ws::path_parameter(&parameters, #text)?)
        }
        RouteArgument::Extracted { ty, .. } => {
            quote_spanned!(ty.span()=> <#ty as __ws::FromRequest>::from_request(&request)?)
        }
    });
    let call = with_self(handler, &quote!(#(#values),*));
    quote!(#(#cfgs)* (#verb, #path) => __ws::IntoResponse::into_response(#call),)
}
