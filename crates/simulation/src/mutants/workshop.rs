//! A copy of the repository in which mutants are built and tried.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::patch::Patch;

/// What is copied: all that a build needs.
const PARTS: [&str; 7] =
    ["Cargo.toml", "Cargo.lock", ".cargo", "rust-toolchain.toml", "clippy.toml", "crates", "proto"];
/// A mutant may grow without bound; it is stopped here, which counts as caught.
const MEMORY_KIB: u64 = 6 << 20;
/// The exit status of `timeout` when it had to end what it ran.
const TIMED_OUT: i32 = 124;

pub struct Workshop {
    tree: PathBuf,
    target: PathBuf,
    /// The program without a mutant.
    unchanged: PathBuf,
    minutes: u64,
}

/// How much of each kind of trial a mutant may survive.
#[derive(Clone, Copy)]
pub struct Trials {
    pub seeds: u64,
    pub walks: u64,
    pub states: u64,
}

/// What became of a mutant.
pub enum Verdict {
    Caught { by: String, noticed: String },
    Survived,
}

impl Verdict {
    pub fn by(&self) -> &str {
        match self {
            Self::Caught { by, .. } => by,
            Self::Survived => "SURVIVED",
        }
    }

    pub fn noticed(&self) -> &str {
        match self {
            Self::Caught { noticed, .. } => noticed,
            Self::Survived => "",
        }
    }
}

impl Workshop {
    /// Copies the repository to `target/mutants/tree` and builds it unchanged.
    pub fn open(repository: &Path, minutes: u64) -> Result<Self, String> {
        let folder = repository.join("target/mutants");
        let tree = folder.join("tree");
        drop(std::fs::remove_dir_all(&tree));
        std::fs::create_dir_all(&tree).map_err(|error| format!("{}: {error}", tree.display()))?;
        for part in PARTS {
            // with new times, or cargo would take what an earlier run left half broken for a build of these files
            let copied = Command::new("cp").arg("-r").arg(repository.join(part)).arg(&tree).status();
            if !copied.is_ok_and(|status| status.success()) {
                return Err(format!(
                    "{part} cannot be copied: run this in the repository, or name it by --repository"
                ));
            }
        }
        let target = std::path::absolute(folder.join("target")).map_err(|error| error.to_string())?;
        let workshop = Self { tree, unchanged: target.join("unchanged"), target, minutes };
        eprintln!("building the unchanged copy");
        workshop.build()?;
        std::fs::copy(workshop.built(), &workshop.unchanged).map_err(|error| error.to_string())?;
        Ok(workshop)
    }

    /// Applies a patch, does something, and takes the patch back.
    pub fn with<T>(&self, patch: &Patch, act: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        let changed = patch.changed(&self.tree).map_err(|reason| format!("{}: {reason}", patch.name))?;
        let mut originals = Vec::new();
        for (file, text) in changed {
            let path = self.tree.join(file);
            originals
                .push((path.clone(), std::fs::read_to_string(&path).map_err(|error| error.to_string())?));
            std::fs::write(&path, text).map_err(|error| error.to_string())?;
        }
        eprintln!("{}", patch.name);
        let result = self.build().and_then(|()| act());
        for (path, text) in originals {
            std::fs::write(&path, text).map_err(|error| error.to_string())?;
        }
        result.map_err(|reason| format!("{}: {reason}", patch.name))
    }

    fn build(&self) -> Result<(), String> {
        let built = Command::new("cargo")
            .args(["build", "--release", "--quiet", "-p", "realdid-simulation"])
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            // a mutant changes a few lines, and nobody debugs it
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .output()
            .map_err(|error| error.to_string())?;
        if built.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&built.stderr).into_owned()) }
    }

    /// Lets the campaign try to catch what is built, then the model's walks, then its searches.
    pub fn judge(&self, trials: Trials) -> Result<Verdict, String> {
        let Trials { seeds, walks, states } = trials;
        let campaign = self.run(&self.built(), &format!("campaign --seeds {seeds} --until-violation"))?;
        if was_stopped(&campaign) {
            eprintln!("the campaign's {} minutes are over", self.minutes);
        } else if !campaign.status.success() {
            let told = String::from_utf8_lossy(&campaign.stdout).into_owned();
            let ran =
                told.lines().rev().find_map(|line| line.split_once(" seeds, ")).map_or("?", |(ran, _)| ran);
            let noticed = first_violation(&told).unwrap_or("it ran out of memory");
            self.hold_against_unchanged(&told)?;
            return Ok(Verdict::Caught { by: format!("campaign, {ran} seeds"), noticed: noticed.to_owned() });
        }
        let searches = [
            ("walks", format!("--only walks --walks {walks}")),
            ("crash", format!("--only crash --states {states} --safety-only")),
            ("wiped", format!("--only wiped --states {states} --safety-only")),
        ];
        for (part, arguments) in searches {
            let model = self.run(&self.built(), &format!("model {arguments}"))?;
            if !was_stopped(&model) && !model.status.success() {
                let told = String::from_utf8_lossy(&model.stdout).into_owned();
                let noticed = told.lines().find(|line| line.starts_with("VIOLATED")).unwrap_or("a panic");
                let after = part_size(&told);
                return Ok(Verdict::Caught {
                    by: format!("model, {after} {part}"),
                    noticed: noticed.to_owned(),
                });
            }
        }
        Ok(Verdict::Survived)
    }

    /// A seed that is violated without the mutant as well says nothing about it.
    fn hold_against_unchanged(&self, told: &str) -> Result<(), String> {
        let Some(seed) = violated_seed(told) else { return Ok(()) };
        let replayed = self.run(&self.unchanged, &format!("campaign --seed {seed}"))?;
        if replayed.status.success() {
            Ok(())
        } else {
            Err(format!("seed {seed} is violated in the unchanged copy too: mend that first"))
        }
    }

    fn built(&self) -> PathBuf {
        self.target.join("release/realdid-simulation")
    }

    fn run(&self, program: &Path, arguments: &str) -> Result<Output, String> {
        let seconds = self.minutes * 60;
        let line =
            format!("ulimit -v {MEMORY_KIB}; exec timeout {seconds} {} {arguments}", program.display());
        Command::new("sh").args(["-c", &line]).output().map_err(|error| error.to_string())
    }
}

/// Time that ran out shows nothing.
fn was_stopped(output: &Output) -> bool {
    output.status.code() == Some(TIMED_OUT)
}

/// How many walks or states a model's report tells of: its first number.
fn part_size(told: &str) -> &str {
    told.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty()).unwrap_or("?")
}

/// The seed that a campaign ended with.
fn violated_seed(told: &str) -> Option<u64> {
    let named = told.lines().find_map(|line| line.strip_prefix("seed ")?.split_once(" is violated"));
    named.and_then(|(seed, _)| seed.parse().ok())
}

/// The first line about a violation, which stands behind the story of its seed.
fn first_violation(told: &str) -> Option<&str> {
    let mut lines = told.lines().skip_while(|line| !line.contains("is violated"));
    lines.next()?;
    lines.find(|line| !line.contains(" ms  node ")).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violated_seed_is_read_off_the_report() {
        let told =
            "59 seeds\nseed 1348 is violated (replay: campaign --seed 1348 --trace)\n  calm: too late\n";

        assert_eq!(violated_seed(told), Some(1_348));
        assert_eq!(first_violation(told), Some("calm: too late"));
        assert_eq!(violated_seed("60 seeds, 0 violated []"), None);
    }
}
