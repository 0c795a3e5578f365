//! Replaces `Self` in the types of fields by the type's name, as generated code repeats these types where `Self` is another type.

use syn::{
    Data, DeriveInput, Ident, TypePath,
    visit_mut::{VisitMut, visit_data_mut, visit_type_path_mut},
};

/// Returns the same input without `Self`.
pub(in super::super) fn named(mut input: DeriveInput) -> DeriveInput {
    let ident = input.ident.clone();
    // Attributes are left as they are, as they may name functions of the type.
    match &mut input.data {
        Data::Union(_) => {}
        data => visit_data_mut(&mut Named(ident), data),
    }
    input
}

struct Named(Ident);

impl VisitMut for Named {
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}

    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        if let Some(first) = path.path.segments.first_mut().filter(|first| first.ident == "Self") {
            let mut ident = self.0.clone();
            ident.set_span(first.ident.span());
            first.ident = ident;
        }
        visit_type_path_mut(self, path);
    }
}
