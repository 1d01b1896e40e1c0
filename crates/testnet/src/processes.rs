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

use crate::{Network, NodeEntry, Service};

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
    let mut command = Command::new(program);
    command.args(["node", "start", "--home"]).arg(network.home_of(node).path());
    start(command, &network.log_of(node), lifetime).with_context(|| format!("{} does not start", node.name))
}

/// Starts a service's process: the program with these words, of which one is the service's address.
///
/// # Errors
/// If it cannot be started.
pub fn spawn_service(
    program: &Path,
    network: &Network,
    service: &Service,
    words: &[String],
    lifetime: Lifetime,
) -> anyhow::Result<Child> {
    let mut command = Command::new(program);
    command.args(words);
    start(command, &network.log_of_service(service), lifetime)
        .with_context(|| format!("{} does not start", service.kind))
}

fn start(mut command: Command, log: &Path, lifetime: Lifetime) -> anyhow::Result<Child> {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("{} cannot be written", log.display()))?;
    // a group of its own: Ctrl-C is for whoever started it
    command.process_group(0).stdout(log.try_clone()?).stderr(log);
    match lifetime {
        Lifetime::Attached => command.arg("--end-with-input").stdin(Stdio::piped()),
        Lifetime::Detached => command.stdin(Stdio::null()),
    };
    Ok(command.spawn()?)
}

/// A process of the network's: its number, and how the words of its command end by which it is told from another that was
/// given the number since.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    name: String,
    pid: Option<u32>,
    word: String,
}

impl Process {
    /// That of a node, whose folder its command names.
    fn of_node(node: &NodeEntry) -> Self {
        Self { name: node.name.clone(), pid: node.pid, word: format!("nodes/{}", node.name) }
    }

    /// That of a service, whose address its command names.
    pub(crate) fn of_service(service: &Service) -> Self {
        Self { name: service.kind.to_string(), pid: service.pid, word: service.listen.to_string() }
    }

    fn number(&self) -> Option<Pid> {
        self.pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?))
    }

    /// Whether it runs, or stands still, and is really the one that is meant.
    pub(crate) fn is_running(&self) -> bool {
        self.number().is_some_and(|pid| test_kill_process(pid).is_ok() && self.is_own(pid))
    }

    /// A process number may have been given to somebody else since, or belong to one that has ended and that nobody has
    /// asked about yet.
    fn is_own(&self, pid: Pid) -> bool {
        let Ok(line) = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())) else { return false };
        let Some(state) = state(pid) else { return false };
        let is_named = line.split(|byte| *byte == 0).any(|word| word.ends_with(self.word.as_bytes()));
        // a process that is just being started has no words yet
        state != b'Z' && (line.is_empty() || is_named)
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let running = self.number().filter(|_| self.is_running());
        let pid = running.with_context(|| format!("{} does not run", self.name))?;
        kill_process(pid, signal).with_context(|| format!("{} takes no signal", self.name))
    }

    fn kill(&self) -> anyhow::Result<()> {
        self.signal(Signal::KILL)?;
        let until = Instant::now() + END_MAX;
        while self.is_running() {
            ensure!(Instant::now() < until, "{} is killed and still there", self.name);
            std::thread::sleep(LOOK);
        }
        Ok(())
    }
}

impl NodeEntry {
    /// Whether its process runs, or stands still, and is really this node's.
    #[must_use]
    pub fn is_running(&self) -> bool {
        Process::of_node(self).is_running()
    }

    /// Whether its process stands still.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        let process = Process::of_node(self);
        process.is_running() && process.number().and_then(state).is_some_and(|state| state == b'T')
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// If it does not run.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        Process::of_node(self).signal(signal)
    }

    /// Kills it, and waits until it is gone: who starts it again at once must not find it still there.
    ///
    /// # Errors
    /// If it does not run, or the system does not let it go.
    pub fn kill(&self) -> anyhow::Result<()> {
        Process::of_node(self).kill()
    }
}

impl Service {
    /// As [`NodeEntry::kill`].
    ///
    /// # Errors
    /// As there.
    pub fn kill(&self) -> anyhow::Result<()> {
        Process::of_service(self).kill()
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
    end_all(&nodes.iter().map(Process::of_node).collect::<Vec<_>>()).await;
    nodes.iter_mut().for_each(|node| node.pid = None);
}

/// Ends services in order, and those that do not end by force.
pub async fn end_services(services: &mut [Service]) {
    end_all(&services.iter().map(Process::of_service).collect::<Vec<_>>()).await;
    services.iter_mut().for_each(|service| service.pid = None);
}

async fn end_all(processes: &[Process]) {
    for process in processes {
        // whoever does not run need not end
        drop(process.signal(Signal::CONT));
        drop(process.signal(Signal::TERM));
    }
    let until = tokio::time::Instant::now() + END_MAX;
    while processes.iter().any(Process::is_running) && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for process in processes {
        drop(process.signal(Signal::KILL));
    }
}
