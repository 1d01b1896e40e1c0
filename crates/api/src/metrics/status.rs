//! What the node last said of itself, as numbers.

use std::{
    sync::atomic::AtomicU64,
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};

use super::as_gauge;
use crate::Status;

type Fraction = Gauge<f64, AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Organisation {
    organisation: String,
}

pub(super) fn register(registry: &mut Registry, status: &Status) {
    register_yes_or_no(registry, status);
    register_numbers(registry, status);
    register_seconds(registry, status);
    register_bytes(registry, status);
    register_validators(registry, status);
}

fn register_yes_or_no(registry: &mut Registry, status: &Status) {
    let mut flag = |name: &str, help: &str, value: bool| {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::from(value));
        registry.register(name, help, gauge);
    };
    flag("ready", "1 if nothing is missing", status.health.ready);
    flag("validator", "1 if this node is a validator of the present epoch", status.validator);
    flag("voting", "1 if this node votes", status.voting);
    flag("alarm", "1 if voting has stopped because the chain contradicts itself", status.alarm);
    flag("votes_lost", "1 while this validator counts as faulty since it lost its votes", status.votes_lost);
    flag("disk_full", "1 if voting has stopped because the disk is nearly full", status.disk.full);
}

fn register_numbers(registry: &mut Registry, status: &Status) {
    let mut number = |name: &str, help: &str, value: i64| {
        let gauge: Gauge = Gauge::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    };
    number("height", "Newest final height", as_gauge(status.height));
    number("epoch", "Present epoch", as_gauge(status.epoch));
    number("view", "Present view of the epoch", as_gauge(status.view));
    number("validators", "Validators of the present epoch", as_gauge(status.validators));
    number(
        "validators_reached",
        "Those to whom a stream is up, this one included",
        as_gauge(status.connected),
    );
    number("public_peers", "Peers connected on the public plane", as_gauge(status.public_peers));
    number(
        "transactions_waiting",
        "Own clients' transactions that are not decided",
        as_gauge(status.waiting),
    );
    number("batches_pending", "Batches that no final block has listed", as_gauge(status.pending_batches));
}

fn register_seconds(registry: &mut Registry, status: &Status) {
    let mut seconds = |name: &str, help: &str, value: f64| {
        let gauge = Fraction::default();
        gauge.set(value);
        registry.register_with_unit(name, help, Unit::Seconds, gauge);
    };
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    seconds("clock", "This node's time of day since 1970", clock.as_secs_f64());
    // not a number until others' blocks were seen
    let offset = status.clock_offset_ms.map_or(f64::NAN, |offset| offset as f64 / 1e3);
    let help = "How far the clock is ahead of the other validators'; up to what a block takes is no error";
    seconds("clock_offset", help, offset);
    seconds("block_time", "Time of the newest final block since 1970", status.time as f64 / 1e3);
    seconds("delta", "Estimate of the longest delay", status.delta_ms as f64 / 1e3);
    seconds("uptime", "Since the start", status.uptime_s as f64);
}

fn register_bytes(registry: &mut Registry, status: &Status) {
    let mut bytes = |name: &str, help: &str, value: u64| {
        let gauge: Gauge = Gauge::default();
        gauge.set(as_gauge(value));
        registry.register_with_unit(name, help, Unit::Bytes, gauge);
    };
    bytes("batches_pending", "Batches that no final block has listed", status.pending_batch_bytes);
    bytes("disk_free", "Free space where the ledger is", status.disk.free_bytes);
    bytes("disk_low_water", "With less free space voting stops", status.disk.low_water_bytes);
}

/// By organisation, which may have more than one: its validators are summed, of round trips the longest counts.
fn register_validators(registry: &mut Registry, status: &Status) {
    let missing = Family::<Organisation, Gauge>::default();
    let queued = Family::<Organisation, Gauge>::default();
    let round_trip = Family::<Organisation, Fraction>::default();
    for link in &status.links {
        let organisation = Organisation { organisation: link.organisation.clone() };
        missing.get_or_create(&organisation).inc_by(i64::from(!link.connected));
        queued.get_or_create(&organisation).inc_by(as_gauge(link.queued_bytes));
        if let Some(time) = link.round_trip_ms {
            let longest = round_trip.get_or_create(&organisation);
            longest.set(longest.get().max(time / 1e3));
        }
    }
    registry.register("validators_missing", "Other validators that no stream is up to", missing);
    registry.register_with_unit("send_queue", "What waits to leave to validators", Unit::Bytes, queued);
    registry.register_with_unit(
        "round_trip",
        "How long a small message last took to another validator and back",
        Unit::Seconds,
        round_trip,
    );
}
