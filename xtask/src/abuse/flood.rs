//! Clients that send more than a server can handle, or do not read.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use super::{
    Scenario,
    peer::{CONTINUATION, Flood, PING, Peer, TEXT, frame},
};

/// The most a server may read of a refused message, in bytes: a few of the system's buffers.
const REFUSED: u64 = 16 << 20;

/// The time within which the server must cut a client that does not read.
const CUT: Duration = Duration::from_secs(15);

/// Runs a scenario against the server on a port; returns its details for the report.
pub(super) fn run(scenario: Scenario, port: u16, time: Duration) -> Result<String> {
    match scenario {
        Scenario::Fragments => fragments(port, time),
        Scenario::Broadcasts => broadcasts(port, time),
        Scenario::Pings => pings(port, time),
        Scenario::Flood => flood(port, time),
        Scenario::Awaiting => awaiting(port, time),
        Scenario::Bodies => bodies(port, time),
        Scenario::Kill | Scenario::FullDisk | Scenario::Neighbours => bail!("not a flood"),
    }
}

/// A message without a last fragment, in fragments of 64 KiB and of one byte.
fn fragments(port: u16, time: Duration) -> Result<String> {
    let mut details = Vec::new();
    for (size, count) in [(1 << 16, 1), (1, 1 << 13)] {
        let mut peer = Peer::join(port, "fragments")?;
        peer.send(&frame(TEXT, false, b"{"))?;
        let (sent, end) = peer.flood(&frame(CONTINUATION, false, &vec![b' '; size]).repeat(count), time);
        details.push(format!("{} MiB in fragments of {size}", sent >> 20));
        // After refusing the message a server may keep reading for a while, so that its close frame is not lost.
        if size > 1 && end == Flood::Time && !peer.is_cut_within(CUT)? {
            bail!("the connection is still open after {}", details.join(", "));
        }
    }
    Ok(details.join(", "))
}

/// One client sends broadcasts as fast as it receives them; four others do not read.
fn broadcasts(port: u16, time: Duration) -> Result<String> {
    let mut idle = (0..4).map(|_| Peer::join(port, "broadcasts")).collect::<Result<Vec<_>>>()?;
    let mut peer = Peer::join(port, "broadcasts")?;
    let (start, mut sent) = (Instant::now(), 0_u64);
    let message = format!(r#"{{"type":"broadcast","text":"{}"}}"#, "x".repeat(16 << 10));
    while start.elapsed() < time {
        peer.call(&message)?;
        sent += 1;
    }
    for peer in &mut idle {
        if !peer.is_cut_within(CUT)? {
            bail!("a client that does not read is still connected");
        }
    }
    Ok(format!("{} MiB of broadcasts to each of 4 that do not read; all were cut", (sent * 16) >> 10))
}

/// Pings of 125 bytes from a client that does not read, then a half-close.
fn pings(port: u16, time: Duration) -> Result<String> {
    let mut peer = Peer::join(port, "pings")?;
    let (sent, end) = peer.flood(&frame(PING, true, &[b'p'; 125]).repeat(512), time);
    peer.half_close();
    if end == Flood::Time && !peer.is_cut_within(CUT)? {
        bail!("the connection is still open after its half-close");
    }
    Ok(format!("{} MiB of pings", sent >> 20))
}

/// Messages from clients that do not read the replies: small, large and invalid ones.
fn flood(port: u16, time: Duration) -> Result<String> {
    let messages = [
        r#"{"type":"echo","text":"x"}"#.to_owned(),
        format!(r#"{{"type":"echo","text":"{}"}}"#, "x".repeat(60_000)),
        "{".to_owned(),
    ];
    let floods = messages.map(|message| {
        thread::spawn(move || -> Result<u64> {
            let burst = frame(TEXT, true, message.as_bytes()).repeat((1 << 16) / message.len().max(64));
            Ok(Peer::join(port, "flood")?.flood(&burst, time).0)
        })
    });
    let mut sent = Vec::new();
    for flood in floods {
        let bytes = flood.join().map_err(|_| anyhow::anyhow!("a client failed"))??;
        sent.push(format!("{} MiB", bytes >> 20));
    }
    Ok(format!("{} of small, large and invalid messages", sent.join(", ")))
}

/// Messages while the handler of the first one awaits; then the client disconnects.
fn awaiting(port: u16, time: Duration) -> Result<String> {
    let mut peer = Peer::join(port, "awaiting")?;
    peer.send(&frame(TEXT, true, br#"{"type":"sleep","ms":20000}"#))?;
    let message = format!(r#"{{"type":"echo","text":"{}"}}"#, "x".repeat(1000));
    let (sent, end) = peer.flood(&frame(TEXT, true, message.as_bytes()).repeat(60), time);
    drop(peer);
    if sent > REFUSED {
        bail!("{} MiB were read while the handler awaited", sent >> 20);
    }
    Ok(format!("{} KiB were read while the handler awaited ({end:?})", sent >> 10))
}

/// A body of 200 MiB and an endless one, to unknown routes and to a known one.
fn bodies(port: u16, time: Duration) -> Result<String> {
    const SIZE: u64 = 200 << 20;
    let mut details = Vec::new();
    for (path, expected) in [("/load/x/nothing", "404"), ("/nothing", "404"), ("/load/x/body", "413")] {
        for chunked in [false, true] {
            let mut peer = Peer::open(port)?;
            let length =
                if chunked { "Transfer-Encoding: chunked".to_owned() } else { format!("Content-Length: {SIZE}") };
            peer.send(format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n\r\n").as_bytes())?;
            let data = vec![b'x'; 1 << 16];
            let chunk = if chunked { [b"10000\r\n", &*data, b"\r\n"].concat() } else { data };
            // The response arrives while the body is being sent, and may be lost when the connection is cut.
            let mut reader = peer.reader()?;
            let answer = thread::spawn(move || reader.head());
            let (sent, end) = peer.flood(&chunk, time);
            // After responding a server may keep reading for a while, so that its response is not lost.
            if end == Flood::Time && !peer.is_cut_within(CUT)? {
                bail!("{path} is still read after {} MiB", sent >> 20);
            }
            drop(peer);
            match answer.join().map_err(|_| anyhow::anyhow!("a client failed"))? {
                Ok(head) if head.get(9..12) != Some(expected) => bail!("{path} was answered with {head}"),
                _ => details.push((sent >> 20).to_string()),
            }
        }
    }
    Ok(format!("{} MiB were read of endless bodies", details.join(", ")))
}
