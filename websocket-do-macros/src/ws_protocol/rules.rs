//! Rules: from attributes to the model, and from the model to checks and descriptions.

use darling::{Error, error::Accumulator};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Expr, ExprLit, ExprRange, Ident, Lit, Meta, RangeLimits, spanned::Spanned};

use super::{
    model::{Bounds, Rule, RuleKind},
    parse::{FieldAttributes, Rules},
};

/// The rules of a field, in the order they are written.
pub(super) fn check(found: &FieldAttributes, attributes: &[Attribute], errors: &mut Accumulator) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut add = |name: &str, fallback: Span, kind: Option<RuleKind>| {
        let (position, span) = keyword(attributes, name).unwrap_or((0, fallback));
        rules.extend(kind.map(|kind| (position, Rule { span, kind })));
    };
    if let Some(expr) = &found.len {
        add("len", expr.span(), errors.handle(bounds(expr)).map(RuleKind::Len));
    }
    if let Some(expr) = &found.bytes {
        add("bytes", expr.span(), errors.handle(bounds(expr)).map(RuleKind::Bytes));
    }
    if let Some(expr) = &found.range {
        add("range", expr.span(), errors.handle(bounds(expr)).map(RuleKind::Range));
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
        add("pattern", pattern.span(), kind);
    }
    if let Some(texts) = &found.one_of {
        add("one_of", Span::call_site(), Some(RuleKind::OneOf(texts.0.clone())));
    }
    if let Some(Rules(inner)) = &found.each {
        if inner.rename.is_some() {
            errors.push(Error::custom("an item has no name; write `rename` on the field"));
        }
        // The inner rules keep the spans of their own values.
        add("each", Span::call_site(), Some(RuleKind::Each(check(inner, &[], errors))));
    }
    if let Some(path) = &found.custom {
        add("custom", path.span(), Some(RuleKind::Custom(path.clone())));
    }
    rules.sort_by_key(|(position, _)| *position);
    rules.into_iter().map(|(_, rule)| rule).collect()
}

/// Where the word `name` stands in `#[ws(…)]`: the how manieth word, and its place in the source.
fn keyword(attributes: &[Attribute], name: &str) -> Option<(usize, Span)> {
    let ws = attributes.iter().filter(|attribute| attribute.path().is_ident("ws"));
    let words = ws.flat_map(|attribute| match &attribute.meta {
        Meta::List(list) => list.tokens.clone().into_iter().collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    words.enumerate().find(|(_, word)| word.to_string() == name).map(|(position, word)| (position, word.span()))
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

/// The value of a literal, as near as an error needs it.
fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => float.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => number(&unary.expr).map(|number| -number),
        _ => None,
    }
}

/// The check of `value`, an expression of type `Result<(), Rejection>`, reported at the rule where it doesn't fit.
pub(super) fn check_of(rule: &Rule, value: &Ident) -> TokenStream {
    let value = Ident::new(&value.to_string(), value.span().located_at(rule.span));
    // All of the call is the macro's own, and stands at the rule: rustc reports there.
    let span = Span::mixed_site().located_at(rule.span);
    let rules = quote_spanned!(span=> ::websocket_do::__private::protocol::rules);
    match &rule.kind {
        RuleKind::Len(bounds) => {
            let bounds = amounts(bounds);
            quote_spanned!(span=> #rules::len(#value, const { #bounds }))
        }
        RuleKind::Bytes(bounds) => {
            let bounds = amounts(bounds);
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
            let checks = inner.iter().map(|rule| check_of(rule, &item));
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
fn amounts(Bounds { min, max, below_max }: &Bounds) -> TokenStream {
    let min = option(min.as_ref());
    let max = match max {
        Some(max) if *below_max => {
            quote!(::core::option::Option::Some(::websocket_do::__private::protocol::rules::below(#max)))
        }
        max => option(max.as_ref()),
    };
    quote!(::websocket_do::__private::protocol::rules::bounds(#min, #max))
}

/// The description of a rule.
pub(super) fn describe(rule: &Rule) -> TokenStream {
    let schema = quote!(::websocket_do::__private::protocol::schema::Rule);
    let amount = |name: &str, bounds: &Bounds| {
        let (name, bounds) = (Ident::new(name, Span::call_site()), amounts(bounds));
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
