//! Checks the parsed impl block and returns a [`Room`]. All errors are collected, each at the token that it concerns.

mod message;
mod route;
mod signature;
mod stub;
pub(super) mod timer;

use proc_macro2::Span;
use syn::{Error, Ident, ImplItem, ImplItemFn, LitStr, Result, Type, ext::IdentExt, spanned::Spanned};

use super::{
    model::{Fallback, Format, Hook, MessageHandler, Room, Route, Timer},
    parse::{
        Handler, Input,
        arguments::{self, Timeout},
        kind::{Arguments, Form, Kind},
    },
};
use crate::{diagnostics::combined, names::screaming_snake};

pub(super) fn check<'a>(arguments: &'a arguments::Arguments, input: &'a Input) -> Result<Room<'a>> {
    let mut errors = input.misspelt.clone();
    let name = room_name(input, &mut errors);
    errors.extend(input.item.items.iter().filter_map(reserved_name));
    let handlers = Handlers::check(&input.item.self_ty, &input.handlers, &mut errors);
    timer::constants(&input.item.items, &handlers.timers, &mut errors);
    route::conflicts(&handlers.routes, &mut errors);
    if let (Some(Format::MessagePack), Some(hook)) = (arguments.format, handlers.hook(Kind::Binary)) {
        let message =
            "`#[binary]` conflicts with `format = msgpack`, where binary frames are messages; remove one of the two";
        errors.push(Error::new(hook.method.name.span(), message));
    }
    let connect = handlers.hook(Kind::Connect).cloned();
    if !input.handlers.iter().any(|handler| handler.form.kind == Kind::Connect) {
        errors.push(missing_connect(input.item.self_ty.span()));
    }
    let Handlers { hooks, messages, timers, routes, fallback } = handlers;
    match (name, connect, combined(errors)) {
        (Some(name), Some(connect), None) => Ok(Room {
            ty: &input.item.self_ty,
            binding: binding(arguments, &name),
            class: class(arguments, &name),
            name,
            client: &arguments.client,
            session: &arguments.session,
            states: &arguments.states,
            format: arguments.format,
            max_message: arguments.max_message.as_ref(),
            handler_timeout: arguments.handler_timeout.as_ref().map(Timeout::duration),
            max_concurrent: arguments.max_concurrent.as_ref(),
            connect,
            hooks,
            messages,
            timers,
            routes,
            fallback: fallback.into_iter().next(),
        }),
        (_, _, errors) => Err(errors.unwrap_or_else(|| missing_connect(Span::call_site()))),
    }
}

fn missing_connect(span: Span) -> Error {
    let signature = Form::of_kind(Kind::Connect).map_or("", |form| form.signature);
    Error::new(span, format!("missing `#[connect]` handler; write `#[connect] {signature} {{ … }}`"))
}

/// Returns the name of the type, under which its class is exported.
fn room_name(input: &Input, errors: &mut Vec<Error>) -> Option<Ident> {
    let item = &input.item;
    if let Some((path, _)) = &item.trait_ {
        let message = "handlers are not supported in the impl of a trait; write `impl Room { … }`";
        errors.push(Error::new_spanned(path, message));
    }
    if !item.generics.params.is_empty() {
        let message = "generic rooms are not supported, as the class is exported by name; write a type for each room";
        errors.push(Error::new_spanned(&item.generics, message));
    }
    match &*item.self_ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last().map(|segment| segment.ident.clone()),
        other => {
            errors.push(Error::new_spanned(other, "expected the name of a struct or enum; write `impl Room { … }`"));
            None
        }
    }
}

/// The name of the class: the attribute's `name`, or the name of the type.
fn class(arguments: &arguments::Arguments, room: &Ident) -> String {
    arguments.name.as_ref().map_or_else(|| room.unraw().to_string(), LitStr::value)
}

/// The name of the binding: the attribute's `binding`, or the name of the class.
fn binding(arguments: &arguments::Arguments, room: &Ident) -> String {
    arguments.binding.as_ref().map_or_else(|| screaming_snake(&class(arguments, room)), LitStr::value)
}

/// Reports a method that is called like a generated function. That function exists on wasm32; its name is reserved on every
/// target.
fn reserved_name(item: &ImplItem) -> Option<Error> {
    let ImplItem::Fn(ImplItemFn { sig, .. }) = item else { return None };
    let message = "`namespace` conflicts with the generated function of this name; write another name";
    (sig.ident == "namespace").then(|| Error::new(sig.ident.span(), message))
}

#[derive(Default)]
struct Handlers {
    hooks: Vec<(Kind, Hook)>,
    messages: Vec<MessageHandler>,
    timers: Vec<Timer>,
    routes: Vec<Route>,
    /// At most one, unless there are errors.
    fallback: Vec<Fallback>,
}

impl Handlers {
    fn check(room: &Type, handlers: &[Handler], errors: &mut Vec<Error>) -> Self {
        let mut checked = Self::default();
        for handler in handlers {
            for extra in &handler.extra {
                let message = "duplicate handler attribute; write a method for each";
                errors.push(Error::new_spanned(extra.path(), message));
            }
            let error = checked.add(room, handler, errors).err();
            errors.extend(error);
        }
        let Self { hooks, messages, timers, fallback, .. } = &checked;
        let attribute = |kind| Form::of_kind(kind).map_or("", |form| form.attribute).to_owned();
        once(hooks, |(kind, _)| attribute(*kind), |(_, hook)| &hook.method.name, errors);
        once(messages, |handler| handler.variant.to_string(), |handler| &handler.method.name, errors);
        once(timers, |timer| timer.name.value(), |timer| &timer.handler.method.name, errors);
        once(fallback, |_| attribute(Kind::Fallback), |fallback| &fallback.handler.method.name, errors);
        checked
    }

    fn add(&mut self, room: &Type, handler: &Handler, errors: &mut Vec<Error>) -> Result<()> {
        let kind = handler.form.kind;
        match handler.form.arguments {
            Arguments::Exactly(count) => self.hooks.push((kind, signature::hook(handler, count, false)?)),
            Arguments::AfterRoom(count) | Arguments::Sync(count) | Arguments::Associated(count) => {
                self.hooks.push((kind, signature::hook(handler, count, true)?));
            }
            Arguments::Message => self.messages.push(message::message(handler)?),
            Arguments::Timer => self.timers.push(timer::timer(handler)?),
            Arguments::Route => self.routes.push(route::route(room, handler, errors)?),
            Arguments::Fallback => self.fallback.push(route::fallback(handler)?),
        }
        Ok(())
    }

    fn hook(&self, kind: Kind) -> Option<&Hook> {
        self.hooks.iter().find(|(found, _)| *found == kind).map(|(_, hook)| hook)
    }
}

/// Reports items with the same key as an item before them.
fn once<T>(items: &[T], key: impl Fn(&T) -> String, name: impl Fn(&T) -> &Ident, errors: &mut Vec<Error>) {
    for (index, item) in items.iter().enumerate() {
        if let Some(first) = items.iter().take(index).find(|first| key(first) == key(item)) {
            let (key, first) = (key(item), name(first));
            let message = format!("duplicate handler of `{key}`, which `{first}` handles; remove one of the two");
            errors.push(Error::new(name(item).span(), message));
        }
    }
}
