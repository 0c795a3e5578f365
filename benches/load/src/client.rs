//! One client: its upgrade, and its close handshake.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::frame::{Format, Splitter, close};

/// How long a response may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// Connects and upgrades; returns the connection, and the bytes received after the response.
pub(crate) fn connect(port: u16, room: &str, name: &str, format: Format) -> Result<(TcpStream, Vec<u8>)> {
    let format = match format {
        Format::Json => "json",
        Format::MessagePack => "msgpack",
    };
    let mut stream = open(port)?;
    let request = format!(
        "GET /room/{room}/websocket?name={name}&format={format} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::with_capacity(512);
    let mut buffer = [0; 512];
    loop {
        if let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            if !answer.starts_with(b"HTTP/1.1 101 ") {
                bail!("the upgrade was answered with {}", String::from_utf8_lossy(&answer));
            }
            return Ok((stream, answer.split_off(end + 4)));
        }
        let read = stream.read(&mut buffer).context("the upgrade was not answered")?;
        if read == 0 {
            bail!("the connection ended before its upgrade was answered");
        }
        answer.extend(buffer.iter().take(read));
    }
}

/// Joins a room and leaves it with a close handshake; returns how long the upgrade took.
pub(crate) fn join_and_leave(port: u16, room: &str, format: Format) -> Result<Duration> {
    let start = Instant::now();
    let (mut stream, first) = connect(port, room, "Guest", format)?;
    let took = start.elapsed();
    stream.write_all(&close())?;
    let mut splitter = Splitter::default();
    let mut closed = splitter.feed(&first).closed;
    let mut buffer = [0; 512];
    while !closed {
        let read = stream.read(&mut buffer).context("the close was not answered")?;
        closed = read == 0 || splitter.feed(buffer.get(..read).unwrap_or_default()).closed;
    }
    Ok(took)
}

/// Sends a GET request; returns the status and the body of the response.
///
/// # Errors
/// If there is no response, or one without `Content-Length`.
pub fn get(port: u16, path: &str) -> Result<(u16, String)> {
    let mut stream = BufReader::new(open(port)?);
    write!(stream.get_mut(), "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")?;
    let mut head = stream.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let status = head.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).context("missing status")?;
    let lengths = head.filter_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    // `last` reads the whole head, which comes before the body.
    let length = lengths.last().context("missing `content-length`")?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((status, String::from_utf8(body)?))
}

fn open(port: u16) -> Result<TcpStream> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stream = TcpStream::connect_timeout(&address, TIMEOUT).context("cannot connect")?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    Ok(stream)
}
