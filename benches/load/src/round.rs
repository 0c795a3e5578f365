//! What came of some messages, and taking the time meanwhile.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::process::{Process, busy};

/// What came of some messages.
#[derive(Clone, Debug)]
pub struct Round {
    /// How many messages were sent.
    pub messages: u32,
    /// How many arrived.
    pub deliveries: u32,
    /// The CPU time of the server.
    pub cpu: Duration,
    /// For how long the load generator, which is one thread, was at work or waited for a CPU to work on.
    pub busy: Duration,
    /// How long it all took.
    pub wall: Duration,
    /// From sending a message until everyone had it, shortest first.
    pub latencies: Vec<Duration>,
}

/// A round that has begun.
pub(crate) struct Watch {
    server: Process,
    cpu: Duration,
    busy: Duration,
    start: Instant,
    /// For how long the load generator has asked in vain whether something has come.
    pub(crate) idle: Duration,
}

impl Watch {
    pub(crate) fn start(server: Process) -> Result<Self> {
        Ok(Self { server, cpu: server.cpu()?, busy: busy()?, start: Instant::now(), idle: Duration::ZERO })
    }

    pub(crate) fn stop(self, messages: u32, deliveries: u32, mut latencies: Vec<Duration>) -> Result<Round> {
        let wall = self.start.elapsed();
        let busy = busy()?.saturating_sub(self.busy + self.idle);
        // The last frames have left the server, which may still be tidying up.
        thread::sleep(Duration::from_millis(2));
        let cpu = self.server.cpu()?.saturating_sub(self.cpu);
        latencies.sort_unstable();
        Ok(Round { messages, deliveries, cpu, busy, wall, latencies })
    }
}
