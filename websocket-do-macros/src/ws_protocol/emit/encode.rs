//! Emits how fields are counted and written.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::{
    decode::{is_reachable, of},
    schema::is_absent,
};
use crate::ws_protocol::model::Field;

/// Emits the number of fields that are written, as an expression.
pub(super) fn count<'a>(fields: impl Iterator<Item = (&'a Field, &'a Ident)>) -> TokenStream {
    let counts = fields.map(|(field, value)| {
        let (cfgs, absent) = (&field.cfgs, is_absent(field, value));
        quote!(#(#cfgs)* if !#absent { fields += 1; })
    });
    quote!({
        let mut fields: ::core::primitive::usize = 0;
        #(#counts)*
        fields
    })
}

/// Emits statements that write the fields to `out`.
pub(super) fn write<'a>(fields: impl Iterator<Item = (&'a Field, &'a Ident)>, out: &TokenStream) -> TokenStream {
    let writes = fields.map(|(field, value)| {
        let (name, cfgs, ty, absent) = (&field.name, &field.cfgs, &field.ty, is_absent(field, value));
        let is_reachable = is_reachable(field);
        let write = match &field.serialize_with {
            None => {
                let write = of(field, "write");
                quote!(__ws::checks::field(#is_reachable, || #write(#value, #out, #name, #absent))?;)
            }
            Some(path) => quote! {
                struct __With<'a>(&'a #ty);
                impl __serde::Serialize for __With<'_> {
                    fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                        #path(self.0, serializer)
                    }
                }
                __ws::checks::field(#is_reachable, || __ws::encode::field(#out, #name, &__With(#value), #absent))?;
            },
        };
        quote!(#(#cfgs)* { #write })
    });
    quote!(#(#writes)*)
}
