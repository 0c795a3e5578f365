//! Checks the HTTP routes: paths, parameters, arguments, and whether two of them handle the same requests.

use syn::{
    Error, Expr, Ident, LitStr, Pat, Result, ReturnType, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use super::{
    signature::{after_self, method, split_reference},
    stub,
};
use crate::websocket_do::{
    model::{Fallback, Hook, Route, RouteArgument, is_parameter},
    parse::Handler,
};

/// Names that no argument can have, not even as a raw identifier.
const NO_ARGUMENTS: [&str; 5] = ["_", "self", "Self", "super", "crate"];

pub(super) fn route(room: &Type, handler: &Handler, errors: &mut Vec<Error>) -> Result<Route> {
    let verb = handler.form.attribute.to_uppercase();
    let (path, Options { is_internal, max_body }) = arguments(handler, &verb)?;
    let parameters = parameters(&path, errors);
    if verb == "GET" && path.value() == "/websocket" {
        let message = "`GET /websocket` conflicts with `#[connect]`; write another path";
        errors.push(Error::new(path.span(), message));
    }

    let (takes_room, inputs) = split_reference(after_self(&handler.method)?);
    let arguments: Vec<_> = inputs.into_iter().map(|(pattern, ty)| argument(pattern, ty, &parameters)).collect();
    for parameter in parameters {
        let is_taken = arguments
            .iter()
            .any(|argument| matches!(argument, RouteArgument::Parameter { name, .. } if is_called(name, &parameter)));
        if !is_taken {
            let (name, argument) = (&handler.method.sig.ident, as_argument(&parameter));
            let message = format!("missing argument for `{{{parameter}}}`; add `{argument}: String` to `{name}`");
            errors.push(Error::new(path.span(), message));
        }
    }
    let sig = &handler.method.sig;
    let output = match &sig.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(&**ty),
    };
    let stub = stub::method(room, &sig.ident, &verb, &arguments, output);
    Ok(Route {
        handler: Hook { method: method(&handler.method), takes_room },
        verb: Ident::new(&verb, handler.attribute.bracket_token.span.join()),
        path,
        is_internal,
        max_body,
        arguments,
        stub,
    })
}

/// Checks the handler of requests that no route handles.
pub(super) fn fallback(handler: &Handler) -> Result<Fallback> {
    let options = if handler.attribute.meta.require_path_only().is_ok() {
        Options::default()
    } else {
        handler.attribute.parse_args_with(|input: ParseStream<'_>| Options::parse(input, &["max_body"], None))?
    };
    let (takes_room, inputs) = split_reference(after_self(&handler.method)?);
    Ok(Fallback {
        handler: Hook { method: method(&handler.method), takes_room },
        max_body: options.max_body,
        arguments: inputs.into_iter().map(|(pattern, ty)| argument(pattern, ty, &[])).collect(),
    })
}

/// The arguments of the attribute: the path, and the options.
fn arguments(handler: &Handler, verb: &str) -> Result<(LitStr, Options)> {
    let attribute = &handler.attribute;
    let needs_path = || {
        let message = format!("missing path; write `#[{}(\"/path\")]`", handler.form.attribute);
        Error::new_spanned(attribute, message)
    };
    let tokens = attribute.meta.require_list().map_err(|_| needs_path())?.tokens.clone();
    let parse = |input: ParseStream<'_>| {
        let path: LitStr = input.parse().map_err(|_| needs_path())?;
        if input.is_empty() {
            return Ok((path, Options::default()));
        }
        input.parse::<Token![,]>()?;
        Ok((path, Options::parse(input, &["internal", "max_body"], Some(verb))?))
    };
    parse.parse2(tokens)
}

/// The options of a route.
#[derive(Default)]
struct Options {
    is_internal: bool,
    max_body: Option<Expr>,
}

