//! From what the user wrote to a [`Room`]: all mistakes are collected, each at the token where it stands.

use proc_macro2::Span;
use syn::{
    Attribute, Error, FnArg, Ident, ImplItem, ImplItemFn, LitStr, Pat, PatIdent, PatType, Receiver, ReceiverKind,
    Result, Type, ext::IdentExt, parse::ParseStream, spanned::Spanned, token,
};

use super::{
    arguments,
    model::{Fields, Hook, MessageHandler, Method, Room},
    parse::{Input, Marked},
    route::{conflicts, route},
    timer::{constants, timer},
};
use crate::names::screaming_snake;

/// What a hook looks like, by its name: the arguments after `&self`, and whether the room may stand before them.
const HOOKS: [(&str, usize, bool, &str); 9] = [
    ("connect", 1, true, "async fn connect(&self, upgrade: &Upgrade) -> Result<Data, HttpError>"),
    ("open", 1, false, "fn open(&self, session: &Session<Self>) -> Result<()>"),
    ("binary", 2, false, "fn binary(&self, session: &Session<Self>, bytes: Vec<u8>) -> Result<()>"),
    ("protocol_error", 2, false, "fn protocol_error(&self, session: &Session<Self>, frame: &Frame) -> Result<()>"),
    ("invalid", 2, false, "fn invalid(&self, session: &Session<Self>, why: &ValidationError) -> Result<()>"),
    ("error", 2, false, "fn error(&self, session: &Session<Self>, error: &Error) -> Result<()>"),
    ("close", 2, false, "fn close(&self, session: &Session<Self>, how: &Closed) -> Result<()>"),
    ("migrate", 1, true, "fn migrate(&self, failure: &PreviousSession) -> Result<Data, Close>"),
    ("new", 0, true, "fn new(room: &Room<Self>) -> Self"),
];

pub(super) fn check<'a>(arguments: &'a arguments::Arguments, input: &'a Input) -> Result<Room<'a>> {
    let mut errors = input.misspelt.clone();
    let name = room_name(input, &mut errors);
    errors.extend(input.item.items.iter().filter_map(own_namespace));
    let mut hooks = Vec::<(&str, Hook)>::new();
    let (mut messages, mut timers, mut routes) = (Vec::new(), Vec::new(), Vec::new());
    for marked in &input.handlers {
        one_attribute(marked, &mut errors);
        let kind = marked.attribute.path().get_ident().map(ToString::to_string).unwrap_or_default();
        let checked = match kind.as_str() {
            "message" => message(marked).map(|handler| messages.push(handler)),
            "timer" => timer(marked).map(|timer| timers.push(timer)),
            verb @ ("get" | "post" | "put" | "patch" | "delete") => {
                route(marked, &verb.to_uppercase(), &mut errors).map(|route| routes.push(route))
            }
            _ => hook(marked, &kind).map(|found| hooks.push(found)),
        };
        errors.extend(checked.err());
    }
    once(&hooks, |(kind, _)| (*kind).to_owned(), |(_, hook)| &hook.method.name, &mut errors);
    once(&messages, |handler| handler.variant.to_string(), |handler| &handler.method.name, &mut errors);
    once(&timers, |timer| timer.name.value(), |timer| &timer.handler.method.name, &mut errors);
    constants(&input.item.items, &timers, &mut errors);
    conflicts(&routes, &mut errors);
    if let (Some(arguments::Format::MessagePack), Some((_, hook))) =
        (&arguments.format, hooks.iter().find(|(kind, _)| *kind == "binary"))
    {
        let message = "`binary` takes the raw bytes of JSON sessions, and the room fixes `format = msgpack`, where bytes are \
                       messages; remove one of the two";
        errors.push(Error::new(hook.method.name.span(), message));
    }
    let find = |kind| hooks.iter().find(|(found, _)| *found == kind).map(|(_, hook)| hook.clone());
    let connect = find("connect");
    if connect.is_none() && !input.handlers.iter().any(|marked| marked.attribute.path().is_ident("connect")) {
        let message = format!("the room lets nobody in; write `#[connect] {} {{ … }}`", example("connect"));
        errors.push(Error::new(input.item.self_ty.span(), message));
    }
    match (name, connect, combined(errors)) {
        (Some(name), Some(connect), None) => Ok(Room {
            ty: &input.item.self_ty,
            binding: binding(arguments, &name),
            name,
            client: &arguments.client,
            session: &arguments.session,
            format: arguments.format.as_ref(),
            max_message: arguments.max_message.as_ref(),
            handler_timeout: arguments.handler_timeout.as_ref(),
            new: find("new"),
            connect,
            open: find("open"),
            binary: find("binary"),
            protocol_error: find("protocol_error"),
            invalid: find("invalid"),
            error: find("error"),
            close: find("close"),
            migrate: find("migrate"),
            messages,
            timers,
            routes,
        }),
        (_, _, errors) => Err(errors.unwrap_or_else(|| Error::new(Span::call_site(), "the room cannot be understood"))),
    }
}

