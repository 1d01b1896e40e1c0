//! What members decide together, and what each does by itself: attestations and sites.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use serde_json::Value;

use crate::{
    network::json,
    program::{Ran, Testnet, next_year},
};

/// Four members; the ministry is an authority, the others are operators, and three decide.
pub struct Consortium(pub Testnet);

impl Consortium {
    pub fn new(seed: &str) -> Self {
        Self(Testnet::up(&["--gateways", "0", "--seed", seed]))
    }

    /// `@my.key` stands for the file of that name in the test's folder, `%operator-1` for the key of that member.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let named = |argument: &&str| {
            let path = match (argument.strip_prefix('@'), argument.strip_prefix('%')) {
                (Some(file), _) => self.0.0.path().join(file),
                (_, Some(name)) => self.0.folder().join("nodes").join(name).join("keys/member.key"),
                _ => return (*argument).to_owned(),
            };
            path.to_str().unwrap().to_owned()
        };
        self.0.run(arguments.iter().map(named))
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        json(&self.run(&[arguments, &["--output", "json"]].concat()).ok())
    }

    pub fn assert_refused(&self, arguments: &[&str], status: i32, words: &[&str]) {
        let ran = self.run(arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {}{}", ran.out, ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{arguments:?}: {word:?} is not in: {}", ran.err);
        }
    }

    pub fn create(&self, key: &str) -> String {
        self.json(&["did", "create", "--key", key])["did"].as_str().unwrap().to_owned()
    }

    /// Lets two more members approve a proposal.
    fn decide(&self, proposal: &Value) {
        let id = proposal["proposal"].as_str().unwrap();
        for (member, decided) in [("%operator-1", false), ("%operator-2", true)] {
            let approved = self.json(&["proposals", "approve", id, "--yes", "--key", member]);
            assert_eq!(approved["decided"], decided, "{approved}");
        }
    }
}

#[test]
fn a_member_joins_with_a_role_attests_and_leaves() {
    let consortium = Consortium::new("111");
    let key = consortium.json(&["keys", "generate", "@board.key"])["public_key"].as_str().unwrap().to_owned();
    let put = ["members", "propose", "put", "board", "--member-key", &key, "--role", "authority", "--key"];
    let proposal = consortium.json(&[&put[..], &["%ministry"]].concat());
    // once more changes nothing, and somebody else is told to approve it
    assert_eq!(consortium.json(&[&put[..], &["%ministry"]].concat())["proposal"], proposal["proposal"]);
    consortium.assert_refused(&[&put[..], &["%operator-3"]].concat(), 1, &["proposals approve"]);
    consortium.decide(&proposal);
    let shown = consortium.json(&["members", "show", "board"]);
    assert_eq!(
        (&shown["member"]["key"], &shown["member"]["roles"][0]),
        (&key.as_str().into(), &"authority".into())
    );
    assert!(consortium.json(&[&put[..], &["%ministry"]].concat())["unchanged"].is_string());

    let did = consortium.create("@me.key");
    let expires = next_year();
    let give = ["attestation", "give", &did, "--level", "high", "--expires", &expires, "--key"];
    consortium.json(&[&give[..], &["@board.key"]].concat());
    let said = consortium.json(&["attestation", "show", &did]);
    let only = &said["attestations"][0];
    assert_eq!(
        (&only["authority"], &only["level"], &only["expired"]),
        (&"board".into(), &3.into(), &false.into())
    );
    consortium.assert_refused(&[&give[..], &["%operator-1"]].concat(), 4, &["another role"]);

    let leave = ["members", "propose", "remove", "board", "--key", "%ministry"];
    let proposal = consortium.json(&leave);
    consortium.decide(&proposal);
    assert!(consortium.json(&["members", "show", "board"])["member"].is_null());
    assert!(consortium.json(&leave)["unchanged"].is_string());
    // what it said stays, and that it is no authority any more is shown with it
    consortium.assert_refused(
        &["attestation", "show", &did, "--authority", "nobody"],
        1,
        &["no member", "ministry"],
    );
    let said = consortium.json(&["attestation", "show", &did, "--authority", "board"]);
    assert_eq!(said["attestations"][0]["is_authority"], false);
}

