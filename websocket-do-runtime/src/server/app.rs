//! Which request goes to which room: one description for the Worker and for the local host.

use http::{HeaderValue, Method, StatusCode, header};

#[cfg(not(target_arch = "wasm32"))]
use crate::server::room_class::RoomClass;
use crate::{
    Response, WebSocketDo,
    server::http::{IntoResponse, MAX_BODY, match_prefix, specificity},
};

/// The way in from outside: pages, and rooms by name.
///
/// The same value runs as a Worker and on this machine.
///
/// ```
/// # use websocket_do_runtime::{App, WebSocketDo};
/// fn app<ChatRoom: WebSocketDo>() -> App {
///     App::new()
///         .page("/", "<!doctype html>Hello")
///         .rooms::<ChatRoom>("/room/{room}")
///         .objects("/counter/{name}", "COUNTER") // written by hand; on workerd alone
/// }
/// ```
#[derive(Debug, Clone)]
pub struct App {
    pages: Vec<(&'static str, &'static str)>,
    mounts: Vec<Mount>,
    pub(crate) max_body: usize,
}

impl Default for App {
    fn default() -> Self {
        Self { pages: Vec::new(), mounts: Vec::new(), max_body: MAX_BODY }
    }
}

/// Rooms of one class, below a path.
#[derive(Debug, Clone)]
pub(crate) struct Mount {
    prefix: &'static str,
    binding: &'static str,
    /// None for objects of another make.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) class: Option<RoomClass>,
}

/// The most bytes of a room's name, decoded. Cloudflare gives an object of a longer name no name at all, so that a room could not
/// know which one it is.
const MAX_NAME: usize = 1024;

/// Whether a room can have this name, on every host.
pub(crate) fn is_room_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
}

/// Where a request goes.
pub(crate) enum Target<'p> {
    /// It is answered without a room.
    Response(Response),
    Room {
        /// The index of the mount.
        #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "a Worker finds rooms by binding"))]
        mount: usize,
        #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only a Worker has bindings"))]
        binding: &'static str,
        name: String,
        /// What the room sees of the path; begins with `/`.
        path: &'p str,
    },
    Nowhere,
}

impl App {
    /// An app that answers everything with 404.
    pub fn new() -> Self {
        Self::default()
    }

    /// An HTML page at a path.
    #[must_use]
    pub fn page(mut self, path: &'static str, html: &'static str) -> Self {
        self.pages.push((path, html));
        self
    }

    /// Rooms of class `R` below `prefix`, whose one `{parameter}` is the room's name: with `/room/{room}`, the request
    /// `/room/lobby/info` is `/info` for the room `lobby`. A Worker finds them by the [`BINDING`](WebSocketDo::BINDING) of `R`.
    ///
    /// A name has 1 to 1,024 bytes, percent-decoded; a longer one is answered with 414 and reaches no room, and one that is not
    /// UTF-8 with 404. Where several prefixes match, the most specific one is taken, whatever their order: segment by segment,
    /// static text goes before a parameter, and a longer prefix before a shorter one.
    #[must_use]
    pub fn rooms<R: WebSocketDo>(mut self, prefix: &'static str) -> Self {
        self.mounts.push(Mount {
            prefix,
            binding: R::BINDING,
            #[cfg(not(target_arch = "wasm32"))]
            class: Some(RoomClass::of::<R>()),
        });
        self
    }

    /// Durable Objects that are no rooms of this crate, below `prefix`, as [`rooms`](Self::rooms) has it. They need
    /// workerd: the local host answers 501 for them.
    #[must_use]
    pub fn objects(mut self, prefix: &'static str, binding: &'static str) -> Self {
        self.mounts.push(Mount {
            prefix,
            binding,
            #[cfg(not(target_arch = "wasm32"))]
            class: None,
        });
        self
    }

