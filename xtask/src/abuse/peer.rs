//! A WebSocket client on a raw socket, which can send anything.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// How long a response may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long one read or write may block before the deadline is checked again.
const POLL: Duration = Duration::from_millis(200);

pub(super) const CONTINUATION: u8 = 0;
pub(super) const TEXT: u8 = 1;
pub(super) const PING: u8 = 9;
const PONG: u8 = 10;
const FIN: u8 = 0x80;

/// A connection, before or after an upgrade.
pub(super) struct Peer {
    stream: TcpStream,
    received: Vec<u8>,
}

/// How a flood of bytes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flood {
    /// The time was over.
    Time,
    /// The server closed the connection.
    Closed,
}

/// A masked frame. The mask is zero, which leaves the payload unchanged.
pub(super) fn frame(opcode: u8, fin: bool, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![opcode | if fin { FIN } else { 0 }];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | length.to_le_bytes()[0]),
        length @ 126..=0xffff => {
            frame.push(0xfe);
            frame.extend(length.to_be_bytes().split_at(size_of::<usize>() - 2).1);
        }
        length => {
            frame.push(0xff);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

impl Peer {
    /// Connects.
    pub(super) fn open(port: u16) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect_timeout(&address, TIMEOUT).context("cannot connect")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(POLL))?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Joins a room.
    pub(super) fn join(port: u16, room: &str) -> Result<Self> {
        let mut peer = Self::open(port)?;
        write!(
            peer.stream,
            "GET /load/{room}/websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )?;
        let head = peer.head()?;
        if !head.starts_with("HTTP/1.1 101 ") {
            bail!("the upgrade was answered with {head}");
        }
        Ok(peer)
    }

    /// Reads the head of an HTTP response.
    pub(super) fn head(&mut self) -> Result<String> {
        loop {
            if let Some(end) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let rest = self.received.split_off(end + 4);
                return Ok(String::from_utf8(std::mem::replace(&mut self.received, rest))?);
            }
            if !self.fill()? {
                bail!("the connection ended before a response");
            }
        }
    }

    /// Reads more; returns whether anything was read.
    fn fill(&mut self) -> Result<bool> {
        let mut buffer = [0; 4096];
        let count = self.stream.read(&mut buffer).context("nothing received")?;
        self.received.extend(buffer.iter().take(count));
        Ok(count > 0)
    }

    /// Sends all of the bytes.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let (mut rest, start) = (bytes, Instant::now());
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if is_timeout(error.kind()) && start.elapsed() < TIMEOUT => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Sends the same bytes repeatedly, without reading. Returns the number of bytes written.
    pub(super) fn flood(&mut self, bytes: &[u8], time: Duration) -> (u64, Flood) {
        let (start, mut sent, mut rest) = (Instant::now(), 0, bytes);
        while start.elapsed() < time {
            match self.stream.write(rest) {
                Ok(count) => {
                    sent += count as u64;
                    rest = rest.get(count..).filter(|rest| !rest.is_empty()).unwrap_or(bytes);
                }
                Err(error) if is_timeout(error.kind()) => {}
                Err(_) => return (sent, Flood::Closed),
            }
        }
        (sent, Flood::Time)
    }

    /// Sends a text, and returns the next one received.
    pub(super) fn call(&mut self, text: &str) -> Result<String> {
        self.send(&frame(TEXT, true, text.as_bytes()))?;
        self.text()
    }

    /// Receives the next text.
    pub(super) fn text(&mut self) -> Result<String> {
        loop {
            match self.next()? {
                (TEXT, payload) => return Ok(String::from_utf8(payload)?),
                (PONG, _) => {}
                (opcode, payload) => {
                    bail!("expected a text, found opcode {opcode}: {:?}", payload.escape_ascii().to_string())
                }
            }
        }
    }

    fn next(&mut self) -> Result<(u8, Vec<u8>)> {
        loop {
            if let Some((opcode, start, end)) = self.front() {
                let rest = self.received.split_off(end);
                let mut payload = std::mem::replace(&mut self.received, rest);
                return Ok((opcode, payload.split_off(start)));
            }
            if !self.fill()? {
                bail!("the connection ended");
            }
        }
    }

    /// Opcode, start and end of the payload of the first frame, if it has been received in full.
    fn front(&self) -> Option<(u8, usize, usize)> {
        let (&first, &second) = (self.received.first()?, self.received.get(1)?);
        let (start, length): (usize, _) = match second & 0x7f {
            126 => (4, usize::from(u16::from_be_bytes(self.received.get(2..4)?.try_into().ok()?))),
            127 => (10, usize::try_from(u64::from_be_bytes(self.received.get(2..10)?.try_into().ok()?)).ok()?),
            short => (2, usize::from(short)),
        };
        let end = start.checked_add(length)?;
        (self.received.len() >= end).then_some((first & 0xf, start, end))
    }

    /// Returns whether the server ends the connection within this time. Received bytes are discarded.
    pub(super) fn is_cut_within(&mut self, time: Duration) -> Result<bool> {
        let start = Instant::now();
        let mut buffer = vec![0; 1 << 16];
        self.stream.set_read_timeout(Some(POLL))?;
        while start.elapsed() < time {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(error) if is_timeout(error.kind()) => {}
                Err(_) => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Closes the sending direction.
    pub(super) fn half_close(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// A second handle to the connection, for another thread.
    pub(super) fn reader(&self) -> Result<Self> {
        Ok(Self { stream: self.stream.try_clone()?, received: self.received.clone() })
    }
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
