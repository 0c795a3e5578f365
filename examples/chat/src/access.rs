//! Who may enter a room: the same check before the upgrade and before every route, as a route shows or changes as much as a
//! session does.
//!
//! Three questions, and none of them is answered with yes because something is missing:
//!
//! 1. **Does a browser send this for a page of another site?** Browsers send a page's WebSocket and its `POST`s to any host, and
//!    readily from a page that the user did not mean to trust ("cross-site WebSocket hijacking"). They say so in `Origin`, which
//!    no page can change. A program that is no browser sends none, and has only the authority that it brings along itself.
//! 2. **Is the host one that is served here?** Over plain HTTP, any name may be made to point at this machine, so that a page of
//!    that name is of the "same" origin ("DNS rebinding"). An address, `localhost` and a host with a certificate cannot.
//! 3. **Does the room want a key, and is it there?** A room without a name is not known to be public.

use std::{net::IpAddr, sync::OnceLock};

use serde::Deserialize;
use websocket_do::{FromRequest, HeaderMap, HttpError, Query, Request, Room, StatusCode, Upgrade, Uri};

use crate::room::ChatRoom;

/// The key of every private room. An application has a key for each, and keeps them in the environment.
const KEY: &str = "demo";

static HOST: OnceLock<String> = OnceLock::new();

/// Serves the chat under this name too, without a port and over plain HTTP: behind a proxy that has its certificate.
pub fn serve_as(host: String) {
    // The first name stays.
    let _ = HOST.set(host);
}

/// Checks a request for a session.
pub(crate) fn check_upgrade(upgrade: &Upgrade) -> Result<(), HttpError> {
    let parts = upgrade.parts();
    check(upgrade.room_name(), &parts.uri, &parts.headers, upgrade.query("key").as_deref())
}

/// Checks a request to one of the room's routes.
pub(crate) fn check_request(room: &Room<ChatRoom>, request: &Request) -> Result<(), HttpError> {
    #[derive(Deserialize)]
    struct Key {
        key: Option<String>,
    }

    let Query(Key { key }) = Query::from_request(request)?;
    check(room.name().as_deref(), request.uri(), request.headers(), key.as_deref())
}

fn check(room: Option<&str>, uri: &Uri, headers: &HeaderMap, key: Option<&str>) -> Result<(), HttpError> {
    let host = Host::of(uri, headers);
    if is_cross_site(headers, &host) || !host.is_served() {
        return Err(StatusCode::FORBIDDEN.into());
    }
    let is_public = room.is_some_and(|room| !room.starts_with("private-"));
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok()?.split_once(' '));
    let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    if is_public || bearer == Some(KEY) || key == Some(KEY) { Ok(()) } else { Err(HttpError::unauthorized()) }
}

/// Whether a browser sends this for a page of another origin. Another port is another origin.
fn is_cross_site(headers: &HeaderMap, host: &Host<'_>) -> bool {
    let fetched = headers.get_all("sec-fetch-site").iter();
    let origins = headers.get_all("origin").iter();
    let is_ours = |origin: &str| {
        let (_, authority) = origin.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
        Some(authority.eq_ignore_ascii_case(host.authority?))
    };
    // `none` is the user's own: an address that was typed.
    { fetched }.any(|site| site != "same-origin" && site != "none") || { origins }
        .any(|origin| origin.to_str().ok().and_then(is_ours) != Some(true))
}

/// The host that a request is for.
struct Host<'a> {
    is_https: bool,
    /// With the port, where it is not the scheme's own. Every browser sends it.
    authority: Option<&'a str>,
}

impl<'a> Host<'a> {
    /// From the URL, which a Worker has whole, and else from the header.
    fn of(uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        let authority = match uri.authority() {
            Some(authority) => Some(authority.as_str()),
            // One that is no text is no host that is served.
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
