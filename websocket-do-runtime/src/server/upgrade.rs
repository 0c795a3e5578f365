//! The way in: the request that asks for a session, the format it will speak, and the answer of `connect`.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue, Method, StatusCode, Version, header, request::Parts};
use uuid::Uuid;

use crate::{HttpError, codec::Format, host::Host, protocol::Timestamp, server::http::IntoResponse};

/// A request for a session, before the upgrade.
///
/// ```
/// # use websocket_do_runtime::{Accept, HttpError, Upgrade, server::http::StatusCode};
/// fn connect(upgrade: &Upgrade) -> Result<Accept<String>, HttpError> {
///     if upgrade.bearer() != Some("let me in") {
///         return Err(HttpError::unauthorized());
///     }
///     if upgrade.header("origin") != Some("https://chat.example") {
///         return Err(StatusCode::FORBIDDEN.into());
///     }
///     let name = upgrade.query("name").ok_or_else(|| HttpError::bad_request("`name` is missing"))?;
///     Ok(Accept::new(name.into_owned()))
/// }
/// ```
///
/// What else is known of it:
///
/// ```
/// # use websocket_do_runtime::Upgrade;
/// # fn example(upgrade: &Upgrade) -> Result<(), &'static str> {
/// let room = upgrade.room_name().ok_or("the room was not reached by name")?;
/// println!("{} for {room} at {}", upgrade.parts().uri, upgrade.now());
/// println!("session {} will speak {}", upgrade.session_id(), upgrade.format());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Upgrade {
    parts: Parts,
    room: Option<String>,
    session_id: Uuid,
    now: Timestamp,
    format: Format,
}

impl Upgrade {
    pub(crate) fn new(parts: Parts, room: Option<String>, host: &dyn Host, format: Format) -> Self {
        Self { parts, room, session_id: host.uuid(), now: Timestamp::saturating_from_millis(host.now()), format }
    }

    /// The name of the room, 1 to 1,024 bytes.
    ///
    /// Behind [`App::rooms`](crate::App::rooms) and a stub made by name, and on the local host, a room always has one. [`None`] is
    /// a room that a Worker reached by its id alone: a check by name must refuse it.
    pub fn room_name(&self) -> Option<&str> {
        self.room.as_deref()
    }

    /// The id that the session will have: a random UUID (version 4).
    pub fn session_id(&self) -> Uuid {
        self.session_id
    }

    /// Returns the time at which the request came.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The format that was negotiated. [`Accept::format`] chooses another.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The first value of `name` in the query, decoded as a form's: `%41` is `A`, and `+` a space.
    pub fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        query_value(&self.parts, name)
    }

    /// The first value of a header, if it is visible ASCII. Upper and lower case are the same in `name`.
    ///
    /// [`None`] does not mean that there is no such header: to refuse where one is present, look in
    /// [`parts`](Self::parts).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The token of `Authorization: Bearer …` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// Method, URI and headers of the request.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }
}

/// The answer of `connect` that lets a client in: the session's data and, where the default will not do, more.
///
/// ```
/// # use websocket_do_runtime::{Accept, codec::Format, server::http::{HeaderName, HeaderValue}};
/// let accept = Accept::new("Ada".to_owned())
///     .format(Format::MessagePack)
///     .tag("moderator")
///     .header(HeaderName::from_static("x-room"), HeaderValue::from_static("lobby"));
///
/// // Where the data is all there is to say:
/// let accept: Accept<String> = "Ada".to_owned().into();
/// ```
#[derive(Debug, Clone)]
pub struct Accept<D> {
    pub(crate) data: D,
    pub(crate) format: Option<Format>,
    pub(crate) tags: Vec<String>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl<D> Accept<D> {
    /// Lets the client in with this session data.
    pub fn new(data: D) -> Self {
        Self { data, format: None, tags: Vec::new(), headers: Vec::new() }
    }

    /// Speaks this format with the client, whatever was negotiated.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Puts a tag on the session, for [`Room::with_tag`](crate::Room::with_tag). Tags are fixed from here on: up to 8, of
    /// at most 240 bytes each, or the client is answered with 500
    /// ([Cloudflare](https://developers.cloudflare.com/durable-objects/api/state/#acceptwebsocket) allows 10 of 256; two
    /// hold the session's id and format). A tag that is there already is not put a second time.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        let tag = tag.into();
        if !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
        self
    }

