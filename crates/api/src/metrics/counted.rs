//! What is counted while a node runs.

use std::time::Duration;

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};
use realdid_state::Outcome;

/// Upper ends of the buckets of commit latencies, in seconds.
const LATENCIES: [f64; 12] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
/// Upper ends of the buckets of the disk's sync times, in seconds.
const SYNCS: [f64; 11] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// What is counted while a node runs. Clones share their numbers.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Peers that were cut off for a while.
    pub cut_off: Counter,
    /// Validators that were seen contradicting themselves.
    pub evidence: Counter,
    commit_latency: Histogram,
    disk_syncs: Histogram,
    blocks: Counter,
    views_without_block: Counter,
    transactions: Family<Counted, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Counted {
    outcome: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "the label's values are their names")]
enum Kind {
    applied,
    refused,
    skipped,
}

impl Default for Metrics {
    fn default() -> Self {
        let transactions = Family::<Counted, Counter>::default();
        // a rate needs a 0 to rise from
        for outcome in [Kind::applied, Kind::refused, Kind::skipped] {
            drop(transactions.get_or_create(&Counted { outcome }));
        }
        Self {
            cut_off: Counter::default(),
            evidence: Counter::default(),
            commit_latency: Histogram::new(LATENCIES),
            disk_syncs: Histogram::new(SYNCS),
            blocks: Counter::default(),
            views_without_block: Counter::default(),
            transactions,
        }
    }
}

impl Metrics {
    /// A block became final `age` after its own time, and `lost_views` views after its parent had made none.
    pub fn count_block(&self, age: Duration, lost_views: u64, outcomes: impl IntoIterator<Item = Outcome>) {
        self.commit_latency.observe(age.as_secs_f64());
        self.blocks.inc();
        self.views_without_block.inc_by(lost_views);
        for outcome in outcomes {
            let outcome = match outcome {
                Outcome::Applied => Kind::applied,
                Outcome::Refused(_) => Kind::refused,
                Outcome::Skipped(_) => Kind::skipped,
            };
            self.transactions.get_or_create(&Counted { outcome }).inc();
        }
    }

    /// The disk made everything durable in this time.
    pub fn count_sync(&self, time: Duration) {
        self.disk_syncs.observe(time.as_secs_f64());
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "commit_latency",
            "From a block's own time until it is final here",
            Unit::Seconds,
            self.commit_latency.clone(),
        );
        registry.register_with_unit(
            "disk_sync",
            "How long the disk took to make votes and batches durable",
            Unit::Seconds,
            self.disk_syncs.clone(),
        );
        registry.register("blocks", "Final blocks since the start", self.blocks.clone());
        registry.register(
            "views_without_block",
            "Views between final blocks whose leaders were given up, since the start",
            self.views_without_block.clone(),
        );
        registry.register(
            "transactions",
            "Transactions in final blocks since the start, by what became of them there",
            self.transactions.clone(),
        );
        registry.register(
            "evidence",
            "Times since the start that a validator was seen contradicting itself",
            self.evidence.clone(),
        );
        registry.register("peers_cut_off", "Peers cut off for a while since the start", self.cut_off.clone());
    }
}
