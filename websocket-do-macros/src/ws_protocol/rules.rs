//! The rules of fields: their attributes, their checks and their descriptions. A new rule is added here: its name, its
//! [`RuleKind`], and an arm of each `match`.

use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprLit, ExprRange, Ident, Lit, LitStr, Meta, Path, RangeLimits, Type, UnOp};

use super::parse::{FieldAttributes, Strings};

/// The names of all rules in `#[ws(…)]`.
pub(super) const NAMES: [&str; 7] = ["len", "bytes", "range", "pattern", "one_of", "each", "custom"];

/// A rule, with the span of its name.
pub(super) struct Rule {
    span: Span,
    kind: RuleKind,
}

enum RuleKind {
    Len(Bounds),
    Bytes(Bounds),
    Range(Bounds),
    Pattern(LitStr),
    OneOf(Vec<LitStr>),
    Each(Vec<Rule>),
    /// A function, and its path as text.
    Custom(Path, String),
}

/// Both ends of a range.
struct Bounds {
    min: Option<Bound>,
    max: Option<Bound>,
    /// Whether `max` itself is excluded.
    below_max: bool,
}

/// An end of a range.
struct Bound {
    expr: Expr,
    /// The same as an `f64`.
    float: TokenStream,
}

/// How expensive a rule is to check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cost {
    /// A comparison, or one pass over a text.
    Bounded,
    /// A comparison for each item.
    Items,
    /// A regular expression.
    Pattern,
    /// A function of the user's.
    Custom,
}

impl Cost {
    /// All, the cheapest first.
    pub(super) const ALL: [Self; 4] = [Self::Bounded, Self::Items, Self::Pattern, Self::Custom];
}

impl Rule {
    /// Parses `len = 1..=50` or another rule. Returns `None` if the name is not that of a rule.
    pub(super) fn parse(meta: &Meta) -> Option<darling::Result<Self>> {
        let name = meta.path().get_ident()?;
        let kind = match name.to_string().as_str() {
            "len" => Expr::from_meta(meta).and_then(|expr| amount(&expr)).map(RuleKind::Len),
            "bytes" => Expr::from_meta(meta).and_then(|expr| amount(&expr)).map(RuleKind::Bytes),
            "range" => Expr::from_meta(meta).and_then(|expr| bounds(&expr)).map(RuleKind::Range),
            "pattern" => LitStr::from_meta(meta).and_then(pattern),
            "one_of" => Strings::from_meta(meta).map(|Strings(texts)| RuleKind::OneOf(texts)),
            "each" => each(meta),
            "custom" => Path::from_meta(meta).map(|path| {
                let text = path.to_token_stream().to_string().replace(' ', "");
                RuleKind::Custom(path, text)
            }),
            _ => return None,
        };
        Some(kind.map(|kind| Self { span: name.span(), kind }))
    }

    /// Returns the cost, which decides on the order of checks: all rules of one cost run before those of a higher one.
    pub(super) fn cost(&self) -> Cost {
        match &self.kind {
            RuleKind::Len(_) | RuleKind::Bytes(_) | RuleKind::Range(_) | RuleKind::OneOf(_) => Cost::Bounded,
            RuleKind::Each(inner) => inner.iter().map(Self::cost).max().unwrap_or(Cost::Items).max(Cost::Items),
            RuleKind::Pattern(_) => Cost::Pattern,
            RuleKind::Custom(..) => Cost::Custom,
        }
    }
}

fn pattern(pattern: LitStr) -> darling::Result<RuleKind> {
    match regex_lite::Regex::new(&pattern.value()) {
        Ok(_) => Ok(RuleKind::Pattern(pattern)),
        Err(error) => Err(Error::custom(format!("expected a regular expression: {error}")).with_span(&pattern)),
    }
}

/// `each(len = 1..=20, pattern = "…")`.
fn each(meta: &Meta) -> darling::Result<RuleKind> {
    let Meta::List(list) = meta else {
        return Err(Error::custom("expected rules; write `each(len = 1..=20)`").with_span(meta));
    };
    let FieldAttributes { rename, bytes_field, as_string, rules } = FieldAttributes::from_list(list)?;
    let mut errors = Error::accumulator();
    let rename = rename.map(|name| name.span());
    for (name, span) in [("rename", rename), ("bytes_field", bytes_field), ("as_string", as_string)] {
        if let Some(span) = span {
            let message = format!("`{name}` is not supported in `each`; write it on the field");
            errors.push(Error::custom(message).with_span(&span));
        }
    }
    errors.finish_with(RuleKind::Each(rules))
}

