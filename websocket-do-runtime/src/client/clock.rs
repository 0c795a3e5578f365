//! Time and tasks, as a client needs them: tokio's on native targets. A browser's would stand in their place.

use std::future::Future;

pub(super) use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::ClientError;

/// Runs a task on the runtime of the caller.
pub(super) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Result<(), ClientError> {
    let runtime = tokio::runtime::Handle::try_current().map_err(|error| ClientError::Transport(error.to_string()))?;
    drop(runtime.spawn(task));
    Ok(())
}
