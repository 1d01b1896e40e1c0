//! How errors are told.

use serde_json::Value;

use crate::program::realdid;

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
