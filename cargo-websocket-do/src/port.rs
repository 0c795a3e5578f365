//! Ports of 127.0.0.1, and waiting for a server on one.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use anyhow::Result;

/// How long a connection may take, and a response to a request.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));

/// How much is read of a response, in bytes.
const LONGEST: u64 = 16 << 20;

/// A free port.
pub fn free() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Returns whether a server can listen on this port.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Returns whether a server on this port responds to HTTP.
pub fn responds(port: u16) -> bool {
    // The whole response: workerd reports a connection that is closed before as an error.
    let mut response = Vec::new();
    let read = send_get(port, "/").and_then(|stream| stream.take(LONGEST).read_to_end(&mut response));
    response.starts_with(b"HTTP/") && read.is_ok()
}

/// Sends a GET request, and returns the connection, on which the response arrives.
pub fn send_get(port: u16, path: &str) -> io::Result<TcpStream> {
    let (connect, response) = TIMEOUTS;
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), connect)?;
    stream.set_read_timeout(Some(response))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    Ok(stream)
}
