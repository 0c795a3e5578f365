//! `Self` in the types of fields, written out: generated code repeats those types where `Self` means something else.

use syn::{
    Data, DeriveInput, Ident, TypePath,
    visit_mut::{VisitMut, visit_data_mut, visit_type_path_mut},
};

/// The same input without `Self`.
pub(super) fn named(mut input: DeriveInput) -> DeriveInput {
    let ident = input.ident.clone();
    // Attributes stay as they are: functions named there may be the type's own.
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
