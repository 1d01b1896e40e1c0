//! `realdid wallet serve`: what browsers are given.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use reqwest::{StatusCode, header};
use serde_json::Value;

use crate::{
    operators::{Running, free_port},
    program::{Ran, Testnet},
};

/// A network, and pages that need not be the wallet's.
struct Scene {
    testnet: Testnet,
    node: String,
    genesis: String,
}

impl Scene {
    fn new() -> Self {
        let testnet = Testnet::up(&["--gateways", "0"]);
        let status: Value =
            serde_json::from_str(&testnet.run(["testnet", "status", "--output", "json"]).ok()).unwrap();
        let node = status[0]["url"].as_str().unwrap().to_owned();
        let file = testnet.folder().join("nodes/ministry/genesis.json");
        let genesis =
            testnet.run(["genesis".as_ref(), "hash".as_ref(), file.as_os_str()]).ok().trim().to_owned();
        let scene = Self { testnet, node, genesis };
        for (name, content) in [
            ("wallet/index.html", "<title>wallet</title>"),
            ("src/index.js", "//"),
            ("realdid.wasm", "module"),
        ] {
            let path = scene.files().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        scene
    }

    fn files(&self) -> PathBuf {
        self.testnet.0.path().join("js")
    }

    fn words(&self, genesis: &str, node: &str) -> Vec<String> {
        let files = self.files();
        let words =
            ["wallet", "serve", "--genesis", genesis, "--node", node, "--files", files.to_str().unwrap()];
        words.map(str::to_owned).to_vec()
    }

    fn refused(&self, genesis: &str, more: &[&str]) -> Ran {
        let more = more.iter().map(|word| (*word).to_owned());
        self.testnet.run(self.words(genesis, &self.node).into_iter().chain(more))
    }

    /// A wallet that has said where it is.
    fn serve(&self, nodes: &str) -> (Running, String) {
        let listen = format!("127.0.0.1:{}", free_port());
        let mut child = Command::new(env!("CARGO_BIN_EXE_realdid"))
            .args(self.words(&self.genesis, nodes))
            .args(["--listen", &listen, "--authority", "https://authority.example"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        (Running(child), said.trim().trim_end_matches('/').to_owned())
    }
}

fn tokio<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn pages_come_with_what_keeps_others_out_and_a_node_behind_them() {
    let scene = Scene::new();
    // the first does not answer, so the second is asked
    let nodes = format!("http://127.0.0.1:{},{}", free_port(), scene.node);
    let (_running, url) = scene.serve(&nodes);
    // which cryptography is used is chosen with the first client
    drop(realdid_client::NodeClient::new(&scene.node));
    tokio(async {
        let get = async |path: &str| reqwest::get(format!("{url}{path}")).await.unwrap();
        let page = get("/").await;
        let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"), "{policy}");
        assert!(policy.contains("connect-src 'self' https://authority.example;"), "{policy}");
        assert_eq!(page.headers()["cross-origin-opener-policy"], "same-origin");
        assert_eq!(page.headers()[header::REFERRER_POLICY], "no-referrer");
        let tag = page.headers()[header::ETAG].clone();
        assert_eq!(page.text().await.unwrap(), "<title>wallet</title>");

        let client = reqwest::Client::new();
        let again = client.get(format!("{url}/")).header(header::IF_NONE_MATCH, tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let elsewhere = get("/wallet/../../testnet.json").await;
        assert_eq!(elsewhere.status(), StatusCode::NOT_FOUND);
        assert!(elsewhere.headers().contains_key(header::CONTENT_SECURITY_POLICY));

        let configuration: Value =
            serde_json::from_str(&get("/config.json").await.text().await.unwrap()).unwrap();
        assert_eq!(configuration["genesis"], scene.genesis);
        let told: Value = serde_json::from_str(&get("/v1/genesis").await.text().await.unwrap()).unwrap();
        assert_eq!(told["digest"], scene.genesis);
        assert_eq!(
            get("/v1/dids?prefix=xyz").await.status(),
            StatusCode::BAD_REQUEST,
            "the node's own answer"
        );
        assert_eq!(get("/v1/status").await.status(), StatusCode::NOT_FOUND, "no wallet asks for that");

        let post = |kind, body: Vec<u8>| {
            let request = client.post(format!("{url}/v1/transactions")).header(header::CONTENT_TYPE, kind);
            request.body(body).send()
        };
        let form = post("application/x-www-form-urlencoded", vec![0; 4]).await.unwrap();
        assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "a stranger's page can send a form");
        let nonsense = post("application/octet-stream", vec![0, 0, 0, 1, 7]).await.unwrap();
        assert_eq!(nonsense.status(), StatusCode::BAD_REQUEST, "the node's own answer");
        let long = post("application/octet-stream", vec![0; 17 * 1024]).await.unwrap();
        assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    });
}

#[test]
fn what_cannot_be_served_is_said_before_anybody_comes() {
    let scene = Scene::new();
    let says = |ran: Ran, words: &str| {
        assert_ne!(ran.status, 0);
        assert!(ran.err.contains(words), "{}", ran.err);
    };
    says(scene.refused("6025dbe6", &[]), "`realdid genesis hash FILE` prints them");
    says(scene.refused(&"0".repeat(64), &[]), "is of the network testnet");
    says(
        scene.refused(&scene.genesis, &["--authority", "http://authority.example"]),
        "an address is like https://",
    );
    says(scene.refused(&scene.genesis, &["--listen", "0.0.0.0:0"]), "--tls-cert");
    says(scene.refused(&scene.genesis, &["--node", "node.example"]), "is no address of a node's interface");
    std::fs::remove_file(scene.files().join("realdid.wasm")).unwrap();
    says(scene.refused(&scene.genesis, &[]), "where scripts/wasm has made realdid.wasm");
}

#[test]
fn what_is_to_end_with_its_input_ends_when_told_to_although_that_is_open() {
    let scene = Scene::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_realdid"))
        .args(scene.words(&scene.genesis, &scene.node))
        .args(["--end-with-input", "--listen", &format!("127.0.0.1:{}", free_port())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _input = child.stdin.take();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let ended = (0..600).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        child.try_wait().unwrap()
    });
    if ended.is_none() {
        child.kill().unwrap();
    }
    assert!(ended.is_some_and(|status| status.success()));
}
