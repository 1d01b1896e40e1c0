//! The interface as others see it: over TLS, and as it describes itself.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{ChildStderr, Command, Stdio},
};

use serde_json::Value;

use crate::{
    operators::{Running, free_port},
    program::{Ran, Testnet, realdid},
};

fn free_address() -> String {
    format!("127.0.0.1:{}", free_port())
}

/// One node that is a network by itself, in this folder.
fn alone(folder: &Path, api: &str) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let run = |arguments: &[&str]| realdid(folder, arguments).ok();
    let (home, genesis, card) = (path("home"), path("genesis.json"), path("card.json"));
    run(&["genesis", "new", "--network", "alone", "--genesis", &genesis, "--approvals", "1"]);
    let listen = [free_address(), free_address()];
    let init = ["node", "init", "--home", &home, "--organisation", "ministry", "--api-listen", api];
    let planes = ["--validators-listen", &listen[0], "--public-listen", &listen[1]];
    std::fs::write(&card, run(&[&init[..], &planes].concat())).unwrap();
    run(&["genesis", "add-validator", "--genesis", &genesis, &card]);
    run(&["node", "join", "--home", &home, "--genesis", &genesis]);
}

/// A node that has said that it runs.
fn start(home: &Path, arguments: &[&str]) -> Running {
    let mut child = Command::new(env!("CARGO_BIN_EXE_realdid"))
        .args(["node", "start", "--home", home.to_str().unwrap()])
        .args(arguments)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap());
    let rest = wait_for(lines, "the node runs");
    std::thread::spawn(move || rest.lines().for_each(drop));
    Running(child)
}

fn wait_for(mut lines: BufReader<ChildStderr>, words: &str) -> BufReader<ChildStderr> {
    let mut seen = String::new();
    while !seen.contains(words) {
        assert!(lines.read_line(&mut seen).unwrap() > 0, "{seen}");
    }
    lines
}

/// A certificate for `localhost` that signs itself, and its key.
fn identity(folder: &Path) -> [String; 2] {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let [certificate, key] = ["tls.crt", "tls.key"].map(|name| folder.join(name));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    set_mode(&key, 0o600);
    [certificate, key].map(|path| path.to_str().unwrap().to_owned())
}

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A node that speaks TLS.
struct Encrypted {
    folder: tempfile::TempDir,
    api: String,
    certificate: String,
    _node: Running,
}

impl Encrypted {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let api = free_address();
        alone(folder.path(), &api);
        let [certificate, key] = identity(folder.path());
        let home = folder.path().join("home");
        let _node = start(&home, &["--tls-cert", &certificate, "--tls-key", &key]);
        Self { folder, api, certificate, _node }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let url = format!("https://localhost:{}", self.api.rsplit(':').next().unwrap());
        realdid(self.folder.path(), [arguments, &["--node", &url]].concat())
    }
}

#[test]
fn with_a_certificate_the_interface_speaks_tls_to_whoever_trusts_it_and_to_nobody_else() {
    let node = Encrypted::start();
    let trusting = node.run(&["status", "--output", "json", "--ca-cert", &node.certificate]).ok();
    assert_eq!(serde_json::from_str::<Value>(&trusting).unwrap()["network"], "alone");
    let mine = node.folder.path().join("me.key").to_str().unwrap().to_owned();
    let made = node.run(&["did", "create", "--ca-cert", &node.certificate, "--key", &mine]).ok();
    assert!(made.contains("applied"), "{made}");

    assert_eq!(node.run(&["status"]).status, 3, "nobody has vouched for this certificate");
    let mut plain = TcpStream::connect(&node.api).unwrap();
    plain.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // it may also be reset
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/"), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn those_who_say_nothing_hold_no_one_up() {
    let node = Encrypted::start();
    let _silent: Vec<_> = (0..100).map(|_| TcpStream::connect(&node.api).unwrap()).collect();
    node.run(&["status", "--ca-cert", &node.certificate]).ok();
}

