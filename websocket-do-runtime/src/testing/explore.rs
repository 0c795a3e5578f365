//! Runs a scenario many times, each with another order of events.

use std::{
    env,
    panic::{AssertUnwindSafe, resume_unwind},
};

use futures_util::FutureExt;

use super::TestRoom;
use crate::{WebSocketDo, client::TypedClient};

/// The environment variable that selects a single seed.
const SEED: &str = "WEBSOCKET_DO_SEED";

/// Runs a scenario once for each seed. The seed decides the order of events wherever the platform guarantees none. With the
/// environment variable `WEBSOCKET_DO_SEED`, only that seed runs.
///
/// ```
/// # use websocket_do_runtime::{WebSocketDo, client::TypedClient, testing::{TestRoom, explore}};
/// # async fn example<ChatRoom: WebSocketDo>() where ChatRoom::Client: TypedClient {
/// explore(0..100, async |room: &TestRoom<ChatRoom>| {
///     let _ada = room.join().await.expect("a session");
///     if room.random(2) == 0 {
///         room.hibernate();
///     }
///     assert_eq!(room.inspect(|room| room.len()), 1);
/// })
/// .await;
/// # }
/// ```
///
/// # Panics
/// Panics if the scenario does, after printing its seed and the events in the room.
pub async fn explore<R: WebSocketDo>(seeds: impl IntoIterator<Item = u64>, scenario: impl AsyncFn(&TestRoom<R>))
where
    R::Client: TypedClient,
{
    let only: Option<u64> = env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let seeds: Vec<_> = only.map_or_else(|| seeds.into_iter().collect(), |seed| vec![seed]);
    for seed in seeds {
        let room = TestRoom::seeded(seed);
        if let Err(panic) = AssertUnwindSafe(scenario(&room)).catch_unwind().await {
            eprintln!("seed {seed} fails; `{SEED}={seed}` runs it alone\n{room:?}");
            resume_unwind(panic);
        }
    }
}
