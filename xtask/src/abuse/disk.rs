//! Crashes and full disks: acknowledged writes must survive both.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{
    peer::Peer,
    server::{Built, Outcome, Server},
};

const WRITERS: usize = 20;

/// The file size at which the disk counts as full, in KiB.
const SPACE: u32 = 8 << 10;

/// Kills the server while 20 rooms are written to, and starts it again.
pub(super) fn kill(built: &Built, time: Duration) -> Result<Outcome> {
    let data = built.data();
    let server = built.start_on(&data, None)?;
    let (before, port) = (server.memory()?, server.port());
    let writers: Vec<_> = (0..WRITERS).map(|room| thread::spawn(move || write(port, room, time * 3))).collect();
    thread::sleep(time);
    let memory = server.memory()?;
    server.kill();
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.push(writer.join().map_err(|_| anyhow::anyhow!("a writer failed"))?);
    }
    let again = built.start_on(&data, None).context("after the crash")?;
    let lost = missing(&again, &acknowledged)?;
    let count: usize = acknowledged.iter().sum();
    if lost > 0 || acknowledged.contains(&0) {
        bail!("{lost} of {count} acknowledged writes are lost, by writer {acknowledged:?}");
    }
    Ok(Outcome { memory: Some((before, memory)), detail: format!("{count} acknowledged writes, none lost") })
}

/// Writes to a room until the connection ends or the time is over; returns the number of acknowledged writes.
fn write(port: u16, room: usize, time: Duration) -> usize {
    let start = Instant::now();
    let Ok(mut peer) = Peer::join(port, &format!("writer-{room}")) else { return 0 };
    let mut count = 0;
    while start.elapsed() < time {
        match peer.call(&put(count, "x")) {
            Ok(answer) if answer.contains(r#""type":"stored""#) => count += 1,
            _ => break,
        }
    }
    count
}

fn put(key: usize, text: &str) -> String {
    format!(r#"{{"type":"put","key":"{key}","text":"{text}"}}"#)
}

/// The number of acknowledged writes that cannot be read.
fn missing(server: &Server, acknowledged: &[usize]) -> Result<usize> {
    let mut missing = 0;
    for (room, &count) in acknowledged.iter().enumerate() {
        let mut peer = Peer::join(server.port(), &format!("writer-{room}"))?;
        for key in 0..count {
            let answer = peer.call(&format!(r#"{{"type":"get","key":"{key}"}}"#))?;
            missing += usize::from(!answer.contains(r#""text":""#));
        }
    }
    Ok(missing)
}

/// Limits the size of the data file until writes fail, then lifts the limit.
pub(super) fn full(built: &Built, time: Duration) -> Result<Outcome> {
    let data = built.data();
    let server = built.start_on(&data, Some(SPACE))?;
    let before = server.memory()?;
    let text = "x".repeat(100_000);
    let mut peer = Peer::join(server.port(), "writer-0")?;
    let mut count = 0;
    // The first failed write ends the session, as the room has already acted on it.
    while is_stored(peer.call(&put(count, &text)).ok()) {
        count += 1;
        if count > 1000 {
            bail!("no write failed on a full disk");
        }
    }
    // Later writes are refused while the disk is full.
    let start = Instant::now();
    let (mut peer, mut refused) = (Peer::join(server.port(), "writer-0")?, 0);
    while start.elapsed() < time / 2 {
        if is_stored(Some(peer.call(&put(count, &text.repeat(8)))?)) {
            bail!("a write was acknowledged on a full disk");
        }
        refused += 1;
    }
    server.lift_file_limit()?;
    let start = Instant::now();
    while !is_stored(Some(peer.call(&put(count, &text))?)) {
        if start.elapsed() > Duration::from_secs(10) {
            bail!("writes still fail 10 s after space was freed");
        }
    }
    let recovered = start.elapsed();
    let mut outcome = server.outcome(before, String::new())?;
    let lost = after_restart(built, &data, count + 1)?;
    if lost > 0 {
        bail!("{lost} of {} acknowledged writes are lost", count + 1);
    }
    let millis = recovered.as_millis();
    outcome.detail = format!("{count} writes, then {refused} refused; recovered in {millis} ms; none lost");
    Ok(outcome)
}

fn after_restart(built: &Built, data: &Path, count: usize) -> Result<usize> {
    missing(&built.start_on(data, None).context("after the full disk")?, &[count])
}

fn is_stored(answer: Option<String>) -> bool {
    answer.is_some_and(|answer| answer.contains(r#""type":"stored""#))
}
