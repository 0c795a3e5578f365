//! Access control: the same check before the upgrade and before every route, because a route reveals or changes as much as a
//! session does.
//!
//! The check answers three questions. A missing header or name never grants access.
//!
//! 1. **Does a browser send the request for a page of another site?** Browsers let any page open a WebSocket to any host and `POST`
//!    to it ("cross-site WebSocket hijacking"). They name the page's origin in `Origin`, which the page cannot change. Other
//!    programs send no `Origin` and have only the credentials that they bring themselves.
//! 2. **Is the request for a host that is served here?** Over plain HTTP, anyone can make a host name resolve to this machine, so
//!    that a page of that name has the "same" origin ("DNS rebinding"). This is not possible with an IP address, `localhost` or a
//!    host with a certificate.
//! 3. **Does the room require a key, and does the request have it?** A room without a name counts as private.

use std::{
    net::IpAddr,
    sync::{Once, OnceLock},
};

use serde::Deserialize;
use websocket_do::{Env, EnvError, FromRequest, HeaderMap, HttpError, Query, Request, Room, StatusCode, Upgrade, Uri};

use crate::room::ChatRoom;

/// The key of every private room, from the secret `CHAT_KEY`. A real application has a key for each room.
pub(crate) struct Key(String);

impl Key {
    /// Reads the secret. Where none is set, the key is `demo`, for the first steps on one machine.
    pub(crate) fn of(env: &Env) -> Self {
        static WARNED: Once = Once::new();
        match env.secret("CHAT_KEY") {
            Ok(key) => Self(key),
            Err(EnvError::MissingSecret(_)) => {
                WARNED.call_once(|| warn("CHAT_KEY is not set: the key of private rooms is `demo`"));
                Self("demo".to_owned())
            }
            Err(error) => {
                warn(&format!("private rooms are closed: {error}"));
                Self(String::new())
            }
        }
    }

    /// Whether a request with this key may enter. An empty key opens nothing.
    fn opens(&self, given: Option<&str>) -> bool {
        !self.0.is_empty() && given == Some(&self.0)
    }
}

fn warn(text: &str) {
    #[cfg(target_arch = "wasm32")]
    websocket_do::worker::console_warn!("{text}");
    #[cfg(not(target_arch = "wasm32"))]
    tracing::warn!("{text}");
}

static HOST: OnceLock<String> = OnceLock::new();

/// Also accepts requests for this host name over plain HTTP, as a proxy with the name's certificate sends them.
pub fn serve_as(host: String) {
    // Only the first name counts.
    let _ = HOST.set(host);
}

/// Checks an upgrade request. Returns 401 or 403 if it is not allowed.
pub(crate) fn check_upgrade(key: &Key, upgrade: &Upgrade) -> Result<(), HttpError> {
    let parts = upgrade.parts();
    check(key, upgrade.room_name(), &parts.uri, &parts.headers, upgrade.query("key").as_deref())
}

/// Checks a request to one of the room's routes. Returns 401 or 403 if it is not allowed.
pub(crate) fn check_request(key: &Key, room: &Room<ChatRoom>, request: &Request) -> Result<(), HttpError> {
    #[derive(Deserialize)]
    struct Given {
        key: Option<String>,
    }

    let Query(given) = Query::<Given>::from_request(request)?;
    check(key, room.name().as_deref(), request.uri(), request.headers(), given.key.as_deref())
}

fn check(key: &Key, room: Option<&str>, uri: &Uri, headers: &HeaderMap, given: Option<&str>) -> Result<(), HttpError> {
    let host = Host::of(uri, headers);
    if is_cross_site(headers, &host) || !host.is_served() {
        return Err(StatusCode::FORBIDDEN.into());
    }
    let is_public = room.is_some_and(|room| !room.starts_with("private-"));
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok()?.split_once(' '));
    let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    if is_public || key.opens(bearer) || key.opens(given) { Ok(()) } else { Err(HttpError::unauthorized()) }
}

/// Whether a browser sends the request for a page of another origin. A different port is a different origin.
fn is_cross_site(headers: &HeaderMap, host: &Host<'_>) -> bool {
    let fetched = headers.get_all("sec-fetch-site").iter();
    let origins = headers.get_all("origin").iter();
    let is_ours = |origin: &str| {
        let (_, authority) = origin.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
        Some(authority.eq_ignore_ascii_case(host.authority?))
    };
    // `none`: the user has typed the address.
    { fetched }.any(|site| site != "same-origin" && site != "none") || { origins }
        .any(|origin| origin.to_str().ok().and_then(is_ours) != Some(true))
}

/// The host of a request.
struct Host<'a> {
    is_https: bool,
    /// With the port unless it is the scheme's default. Every browser sends it.
    authority: Option<&'a str>,
}

impl<'a> Host<'a> {
    /// Takes the host from the URL, which is absolute in a Worker, or else from the header.
    fn of(uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        let authority = match uri.authority() {
            Some(authority) => Some(authority.as_str()),
            // A value that is not text becomes the empty name, which is not served.
            None => headers.get("host").map(|host| host.to_str().unwrap_or_default()),
        };
        Self { is_https: uri.scheme_str() == Some("https"), authority }
    }

    fn is_served(&self) -> bool {
        let Some(authority) = self.authority else { return true };
        let name = match authority.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => authority,
        };
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        self.is_https
            || address.parse::<IpAddr>().is_ok()
            || name.eq_ignore_ascii_case("localhost")
            || HOST.get().is_some_and(|host| name.eq_ignore_ascii_case(host))
    }
}
