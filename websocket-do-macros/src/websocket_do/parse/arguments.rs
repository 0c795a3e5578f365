//! The arguments of the attribute. They are parsed by hand, as `darling` reads expressions, and `session` is a type: `Vec<u32>`, `()`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{
    Error, Expr, ExprLit, Ident, Lit, LitInt, LitStr, Path, Token, Type, TypePath,
    ext::IdentExt,
    parse::{ParseStream, Parser, discouraged::Speculative},
    spanned::Spanned,
};

use crate::{diagnostics::combined, websocket_do::model::Format};

/// The names of all arguments.
const NAMES: [&str; 9] =
    ["client", "session", "state", "name", "binding", "format", "max_message", "handler_timeout", "max_concurrent"];

/// `#[websocket_do(client = ClientMessage, session = Member, format = json)]`.
pub(in super::super) struct Arguments {
    pub(in super::super) client: Path,
    pub(in super::super) session: Type,
    pub(in super::super) states: Vec<Type>,
    pub(in super::super) name: Option<LitStr>,
    pub(in super::super) binding: Option<LitStr>,
    pub(in super::super) format: Option<Format>,
    pub(in super::super) max_message: Option<Expr>,
    pub(in super::super) handler_timeout: Option<Timeout>,
    pub(in super::super) max_concurrent: Option<Expr>,
}

/// The value of `handler_timeout`.
pub(in super::super) enum Timeout {
    /// An integer literal.
    Seconds(LitInt),
    /// An expression of type `Duration`.
    Duration(Expr),
}

/// The arguments that the fallback for a room with errors needs, as far as they are known.
#[derive(Default)]
pub(in super::super) struct Known {
    pub(in super::super) client: Option<Path>,
    pub(in super::super) session: Option<Type>,
    pub(in super::super) states: Vec<Type>,
}

impl Arguments {
    pub(in super::super) fn known(&self) -> Known {
        Known { client: Some(self.client.clone()), session: Some(self.session.clone()), states: self.states.clone() }
    }
}

pub(in super::super) fn parse(arguments: TokenStream) -> Result<Arguments, Box<(Known, Error)>> {
    let mut found = Found::default();
    if let Err(error) = (|input: ParseStream<'_>| found.read(input)).parse2(arguments) {
        found.errors.push(error);
    }
    // A missing name may be the one that is misspelt.
    if found.errors.is_empty() {
        let missing = |name| Error::new(Span::call_site(), format!("missing `{name}`; write `{name} = …`"));
        found.errors.extend(found.known.client.is_none().then(|| missing("client")));
        found.errors.extend(found.known.session.is_none().then(|| missing("session")));
    }
    match (found.known, combined(found.errors)) {
        (Known { client: Some(client), session: Some(session), states }, None) => {
            let Found { name, binding, format, max_message, handler_timeout, max_concurrent, .. } = found;
            Ok(Arguments {
                client,
                session,
                states,
                name,
                binding,
                format,
                max_message,
                handler_timeout,
                max_concurrent,
            })
        }
        (known, errors) => {
            let errors = errors.unwrap_or_else(|| Error::new(Span::call_site(), "missing `client` and `session`"));
            Err(Box::new((known, errors)))
        }
    }
}

/// The arguments read so far.
#[derive(Default)]
struct Found {
    known: Known,
    name: Option<LitStr>,
    binding: Option<LitStr>,
    format: Option<Format>,
    max_message: Option<Expr>,
    handler_timeout: Option<Timeout>,
    max_concurrent: Option<Expr>,
    names: Vec<String>,
    errors: Vec<Error>,
}

