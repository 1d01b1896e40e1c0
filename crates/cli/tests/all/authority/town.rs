//! A network of one validator, an authority on it, and ten invented people.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use realdid_client::NodeClient;
use realdid_types::{Block, Did, Operation, SignedBatch, Timestamp, Wire};
use serde_json::{Value, json};

use crate::{
    operators::free_port,
    program::{Ran, Testnet},
};

pub struct Town {
    pub testnet: Testnet,
    port: u16,
    running: Option<Child>,
}

/// What an authority said in one transaction.
pub struct Said {
    pub attests: bool,
    pub dids: Vec<String>,
    pub expires: Timestamp,
}

impl Town {
    pub fn new(seed: &str) -> Self {
        let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", seed]);
        let town = Self { testnet, port: free_port(), running: None };
        town.run(&["authority", "init", "--folder", "@attest", "--development"]).ok();
        town
    }

    /// A town whose authority runs.
    pub fn open(seed: &str, more: &[&str]) -> Self {
        let mut town = Self::new(seed);
        town.start(more);
        town
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.testnet.0.path().join(name)
    }

    /// `@file` stands for a file in the test's folder.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let in_folder = |argument: &&str| match argument.strip_prefix('@') {
            Some(file) => self.path(file).to_str().unwrap().to_owned(),
            None => (*argument).to_owned(),
        };
        self.testnet.run(arguments.iter().map(in_folder))
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let out = self.run(&[arguments, &["--output", "json"]].concat()).ok();
        serde_json::from_str(&out).unwrap()
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn node_url(&self) -> String {
        let text = std::fs::read_to_string(self.testnet.folder().join("testnet.json")).unwrap();
        let network: Value = serde_json::from_str(&text).unwrap();
        format!("http://{}", network["nodes"][0]["api"].as_str().unwrap())
    }

    pub fn member_key(&self) -> String {
        self.testnet.folder().join("nodes/ministry/keys/member.key").to_str().unwrap().to_owned()
    }

    /// The command that runs the authority for development.
    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_realdid"));
        command
            .args(["authority", "start", "--end-with-input", "--development", "--folder"])
            .arg(self.path("attest"))
            .args(["--key", &self.member_key()])
            .args(more)
            .env("REALDID_TESTNET", self.testnet.folder())
            .env_remove("REALDID_NODE")
            .env_remove("RUST_LOG");
        if !more.contains(&"--listen") {
            command.args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        }
        command
    }

    /// Starts the authority and waits until it answers; what it logs is appended to `authority.log`.
    pub fn start(&mut self, more: &[&str]) {
        let log = OpenOptions::new().create(true).append(true).open(self.path("authority.log")).unwrap();
        let mut command = self.command(more);
        command.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
        self.running = Some(command.spawn().unwrap());
        let url = self.url();
        eventually("the authority answers", || {
            (self.run(&["authority", "status", "--url", &url]).status == 0).then_some(())
        });
    }

    /// As a power failure would.
    pub fn kill(&mut self) {
        let mut running = self.running.take().unwrap();
        running.kill().unwrap();
        running.wait().unwrap();
    }

    /// In order.
    pub fn stop(&mut self) {
        let mut running = self.running.take().unwrap();
        drop(running.stdin.take());
        assert!(running.wait().unwrap().success());
    }

    /// A DID with its key in a file of this name.
    pub fn did(&self, key: &str) -> String {
        let made = self.json(&["did", "create", "--key", &format!("@{key}.key")]);
        made["did"].as_str().unwrap().to_owned()
    }

    /// The invented people.
    pub fn people(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path("attest/registry.json")).unwrap();
        let registry: Value = serde_json::from_str(&text).unwrap();
        registry["people"].as_array().unwrap().clone()
    }

    /// A file with what a person claims.
    pub fn person_file(&self, name: &str, person: &Value) -> String {
        let path = self.path(name);
        std::fs::write(&path, person.to_string()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Asks for a DID in the name of a person, as a citizen would.
    pub fn try_ask(&self, person: &Value, did: &str, key: &str) -> Ran {
        let file = self.person_file("person.json", person);
        let (url, key) = (self.url(), format!("@{key}.key"));
        let ask = ["attestation", "ask", did, "--key", &key, "--person", &file, "--authority", &url];
        self.run(&[&ask[..], &["--output", "json"]].concat())
    }

    pub fn ask(&self, person: &Value, did: &str, key: &str) -> Value {
        serde_json::from_str(&self.try_ask(person, did, key).ok()).unwrap()
    }

    /// What the ledger proves of a DID; none while nobody attests it.
    pub fn proven(&self, did: &str) -> Option<Value> {
        let shown = self.json(&["attestation", "show", did, "--authority", "ministry"]);
        shown["attestations"].as_array().unwrap().first().cloned()
    }

    pub fn await_attested(&self, did: &str) -> Value {
        eventually("the attestation is proven", || self.proven(did))
    }

    /// Everything that authorities ever said, from the chain's blocks.
    pub fn said(&self) -> Vec<Said> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(all_said(&NodeClient::new(&self.node_url())))
    }

    /// How often a DID was attested.
    pub fn times_attested(&self, did: &str) -> usize {
        self.said().iter().filter(|said| said.attests && said.dids.iter().any(|one| one == did)).count()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.kill();
            let _ = running.wait();
        }
        if std::thread::panicking() {
            eprintln!("{}", std::fs::read_to_string(self.path("authority.log")).unwrap_or_default());
        }
    }
}

async fn all_said(node: &NodeClient) -> Vec<Said> {
    let network = node.genesis().await.unwrap().network;
    let text = |dids: &[Did]| dids.iter().map(|did| did.to_text(&network)).collect();
    let tip = node.newest_block().await.unwrap().header.height.0;
    let mut said = Vec::new();
    for height in 1..=tip {
        let view: Value = node.get(&format!("/v1/blocks/{height}")).await.unwrap();
        let block = Block::decode(&base64(view["encoded"].as_str().unwrap())).unwrap();
        for reference in block.batches {
            let bytes = node.get_bytes(&format!("/v1/batches/{}", reference.digest)).await.unwrap().unwrap();
            for signed in SignedBatch::decode(&bytes).unwrap().batch.transactions {
                match signed.transaction.operation {
                    Operation::Attest(attest) => {
                        said.push(Said { attests: true, dids: text(&attest.dids), expires: attest.expires });
                    }
                    Operation::Withdraw(withdraw) => {
                        let dids = text(&withdraw.dids);
                        said.push(Said { attests: false, dids, expires: Timestamp(0) });
                    }
                    _ => {}
                }
            }
        }
    }
    said
}

fn base64(text: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.decode(text).unwrap()
}

pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("never: {what}")
}

/// The person with one part replaced.
pub fn but(person: &Value, part: &str, other: &Value) -> Value {
    let mut changed = person.clone();
    changed[part] = json!(other[part]);
    changed
}

/// A file that only its owner may read.
pub fn secret_file(path: PathBuf) -> File {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().create_new(true).write(true).mode(0o600).open(path).unwrap()
}
