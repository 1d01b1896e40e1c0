//! How the network is at one moment, as its nodes tell.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use realdid_client::NodeClient;
use realdid_testnet::{Network, NodeEntry};
use serde_json::Value;

use crate::testnet::status::view;

/// How long a node may take to answer.
const ANSWER_MAX: Duration = Duration::from_millis(400);

/// The network at one moment.
#[derive(Debug, Default)]
pub struct Sample {
    /// Each node as `testnet status` tells it.
    pub nodes: Vec<Value>,
    /// Who signed the newest block's certificate, by organisation.
    pub signers: Vec<String>,
    /// Transactions decided in a second.
    pub rate: f64,
    /// From a block's own time until it was final, on average since the last look; none without a block.
    pub latency: Option<Duration>,
}

/// What a node had counted at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Counted {
    at: Instant,
    transactions: f64,
    blocks: f64,
    seconds: f64,
}

/// Takes samples, and remembers the last one to tell what grew.
#[derive(Debug, Default)]
pub struct Sampler {
    before: BTreeMap<String, Counted>,
}

impl Sampler {
    pub async fn sample(&mut self, network: &Network) -> Sample {
        let statuses = futures::future::join_all(network.nodes.iter().map(status)).await;
        let nodes = network.nodes.iter().zip(&statuses).map(|(node, status)| view(node, status.clone()));
        let mut sample = Sample { nodes: nodes.collect(), ..Sample::default() };
        let awake = network.nodes.iter().zip(&statuses).find(|(_, status)| status.is_some());
        if let Some((node, _)) = awake {
            let client = node.client();
            sample.signers = within(signers(&client)).await.unwrap_or_default();
            if let Some(now) = within(counted(&client)).await
                && let Some(before) = self.before.insert(node.name.clone(), now)
            {
                (sample.rate, sample.latency) = grown(&before, &now);
            }
        }
        sample
    }
}

async fn within<T>(answer: impl Future<Output = Option<T>>) -> Option<T> {
    tokio::time::timeout(ANSWER_MAX, answer).await.ok().flatten()
}

async fn status(node: &NodeEntry) -> Option<Value> {
    if !node.is_running() || node.is_paused() {
        return None;
    }
    let client = node.client();
    within(async { client.get("/v1/status").await.ok() }).await
}

async fn signers(client: &NodeClient) -> Option<Vec<String>> {
    let signers = client.newest_signers().await.ok()?;
    Some(signers.into_iter().map(|signer| signer.organisation).collect())
}

async fn counted(client: &NodeClient) -> Option<Counted> {
    let text = String::from_utf8(client.get_bytes("/metrics").await.ok()??).ok()?;
    Some(Counted {
        at: Instant::now(),
        transactions: sum(&text, "realdid_transactions_total"),
        blocks: sum(&text, "realdid_commit_latency_seconds_count"),
        seconds: sum(&text, "realdid_commit_latency_seconds_sum"),
    })
}

/// The sum of a metric over its labels.
fn sum(text: &str, name: &str) -> f64 {
    let lines = text.lines().filter_map(|line| line.strip_prefix(name));
    let of_it = lines.filter(|rest| rest.starts_with([' ', '{']));
    of_it.filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

fn grown(before: &Counted, now: &Counted) -> (f64, Option<Duration>) {
    let seconds = (now.at - before.at).as_secs_f64();
    // a node that was started again counts from nothing
    let rate = ((now.transactions - before.transactions) / seconds).max(0.0);
    let blocks = now.blocks - before.blocks;
    let each = (now.seconds - before.seconds) / blocks;
    (rate, (blocks > 0.0).then(|| Duration::from_secs_f64(each.max(0.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_summed_over_its_labels_and_not_with_others_that_begin_like_it() {
        let text =
            "a_total{outcome=\"applied\"} 3\na_total{outcome=\"refused\"} 2\na_totals 7\nb 1\na_total 1\n";
        assert_eq!(sum(text, "a_total"), 6.0);
        assert_eq!(sum(text, "none"), 0.0);
    }

    #[test]
    fn rates_and_latencies_are_those_of_what_came_since_and_nothing_is_negative_after_a_restart() {
        let at = Instant::now();
        let before = Counted { at, transactions: 100.0, blocks: 10.0, seconds: 5.0 };
        let later = at + Duration::from_secs(2);
        let now = Counted { at: later, transactions: 300.0, blocks: 14.0, seconds: 5.2 };
        let (rate, latency) = grown(&before, &now);
        assert_eq!((rate, latency.map(|latency| latency.as_millis())), (100.0, Some(50)));
        let restarted = Counted { at: later, transactions: 0.0, blocks: 0.0, seconds: 0.0 };
        assert_eq!(grown(&now, &Counted { at: later + Duration::from_secs(1), ..restarted }), (0.0, None));
    }
}
