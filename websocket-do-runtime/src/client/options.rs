//! What a client does when: how long it waits, what ends it for good, and one attempt to open a connection.

use std::{error::Error, future::Future, pin::Pin, time::Duration};

use http::{Request, header};

use super::{
    ClientError, ConnectRequest, Disconnect, MaybeSend, MaybeSync,
    clock::{random, timeout},
    connect_request::{format_of, unusable},
    platform::{HAS_HEADERS, local},
    transport::Socket,
};
use crate::codec::Format;

/// Any error of a provider, as `?` makes it.
pub type ProviderError = Box<dyn Error + Send + Sync>;

type Promised<T> = Pin<Box<dyn Future<Output = T> + Send>>;

type Provider = Box<dyn Fn(ConnectRequest) -> Promised<Result<ConnectRequest, ProviderError>> + Send + Sync>;

/// An open socket, and the subprotocol that the server chose.
pub(crate) type Opened = (Socket, Option<String>);

type Opener = Box<dyn Fn(Request<()>) -> Promised<Result<Opened, ClientError>> + Send + Sync>;

/// A rule about close codes or statuses.
type Rule = Box<dyn Fn(u16) -> bool + Send + Sync>;

#[allow(clippy::redundant_closure, reason = "on wasm32 this is no function, but what holds one")]
pub(super) fn rule(is_so: impl Fn(u16) -> bool + MaybeSend + MaybeSync + 'static) -> Rule {
    let is_so = local(is_so);
    Box::new(move |number| is_so(number))
}

/// The longest that a server can make a client wait.
const LONGEST: Duration = Duration::from_hours(1);

type Hook = Box<dyn Fn(&Disconnect, u32) -> bool + Send + Sync>;

pub(super) struct Options {
    pub(super) address: ConnectRequest,
    pub(super) provider: Option<Provider>,
    /// How a socket is opened, if not by its URL alone.
    pub(super) opener: Option<Opener>,
    pub(super) format: Option<Format>,
    pub(super) connect_timeout: Duration,
    pub(super) reconnect: bool,
    /// The bound of the first delay, and that of all.
    pub(super) backoff: (Duration, Duration),
    pub(super) stable_after: Duration,
    pub(super) max_attempts: Option<u32>,
    pub(super) terminal_codes: Rule,
    pub(super) terminal_statuses: Rule,
    pub(super) should_reconnect: Option<Hook>,
    /// The most messages that wait for a connection.
    pub(super) queue: usize,
    /// The most bytes of them.
    pub(super) queue_bytes: usize,
    /// The most events that wait for the application.
    pub(super) buffer: usize,
    /// The most bytes of them.
    pub(super) buffer_bytes: usize,
    /// After how long a silence the server is asked, and how long it may take to answer.
    pub(super) heartbeat: Option<(Duration, Duration)>,
}

impl Options {
    pub(super) fn new(url: String) -> Self {
        Self {
            address: ConnectRequest::new(url),
            provider: None,
            opener: None,
            format: None,
            connect_timeout: Duration::from_secs(10),
            reconnect: true,
            backoff: (Duration::from_millis(500), Duration::from_secs(20)),
            stable_after: Duration::from_secs(5),
            max_attempts: None,
            terminal_codes: Box::new(|code| matches!(code, 1000 | 1008 | 4000..=4999)),
            terminal_statuses: Box::new(|status| matches!(status, 200..=499) && !matches!(status, 408 | 425 | 429)),
            should_reconnect: None,
            queue: 256,
            queue_bytes: 4 << 20,
            buffer: 256,
            buffer_bytes: 4 << 20,
            heartbeat: Some((Duration::from_secs(20), Duration::from_secs(10))),
        }
    }

    /// The format of the session, as far as it is known before the first attempt.
    pub(super) fn spoken(&self) -> Format {
        self.format.or_else(|| self.address.format()).unwrap_or_default()
    }

    /// The request for a session at an address.
    pub(super) fn request(&self, address: &ConnectRequest) -> Result<Request<()>, ClientError> {
        let request = address.request(self.format)?;
        let mut headers = request.headers().keys().filter(|name| *name != header::SEC_WEBSOCKET_PROTOCOL);
        match headers.next() {
            Some(name) if self.opener.is_none() && !HAS_HEADERS => Err(unusable(format!(
                "a browser sets no headers such as `{name}`; put a token into the query, with `query` or in `provide`"
            ))),
            _ => Ok(request),
        }
    }

