//! Checks one HTTP route: path, parameters, arguments.

use syn::{Error, Ident, ImplItemFn, LitStr, Pat, Result, Type};

use super::{
    check::{Arguments, method, takes_room},
    model::{Hook, Route, RouteArgument},
    parse::Marked,
};

pub(super) fn route(marked: &Marked, verb: &str, errors: &mut Vec<Error>) -> Result<Route> {
    let path: LitStr = marked.attribute.parse_args().map_err(|_| {
        let example = format!("#[{}(\"/path\")]", verb.to_lowercase());
        Error::new_spanned(&marked.attribute, format!("a route needs its path; write `{example}`"))
    })?;
    let parameters = parameters(&path, errors);
    if verb == "GET" && path.value() == "/websocket" {
        let message = "`GET /websocket` is where clients connect; write another path, or `#[connect]`";
        errors.push(Error::new(path.span(), message));
    }

    let (inputs, takes_room) = takes_room(Arguments::of(&marked.method)?);
    let arguments: Vec<_> = inputs.map(|(pattern, ty)| argument(pattern, ty, &parameters)).collect();
    for parameter in parameters {
        let is_taken = arguments
            .iter()
            .any(|argument| matches!(argument, RouteArgument::Parameter { name, .. } if *name == parameter));
        if !is_taken {
            let message =
                format!("`{{{parameter}}}` is not an argument of `{}`; add `{parameter}: String` to it", name(marked));
            errors.push(Error::new(path.span(), message));
        }
    }
    let handler = Hook { method: method(&marked.method), takes_room };
    let ImplItemFn { sig, attrs, .. } = &marked.method;
    Ok(Route {
        handler,
        verb: Ident::new(verb, marked.attribute.bracket_token.span.join()),
        path,
        arguments,
        output: sig.output.clone(),
        docs: attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect(),
    })
}

fn name(marked: &Marked) -> &Ident {
    let ImplItemFn { sig, .. } = &marked.method;
    &sig.ident
}

fn argument(pattern: &Pat, ty: &Type, parameters: &[String]) -> RouteArgument {
    let ty = Box::new(ty.clone());
    match pattern {
        Pat::Ident(name) if parameters.iter().any(|parameter| name.ident == parameter) => {
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

/// The names in braces; reports what is not a path.
fn parameters(path: &LitStr, errors: &mut Vec<Error>) -> Vec<String> {
    let text = path.value();
    let mut found = Vec::new();
    if !text.starts_with('/') {
        errors.push(Error::new(path.span(), format!("the path does not begin with `/`; write \"/{text}\"")));
    }
    for segment in text.split('/') {
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if found.iter().any(|other| other == name) => {
                errors
                    .push(Error::new(path.span(), format!("`{{{name}}}` stands there twice; give each its own name")));
            }
            Some(name) if syn::parse_str::<Ident>(name).is_ok() => found.push(name.to_owned()),
            Some(_) => {
                errors.push(Error::new(path.span(), format!("`{segment}` is not a parameter; write `{{name}}`")));
            }
            None if segment.contains(['{', '}']) => {
                let message = format!("`{segment}` is not a whole parameter; write `{{name}}` between two slashes");
                errors.push(Error::new(path.span(), message));
            }
            None => {}
        }
    }
    found
}
