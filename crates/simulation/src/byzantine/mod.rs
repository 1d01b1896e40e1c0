//! A table of lies: each told by one validator and by f of them, among four and among seven. Whatever they say, no
//! two honest validators may disagree, blocks must keep coming while the lie is told, and everything that was accepted
//! must become final.

mod row;
mod trial;

use self::{
    row::{Row, rows},
    trial::{Outcome, Trial},
};
use crate::world::trace::Telling;

/// What to run.
#[derive(clap::Args)]
pub struct Arguments {
    /// Worlds for each cell of the table
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    /// Only the rows whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// One cell: this many validators
    #[arg(long, requires = "liars")]
    validators: Option<usize>,
    /// One cell: this many liars
    #[arg(long, requires = "validators")]
    liars: Option<usize>,
    /// One cell: this seed, and everything that happens in it
    #[arg(long, requires = "liars")]
    trace: Option<u64>,
    /// One JSON object a line instead of a table
    #[arg(long)]
    json: bool,
}

/// Validators and liars of the table's columns.
const CELLS: [(usize, usize); 3] = [(4, 1), (7, 1), (7, 2)];

/// Fills the table; true if everything in it holds.
pub fn run(arguments: &Arguments) -> bool {
    let cells = match (arguments.validators, arguments.liars) {
        (Some(validators), Some(liars)) => vec![(validators, liars)],
        _ => CELLS.to_vec(),
    };
    let named = |row: &Row| arguments.only.as_ref().is_none_or(|part| row.name.contains(part.as_str()));
    let rows: Vec<Row> = rows().into_iter().filter(named).collect();
    if rows.is_empty() {
        eprintln!("no behaviour has that in its name; without --only all are listed");
        return false;
    }
    if !arguments.json {
        let columns: Vec<String> = cells.iter().map(|(n, liars)| format!("{liars} of {n}")).collect();
        say!("{:<40} {}  longest gap  lies told  what was seen", "behaviour", columns.join("  "));
    }
    let held: Vec<bool> = rows.iter().map(|row| fill(arguments, row, &cells)).collect();
    let failed = held.iter().filter(|held| !**held).count();
    if !arguments.json {
        say!("{} behaviours, {failed} broke something", rows.len());
    }
    failed == 0
}

fn fill(arguments: &Arguments, row: &Row, cells: &[(usize, usize)]) -> bool {
    let mut total = Outcome::default();
    let mut marks = Vec::new();
    for (validators, liars) in cells {
        let seeds = arguments.trace.map_or(1..=arguments.seeds, |seed| seed..=seed);
        let mut held = true;
        for seed in seeds {
            let telling = if arguments.trace.is_some() { Telling::Aloud } else { Telling::Silent };
            let outcome = Trial::new(row, *validators, *liars, seed, telling).run();
            for violation in &outcome.violations {
                held = false;
                say!(
                    "{}, {liars} of {validators}: {violation}\n  (see it: byzantine --only '{}' --validators {validators} --liars {liars} --trace {seed})",
                    row.name,
                    row.name
                );
            }
            total.add(outcome);
        }
        marks.push(if held { "holds " } else { "BROKEN" });
    }
    if total.lies == 0 && row.needs_lies() {
        total.violations.push("the lie was never told".to_owned());
        say!("{}: the lie was never told", row.name);
    }
    let seen: Vec<String> = total.seen.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let gap = total.longest_gap / 1_000;
    if arguments.json {
        let cells: Vec<String> = cells
            .iter()
            .zip(&marks)
            .map(|((n, liars), mark)| {
                format!("{{\"validators\":{n},\"liars\":{liars},\"holds\":{}}}", *mark == "holds ")
            })
            .collect();
        say!(
            "{{\"behaviour\":\"{}\",\"cells\":[{}],\"longest_gap_ms\":{gap},\"lies\":{},\"seen\":\"{}\"}}",
            row.name,
            cells.join(","),
            total.lies,
            seen.join(", ")
        );
    } else {
        say!("{:<40} {}  {gap:>8} ms  {:>9}  {}", row.name, marks.join("  "), total.lies, seen.join(", "));
    }
    total.violations.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_lie_by_one_validator_or_two_breaks_anything() {
        for row in &rows() {
            for (validators, liars) in [(4, 1), (7, 2)] {
                let outcome = Trial::new(row, validators, liars, 1, Telling::Silent).run();
                assert_eq!(outcome.violations, Vec::<String>::new(), "{}, {liars} of {validators}", row.name);
            }
        }
    }

    /// Otherwise the table above would show nothing.
    #[test]
    fn three_liars_of_four_do_break_something() {
        let row = rows().into_iter().find(|row| row.name == "silence").expect("a row");
        assert_ne!(Trial::new(&row, 4, 3, 1, Telling::Silent).run().violations, Vec::<String>::new());
    }
}
