//! The measurements of some messages.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::process::{Process, busy};

/// The measurements of some messages.
#[derive(Clone, Debug)]
pub struct Round {
    /// How many messages were sent.
    pub messages: u32,
    /// How many deliveries arrived.
    pub deliveries: u32,
    /// The CPU time of the server.
    pub cpu: Duration,
    /// How long the load generator, which is one thread, was busy or waited for a CPU.
    pub busy: Duration,
    /// The wall-clock time.
    pub wall: Duration,
    /// The time from sending each message to its last delivery, shortest first.
    pub latencies: Vec<Duration>,
}

/// A round in progress.
pub(crate) struct Watch {
    server: Process,
    cpu: Duration,
    busy: Duration,
    start: Instant,
    /// How long the load generator has polled without an event.
    pub(crate) idle: Duration,
}

impl Watch {
    pub(crate) fn start(server: Process) -> Result<Self> {
        Ok(Self { server, cpu: server.cpu()?, busy: busy()?, start: Instant::now(), idle: Duration::ZERO })
    }

    pub(crate) fn stop(self, messages: u32, deliveries: u32, mut latencies: Vec<Duration>) -> Result<Round> {
        let wall = self.start.elapsed();
        let busy = busy()?.saturating_sub(self.busy + self.idle);
        // After its last frames the server may still be cleaning up.
        thread::sleep(Duration::from_millis(2));
        let cpu = self.server.cpu()?.saturating_sub(self.cpu);
        latencies.sort_unstable();
        Ok(Round { messages, deliveries, cpu, busy, wall, latencies })
    }
}
