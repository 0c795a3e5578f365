//! Writes the room's stub: on wasm32, one method a route for the Workers that call it.
//!
//! Handlers need no client side: a method whose arguments or result have none compiles, and only its call does not. That is
//! what `for<'__s>` is for, as rustc leaves such a bound for later even where it sees that it cannot hold.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    Ident, Lifetime, ReturnType, Type, TypeImplTrait, TypePath, TypeReference,
    ext::IdentExt,
    spanned::Spanned,
    visit_mut::{VisitMut, visit_type_mut, visit_type_reference_mut},
};

use super::model::{Room, Route, RouteArgument};

/// What every stub can do; a route of that name is called by `get_…`, `post_…`.
const TAKEN: [&str; 6] = ["builder", "connect", "forward", "forward_to", "id", "name"];

pub(super) fn stub(room: &Room<'_>) -> TokenStream {
    let Room { ty, name, binding, client, .. } = room;
    let stub = format_ident!("{name}Stub", span = name.span());
    let docs = format!("[`{name}`] as a Worker calls it: one method a route.");
    let namespace_docs =
        format!("Returns the rooms of this class: the namespace that `wrangler.toml` binds to `{binding}`.");
    let methods = room.routes.iter().map(|route| method(ty, route));
    quote! {
        #[cfg(target_arch = "wasm32")]
        #[doc = #docs]
        #[derive(Debug, Clone)]
        #[allow(dead_code, unreachable_pub)]
        pub struct #stub(::websocket_do::__private::worker::stub::Stub<#ty>);

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use ::websocket_do::__private as __ws;
            use __ws::worker::stub as __host;

            #[allow(dead_code)]
            impl #ty {
                #[doc = #namespace_docs]
                ///
                /// # Errors
                /// Returns [`StubError::Binding`](::websocket_do::stub::StubError::Binding) if the environment has no such
                /// binding.
                pub fn namespace(
                    env: &__host::Env,
                ) -> ::core::result::Result<__host::Namespace<Self>, __ws::stub::StubError> {
                    __host::Namespace::new(env, <Self as __ws::WebSocketDo>::BINDING)
                }
            }

            #[allow(dead_code, private_bounds, private_interfaces, clippy::too_many_arguments)]
            impl #stub {
                #(#methods)*

                ::websocket_do::__private::if_client! {
                    /// Opens a session in the room, with its typed client. It lasts no longer than the request in which it
                    /// was open, or what that request waits for.
                    ///
                    /// # Errors
                    /// Where the room cannot be reached or turns the client away.
                    pub async fn connect(
                        &self,
                    ) -> ::core::result::Result<
                        <#client as __ws::client::TypedClient>::Client,
                        __ws::client::ClientError,
                    > {
                        self.0.builder().connect().await
                    }

                    /// A session in the room to be made, with a format, headers or a query of its own.
                    pub fn builder(&self) -> __ws::client::Builder<#client> {
                        self.0.builder()
                    }
                }

                /// Passes a whole request on to the room, upgrades included: the room sees it as it is, with its path. One with a
                /// body is sent once, as its body can be read once.
                ///
                /// # Errors
                /// As for every method of a stub, but an answer is an answer whatever its status.
                pub async fn forward(
                    &self,
                    request: __host::Request,
                ) -> ::core::result::Result<__host::Response, __ws::stub::StubError> {
                    self.0.forward(request).await
                }

                /// Passes a whole request on under another path, such as `/websocket`; its query stays.
                ///
                /// # Errors
                /// As `forward`.
                pub async fn forward_to(
                    &self,
                    path: &::core::primitive::str,
                    request: __host::Request,
                ) -> ::core::result::Result<__host::Response, __ws::stub::StubError> {
                    self.0.forward_to(path, request).await
                }

                /// The room's id: 64 hexadecimal digits, with which the namespace's `by_id` finds it again.
                ///
                /// # Errors
                /// [`StubError::Id`](::websocket_do::stub::StubError::Id) for a name that the platform does not take.
                pub fn id(&self) -> ::core::result::Result<::std::string::String, __ws::stub::StubError> {
                    self.0.id()
                }

                /// The name that the stub was made with.
                pub fn name(&self) -> ::core::option::Option<&::core::primitive::str> {
                    self.0.name()
                }
            }

            #[automatically_derived]
            impl ::core::convert::From<__host::Stub<#ty>> for #stub {
                fn from(stub: __host::Stub<#ty>) -> Self {
                    Self(stub)
                }
            }

            #[automatically_derived]
            impl __host::RoomStub for #ty {
                type Stub = #stub;
            }
        };
    }
}

