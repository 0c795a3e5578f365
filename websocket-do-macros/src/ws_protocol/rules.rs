//! Rules: from attributes to the model, and from the model to checks and descriptions.

use std::slice;

use darling::{Error, ast::NestedMeta, error::Accumulator};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Expr, ExprLit, ExprRange, Ident, Lit, RangeLimits, Type};

use super::{
    model::{Bounds, Cost, Rule, RuleKind},
    parse::{FieldAttributes, Rules},
};

/// The rules of a field, in the order in which they are written.
pub(super) fn check(found: &FieldAttributes, attributes: &[Attribute], errors: &mut Accumulator) -> Vec<Rule> {
    let words = words(attributes);
    let mut rules = Vec::new();
    let mut add = |name: &str, kind: Option<RuleKind>| {
        let place = words.iter().position(|word| word == name);
        let span = place.and_then(|place| words.get(place)).map_or_else(Span::call_site, Ident::span);
        rules.extend(kind.map(|kind| (place, Rule { span, kind })));
    };
    if let Some(expr) = &found.len {
        add("len", errors.handle(amount(expr)).map(RuleKind::Len));
    }
    if let Some(expr) = &found.bytes {
        add("bytes", errors.handle(amount(expr)).map(RuleKind::Bytes));
    }
    if let Some(expr) = &found.range {
        add("range", errors.handle(bounds(expr)).map(RuleKind::Range));
    }
    if let Some(pattern) = &found.pattern {
        let kind = match regex_lite::Regex::new(&pattern.value()) {
            Ok(_) => Some(RuleKind::Pattern(pattern.clone())),
            Err(error) => {
                let message = format!("not a regular expression: {error}");
                errors.push(Error::custom(message).with_span(pattern));
                None
            }
        };
        add("pattern", kind);
    }
    if let Some(texts) = &found.one_of {
        add("one_of", Some(RuleKind::OneOf(texts.0.clone())));
    }
    if let Some(Rules(inner, attribute)) = &found.each {
        if let Some(name) = &inner.rename {
            errors.push(Error::custom("an item has no name; write `rename` on the field").with_span(name));
        }
        if inner.bytes_field.is_present() {
            let message = "an item travels as the field says; write `bytes_field` on a field of its own";
            errors.push(Error::custom(message).with_span(&inner.bytes_field.span()));
        }
        add("each", Some(RuleKind::Each(check(inner, slice::from_ref(attribute), errors))));
    }
    if let Some(path) = &found.custom {
        add("custom", Some(RuleKind::Custom(path.clone())));
    }
    rules.sort_by_key(|(place, _)| *place);
    rules.into_iter().map(|(_, rule)| rule).collect()
}

impl Rule {
    /// The cost decides the order of checks, whatever the order in the source: all rules of one cost run before those of a
    /// higher one.
    pub(super) fn cost(&self) -> Cost {
        match &self.kind {
            RuleKind::Len(_) | RuleKind::Bytes(_) | RuleKind::Range(_) | RuleKind::OneOf(_) => Cost::Bounded,
            RuleKind::Each(inner) => inner.iter().map(Self::cost).max().unwrap_or(Cost::Items).max(Cost::Items),
            RuleKind::Pattern(_) => Cost::Pattern,
            RuleKind::Custom(_) => Cost::Custom,
        }
    }
}

/// The words before `=` or parentheses in `#[ws(…)]`, in order.
fn words(attributes: &[Attribute]) -> Vec<Ident> {
    let lists = attributes.iter().filter(|attribute| attribute.path().is_ident("ws")).filter_map(|attribute| {
        let list = attribute.meta.require_list().ok()?;
        NestedMeta::parse_meta_list(list.tokens.clone()).ok()
    });
    let words = lists.flatten().filter_map(|item| match item {
        NestedMeta::Meta(meta) => meta.path().get_ident().cloned(),
        _ => None,
    });
    words.collect()
}

/// `1..=50`, `1..`, `..50`, or a single value.
fn bounds(expr: &Expr) -> darling::Result<Bounds> {
    let Expr::Range(ExprRange { start, end, limits, .. }) = expr else {
        return Ok(Bounds { min: Some(expr.clone()), max: Some(expr.clone()), below_max: false });
    };
    let (min, max) = (start.as_deref().cloned(), end.as_deref().cloned());
    let below_max = max.is_some() && matches!(limits, RangeLimits::HalfOpen(_));
    if min.is_none() && max.is_none() {
        return Err(Error::custom("the rule allows everything; write a bound, as in `1..=50`").with_span(expr));
    }
    if let (Some(least), Some(most)) = (min.as_ref().and_then(number), max.as_ref().and_then(number))
        && (least > most || (below_max && least >= most))
    {
        return Err(Error::custom("the rule allows nothing; write the smaller bound first").with_span(expr));
    }
    Ok(Bounds { min, max, below_max })
}

/// The same for how much there is, which is never below zero.
fn amount(expr: &Expr) -> darling::Result<Bounds> {
    let found = bounds(expr)?;
    match found.max.as_ref().and_then(number) {
        Some(max) if max < f64::from(u8::from(found.below_max)) => {
            Err(Error::custom("the rule allows nothing; write a larger upper bound").with_span(expr))
        }
        _ => Ok(found),
    }
}