impl Found {
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            let name = Ident::parse_any(input)?;
            self.once(&name);
            input.parse::<Token![=]>()?;
            match name.to_string().as_str() {
                "client" => self.known.client = Some(client(input.parse()?)?),
                "session" => self.known.session = Some(input.parse()?),
                "state" => self.known.states = states(input.parse()?),
                "name" => match class_name(input.parse()?) {
                    Ok(name) => self.name = Some(name),
                    Err(error) => self.errors.push(error),
                },
                "binding" => match binding(input.parse()?) {
                    Ok(binding) => self.binding = Some(binding),
                    Err(error) => self.errors.push(error),
                },
                "format" => match format(&input.call(Ident::parse_any)?) {
                    Ok(format) => self.format = Some(format),
                    Err(error) => self.errors.push(error),
                },
                "max_message" => self.max_message = Some(input.parse()?),
                "handler_timeout" => self.handler_timeout = Some(timeout(input.parse()?)),
                "max_concurrent" => self.max_concurrent = Some(input.parse()?),
                _ => skip(input)?,
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    /// Reports an unknown name, and a duplicate one.
    fn once(&mut self, name: &Ident) {
        let text = name.to_string();
        if !NAMES.contains(&text.as_str()) {
            let near = NAMES.into_iter().find(|meant| strsim::damerau_levenshtein(&text, meant) <= meant.len() / 3);
            let instead = match near {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => {
                    format!("expected one of {}", NAMES.map(|name| format!("`{name}`")).join(", "))
                }
            };
            self.errors.push(Error::new(name.span(), format!("unknown attribute `{text}`; {instead}")));
        } else if self.names.contains(&text) {
            self.errors.push(Error::new(name.span(), format!("duplicate `{text}`; write it once")));
        }
        self.names.push(text);
    }
}

/// A path, with which the patterns of the match begin.
fn client(ty: Type) -> syn::Result<Path> {
    match ty {
        Type::Path(TypePath { qself: None, path, .. }) => Ok(path),
        other => Err(Error::new_spanned(other, "expected the path of a message enum; write `client = ClientMessage`")),
    }
}

/// The types of `state = Accounts` or `state = (Accounts, Mailer)`.
fn states(ty: Type) -> Vec<Type> {
    match ty {
        Type::Tuple(tuple) => tuple.elems.into_iter().collect(),
        ty => vec![ty],
    }
}

/// The name of the exported class, which must be an identifier of JavaScript.
fn class_name(value: Expr) -> syn::Result<LitStr> {
    let Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) = value else {
        return Err(Error::new_spanned(value, "expected a string; write `name = \"ChatRoom\"`"));
    };
    let text = name.value();
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_' || letter == '$';
    let is_identifier =
        text.starts_with(is_letter) && text.chars().all(|letter| is_letter(letter) || letter.is_ascii_digit());
    if !is_identifier {
        let message = format!("`{text}` is not the name of a JavaScript class; write letters, digits and `_`");
        return Err(Error::new(name.span(), message));
    }
    if RESERVED.contains(&text.as_str()) {
        return Err(Error::new(name.span(), format!("`{text}` is reserved in JavaScript; write another name")));
    }
    Ok(name)
}

/// The reserved words of JavaScript modules, and names that a Worker's module exports itself.
const RESERVED: [&str; 50] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "fetch",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "queue",
    "return",
    "scheduled",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
];

fn binding(value: Expr) -> syn::Result<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) if name.value().is_empty() => {
            Err(Error::new(name.span(), "empty binding; write its name in `wrangler.toml`"))
        }
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Ok(name),
        other => Err(Error::new_spanned(other, "expected a string; write `binding = \"CHAT_ROOM\"`")),
    }
}

fn format(name: &Ident) -> syn::Result<Format> {
    match name.to_string().as_str() {
        "json" => Ok(Format::Json),
        "msgpack" => Ok(Format::MessagePack),
        _ => Err(Error::new(name.span(), "unknown format; write `format = json` or `format = msgpack`")),
    }
}

impl Timeout {
    /// Where it was written, and an expression of type `Duration`.
    pub(in super::super) fn duration(&self) -> (Span, TokenStream) {
        match self {
            Self::Seconds(seconds) => (seconds.span(), quote!(::core::time::Duration::from_secs(#seconds))),
            Self::Duration(duration) => (duration.span(), quote!(#duration)),
        }
    }
}

fn timeout(value: Expr) -> Timeout {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(seconds), .. }) => Timeout::Seconds(seconds),
        duration => Timeout::Duration(duration),
    }
}

/// Skips the value of an unknown argument: a type or an expression.
fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    let ahead = input.fork();
    if ahead.parse::<Type>().is_ok() {
        input.advance_to(&ahead);
        return Ok(());
    }
    input.parse::<Expr>().map(drop)
}