impl Options {
    /// Parses the options with these names. `verb` is the method of the requests, if there is only one.
    fn parse(input: ParseStream<'_>, names: &[&str], verb: Option<&str>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            let text = name.to_string();
            if !names.contains(&text.as_str()) {
                let known = names
                    .iter()
                    .map(|&name| if name == "max_body" { "`max_body = …`, in bytes" } else { "`internal`" });
                let message =
                    format!("unknown attribute `{text}`; expected {}", known.collect::<Vec<_>>().join(" or "));
                return Err(Error::new(name.span(), message));
            }
            let is_duplicate = if text == "internal" { options.is_internal } else { options.max_body.is_some() };
            if is_duplicate {
                return Err(Error::new(name.span(), format!("duplicate `{text}`; write it once")));
            }
            if text == "internal" {
                options.is_internal = true;
            } else {
                if let Some(verb @ ("GET" | "HEAD")) = verb {
                    let message =
                        format!("`max_body` is not supported for `{verb}`, as its body is not read; remove it");
                    return Err(Error::new(name.span(), message));
                }
                input.parse::<Token![=]>()?;
                options.max_body = Some(input.parse()?);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// Reports routes that match the same requests as one before them: their methods and paths are the same but for the names of
/// the parameters.
pub(super) fn conflicts(routes: &[Route], errors: &mut Vec<Error>) {
    let requests = |route: &Route| {
        let path = route.path.value();
        let segments = path.split('/').map(|segment| if is_parameter(segment) { "{}" } else { segment });
        format!("{} {}", route.verb, segments.collect::<Vec<_>>().join("/"))
    };
    for (index, route) in routes.iter().enumerate() {
        if let Some(first) = routes.iter().take(index).find(|first| requests(first) == requests(route)) {
            let message = format!(
                "`{} {}` conflicts with `{} {}` of `{}`; both match the same requests, so change or remove one of the two",
                route.verb,
                route.path.value(),
                first.verb,
                first.path.value(),
                first.handler.method.name,
            );
            errors.push(Error::new(route.path.span(), message));
        }
    }
}

/// Whether an argument takes the parameter: `r#match` takes `{match}`.
fn is_called(argument: &Ident, parameter: &str) -> bool {
    argument.unraw() == parameter
}

/// The parameter's name as an argument.
fn as_argument(parameter: &str) -> String {
    match syn::parse_str::<Ident>(parameter) {
        Ok(_) => parameter.to_owned(),
        Err(_) => format!("r#{parameter}"),
    }
}

fn argument(pattern: &Pat, ty: &Type, parameters: &[String]) -> RouteArgument {
    let ty = Box::new(ty.clone());
    match pattern {
        Pat::Ident(name) if parameters.iter().any(|parameter| is_called(&name.ident, parameter)) => {
            RouteArgument::Parameter { name: name.ident.clone(), ty }
        }
        _ => RouteArgument::Extracted { name: only_name(pattern), ty },
    }
}

/// The name in `why` and in `Json(why)`.
fn only_name(pattern: &Pat) -> Option<Ident> {
    match pattern {
        Pat::Ident(name) => Some(name.ident.clone()),
        Pat::TupleStruct(tuple) if tuple.elems.len() == 1 => tuple.elems.first().and_then(only_name),
        _ => None,
    }
}

/// Returns the names in braces. Reports segments that cannot be in a path.
fn parameters(path: &LitStr, errors: &mut Vec<Error>) -> Vec<String> {
    let text = path.value();
    let mut found = Vec::new();
    if !text.starts_with('/') {
        errors.push(Error::new(path.span(), format!("the path does not begin with `/`; write \"/{text}\"")));
    }
    for segment in text.split('/') {
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let name = name.map(|name| (name, Ident::parse_any.parse_str(name)));
        let message = match name {
            Some((name, _)) if found.iter().any(|other| other == name) => {
                format!("duplicate parameter `{{{name}}}`; give each its own name")
            }
            Some((name, Ok(_))) if NO_ARGUMENTS.contains(&name) => {
                format!("`{name}` is not supported as the name of an argument; give the parameter another name")
            }
            Some((name, Ok(ident))) if ident.unraw() != ident => {
                let plain = name.trim_start_matches("r#");
                format!("`{segment}` is not a parameter; write `{{{plain}}}`, and `{name}` for the argument")
            }
            Some((name, Ok(_))) => {
                found.push(name.to_owned());
                continue;
            }
            Some((_, Err(_))) => format!("`{segment}` is not a parameter; write `{{name}}`"),
            None if segment.contains(['{', '}']) => {
                format!("`{segment}` is not a whole parameter; write `{{name}}` between two slashes")
            }
            None => match unmatchable(segment) {
                Some(message) => message,
                None => continue,
            },
        };
        errors.push(Error::new(path.span(), message));
    }
    found
}

/// Returns an error message if no request has this segment in its path.
fn unmatchable(segment: &str) -> Option<String> {
    if matches!(segment, "." | "..") {
        return Some(format!("`{segment}` is resolved before a request is sent; write the path without it"));
    }
    let bad = segment.chars().find(|&letter| !letter.is_ascii_graphic() || "\"#<>?\\`".contains(letter))?;
    Some(format!("unexpected {bad:?} in a path; write it percent-encoded"))
}
