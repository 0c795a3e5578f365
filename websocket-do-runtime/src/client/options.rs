//! The options of a session, and what follows from them: one attempt to connect, and whether and when to make another.

use std::{error::Error, future::Future, pin::Pin, time::Duration};

use http::{Request, header};

use super::{
    ClientError, ConnectRequest, Disconnect, MaybeSend, MaybeSync,
    clock::{random, timeout},
    connect_request::{format_of, invalid},
    platform::HAS_HEADERS,
    transport::Socket,
};
use crate::{
    codec::Format,
    connection::{backoff::Backoff, make_send},
};

/// The error of a provider: any error, as `?` converts it.
pub type ProviderError = Box<dyn Error + Send + Sync>;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

type Provider = Box<dyn Fn(ConnectRequest) -> BoxFuture<Result<ConnectRequest, ProviderError>> + Send + Sync>;

/// An open socket, and the subprotocol that the server chose.
pub(crate) type Opened = (Socket, Option<String>);

/// Opens a socket.
pub(crate) type Opener = dyn Fn(Request<()>) -> BoxFuture<Result<Opened, ClientError>> + Send + Sync;

/// A predicate over close codes or HTTP statuses.
type Predicate = Box<dyn Fn(u16) -> bool + Send + Sync>;

#[allow(clippy::redundant_closure, reason = "on wasm32 `matches` is a wrapper, not a function")]
pub(super) fn predicate(matches: impl Fn(u16) -> bool + MaybeSend + MaybeSync + 'static) -> Predicate {
    let matches = make_send(matches);
    Box::new(move |number| matches(number))
}

/// The longest `Retry-After` that is honoured.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

type Hook = Box<dyn Fn(&Disconnect, u32) -> bool + Send + Sync>;

pub(super) struct Options {
    pub(super) request: ConnectRequest,
    pub(super) provider: Option<Provider>,
    /// Opens a socket in place of the platform.
    pub(super) opener: Option<Box<Opener>>,
    pub(super) format: Option<Format>,
    pub(super) connect_timeout: Duration,
    pub(super) reconnect: bool,
    pub(super) backoff: Backoff,
    pub(super) stable_after: Duration,
    pub(super) max_attempts: Option<u32>,
    pub(super) terminal_codes: Predicate,
    pub(super) terminal_statuses: Predicate,
    pub(super) should_reconnect: Option<Hook>,
    /// The most messages waiting for a connection.
    pub(super) queue: usize,
    /// The most bytes of them.
    pub(super) queue_bytes: usize,
    /// The most events waiting for the application.
    pub(super) buffer: usize,
    /// The most bytes of them.
    pub(super) buffer_bytes: usize,
    /// How long a call waits for its answer.
    pub(super) call_timeout: Duration,
    /// The silence before a ping, and the time for its answer.
    pub(super) heartbeat: Option<(Duration, Duration)>,
}

impl Options {
    pub(super) fn new(url: String) -> Self {
        Self {
            request: ConnectRequest::new(url),
            provider: None,
            opener: None,
            format: None,
            connect_timeout: Duration::from_secs(10),
            reconnect: true,
            backoff: Backoff::new(Duration::from_millis(500), Duration::from_secs(20)),
            stable_after: Duration::from_secs(5),
            max_attempts: None,
            terminal_codes: Box::new(|code| matches!(code, 1000 | 1008 | 4000..=4999)),
            terminal_statuses: Box::new(|status| matches!(status, 200..=499) && !matches!(status, 408 | 425 | 429)),
            should_reconnect: None,
            queue: 256,
            queue_bytes: 4 << 20,
            buffer: 256,
            buffer_bytes: 4 << 20,
            call_timeout: Duration::from_secs(30),
            heartbeat: Some((Duration::from_secs(20), Duration::from_secs(10))),
        }
    }

    /// The format of the session as far as it is known before the first attempt: a provider may change the URL.
    pub(super) fn known_format(&self) -> Format {
        self.format.or_else(|| self.request.format()).unwrap_or_default()
    }

    /// Builds the HTTP request.
    pub(super) fn http_request(&self, request: &ConnectRequest) -> Result<Request<()>, ClientError> {
        let request = request.to_http(self.format)?;
        let mut headers = request.headers().keys().filter(|name| *name != header::SEC_WEBSOCKET_PROTOCOL);
        match headers.next() {
            Some(name) if self.opener.is_none() && !HAS_HEADERS => Err(invalid(format!(
                "a browser does not send headers such as `{name}`; put a token into the query, with `query` or in `provide`"
            ))),
            _ => Ok(request),
        }
    }

