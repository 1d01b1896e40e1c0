//! How the test network behaves where it is interrupted, raced or half there.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{
    operators::Running,
    program::{Testnet, realdid},
};

fn spawn(testnet: &Testnet, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_realdid"));
    command.env("REALDID_TESTNET", testnet.folder()).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn remembered(testnet: &Testnet) -> Option<Value> {
    let text = fs::read_to_string(testnet.folder().join("testnet.json")).ok()?;
    serde_json::from_str(&text).ok()
}

fn pids(network: &Value) -> Vec<u64> {
    network["nodes"].as_array().unwrap().iter().filter_map(|node| node["pid"].as_u64()).collect()
}

/// Whether a process is there and not only waits for somebody to ask how it ended.
fn runs(pid: u64) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("never: {what}")
}

#[test]
fn of_two_that_start_one_network_at_once_the_second_says_so() {
    let testnet = Testnet(tempfile::tempdir().unwrap());
    let first = spawn(&testnet, &["testnet", "up", "--detach", "--nodes-only", "--seed", "61"]);
    eventually("its folder", || testnet.folder().exists().then_some(()));
    let second = testnet.run(["testnet", "up", "--detach", "--nodes-only", "--seed", "61"]);
    assert!(second.status == 1 && second.err.contains("is at work on"), "{}", second.err);
    assert!(first.wait_with_output().unwrap().status.success());
    let status: Value =
        serde_json::from_str(&testnet.run(["testnet", "status", "--output", "json"]).ok()).unwrap();
    assert_eq!(status.as_array().unwrap().len(), 5);
}

#[test]
fn up_that_is_told_to_end_while_it_waits_ends_what_it_started() {
    for name in ["-TERM", "-INT"] {
        let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "62"]);
        testnet.run(["testnet", "down"]).ok();
        // a node that wants more room than any disk has is never ready
        let config = testnet.folder().join("nodes/ministry/node.toml");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(
            &config,
            text.replace("low_water_bytes = 536870912", "low_water_bytes = 9000000000000000000"),
        )
        .unwrap();
        let up = spawn(&testnet, &["testnet", "up", "--detach"]);
        let pid =
            eventually("a node", || remembered(&testnet).and_then(|network| pids(&network).first().copied()));
        assert!(runs(pid));
        signal(&up, name);
        let ended = up.wait_with_output().unwrap();
        let words = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.code() == Some(1) && words.contains("told to end"), "{words}");
        assert!(!runs(pid), "{name} left a node running");
        assert!(pids(&remembered(&testnet).unwrap()).is_empty());
    }
}

#[test]
fn a_network_whose_file_is_damaged_or_lost_is_still_removed_and_nothing_else() {
    for damage in [Some("{"), None] {
        let testnet = Testnet::up(&["-n", "2", "--gateways", "0", "--seed", "63"]);
        let started = pids(&remembered(&testnet).unwrap());
        fs::create_dir(testnet.folder().join("nodes/mine")).unwrap();
        fs::write(testnet.folder().join("nodes/mine/precious"), "x").unwrap();
        let file = testnet.folder().join("testnet.json");
        match damage {
            Some(text) => fs::write(&file, text).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let status = testnet.run(["testnet", "status"]);
        assert_eq!(status.status, 1, "{}", status.out);
        testnet.run(["testnet", "reset"]).ok();
        assert!(!started.iter().any(|pid| runs(*pid)), "a node runs on");
        assert!(!file.exists() && !testnet.folder().join("nodes/ministry").exists());
        assert!(testnet.folder().join("nodes/mine/precious").exists());
    }
}

#[test]
fn a_node_that_somebody_started_by_hand_ends_with_its_network() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "66"]);
    testnet.run(["testnet", "down"]).ok();
    let home = testnet.folder().join("nodes/ministry");
    let mut node = Running(spawn(&testnet, &["node", "start", "--home", home.to_str().unwrap()]));
    eventually("it answers", || (testnet.run(["status"]).status == 0).then_some(()));
    testnet.run(["testnet", "reset"]).ok();
    assert!(node.0.try_wait().unwrap().is_some(), "it runs on without a folder");
}

#[test]
fn somebody_else_s_file_of_that_name_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("testnet.json"), "my own notes").unwrap();
    let reset = realdid(folder.path(), ["testnet", "reset"]);
    assert!(reset.status == 1 && reset.err.contains("testnet.json"), "{}", reset.err);
    assert!(folder.path().join("testnet.json").exists());
}

