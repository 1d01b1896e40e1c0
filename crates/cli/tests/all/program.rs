//! Running the program.

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Output},
};

/// What a run printed, and how it ended.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// What a run that must succeed printed.
    pub fn ok(self) -> String {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        self.out
    }
}

/// Runs the program with the test network in this folder.
pub fn realdid<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(testnet: &Path, arguments: I) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_realdid"));
    command
        .stdin(std::process::Stdio::null())
        .env("REALDID_TESTNET", testnet)
        .env_remove("REALDID_NODE")
        .args(arguments);
    Ran::of(command.output().expect("the program runs"))
}

/// A day of next year, as attestations expire: whatever year it is, it is to come.
pub fn next_year() -> String {
    format!("{}-10-01", time::OffsetDateTime::now_utc().year() + 1)
}

/// A network that is removed whatever happens.
pub struct Testnet(pub tempfile::TempDir);

impl Testnet {
    pub fn up(arguments: &[&str]) -> Self {
        let testnet = Self(tempfile::tempdir().expect("a folder"));
        testnet.run([&["testnet", "up", "--detach", "--nodes-only"], arguments].concat()).ok();
        testnet
    }

    pub fn folder(&self) -> std::path::PathBuf {
        self.0.path().join("net")
    }

    pub fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Ran {
        realdid(&self.folder(), arguments)
    }
}

impl Drop for Testnet {
    fn drop(&mut self) {
        self.run(["testnet", "reset"]);
    }
}
