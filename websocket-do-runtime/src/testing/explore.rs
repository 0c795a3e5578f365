//! Many runs of one scenario, each in an order of its own.

use std::{
    env,
    panic::{AssertUnwindSafe, resume_unwind},
};

use futures_util::FutureExt;

use super::TestRoom;
use crate::{WebSocketDo, client::TypedClient};

/// The environment variable that names the one seed to run.
const SEED: &str = "WEBSOCKET_DO_SEED";

/// Runs a scenario once for each seed, with a room in which the seed decides what comes first wherever the platform promises
/// no order. The environment variable `WEBSOCKET_DO_SEED` runs one seed alone.
///
/// ```
/// # use websocket_do_runtime::{WebSocketDo, client::TypedClient, testing::{TestRoom, explore}};
/// # async fn example<ChatRoom: WebSocketDo>() where ChatRoom::Client: TypedClient {
/// explore(0..100, async |room: &TestRoom<ChatRoom>| {
///     let _ada = room.join().await.expect("to be let in");
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
/// Where the scenario does, once it is said which seed it was and what had happened.
pub async fn explore<R: WebSocketDo>(seeds: impl IntoIterator<Item = u64>, scenario: impl AsyncFn(&TestRoom<R>))
where
    R::Client: TypedClient,
{
    let alone: Option<u64> = env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let seeds: Vec<_> = alone.map_or_else(|| seeds.into_iter().collect(), |seed| vec![seed]);
    for seed in seeds {
        let room = TestRoom::seeded(seed);
        if let Err(panic) = AssertUnwindSafe(scenario(&room)).catch_unwind().await {
            eprintln!("seed {seed} fails; `{SEED}={seed}` runs it alone\n{room:?}");
            resume_unwind(panic);
        }
    }
}
