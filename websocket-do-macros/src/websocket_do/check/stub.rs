//! Determines the stub's method for a route: its name, and the types of the handler as they are named outside of the impl block.

use quote::format_ident;
use syn::{
    Ident, Lifetime, Type, TypeImplTrait, TypePath, TypeReference,
    ext::IdentExt,
    visit_mut::{VisitMut, visit_type_mut, visit_type_reference_mut},
};

use crate::{
    names::is_string,
    websocket_do::model::{RouteArgument, StubArgument, StubMethod, StubOutput},
};

/// The methods of every stub. A route whose handler has one of these names is called by `get_…`, `post_…`.
const TAKEN: [&str; 7] = ["builder", "connect", "fetch", "forward", "forward_to", "id", "name"];

/// Makes the method for a route of this verb. `output` is what the handler returns, unless it is `()`.
pub(super) fn method(
    room: &Type,
    handler: &Ident,
    verb: &str,
    arguments: &[RouteArgument],
    output: Option<&Type>,
) -> StubMethod {
    let name = if TAKEN.contains(&handler.unraw().to_string().as_str()) {
        format_ident!("{}_{}", verb.to_lowercase(), handler.unraw(), span = handler.span())
    } else {
        handler.clone()
    };
    let arguments = arguments.iter().enumerate().map(|(at, argument)| {
        let (is_parameter, name, ty) = match argument {
            RouteArgument::Parameter { name, ty } => (true, name.clone(), ty),
            RouteArgument::Extracted { name: Some(name), ty } => (false, name.clone(), ty),
            RouteArgument::Extracted { name: None, ty } => (false, format_ident!("argument{at}"), ty),
        };
        let Free { ty, .. } = Free::of(room, ty);
        StubArgument { is_parameter, name, is_text: is_string(&ty), ty }
    });
    let output = output.map(|ty| Free::of(room, ty));
    StubMethod {
        name,
        arguments: arguments.collect(),
        output: match output {
            None => StubOutput::Unit,
            Some(Free { is_opaque: true, .. }) => StubOutput::Response,
            Some(Free { ty, .. }) => StubOutput::Type(Box::new(ty)),
        },
    }
}

/// A type of the handler's signature without `Self`, and with `'static` in place of the handler's lifetimes.
struct Free {
    /// While visiting: the room, which replaces `Self`.
    ty: Type,
    /// Whether it contains an `impl Trait`.
    is_opaque: bool,
}

impl Free {
    fn of(room: &Type, ty: &Type) -> Self {
        let mut ty = ty.clone();
        let mut free = Free { ty: room.clone(), is_opaque: false };
        free.visit_type_mut(&mut ty);
        Self { ty, is_opaque: free.is_opaque }
    }
}

impl VisitMut for Free {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Path(TypePath { qself: None, path, .. }) if path.is_ident("Self") => *ty = self.ty.clone(),
            _ => visit_type_mut(self, ty),
        }
    }

    fn visit_type_impl_trait_mut(&mut self, _: &mut TypeImplTrait) {
        self.is_opaque = true;
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