    /// Opens a connection, once.
    pub(super) async fn attempt(&self) -> Result<(Socket, Format), ClientError> {
        let open = async {
            let mut address = self.address.clone();
            if let Some(provide) = &self.provider {
                address = provide(address).await.map_err(|error| ClientError::Provider(error.to_string()))?;
            }
            let request = self.request(&address)?;
            let spoken = self.format.or_else(|| format_of(request.uri())).unwrap_or_default();
            let (socket, chosen) = match &self.opener {
                Some(open) => open(request).await?,
                None => Socket::open(request).await?,
            };
            match chosen {
                Some(chosen) if self.format.map(Format::subprotocol) != Some(chosen.as_str()) => {
                    Err(ClientError::Subprotocol { offered: self.format, chosen })
                }
                _ => Ok((socket, spoken)),
            }
        };
        timeout(self.connect_timeout, open).await.map_err(|_| ClientError::Timeout(self.connect_timeout))?
    }

    /// Opens a connection for a session that has a format already.
    pub(super) async fn attempt_in(&self, format: Format) -> Result<Socket, ClientError> {
        match self.attempt().await? {
            (socket, spoken) if spoken == format => Ok(socket),
            (_, spoken) => Err(unusable(format!("the session speaks `{format}`, the new address says `{spoken}`"))),
        }
    }

    /// Whether there is to be another attempt, this one.
    pub(super) fn goes_on(&self, loss: &Disconnect, attempt: u32) -> bool {
        self.reconnect
            && !self.is_terminal(loss)
            && !self.is_exhausted(attempt)
            && self.should_reconnect.as_ref().is_none_or(|hook| hook(loss, attempt))
    }

    pub(super) fn is_exhausted(&self, attempt: u32) -> bool {
        self.max_attempts.is_some_and(|most| attempt > most)
    }

    /// Whether it would be the same again.
    pub(super) fn is_terminal(&self, loss: &Disconnect) -> bool {
        match loss {
            Disconnect::Closed(closed) => closed.is_clean() && (self.terminal_codes)(closed.code()),
            Disconnect::Failed(ClientError::Refused { status, .. }) => (self.terminal_statuses)(*status),
            Disconnect::Failed(error) => {
                matches!(error, ClientError::Url(_) | ClientError::Subprotocol { .. } | ClientError::Overloaded(_))
            }
        }
    }

    /// How long to wait before an attempt: what the server asks for, and anything from nothing to a bound that doubles, so
    /// that clients which lost their server together do not come back together.
    pub(super) fn delay(&self, loss: &Disconnect, attempt: u32) -> Duration {
        let asked = match loss {
            Disconnect::Failed(ClientError::Refused { retry_after: Some(asked), .. }) => (*asked).min(LONGEST),
            _ => Duration::ZERO,
        };
        asked + self.bound(attempt).mul_f64(random())
    }

    fn bound(&self, attempt: u32) -> Duration {
        let (first, most) = self.backoff;
        let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        first.saturating_mul(factor).min(most)
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
    fn the_bound_of_the_delay_doubles_up_to_a_cap() {
        let options = options();
        let bounds: Vec<_> = (1..=8).map(|attempt| options.bound(attempt).as_millis()).collect();
        assert_eq!(bounds, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
        assert_eq!(options.bound(u32::MAX), Duration::from_secs(20));
        let lost = Disconnect::Closed(Closed::lost());
        let delays: Vec<_> = (0..1000).map(|_| options.delay(&lost, 7)).collect();
        assert!(delays.iter().all(|delay| *delay < Duration::from_secs(20)));
        assert!(delays.iter().any(|delay| *delay < Duration::from_secs(2)), "the jitter is not full");
        assert!(delays.iter().any(|delay| *delay > Duration::from_secs(18)));
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_within_reason() {
        let asked = |seconds| {
            let retry_after = Some(Duration::from_secs(seconds));
            let busy = Disconnect::Failed(ClientError::Refused {
                status: 503,
                body: String::new(),
                retry_after,
                location: None,
            });
            options().delay(&busy, 1).as_secs()
        };
        assert_eq!([asked(0), asked(120), asked(86_400)], [0, 120, 3600]);
    }

    #[test]
    fn what_would_be_the_same_again_is_terminal() {
        let options = options();
        let closed = |code| options.is_terminal(&Disconnect::Closed(Closed::by_peer(code, "")));
        assert!([1000, 1008, 4000, 4001, 4999].into_iter().all(closed));
        assert!(![1001, 1005, 1006, 1011, 1012, 1013, 3000].into_iter().any(closed));
        let refused = |status| {
            let refused = ClientError::refused(status, &http::HeaderMap::new(), String::new());
            options.is_terminal(&Disconnect::Failed(refused))
        };
        assert!([200, 204, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 410].into_iter().all(refused));
        assert!(![408, 425, 429, 500, 502, 503, 504].into_iter().any(refused));
        assert!(options.is_terminal(&Disconnect::Failed(ClientError::Url(String::new()))));
        assert!(options.is_terminal(&Disconnect::Failed(ClientError::Overloaded(String::new()))));
        assert!(!options.is_terminal(&Disconnect::Failed(ClientError::Timeout(Duration::ZERO))));
        assert!(!options.is_terminal(&Disconnect::Failed(ClientError::Provider(String::new()))));
    }
}
