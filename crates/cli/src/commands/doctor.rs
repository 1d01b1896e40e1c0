//! `realdid doctor`: looks at a node from outside and says in words what is wrong.

use std::time::{Duration, Instant};

use realdid_client::NodeClient;
use serde_json::{Value, json};

use super::{Target, clock, ledger::plain};
use crate::output::{Format, print, row};

/// Even an idle network makes a block in this time.
const BLOCK_MAX: Duration = Duration::from_secs(15);

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    /// None if it is in order.
    wrong: Option<String>,
}

impl Finding {
    fn new(what: &'static str, wrong: Option<String>) -> Self {
        Self { what, wrong }
    }
}

pub(crate) async fn run(target: &Target, format: Format) -> anyhow::Result<()> {
    let client = target.client()?;
    let status: Value = client.get("/v1/status").await?;
    let findings = [
        readiness(&status),
        validators(&status),
        Finding::new("clock", clock::wrong(&status)),
        blocks(&client, &status).await?,
    ];
    let shown: Vec<Value> =
        findings.iter().map(|finding| json!({ "checked": finding.what, "wrong": finding.wrong })).collect();
    print(format, &shown, |_| {
        let words = |finding: &Finding| finding.wrong.clone().unwrap_or_else(|| "in order".to_owned());
        findings.iter().map(|finding| row([finding.what, &words(finding)])).collect()
    })?;
    let count = findings.iter().filter(|finding| finding.wrong.is_some()).count();
    anyhow::ensure!(count == 0, "{count} of {} checks found something", findings.len());
    Ok(())
}

fn readiness(status: &Value) -> Finding {
    let missing = status["health"]["missing"].as_array().cloned().unwrap_or_default();
    let words: Vec<String> = missing.iter().map(plain).collect();
    Finding::new("ready", (!words.is_empty()).then(|| words.join("; ")))
}

fn validators(status: &Value) -> Finding {
    let missing = status["missing"].as_array().cloned().unwrap_or_default();
    let names: Vec<String> = missing.iter().map(plain).collect();
    let wrong = (!names.is_empty()).then(|| {
        format!("{} cannot be reached: are they running, and is port 9000 open to them?", names.join(", "))
    });
    Finding::new("validators", wrong)
}

async fn blocks(client: &NodeClient, status: &Value) -> anyhow::Result<Finding> {
    let height = status["height"].as_u64().unwrap_or(0);
    let started = Instant::now();
    while started.elapsed() < BLOCK_MAX {
        let now: Value = client.get("/v1/status").await?;
        if now["height"].as_u64().unwrap_or(0) > height {
            return Ok(Finding::new("blocks", None));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let view = plain(&status["view"]);
    let wrong = format!(
        "no block above {height} in {BLOCK_MAX:?}, in view {view}: fewer validators than a quorum may be running, or \
         they cannot reach each other"
    );
    Ok(Finding::new("blocks", Some(wrong)))
}
