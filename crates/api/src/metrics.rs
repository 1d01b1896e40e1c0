//! What a node counts and measures, for Prometheus. Names carry their units.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::{Code, Ports, Problem};

/// Upper ends of the buckets of commit latencies, in seconds.
const LATENCIES: [f64; 12] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// What is counted while a node runs. Clones share their numbers.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// From a block's own time until it is final here, in seconds.
    pub commit_latency: Histogram,
    /// Final blocks.
    pub blocks: Counter,
    /// Transactions decided in them.
    pub transactions: Counter,
    /// Peers that were cut off for a while.
    pub cut_off: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Organisation {
    organisation: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Column {
    column: String,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            commit_latency: Histogram::new(LATENCIES),
            blocks: Counter::default(),
            transactions: Counter::default(),
            cut_off: Counter::default(),
        }
    }
}

pub(crate) async fn scrape(State(ports): State<Ports>) -> Result<Response, Problem> {
    let text = tokio::task::spawn_blocking(move || describe(&ports)).await;
    let text = text.map_err(|error| Problem::new(Code::Internal, error.to_string()))??;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

fn describe(ports: &Ports) -> Result<String, Problem> {
    let mut registry = Registry::with_prefix("realdid");
    let metrics = &ports.metrics;
    registry.register(
        "commit_latency_seconds",
        "From a block's own time until it is final here",
        metrics.commit_latency.clone(),
    );
    registry.register("blocks", "Final blocks since the start", metrics.blocks.clone());
    registry.register("transactions", "Transactions decided since the start", metrics.transactions.clone());
    registry.register("peers_cut_off", "Peers cut off for a while since the start", metrics.cut_off.clone());
    register_status(&mut registry, ports);
    register_storage(&mut registry, ports)?;
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    Ok(text)
}

fn register_status(registry: &mut Registry, ports: &Ports) {
    let status = ports.status.borrow().clone();
    let mut gauge = |name: &str, help: &str, value: u64| {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        registry.register(name, help, gauge);
    };
    gauge("ready", "1 if nothing is missing", u64::from(status.health.ready));
    gauge("validator", "1 if this node is a validator of the present epoch", u64::from(status.validator));
    gauge("height", "Newest final height", status.height);
    gauge("epoch", "Present epoch", status.epoch);
    gauge("view", "Present view of the epoch", status.view);
    gauge("block_time_milliseconds", "Time of the newest final block since 1970", status.time);
    gauge("delta_milliseconds", "Estimate of the longest delay", status.delta_ms);
    gauge("validators", "Validators of the present epoch", status.validators as u64);
    gauge("validators_reached", "Those to whom a stream is up, this one included", status.connected as u64);
    gauge("transactions_waiting", "Own clients' transactions that are not decided", status.waiting as u64);
    gauge("batches_pending", "Batches that no final block has listed", status.pending_batches as u64);
    gauge("clients_waiting", "Transactions that clients wait for", ports.waiting.len() as u64);
    gauge("uptime_seconds", "Since the start", status.uptime_s);
    if let Some(offset) = status.clock_offset_ms {
        let clock: Gauge = Gauge::default();
        clock.set(offset);
        registry.register(
            "clock_offset_milliseconds",
            "How far the clock is ahead of the other validators'; up to what a block takes is no error",
            clock,
        );
    }
    let missing = Family::<Organisation, Gauge>::default();
    for organisation in &status.missing {
        missing.get_or_create(&Organisation { organisation: organisation.clone() }).set(1);
    }
    registry.register("validator_missing", "1 for each validator that no stream is up to", missing);
}

fn register_storage(registry: &mut Registry, ports: &Ports) -> Result<(), Problem> {
    let sizes = ports.store.sizes().map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let bytes = Family::<Column, Gauge>::default();
    for size in sizes {
        let column = Column { column: size.column.name().to_owned() };
        bytes.get_or_create(&column).set(i64::try_from(size.bytes).unwrap_or(i64::MAX));
    }
    registry.register("storage_bytes", "Size of the ledger by column", bytes);
    Ok(())
}