#[test]
fn attestations_are_given_to_many_shown_and_taken_back() {
    let consortium = Consortium::new("112");
    let dids = ["@a.key", "@b.key"].map(|key| consortium.create(key));
    std::fs::write(consortium.0.0.path().join("dids.txt"), format!("{}\n\n{}\n", dids[0], dids[1])).unwrap();
    let later = next_year();
    let give = [
        "attestation",
        "give",
        "--from",
        "@dids.txt",
        "--level",
        "low",
        "--expires",
        &later,
        "--key",
        "%ministry",
    ];
    assert_eq!(consortium.json(&give)["dids"], 2);
    for did in &dids {
        assert_eq!(consortium.json(&["attestation", "show", did])["attestations"][0]["level"], 1);
    }
    let withdraw = ["attestation", "withdraw", &dids[0], "--key", "%ministry"];
    consortium.json(&withdraw);
    consortium.assert_refused(&withdraw, 4, &["nothing would change"]);
    let said = consortium.json(&["attestation", "show", &dids[0]]);
    assert!(said["attestations"].as_array().unwrap().is_empty(), "{said}");
    assert_eq!(said["asked"].as_array().unwrap().len(), 4);

    let bad = |did: &str, expires: &str, words: &[&str]| {
        let give = ["attestation", "give", did, "--level", "low", "--expires", expires, "--key", "%ministry"];
        consortium.assert_refused(&give, 1, words);
    };
    bad(&dids[0], "2020-01-01", &["2020-01-01", "still to come"]);
    bad("did:realdid:other:x", &later, &["did:realdid:other:x"]);
    let nobody = ["attestation", "give", &dids[0], "--level", "low", "--expires", &later, "--key", "@a.key"];
    consortium.assert_refused(&nobody, 1, &["no member's", "member.key"]);
}

#[test]
fn the_policy_is_proven_and_changed_and_an_approval_is_taken_back() {
    let consortium = Consortium::new("113");
    let row = |action: &str| {
        let shown = consortium.json(&["policy", "show"]);
        let rules = shown["rules"].as_array().unwrap().clone();
        rules.into_iter().find(|rule| rule["action"] == action).unwrap()
    };
    assert_eq!(
        (&row("attest")["role"], &row("change_members")["approvals"]),
        (&"authority".into(), &3.into())
    );
    let rule = ["policy", "propose", "rule", "change-members", "--approvals", "4", "--key", "%ministry"];
    let proposal = consortium.json(&rule);
    let id = proposal["proposal"].as_str().unwrap();
    let withdrawn = ["proposals", "withdraw", &id[..6], "--key"];
    assert!(consortium.json(&[&withdrawn[..], &["%operator-1"]].concat())["unchanged"].is_string());
    consortium.json(&[&withdrawn[..], &["%ministry"]].concat());
    assert!(consortium.json(&["proposals", "list"]).as_array().unwrap().is_empty());
    consortium.assert_refused(&["proposals", "show", id], 1, &["is open", "proposals list"]);
    consortium.assert_refused(&["proposals", "approve", "", "--key", "%ministry"], 1, &["names no proposal"]);

    consortium.decide(&consortium.json(&rule));
    assert_eq!(row("change_members")["approvals"], 4);
    assert!(consortium.json(&rule)["unchanged"].is_string());
    let quota = ["policy", "propose", "parameters", "--quota", "7000000", "--key", "%ministry"];
    consortium.decide(&consortium.json(&quota));
    assert_eq!(consortium.json(&["policy", "show"])["parameters"]["quota"], 7_000_000);
    let nothing = ["policy", "propose", "parameters", "--key", "%ministry"];
    consortium.assert_refused(&nothing, 1, &["--quota"]);
}

/// A web server on this machine that shows one file everywhere; its origin.
fn serve(content: &Arc<Mutex<String>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let content = content.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let request = BufReader::new(stream.try_clone().unwrap()).lines();
            let asked: Vec<String> =
                request.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let is_known = asked[0].starts_with("GET /.well-known/did-configuration.json ");
            let body = content.lock().unwrap().clone();
            let status = match (is_known, body.as_str()) {
                (true, "elsewhere") => "302 Found\r\nLocation: https://example.org/",
                (true, _) => "200 OK",
                _ => "404 Not Found",
            };
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            drop(stream.write_all((head + &body).as_bytes()));
        }
    });
    origin
}

