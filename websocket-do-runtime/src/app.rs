//! Which request goes to which room: one description for the Worker and for the local host.

use http::{HeaderValue, Method, header};

use crate::{
    Response, WebSocketDo,
    http::{IntoResponse, MAX_BODY, match_prefix},
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
///         .rooms::<ChatRoom>("/room/{room}", "CHAT_ROOM")
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
    pub(crate) class: Option<crate::host::local::Class>,
}

/// Where a request goes.
pub(crate) enum Target<'p> {
    Page(Response),
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
    /// `/room/lobby/info` is `/info` for the room `lobby`. `binding` is the Durable Object binding in `wrangler.toml`.
    #[must_use]
    pub fn rooms<R: WebSocketDo>(mut self, prefix: &'static str, binding: &'static str) -> Self {
        self.mounts.push(Mount {
            prefix,
            binding,
            #[cfg(not(target_arch = "wasm32"))]
            class: Some(crate::host::local::Class::of::<R>()),
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
    ///     App::new().max_body(4 << 20).rooms::<ChatRoom>("/room/{room}", "CHAT_ROOM")
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
        if let Some((_, html)) = self.pages.iter().find(|(at, _)| *at == path && method == Method::GET) {
            return Target::Page(page(html));
        }
        let rooms = self.mounts.iter().enumerate().filter_map(|(mount, &Mount { prefix, binding, .. })| {
            let (parameters, path) = match_prefix(prefix, path)?;
            let name = parameters.into_first()?;
            Some(Target::Room { mount, binding, name, path: if path.is_empty() { "/" } else { path } })
        });
        { rooms }.next().unwrap_or(Target::Nowhere)
    }
}

fn page(html: &'static str) -> Response {
    let mut response = html.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
