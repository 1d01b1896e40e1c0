//! Breaks a copy of the code on purpose, one rule at a time, and shows what notices.
//!
//! A mutant is a patch in `crates/simulation/mutants`: what it breaks in words, then a diff. The shipped code carries
//! no trace of them.

mod patch;
mod workshop;

use std::path::PathBuf;

use self::{
    patch::Patch,
    workshop::{Trials, Verdict, Workshop},
};

/// What to run.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only the mutants whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Begin with the mutant of this name; they go by the alphabet
    #[arg(long)]
    from: Option<String>,
    /// Name the mutants and what they break, and do nothing else
    #[arg(long)]
    list: bool,
    /// How many seeds of the campaign each mutant may survive
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// How many walks of the model each mutant may survive after that
    #[arg(long, default_value_t = 20_000)]
    walks: u64,
    /// How many states of each of the model's searches each mutant may survive after that
    #[arg(long, default_value_t = 5_000_000)]
    states: u64,
    /// Minutes for each attempt
    #[arg(long, default_value_t = 30)]
    minutes: u64,
    /// The repository
    #[arg(long, default_value = ".")]
    repository: PathBuf,
}

/// Tries every mutant; true if each is caught and the unchanged copy is not.
pub fn run(arguments: &Arguments) -> bool {
    match try_all(arguments) {
        Ok(caught) => caught,
        Err(error) => {
            eprintln!("{error}");
            false
        }
    }
}

fn try_all(arguments: &Arguments) -> Result<bool, String> {
    let all = Patch::read_all(&arguments.repository.join("crates/simulation/mutants"))?;
    let named = |patch: &Patch| {
        arguments.only.as_ref().is_none_or(|part| patch.name.contains(part.as_str()))
            && arguments.from.as_ref().is_none_or(|from| patch.name >= *from)
    };
    let patches: Vec<Patch> = all.into_iter().filter(named).collect();
    if patches.is_empty() {
        return Err("no mutant has that in its name; --list names all".to_owned());
    }
    if arguments.list {
        patches.iter().for_each(|patch| say!("{:<32} {}", patch.name, patch.breaks));
        return Ok(true);
    }
    let trials = Trials { seeds: arguments.seeds, walks: arguments.walks, states: arguments.states };
    let workshop = Workshop::open(&arguments.repository, arguments.minutes)?;
    say!("{:<32} {:<22} first thing noticed", "mutant", "caught by, after");
    let mut survivors = Vec::new();
    for patch in &patches {
        let verdict = workshop.with(patch, || workshop.judge(trials))?;
        say!("{:<32} {:<22} {}", patch.name, verdict.by(), verdict.noticed());
        if let Verdict::Survived = verdict {
            survivors.push(patch.name.clone());
        }
    }
    say!("{} mutants, {} survived {survivors:?}", patches.len(), survivors.len());
    Ok(survivors.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patches() -> Vec<Patch> {
        Patch::read_all(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("mutants")).expect("readable patches")
    }

    #[test]
    fn there_are_at_least_forty_five_mutants_and_each_says_what_it_breaks() {
        assert!(patches().len() >= 45);
        patches().iter().for_each(|patch| assert!(patch.breaks.len() > 20, "{}", patch.name));
    }

    /// A change of the code that moves what a mutant breaks must move the mutant too.
    #[test]
    fn every_mutant_fits_the_code_as_it_is() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        for patch in patches() {
            if let Err(reason) = patch.changed(&root) {
                panic!("{}: {reason}", patch.name);
            }
        }
    }
}
