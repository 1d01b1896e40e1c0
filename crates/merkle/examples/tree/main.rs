//! Measures the authenticated map beside the Jellyfish Merkle tree of the `jmt` crate in the same run: what a block of
//! changes costs, and proofs. Both hash with BLAKE3 and keep their nodes in a hash map in memory:
//! `cargo run --release -p realdid-merkle --example tree`
#![expect(clippy::disallowed_methods, reason = "measuring reads the clock")]
#![expect(clippy::disallowed_types, reason = "the stores are no part of the race: the quickest will do")]

mod jellyfish;
mod ours;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use realdid_crypto::{Context, Digest, digest};

const CHANGES: usize = 1_000;
const BLOCKS: usize = 40;
/// Rounds of verifying the proofs, of which the fastest counts.
const ROUNDS: usize = 5;

/// Keys that get a value's digest.
pub type Changes = [(Digest, Digest)];

/// What a map does in this race.
pub trait Contender {
    /// Works out what the changes, which ascend, do; then stores it. The time is that of working it out.
    fn change(&mut self, changes: &Changes) -> Cost;
    /// Proves what is under these keys, then decodes and verifies: the time for that, and the bytes of the proofs.
    fn prove(&self, keys: &[(Digest, Option<Digest>)]) -> (Duration, usize);
}

/// What a block cost.
#[derive(Clone, Copy)]
pub struct Cost {
    /// To work it out, reading included.
    pub time: Duration,
    /// Of the store.
    pub reads: usize,
    /// Without names.
    pub bytes_read: usize,
    /// Removals included.
    pub writes: usize,
    /// With names.
    pub bytes_written: usize,
}

/// The changes of a run, the same for each contender.
struct Script {
    keys: u64,
    random: u64,
}

impl Script {
    /// A block of changes: four of five are new values, the fifth is a new key.
    fn block(&mut self) -> Vec<(Digest, Digest)> {
        let mut numbers = BTreeSet::new();
        while numbers.len() < CHANGES {
            self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if numbers.len() % 5 == 0 {
                numbers.insert(self.keys);
                self.keys += 1;
            } else {
                numbers.insert((self.random >> 33) % self.keys);
            }
        }
        changes(numbers, self.random)
    }
}

fn changes(numbers: impl IntoIterator<Item = u64>, seed: u64) -> Vec<(Digest, Digest)> {
    let change = |number: u64| (key(number), digest(Context::StateValue, &(number ^ seed).to_be_bytes()));
    let mut changes: Vec<_> = numbers.into_iter().map(change).collect();
    changes.sort_unstable();
    changes
}

fn key(number: u64) -> Digest {
    digest(Context::StateKey, &number.to_be_bytes())
}

/// The figures of a row: per changed key, then per proof.
fn race(contender: &mut dyn Contender, keys: u64) -> [f64; 10] {
    for begin in (0..keys).step_by(10_000) {
        contender.change(&changes(begin..keys.min(begin + 10_000), 0));
    }
    let mut script = Script { keys, random: 1 };
    let mut costs: Vec<Cost> = (0..BLOCKS).map(|_| contender.change(&script.block())).collect();
    costs.sort_by_key(|cost| cost.time);
    let (fastest_block, median) = (costs[0].time, costs[BLOCKS / 2].time);

    let last = script.block();
    contender.change(&last);
    let present: Vec<_> = last.into_iter().map(|(key, value)| (key, Some(value))).collect();
    let absent: Vec<_> = (script.keys..).take(CHANGES).map(|number| (key(number), None)).collect();
    let (verify_present, present_bytes) = fastest(|| contender.prove(&present));
    let (verify_absent, absent_bytes) = fastest(|| contender.prove(&absent));

    let micros = |time: Duration| time.as_secs_f64() * 1e6 / CHANGES as f64;
    let mean =
        |of: fn(&Cost) -> usize| costs.iter().map(of).sum::<usize>() as f64 / (CHANGES * BLOCKS) as f64;
    [
        micros(fastest_block),
        micros(median),
        mean(|cost| cost.reads),
        mean(|cost| cost.bytes_read),
        mean(|cost| cost.writes),
        mean(|cost| cost.bytes_written),
        present_bytes as f64 / CHANGES as f64,
        absent_bytes as f64 / CHANGES as f64,
        micros(verify_present),
        micros(verify_absent),
    ]
}

fn fastest(round: impl Fn() -> (Duration, usize)) -> (Duration, usize) {
    (0..ROUNDS).map(|_| round()).min().expect("a round")
}

/// The time that a closure takes, and what it returns.
pub fn timed<T>(action: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = action();
    (start.elapsed(), result)
}

fn main() {
    println!(
        "{BLOCKS} blocks of {CHANGES} changes each, of which one in five is a new key. Per changed key: time of"
    );
    println!(
        "the fastest and of the median block, without storing; reads, bytes read, writes and bytes written with"
    );
    println!("their names. Per proof of presence, of absence: bytes; time to decode and verify\n");
    print_row(
        "keys",
        "",
        ["µs", "median", "reads", "bytes", "writes", "bytes", "present", "absent", "µs", "µs"]
            .map(String::from),
    );
    for size in [10_000, 100_000, 1_000_000] {
        let ours = race(&mut ours::Ours::default(), size);
        let theirs = race(&mut jellyfish::Jellyfish::default(), size);
        let mut ratios = theirs;
        ratios.iter_mut().zip(ours).for_each(|(theirs, ours)| *theirs /= ours);

        let size = size.to_string();
        print_row(&size, "this", figures(ours));
        print_row(&size, "jmt", figures(theirs));
        print_row(&size, "jmt / this", ratios.map(|ratio| format!("{ratio:.2}")));
    }
}

fn figures(row: [f64; 10]) -> [String; 10] {
    row.map(|figure| if figure < 100.0 { format!("{figure:.2}") } else { format!("{figure:.0}") })
}

fn print_row(size: &str, name: &str, row: [String; 10]) {
    println!("{size:>8} {name:<10} {}", row.map(|figure| format!("{figure:>8}")).concat());
}
