//! Ports of 127.0.0.1, and waiting for a server on one.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::{Duration, Instant},
};

use anyhow::Result;

/// How long a connection may take, and a response to a request.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));

/// How long the rest of a response is read.
const REST: Duration = Duration::from_secs(1);

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
    let Ok(mut stream) = send_get(port, "/") else { return false };
    let mut start = [0; 5];
    if stream.read_exact(&mut start).is_err() || start != *b"HTTP/" {
        return false;
    }
    // workerd reports a connection that is closed before the end of the response as an error. A response without an end is not awaited.
    let (started, mut buffer) = (Instant::now(), [0; 4096]);
    while started.elapsed() < REST && stream.set_read_timeout(Some(REST)).is_ok() {
        if !matches!(stream.read(&mut buffer), Ok(1..)) {
            break;
        }
    }
    true
}

/// Sends a GET request, and returns the connection, on which the response arrives.
pub fn send_get(port: u16, path: &str) -> io::Result<TcpStream> {
    let (connect, response) = TIMEOUTS;
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), connect)?;
    stream.set_read_timeout(Some(response))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
        time::{Duration, Instant},
    };

    use super::{free, responds};

    /// A server that answers one request with this text, and then keeps the connection open.
    fn server(text: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            stream.read_exact(&mut [0; 16]).expect("a request");
            stream.write_all(text.as_bytes()).expect("written");
            thread::sleep(Duration::from_secs(20));
        });
        port
    }

    #[test]
    fn a_response_without_an_end_counts_and_is_not_awaited() {
        let start = Instant::now();
        assert!(responds(server("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n")));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn other_protocols_and_closed_ports_do_not_count() {
        assert!(!responds(server("SSH-2.0\r\n")));
        assert!(!responds(free().expect("a free port")));
    }
}