fn combined(errors: Vec<Error>) -> Option<Error> {
    errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    })
}

/// The class is exported under the type's own name, so there must be one, without generics.
fn room_name(input: &Input, errors: &mut Vec<Error>) -> Option<Ident> {
    let item = &input.item;
    if let Some((path, _)) = &item.trait_ {
        errors.push(Error::new_spanned(
            path,
            "handlers stand in an impl block of the room itself; write `impl Room { … }`",
        ));
    }
    if !item.generics.params.is_empty() {
        let message = "a room cannot be generic: its class is exported by name; write a type for each room";
        errors.push(Error::new_spanned(&item.generics, message));
    }
    match &*item.self_ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last().map(|segment| segment.ident.clone()),
        other => {
            errors.push(Error::new_spanned(other, "a room is a struct or enum of your own; write its name"));
            None
        }
    }
}

/// The name of the binding in `wrangler.toml`; of the type, where the attribute has none.
fn binding(arguments: &arguments::Arguments, room: &Ident) -> String {
    arguments.binding.as_ref().map_or_else(|| screaming_snake(&room.unraw().to_string()), LitStr::value)
}

/// The generated function has this name on wasm32; it is reserved on every target.
fn own_namespace(item: &ImplItem) -> Option<Error> {
    let ImplItem::Fn(ImplItemFn { sig, .. }) = item else { return None };
    let message = "`namespace` conflicts with the function that gives Workers the room's stubs; write another name";
    (sig.ident == "namespace").then(|| Error::new(sig.ident.span(), message))
}

fn one_attribute(marked: &Marked, errors: &mut Vec<Error>) {
    for extra in &marked.extra {
        let message = "the method is a handler already; write a method for each";
        errors.push(Error::new_spanned(extra.path(), message));
    }
}

/// Reports everything that comes a second time under the same key.
fn once<T>(items: &[T], key: impl Fn(&T) -> String, name: impl Fn(&T) -> &Ident, errors: &mut Vec<Error>) {
    for (index, item) in items.iter().enumerate() {
        if let Some(first) = items.iter().take(index).find(|first| key(first) == key(item)) {
            let message = format!("`{}` already has the handler `{}`; remove one of the two", key(item), name(first));
            errors.push(Error::new(name(item).span(), message));
        }
    }
}

pub(super) fn method(method: &ImplItemFn) -> Method {
    let is_cfg = |attribute: &&Attribute| attribute.path().is_ident("cfg");
    Method {
        name: method.sig.ident.clone(),
        is_async: method.sig.asyncness.is_some(),
        cfgs: method.attrs.iter().filter(is_cfg).cloned().collect(),
    }
}

/// The arguments of a method after `&self`.
pub(super) struct Arguments<'a>(Vec<(&'a Pat, &'a Type)>);

impl<'a> Arguments<'a> {
    /// # Errors
    /// Where the method does not take `&self`.
    pub(super) fn of(method: &'a ImplItemFn) -> Result<Self> {
        let name = &method.sig.ident;
        match method.sig.inputs.first() {
            Some(FnArg::Receiver(Receiver { kind: ReceiverKind::Reference(_, _, None), .. })) => {}
            Some(FnArg::Receiver(receiver)) => {
                let message = "a handler takes `&self`, as others may run while it waits; \
                               write `&self` and keep what changes in a `Cell` or `RefCell`";
                return Err(Error::new_spanned(receiver, message));
            }
            _ => return Err(Error::new(name.span(), format!("a handler takes `&self`; write `fn {name}(&self, …)`"))),
        }
        Ok(Self::all(method))
    }

    fn all(method: &'a ImplItemFn) -> Self {
        let typed = |input: &'a FnArg| match input {
            FnArg::Typed(PatType { pat, ty, .. }) => Some((&**pat, &**ty)),
            FnArg::Receiver(_) => None,
        };
        Self(method.sig.inputs.iter().filter_map(typed).collect())
    }
}