#[test]
fn a_partition_is_made_and_ended_right_after_nodes_start() {
    let testnet = Testnet::up(&["-n", "2", "--gateways", "0", "--seed", "64"]);
    for order in [&["testnet", "partition", "ministry"][..], &["testnet", "heal"]] {
        testnet.run(["testnet", "kill", "operator-1"]).ok();
        testnet.run(["testnet", "start", "operator-1"]).ok();
        testnet.run(order).ok();
    }
    testnet.run(["testnet", "pause", "operator-1"]).ok();
    let paused = testnet.run(["testnet", "heal"]);
    assert!(paused.status == 1 && paused.err.contains("testnet resume operator-1"), "{}", paused.err);
    testnet.run(["testnet", "resume", "operator-1"]).ok();
}

#[test]
fn a_newcomer_validates_when_add_comes_back_and_is_gone_if_that_fails() {
    let testnet = Testnet::up(&["--gateways", "1", "--seed", "65"]);
    let nodes = || -> Vec<Value> {
        serde_json::from_str(&testnet.run(["testnet", "status", "--output", "json"]).ok()).unwrap()
    };
    testnet.run(["testnet", "add"]).ok();
    let newcomer = nodes().pop().unwrap();
    assert_eq!(
        (&newcomer["role"], &newcomer["status"]["health"]["ready"]),
        (&"validator".into(), &true.into())
    );
    testnet.run(["testnet", "remove", "operator-3"]).ok();
    eventually("a follower", || nodes()[3]["role"].as_str().filter(|role| *role == "follower").map(drop));
    assert_eq!(nodes()[4]["role"], "gateway");

    let stranger = testnet.run(["testnet", "add", "--organisation", "nobody"]);
    assert!(stranger.status == 1 && stranger.err.contains("there are ministry"), "{}", stranger.err);
    // two of four are down: nothing can be decided
    testnet.run(["testnet", "kill", "operator-1", "operator-2"]).ok();
    let before = nodes().len();
    let add = spawn(&testnet, &["testnet", "add"]);
    let known = eventually("a newcomer", || {
        remembered(&testnet)
            .filter(|network| network["nodes"].as_array().unwrap().len() > before && pids(network).len() > 4)
    });
    let newcomer = known["nodes"].as_array().unwrap().last().unwrap().clone();
    signal(&add, "-INT");
    assert_eq!(add.wait_with_output().unwrap().status.code(), Some(1));
    assert_eq!(nodes().len(), before);
    assert!(!runs(newcomer["pid"].as_u64().unwrap()));
    let folder = testnet.folder().join("nodes").join(newcomer["name"].as_str().unwrap());
    assert!(!Path::new(&folder).exists(), "its folder is left");
}

#[test]
fn whoever_looks_on_at_a_network_does_not_end_it_and_gets_no_other_than_there_is() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "66"]);
    let other = testnet.run(["testnet", "up", "--detach", "-n", "2"]);
    assert!(other.status == 1 && other.err.contains("has 1 validators"), "{}", other.err);
    let before = pids(&remembered(&testnet).unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_realdid"));
    command.env("REALDID_TESTNET", testnet.folder()).args(["testnet", "up"]).stdin(Stdio::null());
    let mut second = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut shown = BufReader::new(second.stdout.take().unwrap()).lines();
    assert!(shown.any(|line| line.unwrap().contains("Ctrl-C")));
    signal(&second, "-INT");
    let ended = second.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&ended.stderr).contains("what ran before goes on"), "{ended:?}");
    assert!(before.into_iter().all(runs));
    testnet.run(["status"]).ok();
}

#[test]
fn a_newcomer_takes_no_port_of_a_node_that_does_not_run() {
    let testnet = Testnet::up(&["--gateways", "0", "--seed", "67"]);
    testnet.run(["testnet", "kill", "operator-3"]).ok();
    testnet.run(["testnet", "add"]).ok();
    testnet.run(["testnet", "start", "operator-3"]).ok();
    let network = remembered(&testnet).unwrap();
    let addresses: std::collections::BTreeSet<&str> =
        network["nodes"].as_array().unwrap().iter().map(|node| node["api"].as_str().unwrap()).collect();
    assert_eq!(addresses.len(), 5);
    eventually("operator-3 is back", || {
        let status = testnet.run(["testnet", "status", "--output", "json"]).ok();
        let status: Value = serde_json::from_str(&status).unwrap();
        let all = status.as_array().unwrap().iter();
        all.clone().all(|node| node["status"]["health"]["ready"] == true).then_some(())
    });
}
