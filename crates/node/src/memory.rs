//! A node's memory is what it uses, also after it has used more for a while.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

/// Between two looks for memory to give back. That took a busy node 3 to 9 ms; what is needed again comes back page by
/// page.
const PAUSE: Duration = Duration::from_secs(10);

/// Gives freed memory back to the system for as long as the runtime lives.
pub(crate) async fn give_back_what_is_free() {
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let began = Instant::now();
        let given = tokio::task::spawn_blocking(realdid_malloc::give_back).await;
        tracing::trace!(?given, took = ?began.elapsed(), "gave free memory back");
    }
}
