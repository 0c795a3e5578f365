//! `#[ws(…)]` on a variant. It is parsed by hand, as `darling` reads expressions, and `reply` is a type: `Vec<Said>`, `()`.

use darling::{Error, Result, error::Accumulator};
use proc_macro2::Span;
use syn::{
    Attribute, Expr, Ident, LitStr, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, discouraged::Speculative},
};

/// The names of all attributes.
const NAMES: [&str; 4] = ["rename", "reply", "error", "idempotent"];

#[derive(Default)]
pub(in super::super) struct VariantAttributes {
    pub(in super::super) rename: Option<LitStr>,
    /// The types that answer a call, and where they were named.
    pub(in super::super) reply: Option<(Span, Type)>,
    pub(in super::super) error: Option<(Span, Type)>,
    pub(in super::super) idempotent: Option<Span>,
}

impl VariantAttributes {
    pub(in super::super) fn from_attributes(attributes: &[Attribute]) -> Result<Self> {
        let mut errors = Error::accumulator();
        let (mut found, mut names) = (Self::default(), Vec::new());
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("ws")) {
            let parsed = attribute.parse_args_with(|input: ParseStream<'_>| found.read(input, &mut names, &mut errors));
            errors.handle(parsed.map_err(Error::from));
        }
        errors.finish_with(found)
    }

    fn read(&mut self, input: ParseStream<'_>, names: &mut Vec<String>, errors: &mut Accumulator) -> syn::Result<()> {
        while !input.is_empty() {
            let name = Ident::parse_any(input)?;
            let (text, span) = (name.to_string(), name.span());
            if names.contains(&text) {
                errors.push(Error::duplicate_field(&text).with_span(&name));
            }
            match text.as_str() {
                "rename" => self.rename = Some(string(&name, input)?),
                "reply" => self.reply = Some((span, ty(&name, "Said", input)?)),
                "error" => self.error = Some((span, ty(&name, "SaidError", input)?)),
                "idempotent" => {
                    if input.peek(Token![=]) {
                        skip(input)?;
                        let message = "`idempotent` takes no value; write `#[ws(reply = …, idempotent)]`";
                        errors.push(Error::custom(message).with_span(&name));
                    }
                    self.idempotent = Some(span);
                }
                _ => {
                    skip(input)?;
                    errors.push(unknown(&name));
                }
            }
            names.push(text);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }
}

fn unknown(name: &Ident) -> Error {
    let error = if name == "as_string" {
        Error::custom("`as_string` is supported only on fields; write it on each field that it is for")
    } else {
        Error::unknown_field_with_alts(&name.to_string(), &NAMES)
    };
    error.with_span(name)
}

fn string(name: &Ident, input: ParseStream<'_>) -> syn::Result<LitStr> {
    let value = |input: ParseStream<'_>| {
        input.parse::<Token![=]>()?;
        input.parse()
    };
    value(input).map_err(|error: syn::Error| {
        syn::Error::new(error.span(), format!("expected a string; write `{name} = \"…\"`"))
    })
}

fn ty(name: &Ident, example: &str, input: ParseStream<'_>) -> syn::Result<Type> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(name.span(), format!("missing type; write `{name} = {example}`")));
    }
    input.parse::<Token![=]>()?;
    input.parse().map_err(|error| syn::Error::new(error.span(), format!("expected a type; write `{name} = {example}`")))
}

/// Skips the value of an attribute, `= …` or `(…)`, if it has one.
fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(syn::token::Paren) {
        return input.parse::<proc_macro2::Group>().map(drop);
    }
    if !input.peek(Token![=]) {
        return Ok(());
    }
    input.parse::<Token![=]>()?;
    let ahead = input.fork();
    if ahead.parse::<Expr>().is_ok() {
        input.advance_to(&ahead);
        return Ok(());
    }
    input.parse::<Type>().map(drop)
}
