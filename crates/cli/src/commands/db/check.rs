//! `realdid db check`: whether a node's folder is whole.

use std::{
    io::IsTerminal,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use realdid_audit::{Audit, Finding, compare};
use realdid_crypto::Ed25519Verifier;
use realdid_storage::{KeyHistory, Store};
use serde_json::json;

use crate::{
    commands::{chain::progress_line, scratch::Scratch},
    output::{Format, print, row},
};

/// Between two words of progress.
const TELL_EVERY: Duration = Duration::from_millis(200);

pub(crate) fn run(store: &Store, scratch: &Path, format: Format) -> anyhow::Result<()> {
    let entries = store.check_entries(entries_line())?;
    let scratch = Scratch::new(None, scratch)?;
    let own = Store::create(scratch.folder(), store.genesis(), KeyHistory::Unknown)?;
    let verifier = Ed25519Verifier::default();
    let mut audit = Audit::new(&own, store, &verifier);
    let held = match audit.run(progress_line()) {
        // a crash may have kept the certificate of the newest blocks from the disk: the node asks for it when it starts
        Ok(_) | Err(Finding::Uncertified(_)) => compare(&own, store),
        Err(finding) => Err(finding),
    };
    held.with_context(|| {
        format!(
            "{} does not hold: move it away, keep it to find out why, and let the node catch up into a fresh folder with \
             `realdid node join`",
            store.folder().display()
        )
    })?;
    let progress = audit.progress();
    let alarm = store.alarm()?.map(|alarm| realdid_node::alarm::words(&alarm));
    let root = store.state_root().to_string();
    let result = json!({
        "height": progress.height.0, "certified": progress.certified.0, "state_root": root, "entries": entries, "blocks": progress.blocks,
        "certificates": progress.certificates, "transactions": progress.transactions, "alarm": alarm,
    });
    print(format, &result, |_| {
        let executed = format!(
            "{} blocks, {} certificates, {} transactions: batches, receipts, state and every page of its tree agree",
            progress.blocks, progress.certificates, progress.transactions
        );
        let mut rows = vec![
            row(["the folder is whole", &format!("up to block {}", progress.height)]),
            row(["certified", &format!("up to block {}", progress.certified)]),
            row(["state root", &root]),
            row(["read", &format!("{entries} entries, votes and certificates among them")]),
            row(["executed again", &executed]),
        ];
        rows.extend(alarm.map(|alarm| row(["voting has stopped", &alarm])));
        rows
    })
}

/// A line on the terminal that says how many entries were read.
fn entries_line() -> impl FnMut(u64) {
    let mut told = Instant::now();
    let shows = std::io::stderr().is_terminal();
    move |count| {
        if shows && told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            eprint!("\r{count} entries read ");
        }
    }
}
