//! What processes use, as Linux tells.

use std::path::Path;

/// One process at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// Seconds of processor time since it started.
    pub(crate) cpu: f64,
    /// Bytes in memory now.
    pub(crate) memory: u64,
    /// Bytes that it had written to disk.
    pub(crate) written: u64,
}

/// What a process uses; nothing where the system does not say.
pub(crate) fn of(pid: u32) -> Usage {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let stat = read("stat");
    // the name before may contain anything; after its bracket the fields are counted from 3
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    Usage {
        cpu: (ticks(11) + ticks(12)) / rustix::param::clock_ticks_per_second() as f64,
        memory: field(&read("status"), "VmRSS:") * 1024,
        written: field(&read("io"), "write_bytes:"),
    }
}

fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Bytes of all files in a folder.
pub(crate) fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
}
