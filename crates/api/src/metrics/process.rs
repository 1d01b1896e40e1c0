//! What the process takes of its machine, as Linux tells it; other systems tell nothing here.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::{Registry, Unit},
};
use rustix::param::{clock_ticks_per_second, page_size};

use super::as_gauge;

/// Registers what can be read.
pub(super) fn register(registry: &mut Registry) {
    if let Some(bytes) = resident_bytes(&read("statm")) {
        let gauge: Gauge = Gauge::default();
        gauge.set(as_gauge(bytes));
        registry.register_with_unit("resident_memory", "Memory in use", Unit::Bytes, gauge);
    }
    if let Some(seconds) = processor_seconds(&read("stat")) {
        let counter = Counter::<f64, AtomicU64>::default();
        counter.inc_by(seconds);
        registry.register_with_unit("cpu", "Processor time since the start", Unit::Seconds, counter);
    }
    if let Ok(entries) = std::fs::read_dir("/proc/self/fd") {
        let gauge: Gauge = Gauge::default();
        gauge.set(as_gauge(entries.count()));
        registry.register("open_fds", "Open files and sockets", gauge);
    }
}

fn read(name: &str) -> String {
    std::fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default()
}

/// The second field of `statm` is pages in memory.
fn resident_bytes(statm: &str) -> Option<u64> {
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    pages.checked_mul(page_size().try_into().ok()?)
}

/// The 14th and 15th field of `stat` are ticks in the program and in the system. The second is the program's name in
/// parentheses, which may contain anything.
fn processor_seconds(stat: &str) -> Option<f64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut ticks = behind_name.split_whitespace().skip(11).map(str::parse::<u64>);
    let sum = ticks.next()?.ok()?.checked_add(ticks.next()?.ok()?)?;
    Some(sum as f64 / clock_ticks_per_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "7 (a ) name) S 1 7 7 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 9 0 12345 1 2";
        let ticks = clock_ticks_per_second() as f64;
        assert_eq!(processor_seconds(stat), Some(200.0 / ticks));
    }

    #[test]
    fn what_is_no_such_file_tells_nothing() {
        for text in ["", "7", "7 (name) S 1 7", "7 (name) S 1 7 7 0 -1 4194304 100 0 0 0 many 50"] {
            assert_eq!(processor_seconds(text), None, "{text}");
            assert_eq!(resident_bytes(text), None, "{text}");
        }
    }
}
