//! Unmodified nodes of which some run twice with one key, under every division of the network in two groups and every
//! leader, view by view (Bano and others, *Twins: BFT Systems Made Robust*, 2021).
//!
//! A doubled node is a liar that nobody had to write: its copies propose and vote differently because they hear
//! different things. A [`schedule`] says for each view who leads and which nodes hear each other; [`play`] says what
//! happens in a view. After each view agreement and I1 to I5 are checked, and after the last one the closure of the
//! model is run: doubled keys fall silent, and a new block must become final.

mod cast;
mod play;
mod renaming;
mod schedule;
mod search;

#[cfg(test)]
mod tests;

use std::time::Instant;

use self::{
    play::{Play, Stage},
    schedule::Round,
    search::{Search, Tally},
};

/// What to play.
#[derive(clap::Args)]
pub struct Arguments {
    /// How many views a schedule has
    #[arg(long, default_value_t = 4)]
    depth: usize,
    /// Schedules to draw for seven validators, two of them doubled
    #[arg(long, default_value_t = 100_000)]
    samples: u64,
    /// Leave out the schedules of four validators
    #[arg(long)]
    only_samples: bool,
    /// Play this one schedule of four validators and tell what each view led to
    #[arg(long, conflicts_with_all = ["depth", "samples", "only_samples"])]
    schedule: Option<String>,
    /// Threads to use
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, std::num::NonZero::get))]
    jobs: usize,
}

/// Plays what was asked for; true if nothing was violated.
pub fn run(arguments: &Arguments) -> bool {
    let four = search::stage(4);
    if let Some(text) = &arguments.schedule {
        return play_one(&four, text);
    }
    let jobs = arguments.jobs.max(1) as u64;
    let mut succeeded = true;
    if !arguments.only_samples {
        let (all, different) = renaming::count(four.cast, arguments.depth as u32);
        say!(
            "4 validators, one doubled: {all} schedules of {} views, {different} up to renaming",
            arguments.depth
        );
        succeeded &= share(jobs, |job| Search::new(&four, arguments.depth, (jobs, job)).every());
    }
    let seven = search::stage(7);
    say!("7 validators, two doubled: {} schedules of {} views, drawn", arguments.samples, arguments.depth);
    succeeded
        & share(jobs, |job| {
            let mine = (1..=arguments.samples).filter(|number| number % jobs == job);
            Search::new(&seven, arguments.depth, (jobs, job)).samples(mine)
        })
}

#[allow(
    clippy::disallowed_methods,
    reason = "schedules are played on all cores and timed; what they show is not"
)]
fn share(jobs: u64, search: impl Fn(u64) -> Tally + Sync) -> bool {
    let started = Instant::now();
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let searchers: Vec<_> = (0..jobs)
            .map(|job| {
                scope.spawn({
                    let search = &search;
                    move || search(job)
                })
            })
            .collect();
        for searcher in searchers {
            match searcher.join() {
                Ok(found) => tally.merge(found),
                Err(_) => tally.violation = Some(("a panic".to_owned(), "unknown".to_owned())),
            }
        }
    });
    say!(
        "  {} played, each closed; {} times everybody had to hear everybody to leave a view",
        tally.schedules,
        tally.heals
    );
    say!("  by final blocks at the end: {:?}", tally.heights);
    tell(&tally, started.elapsed().as_secs_f64())
}

fn tell(tally: &Tally, seconds: f64) -> bool {
    match &tally.violation {
        None => say!("  0 violated; {seconds:.1} s"),
        Some((what, schedule)) => {
            say!("VIOLATED: {what}");
            say!("  replay (4 validators): twins --schedule {schedule}");
        }
    }
    tally.violation.is_none()
}

fn play_one(stage: &Stage, text: &str) -> bool {
    let schedule = match schedule::parse(text, stage.cast) {
        Ok(schedule) => schedule,
        Err(error) => {
            eprintln!(
                "{error}; a schedule reads like T:Tab/tc,a:Ttabc (leader, and who hears whom, for each view)"
            );
            return false;
        }
    };
    let told = |round: &Round, play: &Play| {
        say!("{}", round.describe(stage.cast));
        for (place, node) in play.nodes.iter().enumerate() {
            let said: Vec<String> = node.said.iter().map(crate::model::words::describe_statement).collect();
            let tip = node.engine.tip();
            say!(
                "  {} in view {}, final height {}: {}",
                stage.cast.name(place),
                node.view(),
                tip.height,
                said.join(" ")
            );
        }
    };
    tell(&Search::new(stage, schedule.len(), (1, 0)).one(&schedule, told), 0.0)
}
