//! Clients that send more than a server can take, or do not read what it sends.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use super::{
    Scenario,
    peer::{CONTINUATION, Flood, PING, Peer, TEXT, frame},
};

/// The most a server may have read of something that it refuses, in bytes: a few buffers of the system.
const REFUSED: u64 = 16 << 20;

/// How long a client that does not read is borne, at most, after the flood.
const CUT: Duration = Duration::from_secs(15);

/// Runs a scenario against the server on a port; gives what there is to say about it.
pub(super) fn run(scenario: Scenario, port: u16, time: Duration) -> Result<String> {
    match scenario {
        Scenario::Fragments => fragments(port, time),
        Scenario::Broadcasts => broadcasts(port, time),
        Scenario::Pings => pings(port, time),
        Scenario::Flood => flood(port, time),
        Scenario::Awaiting => awaiting(port, time),
        Scenario::Bodies => bodies(port, time),
        Scenario::Kill | Scenario::FullDisk | Scenario::Neighbours => bail!("no flood"),
    }
}

/// A message whose last fragment never comes, in fragments of 64 KiB and of one byte.
fn fragments(port: u16, time: Duration) -> Result<String> {
    let mut details = Vec::new();
    for (size, count) in [(1 << 16, 1), (1, 1 << 13)] {
        let mut peer = Peer::join(port, "fragments")?;
        peer.send(&frame(TEXT, false, b"{"))?;
        let (sent, end) = peer.flood(&frame(CONTINUATION, false, &vec![b' '; size]).repeat(count), time);
        details.push(format!("{} MiB in fragments of {size}", sent >> 20));
        // A server that has refused the message may read on for a while, so that its close frame is not lost.
        if size > 1 && end == Flood::Time && !peer.is_cut_within(CUT)? {
            bail!("the connection lives on after {}", details.join(", "));
        }
    }
    Ok(details.join(", "))
}

/// One client sends broadcasts as fast as it gets them back; four others do not read.
fn broadcasts(port: u16, time: Duration) -> Result<String> {
    let mut deaf = (0..4).map(|_| Peer::join(port, "broadcasts")).collect::<Result<Vec<_>>>()?;
    let mut peer = Peer::join(port, "broadcasts")?;
    let (start, mut sent) = (Instant::now(), 0_u64);
    let message = format!(r#"{{"type":"broadcast","text":"{}"}}"#, "x".repeat(16 << 10));
    while start.elapsed() < time {
        peer.call(&message)?;
        sent += 1;
    }
    for peer in &mut deaf {
        if !peer.is_cut_within(CUT)? {
            bail!("a client that does not read is still connected");
        }
    }
    Ok(format!("{} MiB of broadcasts to each of 4 that do not read; all were cut", (sent * 16) >> 10))
}

/// Pings of 125 bytes, and nothing is read. Then the client half-closes.
fn pings(port: u16, time: Duration) -> Result<String> {
    let mut peer = Peer::join(port, "pings")?;
    let (sent, end) = peer.flood(&frame(PING, true, &[b'p'; 125]).repeat(512), time);
    peer.half_close();
    if end == Flood::Time && !peer.is_cut_within(CUT)? {
        bail!("the connection lives on after its half-close");
    }
    Ok(format!("{} MiB of pings", sent >> 20))
}

/// Messages whose answers nobody reads: small ones, large ones, and ones that are not valid.
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

/// Messages while the handler of the first one waits; then the client goes.
fn awaiting(port: u16, time: Duration) -> Result<String> {
    let mut peer = Peer::join(port, "awaiting")?;
    peer.send(&frame(TEXT, true, br#"{"type":"sleep","ms":20000}"#))?;
    let message = format!(r#"{{"type":"echo","text":"{}"}}"#, "x".repeat(1000));
    let (sent, end) = peer.flood(&frame(TEXT, true, message.as_bytes()).repeat(60), time);
    drop(peer);
    if sent > REFUSED {
        bail!("{} MiB were read while the handler waited", sent >> 20);
    }
    Ok(format!("{} KiB were read while the handler waited ({end:?})", sent >> 10))
}

/// A body of 200 MiB and an endless one, to routes that do not exist and to one that does.
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
            // The answer comes while the body is on its way, and may be lost with a connection that is cut.
            let mut reader = peer.reader()?;
            let answer = thread::spawn(move || reader.head());
            let (sent, end) = peer.flood(&chunk, time);
            // A server that has answered may read on for a while, so that its answer is not lost.
            if end == Flood::Time && !peer.is_cut_within(CUT)? {
                bail!("{path} reads on after {} MiB", sent >> 20);
            }
            drop(peer);
            match answer.join().map_err(|_| anyhow::anyhow!("a client failed"))? {
                Ok(head) if head.get(9..12) != Some(expected) => bail!("{path} was answered with {head}"),
                _ => details.push((sent >> 20).to_string()),
            }
        }
    }
    Ok(format!("{} MiB were taken off the wire of endless bodies", details.join(", ")))
}
