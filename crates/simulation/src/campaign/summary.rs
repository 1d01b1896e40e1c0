//! What many seeds showed together.

use std::collections::BTreeMap;

use super::seed::Report;

#[derive(Default)]
pub struct Summary {
    pub seeds: u64,
    blocks: u64,
    events: u64,
    sizes: BTreeMap<usize, u64>,
    counts: BTreeMap<String, u64>,
    resumed: Vec<u64>,
    pub violated: Vec<u64>,
    single: Option<String>,
}

impl Summary {
    pub fn add(&mut self, report: Report) {
        self.seeds += 1;
        self.blocks += report.final_blocks;
        self.events += report.events;
        *self.sizes.entry(report.nodes).or_default() += 1;
        for (what, count) in report.counts {
            *self.counts.entry(what).or_default() += count;
        }
        self.resumed.push(report.resumed_in);
        self.single = Some(format!("trace digest {}", report.trace));
        if !report.violations.is_empty() {
            self.violated.push(report.seed);
            say!("seed {} is violated (replay: campaign --seed {} --trace)", report.seed, report.seed);
            report.story.iter().for_each(|line| say!("{line}"));
            report.violations.iter().for_each(|violation| say!("  {violation}"));
        }
    }

    pub fn print(&mut self) {
        self.resumed.sort_unstable();
        let at = |share: usize| {
            self.resumed.get((self.resumed.len() * share / 100).min(self.resumed.len().saturating_sub(1)))
        };
        let at = |share: usize| at(share).map_or(0, |micros| micros / 1000);
        say!("validators: {:?}", self.sizes);
        for (what, count) in &self.counts {
            say!("  {count:>10}  {what}");
        }
        say!(
            "{} events, {:.0} final blocks a seed",
            self.events,
            self.blocks as f64 / self.seeds.max(1) as f64
        );
        say!("first commit after healing: p50 {} ms, p99 {} ms, max {} ms", at(50), at(99), at(100));
        if self.seeds == 1 {
            say!("{}", self.single.as_deref().unwrap_or_default());
        }
        say!("{} seeds, {} violated {:?}", self.seeds, self.violated.len(), self.violated);
    }
}