#[test]
fn a_site_is_registered_once_its_origin_shows_what_its_did_signed() {
    let consortium = Consortium::new("115");
    let shown = Arc::new(Mutex::new("<html>".to_owned()));
    let origin = serve(&shown);
    let back = format!("{origin}/back");
    let did = consortium.create("@shop.key");
    let other = consortium.create("@other.key");
    let register = [
        "site",
        "register",
        &did,
        "--name",
        "Example Books",
        "--origin",
        &origin,
        "--return-address",
        &back,
        "--site-key",
        "@shop.key",
        "--key",
        "%operator-1",
    ];
    let check = ["site", "check", &did, "--origin", &origin];
    let link =
        |did: &str, key: &str| consortium.run(&["site", "link", did, "--origin", &origin, "--key", key]).ok();

    consortium.assert_refused(&register, 1, &["no DID configuration", "site link", "--unchecked"]);
    *shown.lock().unwrap() = "elsewhere".to_owned();
    consortium.assert_refused(&register, 1, &["302", "redirections are not followed"]);
    *shown.lock().unwrap() = link(&other, "@other.key");
    consortium.assert_refused(&register, 1, &["of this DID and for this origin"]);
    assert!(consortium.json(&["site", "show", &did])["site"].is_null());
    consortium.assert_refused(&check, 1, &["1 of 1 origins", "site link"]);

    *shown.lock().unwrap() = link(&did, "@shop.key");
    consortium.run(&check).ok();
    consortium.json(&register);
    assert!(consortium.json(&register)["unchanged"].is_string());
    let site = consortium.json(&["site", "show", &did])["site"].clone();
    assert_eq!((&site["operator"], &site["origins"][0]), (&"operator-1".into(), &origin.clone().into()));
    consortium.run(&["site", "check", &did]).ok();

    // once the key is another, the link must be, too
    consortium.json(&["did", "rotate", &did, "--key", "@shop.key", "--to", "@new.key"]);
    consortium.assert_refused(&["site", "check", &did], 1, &["1 of 1 origins"]);
    let update = ["site", "update", &did, "--site-key", "@new.key", "--key", "%operator-1"];
    let rename = [&update[..], &["--name", "Books"]].concat();
    consortium.assert_refused(&rename, 1, &["signed by no key"]);
    consortium.json(&[&rename[..], &["--unchecked"]].concat());
    consortium.json(&[&update[..], &["--closed", "true"]].concat());
    let site = consortium.json(&["site", "show", &did])["site"].clone();
    assert_eq!((&site["name"], &site["closed"]), (&"Books".into(), &true.into()));
}

#[test]
fn a_site_is_nobodys_without_its_own_key_and_an_operators() {
    let consortium = Consortium::new("116");
    let did = consortium.create("@shop.key");
    consortium.create("@other.key");
    let register = |site_key: &str, member: &str, more: &[&str]| {
        let command = [
            "site",
            "register",
            &did,
            "--name",
            "Books",
            "--origin",
            "https://shop.example",
            "--return-address",
            "https://shop.example/back",
            "--unchecked",
            "--site-key",
            site_key,
            "--key",
            member,
        ];
        consortium.run(&[&command[..], more].concat())
    };
    let refused = |ran: Ran, status: i32, word: &str| {
        assert!(ran.status == status && ran.err.contains(word), "{} {}{}", ran.status, ran.out, ran.err);
    };
    refused(register("@other.key", "%operator-1", &[]), 1, "may not speak for");
    refused(register("@shop.key", "%ministry", &[]), 4, "another role");
    register("@shop.key", "%operator-1", &["--unsigned-out", "@site.tx"]).ok();
    consortium.run(&["tx", "sign", "@site.tx", "--key", "%operator-1", "--out", "@half.tx", "--yes"]).ok();
    consortium.assert_refused(&["tx", "submit", "@half.tx"], 1, &["no key that may speak for the site"]);
    consortium.run(&["tx", "sign", "@half.tx", "--key", "@shop.key", "--out", "@both.tx", "--yes"]).ok();
    consortium.run(&["tx", "submit", "@both.tx"]).ok();
    assert_eq!(consortium.json(&["site", "show", &did])["site"]["name"], "Books");
    let foreign = [
        "site",
        "update",
        &did,
        "--return-address",
        "https://evil.example/back",
        "--site-key",
        "@shop.key",
        "--key",
        "%operator-1",
    ];
    consortium.assert_refused(&foreign, 1, &["not under one of the site's origins"]);
    let nowhere = [
        "site",
        "update",
        &did,
        "--origin",
        "http://shop.example",
        "--site-key",
        "@shop.key",
        "--key",
        "%operator-1",
    ];
    consortium.assert_refused(&nowhere, 2, &["https://"]);
}
