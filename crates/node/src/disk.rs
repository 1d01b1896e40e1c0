//! The thread that syncs the disk. One sync serves everything that was written before it began.

use std::{
    sync::{Arc, mpsc},
    time::Instant,
};

use realdid_api::Metrics;
use realdid_storage::Store;
use tokio::sync::mpsc as to_core;

use crate::{
    event::{Event, Stored},
    node::end_process,
};

/// Where the core asks for syncs.
pub(crate) type Syncs = mpsc::Sender<Vec<Stored>>;

/// Starts the thread; it ends when the core does. How much waits is bounded by what the replica asks for at once, so
/// the answers need no bound of their own.
pub(crate) fn start(
    store: Arc<Store>,
    events: to_core::UnboundedSender<Event>,
    metrics: Metrics,
) -> std::io::Result<Syncs> {
    let (syncs, asked) = mpsc::channel::<Vec<Stored>>();
    std::thread::Builder::new().name("disk".to_owned()).spawn(move || {
        while let Ok(mut stored) = asked.recv() {
            while let Ok(more) = asked.try_recv() {
                stored.extend(more);
            }
            let began = Instant::now();
            if let Err(error) = store.sync() {
                // what was written before may or may not be there: nothing can be trusted any more
                end_process(&error);
            }
            metrics.count_sync(began.elapsed());
            if events.send(Event::Synced(stored)).is_err() {
                return;
            }
        }
    })?;
    Ok(syncs)
}
