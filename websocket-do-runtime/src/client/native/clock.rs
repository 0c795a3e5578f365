//! Time and tasks of tokio, and random numbers of fastrand.

use std::{
    future::Future,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub(in crate::client) use fastrand::f64 as random;
pub(in crate::client) use tokio::time::{Instant, sleep_until, timeout};

use crate::client::ClientError;

/// Waits before an attempt to connect.
pub(in crate::client) async fn pause(delay: Duration) {
    tokio::time::sleep(delay).await;
}

/// Runs a task on the runtime of the caller.
pub(in crate::client) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Result<(), ClientError> {
    let runtime = tokio::runtime::Handle::try_current().map_err(|error| ClientError::Transport(error.to_string()))?;
    drop(runtime.spawn(task));
    Ok(())
}

/// Returns the time since the Unix epoch.
pub(in crate::client) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
