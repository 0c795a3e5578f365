//! Faults on demand: time passes, the room loses its memory or its sockets, writes fail.

use std::time::Duration;

use super::room::{Backend, InMemory, TestRoom};
use crate::{WebSocketDo, client::TypedClient, server::room_class::RoomClass};

/// How long a room is idle before it hibernates, in milliseconds.
const IDLE: u64 = 10_000;

impl<R: WebSocketDo> TestRoom<R>
where
    R::Client: TypedClient,
{
    /// Runs everything that can run without time passing. Does nothing for a room on a server.
    pub fn settle(&self) {
        if let Backend::InMemory(room) = &self.backend {
            room.simulation.settle();
        }
    }

    /// Advances the room's time, and runs the timers and handlers that become due. For a room on a server, waits in real time.
    pub fn advance(&self, time: Duration) {
        match &self.backend {
            Backend::InMemory(room) => {
                room.simulation.advance(u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 2));
            }
            Backend::Remote(_) => std::thread::sleep(time),
        }
    }

    /// Advances the room's time by ten seconds and hibernates it: it loses its memory, and keeps sockets, attachments, storage and
    /// timers. For a room on a server, waits for eleven and a half seconds in real time.
    ///
    /// # Panics
    /// Panics if a handler is still waiting: a busy room does not hibernate.
    #[track_caller]
    pub fn hibernate(&self) {
        match &self.backend {
            Backend::InMemory(InMemory { simulation, room }) => {
                simulation.advance(IDLE);
                assert!(
                    !simulation.is_busy(room),
                    "a handler is still waiting, so the room does not hibernate\n{}",
                    simulation.report()
                );
                room.host.log(|| "the room hibernates".to_owned());
                simulation.restart(room);
            }
            Backend::Remote(_) => std::thread::sleep(Duration::from_millis(IDLE + 1_500)),
        }
    }

    /// Evicts the room, as when it moves to another machine: it loses its memory, handlers in flight and sockets, and keeps
    /// storage and timers. Clients lose their connection, and no `#[close]` handler runs.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[track_caller]
    pub fn evict(&self) {
        let InMemory { simulation, room } = self.in_memory("evict");
        room.host.log(|| "the room is evicted".to_owned());
        simulation.restart(room);
        room.host.cut_all();
    }

    /// Deploys new code: evicts the room, and returns a room of type `N` with its storage.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[must_use]
    #[track_caller]
    pub fn deploy<N: WebSocketDo>(self) -> TestRoom<N>
    where
        N::Client: TypedClient,
    {
        let room = &self.in_memory("deploy").room;
        room.deploy(RoomClass::of::<N>());
        self.evict();
        TestRoom::of(self.backend)
    }

    /// Makes the next `count` writes to the storage fail.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[track_caller]
    pub fn fail_writes(&self, count: u32) {
        self.in_memory("fail_writes").room.host.store.failures.set(count);
    }
}
