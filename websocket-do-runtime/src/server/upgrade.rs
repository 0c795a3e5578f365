//! Upgrade requests: the request for a session, the negotiation of its format, and the return value of `connect`.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue, Method, StatusCode, Version, header, request::Parts};
use uuid::Uuid;

use crate::{
    HttpError, codec::Format, connection::http::has_token, host::Host, protocol::Timestamp, server::http::IntoResponse,
};

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
/// An upgrade also has the room's name, the request's parts, and the id and the format of the session:
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

    /// Returns the name of the room, 1 to 1,024 bytes.
    ///
    /// Returns [`None`] if a Worker addressed the room by its id; reject the request then if access depends on the name. The name
    /// is always set on the local host, and for rooms behind [`App::rooms`](crate::App::rooms) or a stub created by name.
    pub fn room_name(&self) -> Option<&str> {
        self.room.as_deref()
    }

    /// Returns the id of the session to be created: a random UUID (version 4).
    pub fn session_id(&self) -> Uuid {
        self.session_id
    }

    /// Returns the time at which the request was received.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Returns the negotiated format. [`Accept::format`] overrides it.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns the first query parameter with this name, decoded as `application/x-www-form-urlencoded`: `%41` is `A`, `+` is a
    /// space.
    pub fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        query_values(&self.parts, name).next()
    }

    /// Returns the values of all query parameters with this name, in their order, decoded as by [`query`](Self::query).
    ///
    /// ```
    /// # use websocket_do_runtime::{Accept, HttpError, Upgrade};
    /// // `?tag=red&tag=green` are two tags:
    /// fn connect(upgrade: &Upgrade) -> Result<Accept<()>, HttpError> {
    ///     Ok(upgrade.query_all("tag").fold(Accept::new(()), Accept::tag))
    /// }
    /// ```
    pub fn query_all(&self, name: &str) -> impl Iterator<Item = Cow<'_, str>> {
        query_values(&self.parts, name)
    }

    /// Returns the first value of a header, if it is visible ASCII. `name` is case-insensitive.
    ///
    /// [`None`] does not mean that the header is missing: its value may contain other characters. Use [`parts`](Self::parts) to
    /// reject a request because it has a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// Returns the token of `Authorization: Bearer …` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// Returns the method, URI and headers of the request.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }
}

/// The return value of `connect` that accepts a client: the session's data, and optionally its format, tags and headers.
///
/// ```
/// # use websocket_do_runtime::{Accept, codec::Format, server::http::{HeaderName, HeaderValue}};
/// let accept = Accept::new("Ada".to_owned())
///     .format(Format::MessagePack)
///     .tag("moderator")
///     .header(HeaderName::from_static("x-room"), HeaderValue::from_static("lobby"));
///
/// // Session data converts into an `Accept` with the defaults:
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
    /// Accepts the client with this session data.
    pub fn new(data: D) -> Self {
        Self { data, format: None, tags: Vec::new(), headers: Vec::new() }
    }

    /// Sets the format of the session, in place of the negotiated one.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Adds a tag to the session, for [`Room::with_tag`](crate::Room::with_tag). A duplicate tag is ignored.
    ///
    /// The tags of a session cannot change later. A session has at most 8 tags of at most 240 bytes each; the response to an
    /// upgrade that exceeds these limits is 500. (Cloudflare's
    /// [limits](https://developers.cloudflare.com/durable-objects/api/state/#acceptwebsocket) are 10 tags of 256 bytes; two hold
    /// the session's id and format.)
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        let tag = tag.into();
        if !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
        self
    }

    /// Adds a header to the response that completes the upgrade.
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

/// Checks that a request is a WebSocket handshake as
/// [RFC 6455, section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1) defines it. No handler runs if it is not.
///
/// A request that code in a Worker or a test created, and that no network carried, has only the header `Upgrade`. It is accepted
/// unless `requires_handshake` is set.
///
/// # Errors
/// Returns 426 if the WebSocket version is not 13, and 400 with the reason if anything else is wrong.
pub(crate) fn check_upgrade(parts: &Parts, requires_handshake: bool) -> Result<(), HttpError> {
    if parts.method != Method::GET || !has_token(&parts.headers, &header::UPGRADE, "websocket") {
        return Err(HttpError::bad_request("Expected websocket"));
    }
    if parts.version < Version::HTTP_11 {
        return Err(HttpError::bad_request("a WebSocket needs HTTP/1.1"));
    }
    let headers = [header::CONNECTION, header::SEC_WEBSOCKET_VERSION, header::SEC_WEBSOCKET_KEY];
    if !requires_handshake && headers.iter().all(|name| !parts.headers.contains_key(name)) {
        return Ok(());
    }
    if !has_token(&parts.headers, &header::CONNECTION, "upgrade") {
        return Err(HttpError::bad_request("`Connection: Upgrade` is missing"));
    }
    if single_value(parts, header::SEC_WEBSOCKET_VERSION) != Some(b"13") {
        let mut response = (StatusCode::UPGRADE_REQUIRED, "the version of WebSocket must be 13").into_response();
        response.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return Err(response.into());
    }
    if !single_value(parts, header::SEC_WEBSOCKET_KEY).is_some_and(is_key) {
        return Err(HttpError::bad_request("`Sec-WebSocket-Key` must be 16 bytes in Base64"));
    }
    Ok(())
}

/// Returns the value of a header. [`None`] if the header is missing or duplicate.
fn single_value(parts: &Parts, name: HeaderName) -> Option<&[u8]> {
    let mut values = parts.headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes().trim_ascii())
}

/// Returns whether `value` is 16 bytes in Base64: 22 digits and two padding characters.
fn is_key(value: &[u8]) -> bool {
    let digits = value.strip_suffix(b"==");
    digits.is_some_and(|digits| {
        digits.len() == 22 && digits.iter().all(|digit| digit.is_ascii_alphanumeric() || matches!(digit, b'+' | b'/'))
    })
}

/// Returns the format of a new session, from the first of these that is present: the room's fixed format, a known subprotocol,
/// the query parameter `format`. The default is JSON.
///
/// # Errors
/// Returns 400 if the query names an unknown format.
pub(crate) fn negotiate(parts: &Parts, fixed: Option<Format>) -> Result<Format, HttpError> {
    if let Some(format) = fixed.or_else(|| offered(parts).next()) {
        return Ok(format);
    }
    query_values(parts, "format").next().map_or(Ok(Format::default()), |value| {
        value.parse().map_err(|_| HttpError::bad_request(format!("unknown format `{value}`: `json` or `msgpack`")))
    })
}

/// Returns the subprotocol that names `format`, for the response, if the client offered it.
pub(crate) fn subprotocol(parts: &Parts, format: Format) -> Option<HeaderValue> {
    offered(parts).any(|offer| offer == format).then(|| HeaderValue::from_static(format.subprotocol()))
}

/// Returns the formats that the client offers as subprotocols, in the client's order.
fn offered(parts: &Parts) -> impl Iterator<Item = Format> {
    let values = parts.headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .filter_map(|offer| Format::from_subprotocol(offer.trim()))
}

fn query_values<'p>(parts: &'p Parts, name: &str) -> impl Iterator<Item = Cow<'p, str>> {
    let query = parts.uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).filter(move |(key, _)| key == name).map(|(_, value)| value)
}
