//! A network, a person, a site, and a bridge that it uses.

use std::{
    io::{BufRead, BufReader, Read},
    process::{ChildStderr, Command, Stdio},
};

use serde_json::Value;

use super::browser::{Answer, Browser, ask};
use crate::{
    network::json,
    operators::{Running, free_port},
    program::{Ran, Testnet, realdid},
};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub struct Scene {
    testnet: Testnet,
    pub port: u16,
    pub person: String,
    pub site: String,
    running: Option<(Running, BufReader<ChildStderr>)>,
}

impl Scene {
    /// Without a bridge that runs.
    pub fn new(seed: &str) -> Self {
        let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", seed]);
        let empty = String::new();
        let mut scene =
            Self { testnet, port: free_port(), person: empty.clone(), site: empty, running: None };
        scene.person = scene.born("ann");
        scene.site = scene.born("shop");
        let (issuer, home) = (scene.issuer(), scene.path("bridge"));
        scene.json(&["bridge", "init", "--home", &home, "--issuer", &issuer]);
        scene.register(&scene.site, "shop");
        scene
    }

    /// With one.
    pub fn running(seed: &str, options: &[&str]) -> Self {
        let mut scene = Self::new(seed);
        scene.start(options);
        scene
    }

    pub fn born(&self, name: &str) -> String {
        let made = self.json(&["did", "create", "--key", &self.path(&format!("{name}.key"))]);
        made["did"].as_str().unwrap().to_owned()
    }

    /// Puts a site on the ledger that uses the bridge, and waits until a block vouches for it.
    pub fn register(&self, did: &str, name: &str) {
        let (key, issuer) = (self.path(&format!("{name}.key")), self.issuer());
        let member = self.testnet.folder().join("nodes/ministry/keys/member.key");
        self.json(
            &[
                &["site", "register", did, "--name", name, "--unchecked", "--site-key", &key],
                &["--key", member.to_str().unwrap(), "--origin", &issuer, "--origin", "https://shop.example"]
                    [..],
                &[
                    "--return-address",
                    &format!("{issuer}/return"),
                    "--return-address",
                    "https://shop.example/back",
                ],
            ]
            .concat(),
        );
        self.json(&["site", "show", did]);
    }

    pub fn path(&self, name: &str) -> String {
        self.testnet.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.testnet.run(arguments)
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        json(&self.run(&[arguments, &["--output", "json"]].concat()).ok())
    }

    pub fn issuer(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    fn start_command(&self, options: &[&str]) -> Vec<String> {
        let (home, listen) = (self.path("bridge"), format!("127.0.0.1:{}", self.port));
        let start =
            ["bridge", "start", "--home", &home, "--listen", &listen, "--wallet-url", "https://w.example/"];
        start.iter().chain(options).map(|word| (*word).to_owned()).collect()
    }

    /// Starts the bridge, and waits until it listens.
    pub fn start(&mut self, options: &[&str]) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_realdid"))
            .env("REALDID_TESTNET", self.testnet.folder())
            .args(self.start_command(options))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let child = Running(child);
        let mut line = String::new();
        while !line.contains("the bridge runs") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the bridge ends at its start");
        }
        self.running = Some((child, log));
    }

    /// A bridge that does not come up.
    pub fn start_in_vain(&self) -> Ran {
        realdid(&self.testnet.folder(), self.start_command(&[]))
    }

    /// Kills it, as a power failure would; what it logged.
    pub fn kill(&mut self) -> String {
        let (mut running, mut log) = self.running.take().unwrap();
        running.0.kill().unwrap();
        running.0.wait().unwrap();
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        text
    }

    /// What the wallet of the person says.
    pub fn answer(&self, challenge: &str) -> String {
        let key = self.path("ann.key");
        let answer = ["dev", "answer-challenge", challenge, "--did", &self.person, "--key", &key];
        self.run(&answer).ok().trim().to_owned()
    }

    /// Where a site sends the browser.
    pub fn request(&self, more: &str) -> String {
        let client = &self.site;
        format!(
            "/authorize?client_id={client}&redirect_uri=https://shop.example/back&response_type=code&scope=openid&\
             code_challenge={CODE_CHALLENGE}&code_challenge_method=S256&state=a-state&nonce=a-nonce{more}"
        )
    }

    /// Logs the person in; the code.
    pub fn code(&self, browser: &mut Browser) -> String {
        let challenge = browser.challenge(&self.issuer(), &self.request(""));
        let told = browser.hand_in(&self.issuer(), &self.answer(&challenge)).json();
        self.go_on(browser, told["continue"].as_str().unwrap_or_else(|| panic!("{told}")))
    }

    /// The code with which the browser goes on to the site.
    pub fn go_on(&self, browser: &mut Browser, path: &str) -> String {
        let back = browser.open(&self.issuer(), path);
        let query =
            back.to().strip_prefix("https://shop.example/back?code=").unwrap_or_else(|| panic!("{back:?}"));
        query.split('&').next().unwrap().to_owned()
    }

    /// What the site gets for a code.
    pub fn exchange(&self, code: &str) -> Answer {
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri=https://shop.example/back&code_verifier={VERIFIER}&\
             client_id={}",
            self.site
        );
        ask(&self.issuer(), "POST", "/token", &[("Content-Type", "application/x-www-form-urlencoded")], &form)
    }

    /// The names of the published keys.
    pub fn kids(&self) -> Vec<String> {
        let jwks = ask(&self.issuer(), "GET", "/jwks", &[], "").json();
        jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }
}
