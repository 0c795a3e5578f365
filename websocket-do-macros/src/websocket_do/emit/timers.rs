//! Emits the room's timers: a constant for each, their names and the calls of their handlers.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Type, ext::IdentExt};

use super::{outcome, with_self};
use crate::{
    spans::located,
    websocket_do::model::{Method, Room, Timer},
};

pub(super) struct Timers {
    /// An impl block.
    pub(super) constants: Option<TokenStream>,
    /// The value of the trait's `TIMERS`.
    pub(super) names: TokenStream,
    /// The arms of the match over a timer's name.
    pub(super) arms: TokenStream,
}

pub(super) fn timers(room: &Room<'_>) -> Timers {
    let names = room.timers.iter().map(name);
    let arms = room.timers.iter().map(arm);
    Timers {
        constants: constants(room.ty, room.timers.iter().map(constant)),
        names: quote!(&[#(#names),*]),
        arms: quote!(#(#arms)*),
    }
}

/// The impl block that holds the constants of timers, if there are any.
pub(in super::super) fn constants(
    ty: &Type,
    constants: impl ExactSizeIterator<Item = TokenStream>,
) -> Option<TokenStream> {
    (constants.len() > 0).then(|| {
        quote! {
            #[allow(dead_code)]
            impl #ty {
                #(#constants)*
            }
        }
    })
}

/// The constant that names a timer in Rust.
fn constant(timer: &Timer) -> TokenStream {
    let Timer { name, constant, vis, handler } = timer;
    let Method { cfgs, docs, .. } = &handler.method;
    let docs = if docs.is_empty() {
        let docs = format!("The timer that runs `{}`.", handler.method.name.unraw());
        quote!(#[doc = #docs])
    } else {
        quote!(#(#docs)*)
    };
    quote_spanned! {located(constant.span())=>
        #(#cfgs)*
        #docs
        #vis const #constant: __ws::Timer<Self> = __ws::timer(#name);
    }
}

fn name(timer: &Timer) -> TokenStream {
    let (cfgs, name) = (&timer.handler.method.cfgs, &timer.name);
    quote!(#(#cfgs)* #name)
}

fn arm(timer: &Timer) -> TokenStream {
    let Timer { name, handler, .. } = timer;
    let cfgs = &handler.method.cfgs;
    let outcome = outcome(&handler.method, &with_self(handler, &quote!()));
    quote!(#(#cfgs)* #name => #outcome,)
}
