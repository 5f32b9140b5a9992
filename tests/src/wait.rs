//! Waiting for something that another process does.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Asks until the answer is `Some`, for 30 seconds; `what` names the wish in the failure.
pub async fn eventually<T, F: AsyncFnMut() -> Result<Option<T>>>(what: &str, ask: F) -> Result<T> {
    eventually_within(Duration::from_secs(30), what, ask).await
}

/// Asks until the answer is `Some`, for `limit`. An error is a "not yet", and the last one is told.
pub async fn eventually_within<T, F: AsyncFnMut() -> Result<Option<T>>>(
    limit: Duration,
    what: &str,
    mut ask: F,
) -> Result<T> {
    let start = Instant::now();
    let mut last = None;
    while start.elapsed() < limit {
        match ask().await {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => {}
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    match last {
        Some(error) => bail!("not within {limit:?}: {what} (last: {error:#})"),
        None => bail!("not within {limit:?}: {what}"),
    }
}
