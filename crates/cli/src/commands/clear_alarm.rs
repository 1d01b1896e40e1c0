//! `realdid node clear-alarm`: voting goes on after an operator found out why it stopped.

use std::path::PathBuf;

use anyhow::bail;
use realdid_node::{GenesisFile, alarm::words, config::Home};
use realdid_storage::Store;
use serde_json::json;

use crate::output::{Format, say};

/// Whose alarm.
#[derive(clap::Args)]
pub struct ClearAlarm {
    /// The node's folder
    #[arg(long, env = "REALDID_HOME", default_value = ".")]
    home: PathBuf,
    /// Clear it: its cause is known and gone
    #[arg(long)]
    yes: bool,
}

/// Shows the alarm, and clears it if that is asked for.
///
/// # Errors
/// If the folder cannot be opened, or there is an alarm and no `--yes`.
pub(crate) fn run(clear: &ClearAlarm, format: Format) -> anyhow::Result<()> {
    let home = Home::new(&clear.home);
    let genesis = GenesisFile::read(&home.genesis())?.genesis()?;
    let Some(alarm) = Store::open_read_only(&home.ledger(), &genesis)?.alarm()? else {
        return say(format, &json!({ "alarm": null }), "there is no alarm: nothing is to change");
    };
    let words = words(&alarm);
    if !clear.yes {
        bail!(
            "voting has stopped: {words}. Nothing was changed; if the cause is known and gone, run this again with --yes"
        );
    }
    Store::open(&home.ledger(), &genesis)?.clear_alarm()?;
    let result = json!({ "alarm": words, "cleared": true });
    say(format, &result, &format!("cleared: {words}. The node votes again when it is started"))
}