    /// Sets how many bytes the body of a request to a room's route may have, where the route has no limit of its own
    /// (`#[post("/upload", max_body = 16 << 20)]`). 1 MiB by default. A larger body is answered with 413 before it is read.
    ///
    /// It applies to requests that come through this app. What a Worker sends to a room by its stub has the route's limit, or
    /// 1 MiB.
    ///
    /// ```
    /// # use websocket_do_runtime::{App, WebSocketDo};
    /// fn app<ChatRoom: WebSocketDo>() -> App {
    ///     App::new().max_body(4 << 20).rooms::<ChatRoom>("/room/{room}")
    /// }
    /// ```
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn mounts(&self) -> impl Iterator<Item = &Mount> {
        self.mounts.iter()
    }

    pub(crate) fn target<'p>(&self, method: &Method, path: &'p str) -> Target<'p> {
        if (method == Method::GET || method == Method::HEAD)
            && let Some((_, html)) = self.pages.iter().find(|(at, _)| *at == path)
        {
            return Target::Response(page(html));
        }
        let matching = self.mounts.iter().enumerate().filter_map(|(mount, &Mount { prefix, binding, .. })| {
            let (parameters, path) = match_prefix(prefix, path)?;
            Some((prefix, mount, binding, parameters.into_first()?, path))
        });
        match { matching }.min_by(|one, other| specificity(one.0).cmp(specificity(other.0))) {
            Some((.., name, _)) if !is_room_name(&name) => Target::Response(StatusCode::URI_TOO_LONG.into_response()),
            Some((_, mount, binding, name, path)) => {
                Target::Room { mount, binding, name, path: if path.is_empty() { "/" } else { path } }
            }
            None => Target::Nowhere,
        }
    }
}

fn page(html: &'static str) -> Response {
    let mut response = html.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> App {
        App::new()
            .page("/any/page", "the page")
            .objects("/{any}", "ANY")
            .objects("/room/{room}", "ROOM")
            .objects("/room/{room}/side/{n}", "SIDE")
            .objects("/room/lobby/{n}", "LOBBY")
    }

    fn found(path: &str) -> String {
        match app().target(&Method::GET, path) {
            Target::Response(response) => response.status().to_string(),
            Target::Room { mount, name, path, .. } => format!("{mount} {name:?} {path}"),
            Target::Nowhere => "404".into(),
        }
    }

    #[test]
    fn the_most_specific_prefix_is_taken_whatever_the_order() {
        assert_eq!(found("/x/y"), r#"0 "x" /y"#);
        assert_eq!(found("/room"), r#"0 "room" /"#);
        assert_eq!(found("/room/x/info"), r#"1 "x" /info"#);
        assert_eq!(found("/room/x/side/7/info"), r#"2 "x" /info"#);
        assert_eq!(found("/room/lobby/7"), r#"3 "7" /"#);
        assert_eq!(found("/any/page"), "200 OK");
        assert_eq!(found("/"), "404");
    }

    #[test]
    fn a_name_longer_than_1024_bytes_decoded_is_414_and_no_room() {
        for (letter, bytes) in [("a", 1), ("%61", 1), ("%00", 1), ("ä", 2), ("%C3%A4", 2), ("%F0%90%80%80", 4)] {
            let longest = format!("/room/{}", letter.repeat(1024 / bytes));
            assert!(found(&longest).starts_with("1 "), "{letter}");
            assert_eq!(found(&format!("{longest}a/websocket")), "414 URI Too Long", "{letter}");
        }
    }

    #[test]
    fn a_name_that_is_empty_or_not_utf_8_is_no_room() {
        for path in ["/room//info", "/room/%ff", "/room/%ED%A0%80", "/room/%C3"] {
            assert_eq!(found(path), r#"0 "room" "#.to_owned() + &path["/room".len()..], "{path}");
            assert!(matches!(App::new().objects("/room/{room}", "ROOM").target(&Method::GET, path), Target::Nowhere));
        }
    }
}
