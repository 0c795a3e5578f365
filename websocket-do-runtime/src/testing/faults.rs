//! What happens to a room in real life, on demand: time goes by, memory and sockets go, writes fail.

use std::time::Duration;

use super::room::{Place, TestRoom};
use crate::{WebSocketDo, client::TypedClient, host::Host};

/// A room is left alone for so long before it hibernates, in milliseconds.
const IDLE: u64 = 10_000;

impl<R: WebSocketDo> TestRoom<R>
where
    R::Client: TypedClient,
{
    /// Has everything happen that can happen without time going by. On a server there is nothing to do.
    pub fn settle(&self) {
        if let Place::Here(world) = &self.place {
            world.settle();
        }
    }

    /// Lets time go by, with all that happens meanwhile: timers go off, handlers that wait go on. On a server it is real
    /// time.
    pub fn advance(&self, time: Duration) {
        match &self.place {
            Place::Here(world) => {
                world.advance_to(world.host.now() + u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 2));
            }
            Place::There(_) => std::thread::sleep(time),
        }
    }

    /// The room is left alone for ten seconds, and hibernates: its memory is gone, sockets, attachments, storage and timers
    /// stay. On workerd it takes eleven seconds.
    ///
    /// # Panics
    /// Where a handler goes on waiting: a room with work to do does not hibernate.
    #[track_caller]
    pub fn hibernate(&self) {
        match &self.place {
            Place::Here(world) => {
                world.advance_to(world.host.now() + IDLE);
                assert!(
                    !world.is_busy(),
                    "a handler still waits, and so the room does not hibernate\n{}",
                    world.told()
                );
                world.say(|| "the room hibernates".to_owned());
                world.start_over();
            }
            Place::There(_) => std::thread::sleep(Duration::from_millis(IDLE + 1_500)),
        }
    }

    /// The room is moved to another machine: memory, handlers in flight and sockets are gone, storage and timers stay.
    /// Clients see a lost connection, and no `close` handler runs.
    ///
    /// # Panics
    /// For a room on a server.
    #[track_caller]
    pub fn evict(&self) {
        let world = self.world("evict");
        world.say(|| "the room is evicted".to_owned());
        world.start_over();
        world.host.cut_all();
    }

    /// New code is deployed: the room is evicted, and goes on as a room of the type `N`, with the storage of this one.
    ///
    /// # Panics
    /// For a room on a server.
    #[must_use]
    #[track_caller]
    pub fn deploy<N: WebSocketDo>(self) -> TestRoom<N>
    where
        N::Client: TypedClient,
    {
        self.evict();
        let world = self.world("deploy");
        TestRoom { place: Place::Here(world.deployed()) }
    }

    /// The next so many writes to the storage fail.
    ///
    /// # Panics
    /// For a room on a server.
    #[track_caller]
    pub fn fail_writes(&self, count: u32) {
        self.world("fail_writes").host.store.failures.set(count);
    }
}