    /// Adds a header to the answer that completes the upgrade.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl<D> From<D> for Accept<D> {
    fn from(data: D) -> Self {
        Self::new(data)
    }
}

/// Whether the request is a WebSocket handshake, in all that
/// [RFC 6455, section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1) demands: no handler runs for one that is not.
///
/// A request that was made by code and not sent over a network, in a Worker or in a test, has `Upgrade` alone. Where the host has
/// no such requests, the headers of a handshake have to be there.
///
/// # Errors
/// 400 with the reason, and 426 for another version than 13.
pub(crate) fn check_upgrade(parts: &Parts, requires_handshake: bool) -> Result<(), HttpError> {
    if parts.method != Method::GET || !has_token(parts, header::UPGRADE, "websocket") {
        return Err(HttpError::bad_request("Expected websocket"));
    }
    if parts.version < Version::HTTP_11 {
        return Err(HttpError::bad_request("a WebSocket needs HTTP/1.1"));
    }
    let headers = [header::CONNECTION, header::SEC_WEBSOCKET_VERSION, header::SEC_WEBSOCKET_KEY];
    if !requires_handshake && headers.iter().all(|name| !parts.headers.contains_key(name)) {
        return Ok(());
    }
    if !has_token(parts, header::CONNECTION, "upgrade") {
        return Err(HttpError::bad_request("`Connection: Upgrade` is missing"));
    }
    if only(parts, header::SEC_WEBSOCKET_VERSION) != Some(b"13") {
        let mut answer = (StatusCode::UPGRADE_REQUIRED, "the version of WebSocket must be 13").into_response();
        answer.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return Err(answer.into());
    }
    if !only(parts, header::SEC_WEBSOCKET_KEY).is_some_and(is_key) {
        return Err(HttpError::bad_request("`Sec-WebSocket-Key` must be 16 bytes in Base64"));
    }
    Ok(())
}

/// Whether a header that is a list holds a token, in upper or lower case.
fn has_token(parts: &Parts, name: HeaderName, token: &str) -> bool {
    let values = parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(token))
}

/// The value of a header that is there once.
fn only(parts: &Parts, name: HeaderName) -> Option<&[u8]> {
    let mut values = parts.headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes().trim_ascii())
}

/// Whether this is 16 bytes in Base64: 22 digits, and two characters that fill up.
fn is_key(value: &[u8]) -> bool {
    let digits = value.strip_suffix(b"==");
    digits.is_some_and(|digits| {
        digits.len() == 22 && digits.iter().all(|digit| digit.is_ascii_alphanumeric() || matches!(digit, b'+' | b'/'))
    })
}

/// The format of a new session, in the order of the contract: the room's own, the first known subprotocol, the
/// query, JSON.
///
/// # Errors
/// 400 where the query asks for a format that does not exist.
pub(crate) fn negotiate(parts: &Parts, fixed: Option<Format>) -> Result<Format, HttpError> {
    if let Some(format) = fixed.or_else(|| offered(parts).next()) {
        return Ok(format);
    }
    query_value(parts, "format").map_or(Ok(Format::default()), |value| {
        value.parse().map_err(|_| HttpError::bad_request(format!("unknown format `{value}`: `json` or `msgpack`")))
    })
}

/// The subprotocol to answer with: the one that names `format`, if the client offered it.
pub(crate) fn subprotocol(parts: &Parts, format: Format) -> Option<HeaderValue> {
    offered(parts).any(|offer| offer == format).then(|| HeaderValue::from_static(format.subprotocol()))
}

fn offered(parts: &Parts) -> impl Iterator<Item = Format> {
    let values = parts.headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .filter_map(|offer| Format::from_subprotocol(offer.trim()))
}

fn query_value<'p>(parts: &'p Parts, name: &str) -> Option<Cow<'p, str>> {
    let query = parts.uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
}
