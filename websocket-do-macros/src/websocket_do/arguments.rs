//! The arguments of the attribute: `client`, `session`, `binding`, `format`, `max_message`, `handler_timeout`. Parsed by hand, as
//! `darling` takes expressions and `session` is a type: `Vec<u32>`, `()`.

use proc_macro2::{Span, TokenStream};
use syn::{
    Error, Expr, ExprLit, Ident, Lit, LitInt, LitStr, Path, Token, Type, TypePath,
    ext::IdentExt,
    parse::{ParseStream, Parser, discouraged::Speculative},
};

/// What there is to say.
const NAMES: [&str; 6] = ["client", "session", "binding", "format", "max_message", "handler_timeout"];

/// `#[websocket_do(client = ClientMessage, session = Member, format = json)]`.
pub(super) struct Arguments {
    pub(super) client: Path,
    pub(super) session: Type,
    pub(super) binding: Option<LitStr>,
    pub(super) format: Option<Format>,
    pub(super) max_message: Option<Expr>,
    pub(super) handler_timeout: Option<Timeout>,
}

/// The value of `handler_timeout`.
pub(super) enum Timeout {
    /// An integer literal.
    Seconds(LitInt),
    /// An expression of type `Duration`.
    Duration(Expr),
}

/// The format that a room fixes.
pub(super) enum Format {
    Json,
    MessagePack,
}

/// What is known of the arguments, right or wrong.
#[derive(Default)]
pub(super) struct Known {
    pub(super) client: Option<Path>,
    pub(super) session: Option<Type>,
}

impl Arguments {
    pub(super) fn known(&self) -> Known {
        Known { client: Some(self.client.clone()), session: Some(self.session.clone()) }
    }
}

pub(super) fn parse(arguments: TokenStream) -> Result<Arguments, Box<(Known, Error)>> {
    let mut found = Found::default();
    if let Err(error) = (|input: ParseStream<'_>| found.read(input)).parse2(arguments) {
        found.errors.push(error);
    }
    // What is missing is not told beside a word that may be its misspelling.
    if found.errors.is_empty() {
        let missing = |name| Error::new(Span::call_site(), format!("`{name}` is missing; write `{name} = …`"));
        found.errors.extend(found.known.client.is_none().then(|| missing("client")));
        found.errors.extend(found.known.session.is_none().then(|| missing("session")));
    }
    let errors = found.errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    });
    match (found.known, errors) {
        (Known { client: Some(client), session: Some(session) }, None) => {
            let Found { binding, format, max_message, handler_timeout, .. } = found;
            Ok(Arguments { client, session, binding, format, max_message, handler_timeout })
        }
        (known, errors) => {
            let errors = errors.unwrap_or_else(|| Error::new(Span::call_site(), "the arguments cannot be understood"));
            Err(Box::new((known, errors)))
        }
    }
}

/// What was found so far.
#[derive(Default)]
struct Found {
    known: Known,
    binding: Option<LitStr>,
    format: Option<Format>,
    max_message: Option<Expr>,
    handler_timeout: Option<Timeout>,
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
                _ => skip(input)?,
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    /// Tells of a name that there is not, and of one that stands there twice.
    fn once(&mut self, name: &Ident) {
        let text = name.to_string();
        if !NAMES.contains(&text.as_str()) {
            let near = NAMES.into_iter().find(|meant| strsim::damerau_levenshtein(&text, meant) <= meant.len() / 3);
            let instead = match near {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => {
                    "there are `client`, `session`, `binding`, `format`, `max_message` and `handler_timeout`".to_owned()
                }
            };
            self.errors.push(Error::new(name.span(), format!("unknown attribute `{text}`; {instead}")));
        } else if self.names.contains(&text) {
            self.errors.push(Error::new(name.span(), format!("`{text}` stands there twice; write it once")));
        }
        self.names.push(text);
    }
}

/// The enum is named by its path, which patterns begin with.
fn client(ty: Type) -> syn::Result<Path> {
    match ty {
        Type::Path(TypePath { qself: None, path, .. }) => Ok(path),
        other => Err(Error::new_spanned(other, "not a message enum; write its path, as in `client = ClientMessage`")),
    }
}

fn binding(value: Expr) -> syn::Result<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) if name.value().is_empty() => {
            Err(Error::new(name.span(), "the name of the binding is empty; write it as `wrangler.toml` has it"))
        }
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Ok(name),
        other => Err(Error::new_spanned(other, "not a string; write `binding = \"CHAT_ROOM\"`")),
    }
}

fn format(name: &Ident) -> syn::Result<Format> {
    match name.to_string().as_str() {
        "json" => Ok(Format::Json),
        "msgpack" => Ok(Format::MessagePack),
        _ => Err(Error::new(name.span(), "unknown format; write `format = json` or `format = msgpack`")),
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
