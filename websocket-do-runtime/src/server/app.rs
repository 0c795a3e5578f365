//! Routing to pages and rooms, the same for the Worker and the local host.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

#[cfg(not(target_arch = "wasm32"))]
use crate::server::room_class::RoomClass;
use crate::{
    Response, WebSocketDo,
    server::{
        StateMaker,
        http::{Cors, IntoResponse, MAX_BODY, add_header, match_prefix, response_to, specificity},
    },
};

/// An application: pages, and rooms by name, each at its path.
///
/// The same app runs as a Worker (`export_worker!`) and on the local host (`local::Server`).
///
/// ```
/// # use websocket_do_runtime::{App, WebSocketDo};
/// fn app<ChatRoom: WebSocketDo>() -> App {
///     App::new()
///         .page("/", "<!doctype html>Hello")
///         .rooms::<ChatRoom>("/room/{room}")
///         .objects("/counter/{name}", "COUNTER") // a hand-written Durable Object
/// }
/// ```
#[derive(Debug, Clone)]
pub struct App {
    pages: Vec<(&'static str, &'static str)>,
    mounts: Vec<Mount>,
    /// Classes of rooms without a path.
    #[cfg(not(target_arch = "wasm32"))]
    internal: Vec<RoomClass>,
    pub(crate) states: Vec<StateMaker>,
    pub(crate) max_body: usize,
    pub(crate) cors: Option<Cors>,
}

impl Default for App {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            mounts: Vec::new(),
            #[cfg(not(target_arch = "wasm32"))]
            internal: Vec::new(),
            states: Vec::new(),
            max_body: MAX_BODY,
            cors: None,
        }
    }
}

/// Rooms of one class, below a path.
#[derive(Debug, Clone)]
pub(crate) struct Mount {
    prefix: &'static str,
    binding: &'static str,
    /// [`None`] for Durable Objects that are not rooms.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) class: Option<RoomClass>,
}

/// The maximum length of a room's name in bytes, decoded. An object with a longer name cannot read its own name on Cloudflare.
const MAX_NAME: usize = 1024;

/// Whether every host accepts this name.
pub(crate) fn is_room_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
}

/// What handles a request.
pub(crate) enum Target<'p> {
    /// The app itself, with this response.
    Response(Response),
    Room {
        /// The index of the mount.
        #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "a Worker finds rooms by binding"))]
        mount: usize,
        #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only a Worker has bindings"))]
        binding: &'static str,
        name: String,
        /// The path below the prefix, as the room sees it; begins with `/`.
        path: &'p str,
    },
    NotFound,
}

impl App {
    /// Creates an app that answers every request with 404.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves an HTML page at a path.
    #[must_use]
    pub fn page(mut self, path: &'static str, html: &'static str) -> Self {
        self.pages.push((path, html));
        self
    }

    /// Serves rooms of type `R` below `prefix`, whose one `{parameter}` is the room's name: with the prefix `/room/{room}`, the
    /// request `/room/lobby/info` reaches the room `lobby` as `/info`. A Worker finds the rooms by the
    /// [`BINDING`](WebSocketDo::BINDING) of `R`.
    ///
    /// A room's name has 1 to 1,024 bytes, percent-decoded. A longer one is answered with 414, and one that is not UTF-8 with 404.
    /// If several prefixes match, the most specific one is used, in whatever order they were added: segment by segment, static
    /// text goes before a parameter, and a longer prefix before a shorter one.
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

    /// Adds rooms of type `R` without a path: only other rooms reach them, with [`Room::namespace`](crate::Room::namespace).
    ///
    /// A Worker needs only the rooms' binding; on the local host the app must know the class.
    ///
    /// ```
    /// # use websocket_do_runtime::{App, WebSocketDo};
    /// fn app<ChatRoom: WebSocketDo, Lobby: WebSocketDo>() -> App {
    ///     App::new().rooms::<ChatRoom>("/room/{room}").internal_rooms::<Lobby>()
    /// }
    /// ```
    #[must_use]
    #[cfg_attr(
        target_arch = "wasm32",
        expect(unused_mut, clippy::missing_const_for_fn, reason = "a Worker finds rooms by binding")
    )]
    pub fn internal_rooms<R: WebSocketDo>(mut self) -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        self.internal.push(RoomClass::of::<R>());
        self
    }

    /// Serves Durable Objects that are not rooms of this crate below `prefix`, like [`rooms`](Self::rooms). They need workerd:
    /// the local host answers 501.
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

    /// Sets the maximum body size of a request to a room, in bytes, for routes without their own limit
    /// (`#[post("/upload", max_body = 16 << 20)]`). A larger body is answered with 413 before it is read. The default is 1 MiB.
    ///
    /// The limit applies to requests that reach the room through this app. A request that a Worker sends by a room's stub has the
    /// route's limit or 1 MiB.
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

    /// Lets pages of other origins read the app's responses: its pages, what rooms answer, and errors. Off by default.
    ///
    /// # Panics
    /// Panics if the setting allows both any origin and credentials, which browsers refuse.
    ///
    /// ```
    /// # use websocket_do_runtime::{App, server::http::Cors};
    /// let app = App::new().cors(Cors::new().origins(["https://example.com"]));
    /// ```
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        cors.check();
        self.cors = Some(cors);
        self
    }

    /// Returns all classes of rooms.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn classes(&self) -> impl Iterator<Item = RoomClass> {
        self.mounts.iter().filter_map(|mount| mount.class).chain(self.internal.iter().copied())
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn mounts(&self) -> impl Iterator<Item = &Mount> {
        self.mounts.iter()
    }

    /// Returns what handles a request.
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
            None => Target::NotFound,
        }
    }
}

impl App {
    /// Returns the app's own response to a CORS preflight request, or [`None`] for every other request.
    pub(crate) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response> {
        self.cors.as_ref()?.preflight(method, headers)
    }

    /// Completes a response before a host sends it: with the headers for the request's `Origin`, and without a body for `HEAD`.
    /// An upgrade stays as it is.
    pub(crate) fn complete(&self, method: &Method, origin: Option<&HeaderValue>, response: Response) -> Response {
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return response;
        }
        let mut response = response_to(method, response);
        for (name, value) in self.cors.iter().flat_map(|cors| cors.response_headers(origin)) {
            add_header(response.headers_mut(), name, value);
        }
        response
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
            Target::NotFound => "404".into(),
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
            assert!(matches!(App::new().objects("/room/{room}", "ROOM").target(&Method::GET, path), Target::NotFound));
        }
    }
}
