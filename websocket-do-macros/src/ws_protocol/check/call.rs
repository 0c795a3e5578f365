//! Checks what makes variants calls, and the name of the id's field.

use darling::{Error, error::Accumulator};
use proc_macro2::Span;
use syn::LitStr;

use crate::ws_protocol::{
    model::{Call, Content, Side, Variant},
    parse::variant::VariantAttributes,
};

/// What to write instead of a field with the name of the id.
pub(in super::super) fn instead_of(id: &str) -> String {
    let other = if id == "requestId" { "callId" } else { "requestId" };
    format!("write `#[ws(rename = \"…\")]` on it, or another name of the id on the enum: `id = \"{other}\"`")
}

/// The other fields of the frames that answer calls.
const ANSWER_FIELDS: [&str; 4] = ["value", "error", "code", "path"];

/// Returns what makes a variant a call, if it has a `reply`.
pub(super) fn call(attributes: &VariantAttributes, errors: &mut Accumulator) -> Option<Call> {
    let VariantAttributes { reply, error, idempotent, .. } = attributes;
    if reply.is_none() {
        let others = [("error", error.as_ref().map(|(span, _)| *span)), ("idempotent", *idempotent)];
        for (name, span) in others {
            if let Some(span) = span {
                let message = format!(
                    "`{name}` is supported only on calls; write the type that answers the call too: `reply = Said`"
                );
                errors.push(Error::custom(message).with_span(&span));
            }
        }
    }
    let (_, reply) = reply.as_ref()?;
    let error = error.as_ref().map(|(_, error)| error.clone());
    Some(Call { reply: reply.clone(), error, idempotent: idempotent.is_some() })
}

/// Returns the name of the id's field, if there are calls, and reports conflicts with it.
pub(super) fn id(
    id: Option<LitStr>,
    tag: &LitStr,
    variants: &[Variant],
    side: Option<&Side>,
    errors: &mut Accumulator,
) -> Option<LitStr> {
    let mut calls = variants.iter().filter(|variant| variant.call.is_some()).peekable();
    if let Some(Side::Server) = side {
        for Call { reply, .. } in calls.by_ref().filter_map(|variant| variant.call.as_ref()) {
            let message =
                "`reply` is supported only on the messages of clients; write it in the enum with `#[ws(client, …)]`";
            errors.push(Error::custom(message).with_span(reply));
        }
    }
    if calls.peek().is_none() {
        if let Some(id) = id {
            let message = "`id` has no use without a call; write `#[ws(reply = …)]` on a variant of a client enum";
            errors.push(Error::custom(message).with_span(&id));
        }
        return None;
    }
    let written = id.is_some();
    let id = id.unwrap_or_else(|| LitStr::new("id", Span::call_site()));
    let name = id.value();
    let conflict = match name.as_str() {
        "" => Some("the name of the id's field is empty; write another name".to_owned()),
        name if name == tag.value() => Some(format!("`{name}` conflicts with the tag; write another name")),
        name if ANSWER_FIELDS.contains(&name) => {
            Some(format!("`{name}` conflicts with a field of the frames that answer calls; write another name"))
        }
        _ => None,
    };
    if let Some(message) = conflict {
        let span = if written { id.span() } else { tag.span() };
        errors.push(Error::custom(message).with_span(&span));
    }
    for variant in variants {
        let Content::Fields(fields) = &variant.content else { continue };
        for field in fields
            .iter()
            .filter(|field| [&field.name].into_iter().chain(&field.aliases).any(|taken| taken.value() == name))
        {
            let instead = instead_of(&name);
            let message = format!("the field's wire name `{name}` conflicts with the id of calls; {instead}");
            errors.push(Error::custom(message).with_span(&field.ident));
        }
    }
    Some(id)
}
