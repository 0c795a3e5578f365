//! The latency of rooms that do not write while others do.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use super::{
    peer::Peer,
    server::{Built, Outcome},
};

/// The number of rooms that write.
const WRITERS: usize = 4;

/// The number of rooms that do not: enough that some share a thread with each of the writers.
const QUIET: usize = 8;

/// The 99th percentile may be this many times what it is without writers.
const FACTOR: u32 = 20;
/// A 99th percentile below this is never too large.
const FLOOR: Duration = Duration::from_millis(20);

/// Measures the latency of echo rooms, first alone, then while four rooms write continuously.
pub(super) fn neighbours(built: &Built, time: Duration) -> Result<Outcome> {
    let server = built.start()?;
    let (before, port) = (server.memory()?, server.port());
    let alone = Latencies::measure(port, time / 2)?;
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|room| {
            let (stop, written) = (stop.clone(), written.clone());
            thread::spawn(move || write(port, room, &stop, &written))
        })
        .collect();
    let start = Instant::now();
    let beside = Latencies::measure(port, time);
    let took = start.elapsed();
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.join().map_err(|_| anyhow::anyhow!("a writer failed"))??;
    }
    let beside = beside?;
    let rate = f64::from(u32::try_from(written.load(Ordering::Relaxed)).unwrap_or(u32::MAX)) / took.as_secs_f64();
    let detail = format!("p50/p99 alone {alone}, beside {WRITERS} writing rooms {beside}; {rate:.0} writes/s");
    if beside.p99 > FLOOR.max(alone.p99 * FACTOR) {
        bail!("{detail}");
    }
    server.outcome(before, detail)
}

fn write(port: u16, room: usize, stop: &AtomicBool, written: &AtomicU64) -> Result<()> {
    let mut peer = Peer::join(port, &format!("writing-{room}"))?;
    let text = "x".repeat(1000);
    for key in 0_u64.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let key = key % 1000;
        peer.call(&format!(r#"{{"type":"put","key":"{key}","text":"{text}"}}"#))?;
        written.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

struct Latencies {
    p50: Duration,
    p99: Duration,
}

impl Latencies {
    /// Sends one message at a time, to each of the rooms in turn.
    fn measure(port: u16, time: Duration) -> Result<Self> {
        let mut peers =
            (0..QUIET).map(|room| Peer::join(port, &format!("quiet-{room}"))).collect::<Result<Vec<_>>>()?;
        let (start, mut all) = (Instant::now(), Vec::new());
        while start.elapsed() < time {
            for peer in &mut peers {
                let sent = Instant::now();
                peer.call(r#"{"type":"echo","text":"quiet"}"#)?;
                all.push(sent.elapsed());
            }
        }
        all.sort_unstable();
        let at = |percent: usize| all.get(all.len() * percent / 100).copied().unwrap_or_default();
        Ok(Self { p50: at(50), p99: at(99) })
    }
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        write!(f, "{:.1}/{:.1} ms", ms(self.p50), ms(self.p99))
    }
}
