//! How errors are told.

use serde_json::Value;

use crate::program::{Testnet, realdid};

fn error(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"));
    value["error"].clone()
}

#[test]
fn for_programs_errors_are_json_with_their_causes_and_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| realdid(folder.path(), [arguments, &["--output", "json"]].concat());
    let silent = run(&["status", "--node", "http://127.0.0.1:1"]);
    let told = error(&silent.err);
    assert_eq!((silent.status, &told["exit"]), (3, &3.into()));
    assert!(told["message"].as_str().unwrap().contains("does not answer"), "{told}");
    assert!(
        told["causes"].as_array().unwrap().iter().any(|cause| cause.as_str().unwrap().contains("refused"))
    );
    assert!(silent.out.is_empty());
    let wrong = run(&["tx", "frobnicate"]);
    let told = error(&wrong.err);
    assert_eq!((wrong.status, &told["exit"]), (2, &2.into()));
    assert!(told["message"].as_str().unwrap().starts_with("unrecognized subcommand"), "{told}");
}

#[test]
fn who_does_not_answer_is_called_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let me = folder.path().join("me.json");
    let mine = |text: &str| {
        std::fs::write(&me, text).unwrap();
        std::fs::set_permissions(&me, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let person = me.to_str().unwrap();
        let asked = ["attestation", "mine", "--person", person, "--authority", "http://127.0.0.1:9"];
        realdid(folder.path(), asked)
    };
    let silent = mine(r#"{"name": "a", "number": "b", "code": "c"}"#);
    assert_eq!(silent.status, 3);
    assert!(
        silent.err.contains("no authority's service answers") && !silent.err.contains("node"),
        "{}",
        silent.err
    );
    let half = mine(r#"{"name": "a", "number": 7}"#);
    assert!(half.err.contains("has no number, no code"), "{}", half.err);
}

#[test]
fn help_is_for_people_and_documents_how_errors_come() {
    let folder = tempfile::tempdir().unwrap();
    let help = realdid(folder.path(), ["--help", "--output", "json"]).ok();
    assert!(help.contains("\"causes\"") && help.contains("74  the disk failed"), "{help}");
}

#[test]
fn each_cause_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = folder.path().join("genesis.json");
    let genesis = genesis.to_str().unwrap();
    realdid(folder.path(), ["genesis", "new", "--network", "x", "--genesis", genesis]).ok();
    let empty = realdid(folder.path(), ["genesis", "validate", genesis]);
    let words = empty.err.trim().strip_prefix("error: ").unwrap();
    let parts: Vec<&str> = words.split(": ").collect();
    assert!(parts.len() > 1, "{words}");
    for part in &parts {
        assert_eq!(words.matches(part).count(), 1, "{part:?} is said again in {words}");
    }
}

#[test]
fn logs_and_what_is_done_to_nodes_come_as_json_too() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "31"]);
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&testnet.run([arguments, &["--output", "json"]].concat()).ok()).expect("JSON")
    };
    let logs = json(&["testnet", "logs", "ministry"]);
    assert!(
        logs[0]["lines"]
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line.as_str().unwrap().contains("the node runs"))
    );
    assert_eq!(json(&["testnet", "pause", "ministry"])[0]["state"], "stands still");
    assert_eq!(json(&["testnet", "resume", "ministry"])[0]["node"], "ministry");
    assert_eq!(json(&["testnet", "down"])["state"], "down");
}

#[test]
fn a_genesis_of_another_network_is_named_beside_the_node_s_own() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "32"]);
    let text = std::fs::read_to_string(testnet.folder().join("nodes/ministry/genesis.json")).unwrap();
    let other = testnet.0.path().join("other.json");
    std::fs::write(&other, text.replace("\"testnet\"", "\"another\"")).unwrap();
    let nobody = "did:realdid:testnet:8YqdYBjUjWP5REgR5VuhAdvkxxCTJAMDpmczWqwftV1H";
    let ran = testnet.run(["did", "resolve", nobody, "--genesis", other.to_str().unwrap()]);
    assert_eq!(ran.status, 5, "{}", ran.err);
    for word in ["testnet (", "another (", "--node", "--genesis"] {
        assert!(ran.err.contains(word), "{word} is not in {}", ran.err);
    }
}
