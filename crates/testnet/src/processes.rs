//! The nodes' processes.

use std::{
    fs::OpenOptions,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::{Network, NodeEntry};

/// How long an orderly end may take.
const END_MAX: Duration = Duration::from_secs(10);

/// Between two looks at a process that is to be gone.
const LOOK: Duration = Duration::from_millis(5);

/// Whether a node's processes end with the one that starts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// They do.
    Attached,
    /// They go on.
    Detached,
}

/// Starts a node's process with this build of the program `realdid`.
///
/// # Errors
/// If it cannot be started.
pub fn spawn(
    program: &Path,
    network: &Network,
    node: &NodeEntry,
    lifetime: Lifetime,
) -> anyhow::Result<Child> {
    let path = network.log_of(node);
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    let mut command = Command::new(program);
    command.args(["node", "start", "--home"]).arg(network.home_of(node).path());
    // a group of its own: Ctrl-C is for whoever started it
    command.process_group(0).stdout(log.try_clone()?).stderr(log);
    match lifetime {
        Lifetime::Attached => command.arg("--end-with-input").stdin(Stdio::piped()),
        Lifetime::Detached => command.stdin(Stdio::null()),
    };
    command.spawn().with_context(|| format!("{} does not start", node.name))
}

impl NodeEntry {
    fn process(&self) -> Option<Pid> {
        self.pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?))
    }

    /// Whether its process runs, or stands still, and is really this node's.
    pub fn is_running(&self) -> bool {
        self.process().is_some_and(|pid| test_kill_process(pid).is_ok() && self.is_own(pid))
    }

    /// Whether its process stands still.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.is_running() && self.process().and_then(state).is_some_and(|state| state == b'T')
    }

    /// A process number may have been given to somebody else since, or belong to one that has ended and that nobody has
    /// asked about yet.
    fn is_own(&self, pid: Pid) -> bool {
        let Ok(line) = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())) else { return false };
        let Some(state) = state(pid) else { return false };
        let name = format!("nodes/{}", self.name);
        let is_named = line.split(|byte| *byte == 0).any(|word| word.ends_with(name.as_bytes()));
        // a process that is just being started has no words yet
        state != b'Z' && (line.is_empty() || is_named)
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// If it does not run.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let running = self.process().filter(|_| self.is_running());
        let pid = running.with_context(|| format!("{} does not run", self.name))?;
        kill_process(pid, signal).with_context(|| format!("{} takes no signal", self.name))
    }
}

impl NodeEntry {
    /// Kills it, and waits until it is gone: who starts it again at once must not find it still there.
    ///
    /// # Errors
    /// If it does not run, or the system does not let it go.
    pub fn kill(&self) -> anyhow::Result<()> {
        self.signal(Signal::KILL)?;
        let until = Instant::now() + END_MAX;
        while self.is_running() {
            ensure!(Instant::now() < until, "{} is killed and still there", self.name);
            std::thread::sleep(LOOK);
        }
        Ok(())
    }
}

/// The letter for a process's state.
fn state(pid: Pid) -> Option<u8> {
    let stat = std::fs::read(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    // the name before may contain anything; after its bracket comes the state
    stat.rsplit(|byte| *byte == b')').next().and_then(|rest| rest.get(1).copied())
}

/// Ends nodes in order, and those that do not end by force.
pub async fn end(nodes: &mut [NodeEntry]) {
    for node in nodes.iter() {
        // whoever does not run need not end
        drop(node.signal(Signal::CONT));
        drop(node.signal(Signal::TERM));
    }
    let until = tokio::time::Instant::now() + END_MAX;
    while nodes.iter().any(NodeEntry::is_running) && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for node in nodes {
        drop(node.signal(Signal::KILL));
        node.pid = None;
    }
}
