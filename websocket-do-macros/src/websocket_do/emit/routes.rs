//! Emits the room's routes: the table that a host consults before it reads a body, and the calls of the handlers.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, ext::IdentExt, spanned::Spanned};

use super::with_self;
use crate::websocket_do::model::{Fallback, Room, Route, RouteArgument, is_parameter};

/// Returns the trait's `ROUTES` and `FALLBACK`, and the arms of the match over a route's `id()`.
pub(super) fn routes(room: &Room<'_>) -> (TokenStream, TokenStream) {
    let entries = most_specific_first(&room.routes).into_iter().map(entry);
    let arms = room.routes.iter().map(arm);
    let (fallback, fallback_arm) = room.fallback.as_ref().map(fallback).unzip();
    let constants = quote! {
        const ROUTES: &'static [__ws::http::Route] = &[#(#entries),*];
        #fallback
    };
    (constants, quote!(#(#arms)* #fallback_arm))
}

/// The constant `FALLBACK`, and its arm.
fn fallback(fallback: &Fallback) -> (TokenStream, TokenStream) {
    let Fallback { handler, max_body, arguments } = fallback;
    let (cfgs, name) = (&handler.method.cfgs, handler.method.name.unraw().to_string());
    let max_body = limit(max_body.as_ref());
    let call = with_self(handler, &values(arguments));
    (
        quote! {
            const FALLBACK: &'static [__ws::http::Route] =
                &[#(#cfgs)* __ws::http::Route::fallback().handler(#name) #max_body];
        },
        quote!(#(#cfgs)* __ws::http::FALLBACK => __ws::IntoResponse::into_response(#call),),
    )
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
    let internal = route.is_internal.then(|| quote!(.internal()));
    let max_body = limit(route.max_body.as_ref());
    let name = handler.method.name.unraw().to_string();
    quote!(#(#cfgs)* __ws::http::Route::new(#verb, #path).handler(#name) #internal #max_body)
}

/// Sets the limit of the body, if there is one.
fn limit(max_body: Option<&Expr>) -> Option<TokenStream> {
    max_body.map(|bytes| quote_spanned!(bytes.span()=> .max_body(#bytes)))
}

fn arm(route: &Route) -> TokenStream {
    let Route { handler, path, arguments, .. } = route;
    let (cfgs, verb) = (&handler.method.cfgs, route.verb.to_string());
    let call = with_self(handler, &values(arguments));
    quote!(#(#cfgs)* (#verb, #path) => __ws::IntoResponse::into_response(#call),)
}

/// The values of a handler's arguments.
fn values(arguments: &[RouteArgument]) -> TokenStream {
    let values = arguments.iter().map(|argument| match argument {
        RouteArgument::Parameter { name, .. } => {
            let text = name.unraw().to_string();
            quote_spanned!(name.span()=> __ws::path_parameter(&parameters, #text)?)
        }
        RouteArgument::Extracted { ty, .. } => {
            quote_spanned!(ty.span()=> <#ty as __ws::FromRequest>::from_request(&request)?)
        }
    });
    quote!(#(#values),*)
}
