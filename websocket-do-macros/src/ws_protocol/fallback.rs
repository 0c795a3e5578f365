//! Emits impls that do nothing for a protocol with errors, so that code that uses the protocol compiles.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput};

/// Emits the errors and the impls.
pub(super) fn protocol(input: &DeriveInput, errors: &TokenStream) -> TokenStream {
    if !input.generics.params.is_empty() {
        return quote!(#errors);
    }
    let ident = &input.ident;
    let messages = matches!(input.data, Data::Enum(_)).then(|| {
        quote! {
            #[automatically_derived]
            impl __ws::Message for #ident {
                type Text = ::websocket_do::__private::codec::Json;
                const SCHEMA: __ws::MessageSchema =
                    __ws::MessageSchema { name: "", tag: "", docs: "", call_id: ::core::option::Option::None, variants: &[] };
            }
            #[automatically_derived]
            impl __ws::ServerMessage for #ident {}
            #[automatically_derived]
            impl __ws::ClientMessage for #ident {
                type Server = Self;
            }
        }
    });
    let record = matches!(input.data, Data::Struct(_)).then(|| {
        quote! {
            #[automatically_derived]
            impl __ws::decode::Record for #ident {
                const NAME: &'static ::core::primitive::str = "";
                const FIELDS: &'static [&'static ::core::primitive::str] = &[];

                fn read<'de, __A: __serde::de::MapAccess<'de>>(
                    _: __A,
                    _: ::core::option::Option<&'static ::core::primitive::str>,
                ) -> ::core::result::Result<Self, __A::Error> {
                    ::core::unreachable!()
                }

                fn present(&self) -> ::core::primitive::usize {
                    0
                }

                fn write<__S: __serde::ser::SerializeStruct>(&self, _: &mut __S) -> ::core::result::Result<(), __S::Error> {
                    ::core::result::Result::Ok(())
                }
            }
        }
    });
    quote! {
        #errors
        const _: () = {
            use ::websocket_do::__private::{protocol as __ws, serde as __serde};

            #[automatically_derived]
            impl<'de> __serde::Deserialize<'de> for #ident {
                fn deserialize<__D: __serde::Deserializer<'de>>(_: __D) -> ::core::result::Result<Self, __D::Error> {
                    ::core::unreachable!()
                }
            }

            #[automatically_derived]
            impl __serde::Serialize for #ident {
                fn serialize<__S: __serde::Serializer>(&self, _: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                    ::core::unreachable!()
                }
            }

            #[automatically_derived]
            impl __ws::Value for #ident {
                const TYPE: __ws::Type = __ws::Type::Opaque;
            }

            #[automatically_derived]
            impl __ws::Validate for #ident {}

            #messages
            #record
        };
    }
}
