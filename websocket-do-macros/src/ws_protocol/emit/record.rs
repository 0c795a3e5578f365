//! Emits the impls for a struct.

use proc_macro2::TokenStream;
use quote::quote;

use super::{bindings, decode, encode, names, schema};
use crate::ws_protocol::model::{Field, Record};

pub(in super::super) fn record(record: &Record) -> TokenStream {
    let Record { ident, fields, .. } = record;
    let name = ident.to_string();
    let schema = schema::record(record);
    let values = names(fields);
    let both = || fields.iter().zip(&values);
    let bindings = bindings(fields, &values);
    let count = encode::count(both());
    let write = encode::write(both(), &quote!(out));
    let checks = schema::checks(both());
    let read = decode::read(fields, &quote!(Self), &quote!(tag));
    let field_names = fields.iter().flat_map(|Field { name, aliases, cfgs, .. }| {
        [name].into_iter().chain(aliases).map(move |name| quote!(#(#cfgs)* #name))
    });
    quote! {
        const _: () = {
            use ::websocket_do::__private::{protocol as __ws, serde as __serde};
            #[allow(unused_imports)]
            use __ws::probe::{Required as _, Unknown as _};

            #[automatically_derived]
            #[allow(unused_mut, unused_variables)]
            impl __ws::decode::Record for #ident {
                const NAME: &'static ::core::primitive::str = #name;
                const FIELDS: &'static [&'static ::core::primitive::str] = &[#(#field_names),*];

                fn read<'de, __A: __serde::de::MapAccess<'de>>(
                    mut entries: __A,
                    tag: ::core::option::Option<&'static ::core::primitive::str>,
                ) -> ::core::result::Result<Self, __A::Error> {
                    #read
                }

                fn present(&self) -> ::core::primitive::usize {
                    let Self { #bindings } = self;
                    #count
                }

                fn write<__S: __serde::ser::SerializeStruct>(&self, out: &mut __S) -> ::core::result::Result<(), __S::Error> {
                    let Self { #bindings } = self;
                    #write
                    ::core::result::Result::Ok(())
                }
            }

            #[automatically_derived]
            impl<'de> __serde::Deserialize<'de> for #ident {
                fn deserialize<__D: __serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
                    __ws::decode::record(deserializer)
                }
            }

            #[automatically_derived]
            impl __serde::Serialize for #ident {
                fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                    __ws::encode::record(self, serializer)
                }
            }

            #[automatically_derived]
            impl __ws::Value for #ident {
                const TYPE: __ws::Type = __ws::Type::Struct(|| {
                    const SCHEMA: __ws::schema::StructSchema = #schema;
                    &SCHEMA
                });
            }

            #[automatically_derived]
            impl __ws::Validate for #ident {
                fn validate(&self) -> ::core::result::Result<(), __ws::ValidationError> {
                    let Self { #bindings } = self;
                    #checks
                    ::core::result::Result::Ok(())
                }
            }
        };
    }
}
