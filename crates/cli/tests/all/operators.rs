//! Operators that make their nodes by hand, each in a folder of its own.

use std::{
    fs::File,
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use crate::program::{Ran, realdid};

/// A process that ends with the test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // one that listens for the end of its input ends by itself
        if self.0.stdin.take().is_none() {
            let _ = self.0.kill();
        }
        for _ in 0..100 {
            if let Ok(Some(_)) = self.0.try_wait() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Operators, their nodes' folders and their ports.
pub struct Operators {
    pub folder: tempfile::TempDir,
    ports: Vec<(String, [u16; 3])>,
    peers: Vec<(String, String)>,
    nodes: Vec<Running>,
}

/// Ports in a block.
const BLOCK: u16 = 50;
/// Below those that the system gives to whoever only connects.
const FIRST_PORT: u16 = 27_500;
/// Blocks of ports.
const BLOCKS: u16 = 100;

/// Blocks that this process has, with the next port of the newest.
struct Blocks {
    held: Vec<File>,
    next: u16,
    left: u16,
}

/// A port that is free, from a block that no other test process has meanwhile.
pub fn free_port() -> u16 {
    static BLOCKS_HELD: Mutex<Blocks> = Mutex::new(Blocks { held: Vec::new(), next: 0, left: 0 });
    let mut blocks = BLOCKS_HELD.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if blocks.left == 0 {
            let (block, file) = (0..BLOCKS).find_map(lock).expect("a block of ports");
            // it is let go when the process ends
            blocks.held.push(file);
            (blocks.next, blocks.left) = (FIRST_PORT + block * BLOCK, BLOCK);
        }
        let port = blocks.next;
        blocks.next += 1;
        blocks.left -= 1;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn lock(block: u16) -> Option<(u16, File)> {
    let path = std::env::temp_dir().join(format!("realdid-test-ports-{block}"));
    let file = File::create(path).ok()?;
    file.try_lock().ok()?;
    Some((block, file))
}

impl Operators {
    /// Nobody yet.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, ports: Vec::new(), peers: Vec::new(), nodes: Vec::new() }
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn try_run(&self, arguments: &[&str]) -> Ran {
        realdid(self.folder.path(), arguments)
    }

    pub fn run(&self, arguments: &[&str]) -> String {
        self.try_run(arguments).ok()
    }

    /// Makes a node; its card is kept beside it.
    pub fn init(&mut self, name: &str, organisation: &str) {
        let ports = [free_port(), free_port(), free_port()];
        let listen = ports.map(|port| format!("127.0.0.1:{port}"));
        let home = self.path(name);
        let arguments = ["node", "init", "--home", &home, "--organisation", organisation];
        let listens =
            ["--api-listen", &listen[0], "--validators-listen", &listen[1], "--public-listen", &listen[2]];
        let card = self.run(&[&arguments[..], &listens].concat());
        std::fs::write(self.path(&format!("{name}.card")), card).unwrap();
        let shown = self.run(&["keys", "show", &format!("{home}/keys/transport.key"), "--output", "json"]);
        let key: Value = serde_json::from_str(&shown).unwrap();
        let peer = format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", ports[1], key["peer"].as_str().unwrap());
        self.ports.push((name.to_owned(), ports));
        self.peers.push((name.to_owned(), peer));
    }

    /// Joins a node to the network of `genesis.json`, with the addresses of all others, and starts it.
    pub fn start(&mut self, name: &str) {
        let (home, genesis) = (self.path(name), self.path("genesis.json"));
        let mut arguments = vec!["node", "join", "--home", &home, "--genesis", &genesis];
        for (_, peer) in self.peers.iter().filter(|(other, _)| other != name) {
            arguments.extend(["--validator", peer]);
        }
        let publics: Vec<String> = self.publics(name);
        for peer in &publics {
            arguments.extend(["--peer", peer]);
        }
        self.run(&arguments);
        let mut command = Command::new(env!("CARGO_BIN_EXE_realdid"));
        let log = File::create(self.path(&format!("{name}.log"))).unwrap();
        command.args(["node", "start", "--home", &home]).stderr(log);
        self.nodes.push(Running(command.spawn().unwrap()));
    }

    fn publics(&self, name: &str) -> Vec<String> {
        let others = self.ports.iter().zip(&self.peers).filter(|((other, _), _)| other != name);
        others
            .map(|((_, ports), (_, peer))| {
                let id = peer.rsplit('/').next().unwrap();
                format!("/ip4/127.0.0.1/tcp/{}/p2p/{id}", ports[2])
            })
            .collect()
    }

    /// The address of a node's interface.
    pub fn url(&self, name: &str) -> String {
        let (_, ports) = self.ports.iter().find(|(other, _)| other == name).unwrap();
        format!("http://127.0.0.1:{}", ports[0])
    }

    /// Runs a command again until it succeeds.
    pub fn until_ok(&self, arguments: &[&str]) -> String {
        let mut last = self.try_run(arguments);
        for _ in 0..300 {
            if last.status == 0 {
                return last.out;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
            last = self.try_run(arguments);
        }
        for (name, _) in &self.ports {
            println!(
                "{name}: {}",
                std::fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default()
            );
        }
        panic!("{arguments:?}: {}{}", last.out, last.err);
    }
}