/// The value of a literal, as near as an error needs it.
fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => float.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => number(&unary.expr).map(|number| -number),
        _ => None,
    }
}

/// The check of a field's `value`: a function of the user's gets what an `Option` holds, and waits while it is `None`.
pub(super) fn check_field(rule: &Rule, value: &Ident, ty: &Type) -> TokenStream {
    let check = check_of(rule, value);
    if !matches!(rule.kind, RuleKind::Custom(_)) {
        return check;
    }
    quote! {
        match __ws::probe::Optional::<#ty>::present(#value) {
            ::core::option::Option::Some(#value) => #check,
            ::core::option::Option::None => ::core::result::Result::Ok(()),
        }
    }
}

/// The check of `value`, an expression of type `Result<(), ValidationError>`, reported at the rule where it doesn't fit.
pub(super) fn check_of(rule: &Rule, value: &Ident) -> TokenStream {
    let value = Ident::new(&value.to_string(), value.span().located_at(rule.span));
    // All of the call is the macro's own, and stands at the rule: rustc reports there.
    let span = Span::mixed_site().located_at(rule.span);
    let rules = quote_spanned!(span=> ::websocket_do::__private::protocol::rules);
    match &rule.kind {
        RuleKind::Len(bounds) => {
            let bounds = amounts(bounds, span);
            quote_spanned!(span=> #rules::len(#value, const { #bounds }))
        }
        RuleKind::Bytes(bounds) => {
            let bounds = amounts(bounds, span);
            quote_spanned!(span=> #rules::bytes(#value, const { #bounds }))
        }
        RuleKind::Range(Bounds { min, max, below_max }) => {
            let (min, max) = (option_at(min.as_ref(), span), option_at(max.as_ref(), span));
            quote_spanned!(span=> #rules::range(#value, #min, #max, #below_max))
        }
        RuleKind::Pattern(pattern) => quote_spanned! {span=> {
            static PATTERN: #rules::Pattern = #rules::Pattern::new(#pattern);
            #rules::pattern(#value, &PATTERN)
        }},
        RuleKind::OneOf(texts) => quote_spanned!(span=> #rules::one_of(#value, &[#(#texts),*])),
        RuleKind::Each(inner) => {
            let item = Ident::new("item", Span::mixed_site());
            let mut inner: Vec<_> = inner.iter().collect();
            inner.sort_by_key(|rule| rule.cost());
            let checks = inner.into_iter().map(|rule| check_of(rule, &item));
            quote_spanned! {span=> #rules::each(#value, |#item| {
                #(#checks?;)*
                ::core::result::Result::Ok(())
            })}
        }
        RuleKind::Custom(path) => {
            let text = path.to_token_stream().to_string().replace(' ', "");
            quote_spanned!(span=> #rules::custom(#path(#value), #text))
        }
    }
}

fn option(expr: Option<&Expr>) -> TokenStream {
    option_at(expr, Span::call_site())
}

fn option_at(expr: Option<&Expr>, span: Span) -> TokenStream {
    expr.map_or_else(
        || quote_spanned!(span=> ::core::option::Option::None),
        |expr| quote_spanned!(span=> ::core::option::Option::Some(#expr)),
    )
}

/// Both bounds of an amount, as values that are allowed themselves.
fn amounts(Bounds { min, max, below_max }: &Bounds, span: Span) -> TokenStream {
    let min = option(min.as_ref());
    let max = match max {
        Some(max) if *below_max => {
            quote_spanned!(span=> ::core::option::Option::Some(::websocket_do::__private::protocol::rules::below(#max)))
        }
        max => option(max.as_ref()),
    };
    quote_spanned!(span=> ::websocket_do::__private::protocol::rules::bounds(#min, #max))
}

/// The description of a rule.
pub(super) fn describe(rule: &Rule) -> TokenStream {
    let schema = quote!(::websocket_do::__private::protocol::schema::Rule);
    let amount = |name: &str, bounds: &Bounds| {
        let (name, bounds) = (Ident::new(name, Span::call_site()), amounts(bounds, rule.span));
        quote!({
            let (min, max) = #bounds;
            #schema::#name { min, max }
        })
    };
    let float = |expr: &Option<Expr>| {
        let value = expr.as_ref().map(|expr| match number(expr) {
            Some(number) => quote!(#number),
            None => quote!((#expr) as f64),
        });
        value.map_or_else(|| quote!(::core::option::Option::None), |value| quote!(::core::option::Option::Some(#value)))
    };
    match &rule.kind {
        RuleKind::Len(bounds) => amount("Len", bounds),
        RuleKind::Bytes(bounds) => amount("Bytes", bounds),
        RuleKind::Range(Bounds { min, max, below_max }) => {
            let (min, max) = (float(min), float(max));
            quote!(#schema::Range { min: #min, max: #max, below_max: #below_max })
        }
        RuleKind::Pattern(pattern) => quote!(#schema::Pattern(#pattern)),
        RuleKind::OneOf(texts) => quote!(#schema::OneOf(&[#(#texts),*])),
        RuleKind::Each(inner) => {
            let inner = inner.iter().map(describe);
            quote!(#schema::Each(&[#(#inner),*]))
        }
        RuleKind::Custom(path) => {
            let text = path.to_token_stream().to_string().replace(' ', "");
            quote!(#schema::Custom(#text))
        }
    }
}
