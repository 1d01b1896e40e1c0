//! The rehearsal of docs/operate.md, run as it stands there.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::repository::{fenced, section, text};

/// Many times what it takes.
const LONGEST: Duration = Duration::from_secs(400);

/// A shell whose nodes end with it, whatever happens.
struct Shell(Child);

impl Drop for Shell {
    fn drop(&mut self) {
        if let Ok(group) = i32::try_from(self.0.id())
            && let Some(group) = Pid::from_raw(group)
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// The script with ports that are free here in place of its own.
fn with_free_ports(script: &str) -> String {
    let mut listeners = BTreeMap::new();
    for own in (1..=4).flat_map(|node| (0..3).map(move |plane| 7000 + 10 * node + plane)) {
        assert!(script.contains(&own.to_string()), "no port {own}");
        listeners.insert(own, TcpListener::bind("127.0.0.1:0").unwrap());
    }
    // all at once, so that no two are the same
    let ports =
        listeners.iter().map(|(own, listener)| (own.to_string(), listener.local_addr().unwrap().port()));
    ports.fold(script.to_owned(), |script, (own, free)| script.replace(&own, &format!("{free}")))
}

#[test]
fn the_rehearsal_of_the_manual_works_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = fenced(&section(&text("docs/operate.md"), "A rehearsal on one machine"), "sh");
    assert!(blocks.len() > 6, "{blocks:?}");
    let script = with_free_ports(&blocks.concat());
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_realdid")).parent().unwrap();
    let paths = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command
        .args(["-xeuo", "pipefail", "-c", &script])
        .current_dir(folder.path())
        .env("PATH", paths)
        .env_remove("REALDID_NODE")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .process_group(0);
    let mut shell = Shell(command.spawn().expect("bash is there"));
    let began = Instant::now();
    let ended = loop {
        match shell.0.try_wait().unwrap() {
            None if began.elapsed() < LONGEST => std::thread::sleep(Duration::from_millis(100)),
            ended => break ended,
        }
    };
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(ended.is_some_and(|status| status.success()), "{ended:?}\n{log}");
}
