//! A model of consensus: the real engine under every order of events, not under likely ones.
//!
//! Time does not exist: a timer that is set may fire at any moment. The network is the set of all that was ever sent;
//! any of it may come in at any moment, in any order, many times or never. A liar can sign anything and hand over
//! whatever anybody has signed. In every state that is reached, [`checks`] must hold, and from every one the
//! [`closure`] must come to a new final block.
//!
//! **Exhaustive search** ([`mod@search`]): four validators, validator 1 lies and leads view 1, validator 2 leads view 2;
//! one crash with a restart, or one wiped disk. Two states are one if every honest validator has the same: decided
//! votes, certificates, blocks, proposal of its view, standing, lead mark, writes, votes sent in all lives, blocks
//! delivered in all lives, and life. What is left out of that, or of the events, and why nothing is lost:
//!
//! - *Single votes are not delivered, certificates are*, as soon as a quorum with the liar has said the same. A lone
//!   vote does nothing but count, except that a leader's Skip lets others skip at once, which running out of time
//!   does too. (Random walks deliver single votes.)
//! - *A voter's timers of one view run out together.* Each alone only brings the Skip nearer. The leader's idle timer
//!   is an event of its own, for it decides when the leader proposes. Patience, a dead leader and skips "at once"
//!   only bring a Skip that running out of time brings too.
//! - *Execution answers at once, and so do syncs*, except in a crash: an unfinished write is an unsent vote, and one
//!   that was sent may stay undelivered. A crash cuts into the writes that follow from the last event, at every place.
//! - *A crashed process restarts at once*: one that is down is one that hears nothing.
//! - *The liar has two blocks*, both valid and alike, so that whichever is heard first counts as the first. A third
//!   could not be certified beside them, and an invalid one leads to a Skip. Old proposals bring nothing but a body,
//!   which may come by itself once a certificate names it.
//! - *A wiped validator hears answers alone*, with their certificates, while it may say nothing in the two views:
//!   what else it knows reaches nobody before the closure, where repair tells it. An answer comes in when it is given:
//!   until the last one has, the wiped validator does nothing else, so that one in the air tells it nothing less.
//! - *Before a run everybody has listened*; which one crashes is chosen at the start.
//! - *Whoever has left both views* hears no more Skip certificates and no bodies: it says nothing more because of them.
//! - Which of the liar's tags are in a certificate, measured times, and what only spares messages decide nothing.
//!
//! **Closure**: all that was on its way is lost, disks finish, liars are silent; then only what repair sends is there.
//! While a wiped validator may not vote in the highest view yet, it and a silent liar would be two faulty ones of four,
//! so there the liar answers its question and from then on does what an honest validator does.
//!
//! A search with closures takes hours: its states have the same numbers in every run, so that several runs, each with
//! a part of the closures (`--close-from`, `--close-to`), are one.
//!
//! **Random walks** ([`walk`]): four to seven validators with as many liars as they stand, four views, three crashes;
//! single votes, requests and answers, syncs one by one; each walk of random length ends with a closure.

pub mod checks;
mod closure;
mod crew;
mod disk;
pub mod network;
mod print;
pub mod remembered;
mod search;
pub mod validator;
mod walk;
pub mod words;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc,
    time::Instant,
};

use self::{
    network::Network,
    search::{Fault, Search},
    validator::Broken,
};

/// What to explore.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only one of the three parts
    #[arg(long)]
    only: Option<Part>,
    /// Stop each exhaustive search at this many states
    #[arg(long, default_value_t = usize::MAX)]
    states: usize,
    /// Only this one crashes or is wiped: 2, who leads the second view, or 3, who leads neither
    #[arg(long, value_parser = parse_victim)]
    victim: Option<usize>,
    /// Leave the closures out: agreement and the invariants alone
    #[arg(long)]
    safety_only: bool,
    /// Closures only from the state of this number on: from those before, another run with these arguments ran them
    #[arg(long, default_value_t = 0, conflicts_with = "safety_only")]
    close_from: usize,
    /// Closures only from the states before that of this number; the run ends there
    #[arg(long, default_value_t = usize::MAX, conflicts_with = "safety_only")]
    close_to: usize,
    /// How many random walks to take
    #[arg(long, default_value_t = 1_000_000)]
    walks: u64,
    /// The number of the first of them
    #[arg(long, default_value_t = 1)]
    first_walk: u64,
    /// Take this one walk only and tell what happens in it
    #[arg(long)]
    walk: Option<u64>,
    /// Threads to use
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, std::num::NonZero::get))]
    jobs: usize,
}

/// Who crashes or is wiped: the leader of the second view, or one that leads neither. The third honest one leads
/// neither as well, so that what happens to it happens to the other with names exchanged.
const VICTIMS: [usize; 2] = [2, 3];

/// With another name nothing would be searched, and nothing found wrong.
fn parse_victim(text: &str) -> Result<usize, String> {
    let victim = text.parse().ok().filter(|victim| VICTIMS.contains(victim));
    victim.ok_or_else(|| format!("only these crash or are wiped: {VICTIMS:?}"))
}

/// The parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Two views without a fault, exhaustively
    Calm,
    /// Two views and one crash, exhaustively
    Crash,
    /// Two views and one wiped validator, exhaustively
    Wiped,
    /// Four views and three crashes at random
    Walks,
}

