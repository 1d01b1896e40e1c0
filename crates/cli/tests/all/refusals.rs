//! What cannot work is refused with the file or address concerned and what to do about it.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::program::{Ran, Testnet, realdid};

/// The folder of the only validator of a network that is down.
fn resting() -> (Testnet, PathBuf) {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "21"]);
    testnet.run(["testnet", "down"]).ok();
    let home = testnet.folder().join("nodes/ministry");
    (testnet, home)
}

fn start(home: &Path) -> Ran {
    // if it starts after all, it ends at once
    realdid(home, ["node", "start", "--end-with-input", "--home", home.to_str().unwrap()])
}

fn assert_refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.status, 1, "{}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "{word:?} is not in: {}", ran.err);
    }
}

#[test]
fn a_key_that_is_missing_or_open_to_others_or_no_key() {
    let (_testnet, home) = resting();
    let key = home.join("keys/author.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_refused(&start(&home), &["author.key", "may be read by others", "chmod 600"]);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "not a key").unwrap();
    assert_refused(&start(&home), &["author.key", "holds no key", "backup"]);
    fs::remove_file(&key).unwrap();
    assert_refused(&start(&home), &["author.key", "is missing", "backup"]);
}

#[test]
fn a_second_process_on_one_folder() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "22"]);
    let home = testnet.folder().join("nodes/ministry");
    assert_refused(&start(&home), &["ledger", "in use by another process", "vote against each other"]);
}

#[test]
fn a_port_that_is_taken() {
    let (_testnet, home) = resting();
    let config = fs::read_to_string(home.join("node.toml")).unwrap();
    let port = config.split("listen = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let _taken = TcpListener::bind(&port).unwrap();
    assert_refused(&start(&home), &[&port, "cannot listen", "another one", "node.toml"]);
}

#[test]
fn the_genesis_of_another_network_and_none() {
    let (_testnet, home) = resting();
    let path = home.join("genesis.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"testnet\"", "\"another\"")).unwrap();
    assert_refused(&start(&home), &["belongs to the network", "use another folder"]);
    fs::remove_file(&path).unwrap();
    assert_refused(&start(&home), &["genesis.json", "ask another operator"]);
}

#[test]
fn a_damaged_ledger_and_none() {
    let (_testnet, home) = resting();
    let ledger = home.join("ledger");
    let manifest = fs::read_dir(&ledger).unwrap().map(|entry| entry.unwrap().path());
    let manifest = manifest.filter(|path| path.to_string_lossy().contains("MANIFEST")).max().unwrap();
    fs::write(&manifest, b"something else entirely, and long enough to be read as a log").unwrap();
    assert_refused(&start(&home), &["ledger", "damaged", "realdid node join"]);
    fs::remove_dir_all(&ledger).unwrap();
    assert_refused(&start(&home), &["holds no ledger", "realdid node init"]);
}

#[test]
fn a_setting_that_nobody_knows_and_one_that_is_wrong() {
    let (_testnet, home) = resting();
    let path = home.join("node.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("colour = \"blue\"\n{text}")).unwrap();
    assert_refused(&start(&home), &["node.toml", "unknown field `colour`"]);
    fs::write(&path, text.replacen("127.0.0.1:", "somewhere:", 1)).unwrap();
    assert_refused(&start(&home), &["node.toml", "invalid socket address"]);
}

#[test]
fn a_node_that_does_not_answer_and_a_network_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let silent = realdid(folder.path(), ["status", "--node", "http://127.0.0.1:1"]);
    assert_eq!(silent.status, 3, "{}", silent.err);
    assert!(
        silent.err.contains("does not answer") && silent.err.contains("realdid testnet up"),
        "{}",
        silent.err
    );
    let none = realdid(&folder.path().join("none"), ["testnet", "status"]);
    assert_refused(&none, &["there is no test network", "realdid testnet up"]);
}

#[test]
fn what_the_ledger_refuses_says_so_and_ends_with_a_status_of_its_own() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "23"]);
    let unknown = testnet.run(["tx", "show", &"0".repeat(64)]);
    assert_eq!(unknown.status, 4, "{}", unknown.err);
    let malformed = testnet.run(["did", "resolve", "did:web:example.org"]);
    assert_eq!(malformed.status, 1, "{}", malformed.err);
    let node = testnet.run(["testnet", "kill", "operator-9"]);
    assert!(node.status == 1 && node.err.contains("there are ministry"), "{}", node.err);
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("precious"), "x").unwrap();
    let up = realdid(folder.path(), ["testnet", "up", "--detach", "--nodes-only", "-n", "1"]);
    assert_refused(&up, &["holds something else", "another folder"]);
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "24"]);
    fs::write(testnet.folder().join("precious"), "x").unwrap();
    testnet.run(["testnet", "reset"]).ok();
    assert!(testnet.folder().join("precious").exists());
}

#[test]
fn a_did_that_is_made_twice_is_there_already_and_one_without_its_recovery_key_is_refused() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "25"]);
    let key = testnet.0.path().join("me.key");
    let create = || testnet.run(["did", "create", "--key", key.to_str().unwrap()]);
    let first = create().ok();
    let did = first.split_whitespace().find(|word| word.starts_with("did:")).unwrap().to_owned();
    let again = (0..50)
        .map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            create()
        })
        .find(|ran| ran.status == 0)
        .unwrap();
    assert!(again.out.contains(&did) && again.out.contains("exists already"), "{}", again.out);
    fs::remove_file(key.with_extension("recovery")).unwrap();
    assert_refused(&create(), &["me.recovery", "restore it"]);
}

#[test]
fn names_that_no_network_takes() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let node = realdid(folder.path(), ["node", "init", "--home", home, "--organisation", "Bad Name"]);
    assert_refused(&node, &["Bad Name"]);
    let genesis = format!("{home}/genesis.json");
    let new = realdid(folder.path(), ["genesis", "new", "--network", "BAD", "--genesis", &genesis]);
    assert_refused(&new, &["BAD"]);
}

#[test]
fn a_measurement_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for option in ["--dids", "--clients", "--seconds"] {
        let ran = realdid(folder.path(), ["bench", "resolve", option, "0"]);
        assert!(ran.status == 2 && ran.err.contains(option) && ran.err.contains("1.."), "{}", ran.err);
    }
}

#[test]
fn an_address_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["127.0.0.1:8080", "ftp://node", "node"] {
        let ran = realdid(folder.path(), ["status", "--node", address]);
        assert_refused(&ran, &[address, "http://127.0.0.1:8080"]);
    }
}

#[test]
fn an_output_that_cannot_be_written_ends_the_program_without_a_trace() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_realdid"));
    let ended = command.args(["completions", "bash"]).stdout(full).output().unwrap();
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{told}");
    assert!(told.contains("standard output cannot be written") && !told.contains("panicked"), "{told}");
}

#[test]
fn an_audit_into_a_folder_with_something_else() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "26"]);
    let folder = testnet.0.path().join("mine");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("precious"), "x").unwrap();
    let ran = testnet.run(["chain", "verify", "--into", folder.to_str().unwrap()]);
    assert_refused(&ran, &["mine", "something else"]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