    /// Makes one attempt to open a connection.
    pub(super) async fn open(&self) -> Result<(Socket, Format), ClientError> {
        let open = async {
            let mut request = self.request.clone();
            if let Some(provide) = &self.provider {
                request = provide(request).await.map_err(|error| ClientError::Provider(error.to_string()))?;
            }
            let request = self.http_request(&request)?;
            let format = self.format.or_else(|| format_of(request.uri())).unwrap_or_default();
            let (socket, chosen) = match &self.opener {
                Some(open) => open(request).await?,
                None => Socket::open(request).await?,
            };
            match chosen {
                Some(chosen) if self.format.map(Format::subprotocol) != Some(chosen.as_str()) => {
                    Err(ClientError::Subprotocol { offered: self.format, chosen })
                }
                _ => Ok((socket, format)),
            }
        };
        timeout(self.connect_timeout, open).await.map_err(|_| ClientError::Timeout(self.connect_timeout))?
    }

    /// Makes one attempt for a session whose format is fixed.
    pub(super) async fn open_with_format(&self, expected: Format) -> Result<Socket, ClientError> {
        match self.open().await? {
            (socket, format) if format == expected => Ok(socket),
            (_, format) => Err(invalid(format!("the session uses `{expected}`, but the new URL asks for `{format}`"))),
        }
    }

    /// Whether to make this attempt after a disconnect.
    pub(super) fn should_retry(&self, disconnect: &Disconnect, attempt: u32) -> bool {
        self.reconnect
            && !self.is_terminal(disconnect)
            && self.max_attempts.is_none_or(|max| attempt <= max)
            && self.should_reconnect.as_ref().is_none_or(|hook| hook(disconnect, attempt))
    }

    /// Whether another attempt is expected to have the same result.
    fn is_terminal(&self, disconnect: &Disconnect) -> bool {
        match disconnect {
            Disconnect::Closed(closed) => closed.is_clean() && (self.terminal_codes)(closed.code()),
            Disconnect::Failed(ClientError::Refused { status, .. }) => (self.terminal_statuses)(*status),
            Disconnect::Failed(error) => {
                matches!(error, ClientError::Url(_) | ClientError::Subprotocol { .. } | ClientError::Overloaded(_))
            }
        }
    }

    /// Returns the delay before an attempt: the server's `Retry-After`, if any, and the backoff.
    pub(super) fn delay(&self, disconnect: &Disconnect, attempt: u32) -> Duration {
        let retry_after = match disconnect {
            Disconnect::Failed(ClientError::Refused { retry_after: Some(time), .. }) => (*time).min(MAX_RETRY_AFTER),
            _ => Duration::ZERO,
        };
        retry_after.saturating_add(self.backoff.delay(attempt, random()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Closed;

    fn options() -> Options {
        Options::new("ws://127.0.0.1".to_owned())
    }

    #[test]
    fn the_delay_is_random_below_its_bound() {
        let options = options();
        let lost = Disconnect::Closed(Closed::lost());
        let delays: Vec<_> = (0..1000).map(|_| options.delay(&lost, 7)).collect();
        assert!(delays.iter().all(|delay| *delay < Duration::from_secs(20)));
        assert!(delays.iter().any(|delay| *delay < Duration::from_secs(2)), "the jitter is not full");
        assert!(delays.iter().any(|delay| *delay > Duration::from_secs(18)));
    }

    #[test]
    fn retry_after_is_honoured_up_to_a_limit() {
        let delay_after = |seconds| {
            let retry_after = Some(Duration::from_secs(seconds));
            let busy = Disconnect::Failed(ClientError::Refused {
                status: 503,
                body: String::new(),
                retry_after,
                location: None,
            });
            options().delay(&busy, 1).as_secs()
        };
        assert_eq!([delay_after(0), delay_after(120), delay_after(86_400)], [0, 120, 3600]);
    }

    #[test]
    fn a_disconnect_whose_cause_would_not_change_is_terminal() {
        let options = options();
        let closed = |code| options.is_terminal(&Disconnect::Closed(Closed::by_peer(code, "")));
        assert!([1000, 1008, 4000, 4001, 4999].into_iter().all(closed));
        assert!(![1001, 1005, 1006, 1009, 1011, 1012, 1013, 3000].into_iter().any(closed));
        let refused = |status| {
            let refused = ClientError::refused(status, &http::HeaderMap::new(), String::new());
            options.is_terminal(&Disconnect::Failed(refused))
        };
        assert!([200, 204, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 410, 426].into_iter().all(refused));
        assert!(![408, 425, 429, 500, 502, 503, 504].into_iter().any(refused));
        assert!(options.is_terminal(&Disconnect::Failed(ClientError::Url(String::new()))));
        assert!(options.is_terminal(&Disconnect::Failed(ClientError::Overloaded(String::new()))));
        assert!(!options.is_terminal(&Disconnect::Failed(ClientError::Timeout(Duration::ZERO))));
        assert!(!options.is_terminal(&Disconnect::Failed(ClientError::Provider(String::new()))));
    }
}