/// Whether the first argument is the room, which is the only one that a handler borrows; and those after it.
pub(super) fn takes_room<'a>(arguments: Arguments<'a>) -> (impl Iterator<Item = (&'a Pat, &'a Type)> + use<'a>, bool) {
    let takes_room = matches!(arguments.0.first(), Some((_, Type::Reference(_))));
    (arguments.0.into_iter().skip(usize::from(takes_room)), takes_room)
}

fn example(kind: &str) -> &'static str {
    HOOKS.iter().find(|(name, ..)| *name == kind).map_or("", |(.., example)| *example)
}

fn hook(marked: &Marked, kind: &str) -> Result<(&'static str, Hook)> {
    let Some(&(kind, count, may_take_room, example)) = HOOKS.iter().find(|(name, ..)| *name == kind) else {
        return Err(Error::new_spanned(&marked.attribute, "no handler is called so"));
    };
    marked.attribute.meta.require_path_only()?;
    let signature = &marked.method.sig;
    if let (true, Some(asyncness)) = (matches!(kind, "new" | "migrate"), &signature.asyncness) {
        return Err(Error::new_spanned(asyncness, format!("`{kind}` cannot wait; write `{example}`")));
    }
    let arguments = if kind == "new" { Arguments::all(&marked.method) } else { Arguments::of(&marked.method)? };
    let takes_room = match arguments.0.len().checked_sub(count) {
        Some(0) => false,
        Some(1) if may_take_room => true,
        _ => {
            let message = format!("`{kind}` takes other arguments; write `{example}`");
            return Err(Error::new(signature.ident.span(), message));
        }
    };
    Ok((kind, Hook { method: method(&marked.method), takes_room }))
}

fn message(marked: &Marked) -> Result<MessageHandler> {
    let name = &marked.method.sig.ident;
    let (variant, is_newtype) = variant(&marked.attribute, name)?;
    let (inputs, takes_session) = takes_room(Arguments::of(&marked.method)?);
    if !takes_session {
        let message =
            format!("`{name}` does not take the session; write `fn {name}(&self, session: &Session<Self>, …)`");
        return Err(Error::new(name.span(), message));
    }
    let mut fields = inputs.map(|(pattern, _)| field(pattern)).collect::<Result<Vec<_>>>()?;
    let fields = match (is_newtype, fields.len()) {
        (false, _) => Fields::Named(fields),
        (true, 1) => Fields::Inner(fields.remove(0).1),
        (true, _) => {
            let message =
                format!("a newtype variant has one value; write `fn {name}(&self, session: &Session<Self>, value: …)`");
            return Err(Error::new(name.span(), message));
        }
    };
    Ok(MessageHandler { method: method(&marked.method), variant, fields })
}

/// The variant of `#[message]`, `#[message(SetName)]` or, for a newtype variant, `#[message(Place(_))]`.
fn variant(attribute: &Attribute, method: &Ident) -> Result<(Ident, bool)> {
    if attribute.meta.require_path_only().is_ok() {
        let words = method.unraw().to_string();
        let camel: String = words.split('_').map(capitalised).collect();
        let variant = syn::parse_str::<Ident>(&camel).map_err(|_| {
            Error::new(method.span(), format!("`{words}` is not the name of a variant; write `#[message(Variant)]`"))
        })?;
        return Ok((Ident::new(&variant.to_string(), method.span()), false));
    }
    attribute.parse_args_with(|input: ParseStream<'_>| {
        let variant: Ident = input.parse()?;
        let is_newtype = input.peek(token::Paren);
        if is_newtype {
            let inner;
            syn::parenthesized!(inner in input);
            inner.parse::<syn::Token![_]>()?;
        }
        Ok((variant, is_newtype))
    })
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The field that an argument takes, and the argument's name. A leading underscore is only there to say that the field
/// is not used.
fn field(pattern: &Pat) -> Result<(Ident, Ident)> {
    match pattern {
        Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }) => {
            let name = ident.to_string();
            let field = match name.strip_prefix('_').map(syn::parse_str::<Ident>) {
                Some(Ok(field)) => Ident::new(&field.to_string(), ident.span()),
                _ => ident.clone(),
            };
            Ok((field, ident.clone()))
        }
        other => Err(Error::new_spanned(other, "an argument takes the field of its own name; write `field: Type`")),
    }
}
