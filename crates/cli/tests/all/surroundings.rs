//! What a node's host can do to it: a wrong clock, and a disk that fills up. The nodes are those that are shipped; only
//! their surroundings are changed, by Debian's `faketime` and by a mount of their own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    operators::Running,
    program::{Ran, Testnet},
};

fn status(testnet: &Testnet, url: &str) -> Option<Value> {
    let ran = testnet.run(["status", "--node", url, "--output", "json"]);
    (ran.status == 0).then(|| serde_json::from_str(&ran.out).unwrap())
}

fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1_200 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("never: {what}")
}

fn url_of(testnet: &Testnet, name: &str) -> String {
    let text = fs::read_to_string(testnet.folder().join("testnet.json")).unwrap();
    let network: Value = serde_json::from_str(&text).unwrap();
    let node = network["nodes"].as_array().unwrap().iter().find(|node| node["name"] == name).unwrap();
    format!("http://{}", node["api"].as_str().unwrap())
}

fn create(testnet: &Testnet, key: &str) -> Ran {
    testnet.run(["did", "create", "--key", testnet.0.path().join(key).to_str().unwrap()])
}

/// Starts a node below a command that changes its surroundings. It ends with its input: `faketime` passes no signals on.
fn start_under(mut command: Command, home: &Path) -> Running {
    command
        .arg(env!("CARGO_BIN_EXE_realdid"))
        .args(["node", "start", "--end-with-input", "--home"])
        .arg(home);
    Running(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

#[test]
fn a_clock_that_is_off_is_named_with_how_far_and_the_network_goes_on() {
    let has_faketime = Command::new("faketime").arg("--version").output().is_ok();
    assert!(has_faketime, "faketime is missing: `scripts/prepare --install` installs what the tests need");
    let testnet = Testnet::up(&["--gateways", "0", "--seed", "71"]);
    testnet.run(["testnet", "kill", "operator-3"]).ok();
    let (url, home) = (url_of(&testnet, "operator-3"), testnet.folder().join("nodes/operator-3"));
    for (offset, is_off, words) in [
        ("-5s", (|ms| (-6_000..=-4_000).contains(&ms)) as fn(i64) -> bool, "s behind the other validators'"),
        ("+30s", |ms| (29_000..=35_000).contains(&ms), "s ahead of the other validators'"),
    ] {
        let mut command = Command::new("faketime");
        // timers are no matter of the time of day
        command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").args(["-f", offset]);
        let node = start_under(command, &home);
        eventually(&format!("it knows that its clock is {offset}"), || {
            let known = status(&testnet, &url)?["clock_offset_ms"].as_i64()?;
            is_off(known).then_some(())
        });
        let doctor = testnet.run(["doctor", "--node", &url]);
        assert!(
            doctor.status == 1 && doctor.out.contains(words) && doctor.out.contains("NTP"),
            "{}",
            doctor.out
        );
        let told = testnet.run(["status", "--node", &url]).ok();
        assert!(told.contains(words), "{told}");
        create(&testnet, &format!("{offset}.key")).ok();
        // the others accuse nobody's clock of their own
        let other = testnet.run(["status"]).ok();
        assert!(!other.contains("the other validators'"), "{other}");
        drop(node);
    }
}

/// A command with mounts of its own, in which a folder is a small disk that holds a copy of a node's.
fn on_small_disk(disk: &Path, home: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c"]);
    command.arg("mount -t tmpfs -o size=256m none \"$0\" && cp -a \"$1/.\" \"$0\" && shift && exec \"$@\"");
    command.arg(disk).arg(home);
    command
}

#[test]
fn a_disk_that_fills_up_stops_voting_alone_and_voting_goes_on_when_there_is_room() {
    let tried = Command::new("unshare").args(["--mount", "--map-root-user", "true"]).status();
    assert!(
        tried.is_ok_and(|tried| tried.success()),
        "this test gives a node a small disk, which this user may not: run it as root, or where unshare may make mounts"
    );
    let testnet = Testnet::up(&["--gateways", "0", "--seed", "72"]);
    testnet.run(["testnet", "kill", "operator-3"]).ok();
    let (url, home) = (url_of(&testnet, "operator-3"), testnet.folder().join("nodes/operator-3"));
    let config = fs::read_to_string(home.join("node.toml")).unwrap();
    let low_water = "low_water_bytes = 67108864";
    fs::write(home.join("node.toml"), config.replace("low_water_bytes = 536870912", low_water)).unwrap();
    let disk = testnet.0.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let node = start_under(on_small_disk(&disk, &home), &disk);
    let is_ready = || status(&testnet, &url).filter(|status| status["health"]["ready"] == true).map(drop);
    eventually("it is ready on its small disk", is_ready);
    // with it three of four vote, which is a quorum
    testnet.run(["testnet", "kill", "operator-2"]).ok();
    let made = create(&testnet, "before.key").ok();
    let did = made.split_whitespace().find(|word| word.starts_with("did:")).unwrap().to_owned();

    let inside = PathBuf::from(format!("/proc/{}/root", node.0.id())).join(disk.strip_prefix("/").unwrap());
    fs::write(inside.join("ballast"), vec![7; 180 << 20]).unwrap();
    let full = eventually("it says that its disk is nearly full", || {
        status(&testnet, &url).filter(|status| status["health"]["ready"] == false)
    });
    assert!(full["health"]["missing"][0].as_str().unwrap().contains("less than 64 MiB"), "{full}");
    let height = full["height"].as_u64().unwrap();
    // it reads on, and without its vote nothing new is decided
    testnet.run(["did", "resolve", &did, "--node", &url]).ok();
    let undecided = create(&testnet, "during.key");
    assert_ne!(undecided.status, 0, "{}", undecided.out);
    let still = status(&testnet, &url).unwrap();
    assert!(still["height"].as_u64().unwrap() <= height + 1, "{still}");

    fs::remove_file(inside.join("ballast")).unwrap();
    eventually("it is ready again by itself", is_ready);
    eventually("transactions are decided again", || {
        (create(&testnet, "after.key").status == 0).then_some(())
    });
}