fn method(room: &Type, route: &Route) -> TokenStream {
    let Route { handler, verb, path, docs, .. } = route;
    let cfgs = &handler.method.cfgs;
    let name = name(route);
    let docs = if docs.is_empty() {
        let docs = format!("Calls `{verb} {}`.", path.value());
        quote!(#[doc = #docs])
    } else {
        quote!(#(#docs)*)
    };
    let output = output(room, &route.output);
    let answer = quote_spanned!(located(&output)=> __ws::stub::FromResponse);
    let arguments: Vec<_> = route.arguments.iter().enumerate().map(|(at, it)| Argument::of(room, at, it)).collect();
    let inputs = arguments.iter().map(|Argument { name, given, .. }| quote!(#name: #given));
    let bounds = arguments.iter().map(|Argument { ty, bound, .. }| quote!(for<'__s> #ty: #bound));
    let parameters = arguments.iter().filter(|argument| argument.is_parameter).map(|argument| {
        let (text, value) = (argument.name.unraw().to_string(), &argument.value);
        quote!((#text, &#value))
    });
    let parts = arguments.iter().filter(|argument| !argument.is_parameter).map(|argument| {
        let Argument { ty, value, .. } = argument;
        quote!(.with::<#ty>(#value))
    });
    quote! {
        #(#cfgs)*
        #docs
        ///
        /// # Errors
        /// [`StubError`](::websocket_do::stub::StubError) says what went wrong.
        pub async fn #name(
            &self,
            #(#inputs),*
        ) -> ::core::result::Result<<#output as __ws::stub::FromResponse>::Value, __ws::stub::StubError>
        where
            #(#bounds,)*
            for<'__s> #output: #answer,
        {
            self.0
                .call::<#output>(__ws::stub::Call::new(__ws::http::Method::#verb, #path, &[#(#parameters),*]) #(#parts)*)
                .await
        }
    }
}

/// The handler's name, or one that is free.
fn name(route: &Route) -> Ident {
    let name = &route.handler.method.name;
    if TAKEN.contains(&name.unraw().to_string().as_str()) {
        format_ident!("{}_{}", route.verb.to_string().to_lowercase(), name.unraw(), span = name.span())
    } else {
        name.clone()
    }
}

/// An argument of the stub's method.
struct Argument {
    is_parameter: bool,
    name: Ident,
    /// What the handler takes, and what it must be able to.
    ty: Type,
    bound: TokenStream,
    /// What the caller gives, and how it is passed on. Texts are taken in any form that becomes a `String`.
    given: TokenStream,
    value: TokenStream,
}

impl Argument {
    fn of(room: &Type, at: usize, argument: &RouteArgument) -> Self {
        let (is_parameter, name, ty) = match argument {
            RouteArgument::Parameter { name, ty } => (true, name.clone(), ty),
            RouteArgument::Extracted { name: Some(name), ty } => (false, name.clone(), ty),
            RouteArgument::Extracted { name: None, ty } => (false, format_ident!("argument{at}"), ty),
        };
        let ty = Free::of(room, ty).ty;
        let at = located(&ty);
        let (bound, sent) = if is_parameter {
            (quote_spanned!(at=> ::core::fmt::Display), quote!(#ty))
        } else {
            (quote_spanned!(at=> __ws::stub::IntoRequest), quote!(<#ty as __ws::stub::IntoRequest>::Value))
        };
        let (given, value) = if is_string(&ty) {
            (quote!(impl ::core::convert::Into<#sent>), quote!(::core::convert::Into::<#sent>::into(#name)))
        } else {
            (sent, quote!(#name))
        };
        Self { is_parameter, name, ty, bound, given, value }
    }
}

/// Where the user wrote a type, for what is asked of it.
fn located(ty: &impl Spanned) -> Span {
    Span::call_site().located_at(ty.span())
}

fn is_string(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "String"))
}

/// What the handler returns; the whole response where it does not say.
fn output(room: &Type, output: &ReturnType) -> TokenStream {
    match output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => match Free::of(room, ty) {
            Free { is_hidden: true, .. } => quote!(__ws::Response),
            Free { ty, .. } => quote!(#ty),
        },
    }
}

/// A type of the handler's signature, as it is called elsewhere: without `Self`, and without lifetimes of the handler's.
struct Free<T> {
    ty: T,
    /// Whether there is an `impl Trait` in it.
    is_hidden: bool,
}

impl Free<Type> {
    fn of(room: &Type, ty: &Type) -> Self {
        let mut ty = ty.clone();
        let mut free = Free { ty: room.clone(), is_hidden: false };
        free.visit_type_mut(&mut ty);
        Self { ty, is_hidden: free.is_hidden }
    }
}

impl VisitMut for Free<Type> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Path(TypePath { qself: None, path, .. }) if path.is_ident("Self") => *ty = self.ty.clone(),
            _ => visit_type_mut(self, ty),
        }
    }

    fn visit_type_impl_trait_mut(&mut self, _: &mut TypeImplTrait) {
        self.is_hidden = true;
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        visit_type_reference_mut(self, reference);
        let span = reference.and_token.span;
        reference.lifetime = Some(Lifetime::new("'static", span));
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = Lifetime::new("'static", lifetime.span());
    }
}