/// Runs what was asked for; true if nothing was violated.
pub fn run(arguments: &Arguments) -> bool {
    if let Some(number) = arguments.walk {
        return take_one_walk(number);
    }
    if arguments.close_from >= arguments.close_to {
        eprintln!(
            "--close-from {} leaves no state before --close-to {}",
            arguments.close_from, arguments.close_to
        );
        return false;
    }
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    let mut succeeded = true;
    if arguments.only == Some(Part::Calm) {
        succeeded &= search(Fault::Nothing, arguments);
    }
    if wanted(Part::Crash) {
        succeeded &= search_for_each_victim(Fault::Crash, arguments);
    }
    if wanted(Part::Wiped) {
        succeeded &= search_for_each_victim(Fault::Wipe, arguments);
    }
    if wanted(Part::Walks) {
        succeeded &= take_walks(arguments);
    }
    succeeded
}

/// Searches at the same time if there are threads to do so.
#[allow(
    clippy::disallowed_methods,
    reason = "searches run beside each other; what they find does not depend on it"
)]
fn search_for_each_victim(fault: fn(usize) -> Fault, arguments: &Arguments) -> bool {
    let victims = VICTIMS.iter().filter(|victim| arguments.victim.is_none_or(|only| only == **victim));
    let faults: Vec<Fault> = victims.map(|victim| fault(*victim)).collect();
    if arguments.jobs < faults.len() {
        return faults.into_iter().fold(true, |held, fault| held & search(fault, arguments));
    }
    std::thread::scope(|scope| {
        let searches: Vec<_> =
            faults.into_iter().map(|fault| scope.spawn(move || search(fault, arguments))).collect();
        searches.into_iter().fold(true, |held, search| held & search.join().unwrap_or(false))
    })
}

#[allow(clippy::disallowed_methods, reason = "the search is timed; what it finds does not depend on that")]
fn search(fault: Fault, arguments: &Arguments) -> bool {
    let started = Instant::now();
    let network = Network::new(4, BTreeSet::from([1]));
    let mut told = 0;
    let closes = if arguments.safety_only { 0..0 } else { arguments.close_from..arguments.close_to };
    let found = Search::new(&network, fault, Broken::Nothing, closes).run(
        arguments.states,
        |search, next, [depth, left]| {
            let seconds = started.elapsed().as_secs();
            if seconds >= told + 5 {
                told = seconds;
                let (states, sizes) = (search.len(), search.sizes());
                eprintln!(
                    "{fault:?}: {states} states, {next} explored, {left} left of depth {depth}, {sizes:?}"
                );
            }
        },
    );
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{fault:?}: {} distinct states, {} explored, depth {}, {}, {} different validators, {} closures over {} more; {seconds:.1} s",
        found.states,
        found.explored,
        found.depth,
        if found.complete { "all" } else { "not all" },
        found.members,
        found.closures,
        found.closure_members,
    );
    tell(&found.violation)
}

/// Prints what does not hold and the way there; true if everything holds.
fn tell(violation: &Option<(String, Vec<String>)>) -> bool {
    if let Some((what, path)) = violation {
        println!("VIOLATED: {what}");
        path.iter().for_each(|event| println!("  {event}"));
    }
    violation.is_none()
}

fn take_one_walk(number: u64) -> bool {
    let walked = walk::walk(number, Broken::Nothing, true);
    println!(
        "walk {number}: n = {}, {} events, {} final blocks",
        walked.n, walked.events, walked.final_blocks
    );
    tell(&walked.violation)
}

#[allow(clippy::disallowed_methods, reason = "walks are taken on all cores and timed; what they find is not")]
fn take_walks(arguments: &Arguments) -> bool {
    let started = Instant::now();
    let (sender, reports) = mpsc::channel();
    let jobs = arguments.jobs.max(1) as u64;
    for job in 0..jobs {
        let sender = sender.clone();
        let (first, count) = (arguments.first_walk, arguments.walks);
        std::thread::spawn(move || {
            for number in (first..first + count).filter(|number| number % jobs == job) {
                if sender.send((number, walk::walk(number, Broken::Nothing, false))).is_err() {
                    return;
                }
            }
        });
    }
    drop(sender);
    let mut sizes: BTreeMap<usize, u64> = BTreeMap::new();
    let mut violated: BTreeMap<u64, String> = BTreeMap::new();
    let (mut events, mut final_blocks) = (0, 0);
    for (number, walked) in reports {
        *sizes.entry(walked.n).or_default() += 1;
        events += walked.events;
        final_blocks += walked.final_blocks;
        if let Some((what, _)) = walked.violation {
            eprintln!("walk {number}: {what}");
            violated.insert(number, what);
        }
    }
    let walks: u64 = sizes.values().sum();
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    println!(
        "walks: {walks}, each closed, by validators {sizes:?}; {events} events, {final_blocks} final blocks before \
         closing; {} violated; {:.0} walks a minute",
        violated.len(),
        walks as f64 / minutes,
    );
    if let Some((number, what)) = violated.first_key_value() {
        println!("VIOLATED: walk {number}: {what}; replay it with model --walk {number}");
    }
    violated.is_empty()
}