/// `1..=50`, `1..`, `..50`, or a single value.
fn bounds(expr: &Expr) -> darling::Result<Bounds> {
    let Expr::Range(ExprRange { start, end, limits, .. }) = expr else {
        return Ok(Bounds { min: Some(bound(expr)), max: Some(bound(expr)), below_max: false });
    };
    let (min, max) = (start.as_deref(), end.as_deref());
    let below_max = max.is_some() && matches!(limits, RangeLimits::HalfOpen(_));
    if min.is_none() && max.is_none() {
        return Err(Error::custom("the rule allows everything; write a bound, as in `1..=50`").with_span(expr));
    }
    if let (Some(least), Some(most)) = (min.and_then(number), max.and_then(number))
        && (least > most || (below_max && least >= most))
    {
        return Err(Error::custom("the rule allows nothing; write the smaller bound first").with_span(expr));
    }
    Ok(Bounds { min: min.map(bound), max: max.map(bound), below_max })
}

/// The same for a length, which is never negative.
fn amount(expr: &Expr) -> darling::Result<Bounds> {
    let found = bounds(expr)?;
    match found.max.as_ref().and_then(|max| number(&max.expr)) {
        Some(max) if max < f64::from(u8::from(found.below_max)) => {
            Err(Error::custom("the rule allows nothing; write a larger upper bound").with_span(expr))
        }
        _ => Ok(found),
    }
}

fn bound(expr: &Expr) -> Bound {
    let float = number(expr).map_or_else(|| quote!((#expr) as f64), |number| quote!(#number));
    Bound { expr: expr.clone(), float }
}

/// The value of a literal.
fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => float.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => number(&unary.expr).map(|number| -number),
        _ => None,
    }
}

/// Emits the check of a field's `value`. A custom function gets the value in an `Option`, and is not called for `None`.
pub(super) fn check_field(rule: &Rule, value: &Ident, ty: &Type) -> TokenStream {
    let check = check(rule, value);
    if !matches!(rule.kind, RuleKind::Custom(..)) {
        return check;
    }
    quote! {
        match __ws::probe::Optional::<#ty>::present(#value) {
            ::core::option::Option::Some(#value) => #check,
            ::core::option::Option::None => ::core::result::Result::Ok(()),
        }
    }
}

/// Emits the check of `value`, an expression of type `Result<(), ValidationError>`.
fn check(rule: &Rule, value: &Ident) -> TokenStream {
    let value = Ident::new(&value.to_string(), value.span().located_at(rule.span));
    // rustc reports a rule that does not fit the type at the span of the call, so that is the rule's.
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
            let (min, max) =
                (option(min.as_ref().map(|min| &min.expr), span), option(max.as_ref().map(|max| &max.expr), span));
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
            let checks = inner.into_iter().map(|rule| check(rule, &item));
            quote_spanned! {span=> #rules::each(#value, |#item| {
                #(#checks?;)*
                ::core::result::Result::Ok(())
            })}
        }
        RuleKind::Custom(path, text) => quote_spanned!(span=> #rules::custom(#path(#value), #text)),
    }
}

fn option(value: Option<impl ToTokens>, span: Span) -> TokenStream {
    value.map_or_else(
        || quote_spanned!(span=> ::core::option::Option::None),
        |value| quote_spanned!(span=> ::core::option::Option::Some(#value)),
    )
}

/// Emits both bounds of a length, as inclusive values.
fn amounts(Bounds { min, max, below_max }: &Bounds, span: Span) -> TokenStream {
    let min = option(min.as_ref().map(|min| &min.expr), Span::call_site());
    let max = match max {
        Some(Bound { expr: max, .. }) if *below_max => {
            quote_spanned!(span=> ::core::option::Option::Some(::websocket_do::__private::protocol::rules::below(#max)))
        }
        max => option(max.as_ref().map(|max| &max.expr), Span::call_site()),
    };
    quote_spanned!(span=> ::websocket_do::__private::protocol::rules::bounds(#min, #max))
}

/// Emits the description of a rule.
pub(super) fn describe(rule: &Rule) -> TokenStream {
    let schema = quote!(::websocket_do::__private::protocol::schema::Rule);
    let amount = |name: &str, bounds: &Bounds| {
        let (name, bounds) = (Ident::new(name, Span::call_site()), amounts(bounds, rule.span));
        quote!({
            let (min, max) = #bounds;
            #schema::#name { min, max }
        })
    };
    match &rule.kind {
        RuleKind::Len(bounds) => amount("Len", bounds),
        RuleKind::Bytes(bounds) => amount("Bytes", bounds),
        RuleKind::Range(Bounds { min, max, below_max }) => {
            let min = option(min.as_ref().map(|min| &min.float), Span::call_site());
            let max = option(max.as_ref().map(|max| &max.float), Span::call_site());
            quote!(#schema::Range { min: #min, max: #max, below_max: #below_max })
        }
        RuleKind::Pattern(pattern) => quote!(#schema::Pattern(#pattern)),
        RuleKind::OneOf(texts) => quote!(#schema::OneOf(&[#(#texts),*])),
        RuleKind::Each(inner) => {
            let inner = inner.iter().map(describe);
            quote!(#schema::Each(&[#(#inner),*]))
        }
        RuleKind::Custom(_, text) => quote!(#schema::Custom(#text)),
    }
}
