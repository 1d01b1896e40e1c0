//! A validator that joins again after it lost its disk.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{
    operators::{Running, free_port},
    program::realdid,
};

/// Whether a node counts as one that may have forgotten its votes, once it says so or not.
fn lost_its_votes(node: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..200 {
        let asked = realdid(folder.path(), ["status", "--node", node, "--output", "json"]);
        if asked.status == 0 {
            let status: Value = serde_json::from_str(&asked.out).unwrap();
            // there are none until it has looked at itself for the first time
            if status["validators"] == 2 {
                return status["votes_lost"].as_bool().unwrap();
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{node} does not answer");
}

#[test]
fn who_lost_its_disk_joins_with_the_addresses_that_it_had_and_keys_that_may_have_voted_whenever_they_were_saved()
 {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let run = |arguments: &[&str]| realdid(folder.path(), arguments).ok();
    let (genesis, api) = (path("genesis.json"), format!("127.0.0.1:{}", free_port()));
    run(&["genesis", "new", "--network", "hand", "--genesis", &genesis, "--approvals", "2"]);
    for name in ["ministry", "operator-1"] {
        let any = "127.0.0.1:0";
        let card = run(&[
            "node",
            "init",
            "--home",
            &path(name),
            "--organisation",
            name,
            "--api-listen",
            &api,
            "--validators-listen",
            any,
            "--public-listen",
            any,
        ]);
        std::fs::write(path("card"), &card).unwrap();
        run(&["genesis", "add-validator", "--genesis", &genesis, &path("card")]);
    }
    // before the key was ever used
    std::fs::create_dir(path("saved")).unwrap();
    std::fs::rename(path("ministry/keys"), path("saved/keys")).unwrap();
    let restore = |from: &str| {
        std::fs::create_dir(path("ministry/keys")).unwrap();
        for key in std::fs::read_dir(path(from)).unwrap() {
            let key = key.unwrap();
            std::fs::copy(key.path(), folder.path().join("ministry/keys").join(key.file_name())).unwrap();
        }
    };
    restore("saved/keys");
    let key = run(&["keys", "show", &path("operator-1/keys/transport.key"), "--output", "json"]);
    let key: Value = serde_json::from_str(&key).unwrap();
    let peer = format!("/ip4/127.0.0.1/tcp/9/p2p/{}", key["peer"].as_str().unwrap());
    let join = |more: &[&str]| {
        run(&[&["node", "join", "--home", &path("ministry"), "--genesis", &genesis], more].concat());
    };
    let may_have_voted = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_realdid"));
        command.args(["node", "start", "--home", &path("ministry")]).stderr(Stdio::null());
        let _running = Running(command.spawn().unwrap());
        lost_its_votes(&format!("http://{api}"))
    };
    join(&["--validator", &peer, "--peer", &peer]);
    let config = std::fs::read_to_string(path("ministry/node.toml")).unwrap();
    assert_eq!(config.matches(&peer).count(), 2, "{config}");
    assert!(!may_have_voted(), "a fresh key has no past");

    for lost in ["ministry/ledger", "ministry/keys"] {
        std::fs::remove_dir_all(path(lost)).unwrap();
    }
    restore("saved/keys");
    join(&[]);
    assert_eq!(std::fs::read_to_string(path("ministry/node.toml")).unwrap(), config);
    assert!(may_have_voted(), "a key that was used once has one");
}