#[test]
fn certificates_and_keys_that_cannot_serve_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    alone(folder.path(), &free_address());
    let home = folder.path().join("home").to_str().unwrap().to_owned();
    let [certificate, key] = identity(folder.path());
    let refused = |certificate: &str, key: &str| {
        let arguments = ["node", "start", "--home", &home, "--tls-cert", certificate, "--tls-key", key];
        let ran = realdid(folder.path(), arguments);
        assert_eq!(ran.status, 1, "{}", ran.err);
        ran.err
    };
    assert!(refused("nowhere.crt", &key).contains("nowhere.crt"));
    assert!(refused(&key, &key).contains("tls.key"), "a key is no certificate");
    assert!(refused(&certificate, &certificate).contains("tls.crt"), "a certificate is no key");
    let other = rcgen::generate_simple_self_signed(["other".to_owned()]).unwrap();
    let foreign = folder.path().join("foreign.key").to_str().unwrap().to_owned();
    std::fs::write(&foreign, other.signing_key.serialize_pem()).unwrap();
    set_mode(&foreign, 0o600);
    assert!(refused(&certificate, &foreign).contains("do not belong together"));
    set_mode(&key, 0o644);
    assert!(refused(&certificate, &key).contains("chmod 600"));
    let half = realdid(folder.path(), ["node", "start", "--home", &home, "--tls-cert", &certificate]);
    assert!(half.status == 2 && half.err.contains("--tls-key"), "{}", half.err);
}

#[test]
fn without_a_certificate_only_this_machine_is_listened_to() {
    let folder = tempfile::tempdir().unwrap();
    alone(folder.path(), "0.0.0.0:0");
    let home = folder.path().join("home").to_str().unwrap().to_owned();
    let refused = realdid(folder.path(), ["node", "start", "--home", &home]);
    assert!(refused.status == 1 && refused.err.contains("--tls-cert"), "{}", refused.err);
}

/// A GET on a node's interface: the status and the body.
fn get(url: &str, path: &str) -> (String, String) {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().to_owned(), body.to_owned())
}

#[test]
fn a_node_describes_every_address_and_answers_at_every_address_that_it_describes() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "31"]);
    let status: Value =
        serde_json::from_str(&testnet.run(["testnet", "status", "--output", "json"]).ok()).unwrap();
    let url = status[0]["url"].as_str().or(status["nodes"][0]["url"].as_str()).unwrap().to_owned();
    let (code, served) = get(&url, "/v1/openapi.json");
    assert_eq!(code, "200");
    let described: Value = serde_json::from_str(&served).unwrap();
    assert_eq!(described, serde_json::to_value(realdid_api::openapi()).unwrap());

    let paths = described["paths"].as_object().unwrap();
    assert!(paths.len() > 12);
    for (path, methods) in paths.iter().filter(|(path, _)| *path != "/v1/events") {
        let nobody = path.replace("{height}", "latest").replace("{epoch}", "0");
        let nobody = ["{did}", "{id}", "{digest}", "{key}", "{version}"]
            .iter()
            .fold(nobody, |path, name| path.replace(name, "x"));
        let (code, body) = get(&url, &nobody);
        let expected: &[&str] = match () {
            () if methods.get("get").is_none() => &["405"],
            () if nobody.ends_with("/x") => &["400"],
            () => &["200"],
        };
        assert!(expected.contains(&code.as_str()), "{path}: {code} {body}");
    }
    let (code, body) = get(&url, "/v1/records/%ff");
    let problem: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((code.as_str(), &problem["code"]), ("400", &"malformed".into()));
    let (code, page) = get(&url, "/");
    assert_eq!(code, "200");
    assert!(paths.keys().all(|path| page.contains(path.as_str())), "{page}");
    assert!(!page.contains("<script") && !page.contains("https://"), "it needs nothing from elsewhere");
}
