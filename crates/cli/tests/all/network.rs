//! A network of processes.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use realdid_node::{Config, config::Home};
use realdid_types::{AddressRecords, Wire};
use serde_json::Value;

use crate::program::Testnet;

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Also those that were voted out one epoch ago, and two.
fn assert_all_reach_the_tip(testnet: &Testnet) {
    let key = testnet.0.path().join("tip.key");
    let made = json(&testnet.run(["did", "create", "--key", key.to_str().unwrap(), "--output", "json"]).ok());
    let height = made["height"].as_u64().unwrap();
    for _ in 0..400 {
        let status = json(&testnet.run(["testnet", "status", "--output", "json"]).ok());
        let nodes = status.as_array().unwrap();
        if nodes.iter().all(|node| node["status"]["height"].as_u64() >= Some(height)) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("somebody does not reach block {height}");
}

/// A whole answer, headers included.
pub fn get(url: &str, path: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_did_is_made_resolved_and_proven_while_a_validator_is_dead_and_the_chain_holds() {
    let testnet = Testnet::up(&["--seed", "11"]);
    testnet.run(["testnet", "kill", "operator-2"]).ok();
    let key = testnet.0.path().join("me.key");
    let key = key.to_str().unwrap();

    let made = json(&testnet.run(["did", "create", "--key", key, "--output", "json"]).ok());
    let did = made["did"].as_str().unwrap();
    let shown = loop {
        let shown = json(&testnet.run(["did", "resolve", did, "--output", "json"]).ok());
        if !shown["record"].is_null() {
            break shown;
        }
    };

    assert_eq!(made["outcome"], "applied");
    assert_eq!(shown["record"]["version"], 1);
    let id = made["transaction"].as_str().unwrap();
    let transaction = json(&testnet.run(["tx", "show", id, "--output", "json"]).ok());
    assert_eq!((&transaction["status"], &transaction["height"]), (&"final".into(), &made["height"]));
    testnet.run(["testnet", "start", "operator-2"]).ok();
    testnet.run(["chain", "verify"]).ok();
}

#[test]
fn a_did_that_is_not_there_is_proven_absent() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "12"]);
    let nobody = "did:realdid:testnet:8YqdYBjUjWP5REgR5VuhAdvkxxCTJAMDpmczWqwftV1H";
    let shown = json(&testnet.run(["did", "resolve", nobody, "--output", "json"]).ok());
    assert!(shown["record"].is_null() && shown["verified_at_height"].is_u64());
}

#[test]
fn the_same_seed_gives_the_same_citizens() {
    let citizens = |testnet: &Testnet| {
        let up = testnet.run(["testnet", "up", "--detach", "--output", "json"]).ok();
        json(&up)["citizens"].clone()
    };
    let one = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "13"]);
    let other = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "13"]);
    assert_eq!(citizens(&one), citizens(&other));
    assert_eq!(citizens(&one).as_array().unwrap().len(), 10);
}

#[test]
fn a_validator_is_voted_in_and_another_out_while_the_network_runs() {
    let testnet = Testnet::up(&["--gateways", "0", "--seed", "14"]);
    testnet.run(["testnet", "add"]).ok();
    let validators = || {
        let shown = json(&testnet.run(["validators", "list", "--output", "json"]).ok());
        (shown["epoch"].as_u64().unwrap(), shown["validators"].as_array().unwrap().len())
    };
    let await_set = |wanted| {
        for _ in 0..600 {
            if validators() == wanted {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("{wanted:?} is not reached; there are {:?}", validators());
    };
    await_set((1, 5));
    testnet.run(["testnet", "remove", "operator-3"]).ok();
    await_set((2, 4));
    testnet.run(["testnet", "remove", "operator-2"]).ok();
    await_set((3, 3));
    assert_all_reach_the_tip(&testnet);
    let key = testnet.0.path().join("me.key");
    testnet.run(["did", "create", "--key", key.to_str().unwrap()]).ok();
    testnet.run(["chain", "verify"]).ok();
}

/// Where the node of this name has heard that the validators listen.
fn heard_addresses(testnet: &Testnet, name: &str) -> Vec<std::net::SocketAddr> {
    let file = testnet.folder().join("nodes").join(name).join("addresses");
    let records = AddressRecords::decode(&std::fs::read(file).unwrap()).unwrap().records;
    records.into_iter().flat_map(|record| record.statement.addresses).collect()
}

#[test]
fn a_validator_that_moves_tells_the_others_and_nobody_changes_a_setting() {
    let testnet = Testnet::up(&["--gateways", "0", "--seed", "17"]);
    testnet.run(["testnet", "kill", "operator-1"]).ok();
    let home = Home::new(testnet.folder().join("nodes/operator-1"));
    let mut config = Config::read(&home).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config.validators.as_mut().unwrap().listen = free;
    config.write(&home).unwrap();
    testnet.run(["testnet", "start", "operator-1"]).ok();
    let is_heard = |name: &str| heard_addresses(&testnet, name).contains(&free);
    let others = ["ministry", "operator-2", "operator-3"];
    let all_heard = (0..600).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        others.iter().all(|name| is_heard(name))
    });
    assert!(all_heard, "{:?}", others.map(|name| heard_addresses(&testnet, name)));
}

#[test]
fn the_doctor_finds_nothing_in_a_whole_network_and_names_who_is_missing_in_a_broken_one() {
    let testnet = Testnet::up(&["--gateways", "0", "--seed", "16"]);
    testnet.run(["doctor"]).ok();
    testnet.run(["testnet", "kill", "operator-1"]).ok();
    // the others notice when the stream ends; until then they know nothing
    let found =
        (0..20).map(|_| testnet.run(["doctor"])).find(|found| found.status != 0).expect("it is noticed");
    assert!(
        found.status == 1 && found.out.contains("operator-1 cannot be reached"),
        "{}{}",
        found.out,
        found.err
    );
}

#[test]
fn completions_are_written_for_every_shell() {
    let testnet = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        assert!(crate::program::realdid(testnet.path(), ["completions", shell]).ok().contains("realdid"));
    }
}

#[test]
fn metrics_and_health_answer_on_every_node() {
    let testnet = Testnet::up(&["-n", "1", "--seed", "15"]);
    let status = json(&testnet.run(["testnet", "status", "--output", "json"]).ok());
    for node in status.as_array().unwrap() {
        assert_eq!(node["status"]["health"]["ready"], true, "{node}");
        let metrics = get(node["url"].as_str().unwrap(), "/metrics");
        // what deploy/prometheus asks for
        for name in ["realdid_ready", "realdid_height", "realdid_validators_reached", "realdid_validators"] {
            assert!(metrics.contains(&format!("\n{name} ")), "{name} is not in {metrics}");
        }
        assert!(metrics.contains("realdid_commit_latency_seconds_bucket"), "{metrics}");
        assert!(get(node["url"].as_str().unwrap(), "/livez").ends_with("ok\n"));
    }
}
