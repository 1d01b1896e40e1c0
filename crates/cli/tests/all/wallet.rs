//! A person's wallet: made, used, interrupted, lost and found.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use realdid_types::{Genesis, Origin, Timestamp};
use realdid_wallet::{Cost, Lock, RecoveryCode, Wallet};
use serde_json::Value;

use crate::{
    login_site::LoginSite,
    lost_answer::lost_answer,
    network::json,
    program::{Ran, Testnet, realdid},
};

/// Nobody listens there.
const NO_NODE: [&str; 2] = ["--node", "http://127.0.0.1:9"];

fn first_node(net: &Testnet) -> String {
    let status = json(&net.run(["testnet", "status", "--output", "json"]).ok());
    status[0]["url"].as_str().unwrap().to_owned()
}

fn genesis_of(net: &Testnet) -> Genesis {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(realdid_client::NodeClient::new(&first_node(net)).genesis()).unwrap()
}

struct Town {
    net: Testnet,
    site: LoginSite,
    /// The site's DID.
    did: String,
}

impl Town {
    /// A network, and a site on its ledger.
    fn new(seed: &str) -> Self {
        let net = Testnet::up(&["--gateways", "0", "--seed", seed]);
        let site = LoginSite::new(genesis_of(&net));
        let mut town = Self { net, site, did: String::new() };
        town.did = town.register("Books", "shop.key", &town.site);
        std::fs::write(town.path("password"), "correct horse\nignored").unwrap();
        town
    }

    fn path(&self, name: &str) -> PathBuf {
        self.net.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn register(&self, name: &str, key: &str, site: &LoginSite) -> String {
        let key = self.text(key);
        let made = json(&self.net.run(["did", "create", "--key", &key, "--output", "json"]).ok());
        let did = made["did"].as_str().unwrap().to_owned();
        let member = self.net.folder().join("nodes/operator-1/keys/member.key");
        let (origin, back) = (&site.origin, site.back());
        let command = [
            "site",
            "register",
            &did,
            "--name",
            name,
            "--origin",
            origin,
            "--return-address",
            &back,
            "--unchecked",
            "--may-ask-real-name",
            "true",
            "--site-key",
            &key,
            "--key",
            member.to_str().unwrap(),
        ];
        self.net.run(command).ok();
        did
    }

    fn arguments(&self, wallet: &str, arguments: &[&str]) -> Vec<String> {
        let (file, password) = (self.text(wallet), self.text("password"));
        let place = ["--wallet", &file, "--password-file", &password];
        [&["wallet"][..], arguments, &place].concat().iter().map(|word| (*word).to_owned()).collect()
    }

    fn run(&self, wallet: &str, arguments: &[&str]) -> Ran {
        self.net.run(self.arguments(wallet, arguments))
    }

    fn json(&self, wallet: &str, arguments: &[&str]) -> Value {
        json(&self.run(wallet, &[arguments, &["--output", "json"]].concat()).ok())
    }

    fn assert_refused(&self, wallet: &str, arguments: &[&str], status: i32, words: &[&str]) {
        let ran = self.run(wallet, arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {}{}", ran.out, ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{arguments:?}: {word:?} is not in: {}", ran.err);
        }
    }

    /// A new wallet; its recovery code.
    fn create(&self, wallet: &str) -> String {
        self.json(wallet, &["create", "--yes"])["recovery_code"].as_str().unwrap().to_owned()
    }

    /// Logs in; what the wallet says, which the site must agree with.
    fn log_in(&self, wallet: &str, more: &[&str]) -> Value {
        let challenge = self.site.challenge(&self.did, |_| {});
        let said = self.json(wallet, &[&["login", &challenge, "--yes"], more].concat());
        let login = self.site.newest().0.unwrap().unwrap();
        assert_eq!(said["subject"], login.subject.to_string());
        said
    }

    fn only(&self, wallet: &str) -> Value {
        let list = self.json(wallet, &["list"]);
        assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
        list[0].clone()
    }

    /// Runs the wallet with a node whose answer never comes, and kills it once the node has what it asked for.
    fn killed_before_the_answer(&self, wallet: &str, arguments: &[&str]) {
        let (node, told) = lost_answer(&first_node(&self.net));
        let arguments = self.arguments(wallet, &[arguments, &["--node", &node]].concat());
        let mut command = Command::new(env!("CARGO_BIN_EXE_realdid"));
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.args(arguments).spawn().unwrap();
        told.recv().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn a_person_joins_logs_in_without_a_node_rotates_and_is_the_same_on_a_second_device() {
    let town = Town::new("171");
    let code = town.create("mine");
    let first = town.log_in("mine", &[]);
    assert_eq!(first["asked_node"], true);
    assert_eq!(first["status"], 303, "redirections are not followed");

    let again = town.log_in("mine", &NO_NODE);
    assert_eq!((&again["subject"], &again["asked_node"]), (&first["subject"], &false.into()));

    assert_eq!(town.json("mine", &["rotate", "Books"])[0]["generation"], 1);
    assert_eq!(town.log_in("mine", &NO_NODE)["subject"], first["subject"]);

    std::fs::write(town.path("code"), &code).unwrap();
    let found = town.json("second", &["recover", "--code-file", &town.text("code")]);
    assert_eq!((&found["found_now"], &found["sites"][0]["did"]), (&1.into(), &first["did"]));
    assert_eq!(town.log_in("second", &[])["subject"], first["subject"]);
    assert_eq!(town.only("second")["generation"], 1);
    let again = town.json("second", &["recover", "--code-file", &town.text("code")]);
    assert_eq!(again["found_now"], 0, "repeating it changes nothing");

    let history = town.json("mine", &["history"]);
    assert_eq!(history.as_array().unwrap().len(), 3);
    assert_eq!((&history[0]["name"], &history[0]["level"]), (&"Books".into(), &0.into()));
    assert_eq!(town.json("second", &["history"]).as_array().unwrap().len(), 1, "it is in one wallet only");
    for told in [["list"], ["history"], ["rotate"], ["refresh"]] {
        let ran = town.run("mine", &[&told[..], if told == ["rotate"] { &["--all"] } else { &[] }].concat());
        assert!(!(ran.out + &ran.err).contains(&code[..19]), "{told:?} shows the recovery code");
    }
}

#[test]
fn two_sites_meet_two_people_who_have_nothing_in_common() {
    let town = Town::new("172");
    let other = LoginSite::new(genesis_of(&town.net));
    let other_did = town.register("Games", "games.key", &other);
    town.create("mine");
    let books = town.log_in("mine", &[]);
    let challenge = other.challenge(&other_did, |_| {});
    let games = town.json("mine", &["login", &challenge, "--yes"]);
    assert!(other.newest().0.unwrap().is_ok());
    for field in ["did", "subject"] {
        assert_ne!(books[field], games[field], "{field}");
    }
    let resolve =
        |did: &Value| town.net.run(["did", "resolve", did.as_str().unwrap(), "--output", "json"]).ok();
    let (one, two) =
        (json(&resolve(&books["did"]))["record"].clone(), json(&resolve(&games["did"]))["record"].clone());
    assert_eq!(one["services"].as_array().unwrap().len() + two["services"].as_array().unwrap().len(), 0);
    assert!(one["controllers"].is_null() && two["controllers"].is_null());
    for field in ["recovery", "next_key", "keys"] {
        assert_ne!(one[field], two[field], "{field}");
    }
    // a second device finds both, and takes both back from a thief
    std::fs::write(
        town.path("code"),
        town.json("mine", &["export", "--recovery-code", "--yes"])["recovery_code"].as_str().unwrap(),
    )
    .unwrap();
    let since = ["--compromised-since", "2026-01-01"];
    let recovered =
        town.json("second", &[&["recover", "--code-file", &town.text("code")][..], &since].concat());
    assert_eq!((&recovered["found_now"], &recovered["taken_back"]), (&2.into(), &2.into()));
    for site in recovered["sites"].as_array().unwrap() {
        assert_eq!((&site["generation"], &site["recoveries"]), (&1.into(), &1.into()));
    }
    let again = town.json("second", &[&["recover"][..], &since].concat());
    assert_eq!((&again["found_now"], &again["taken_back"]), (&0.into(), &0.into()));
    assert_eq!(town.log_in("second", &[])["subject"], books["subject"]);
    let history = town.net.run(["did", "history", books["did"].as_str().unwrap()]).ok();
    assert!(history.contains("nothing that it signed from 2026-01-01T00:00:00Z on counts"), "{history}");
    // the first device finds the new keys by itself
    assert_eq!(town.json("mine", &["refresh", "Books"])["fetched"][0]["fetched"], "proofs");
    assert_eq!(town.log_in("mine", &NO_NODE)["subject"], books["subject"]);
}

#[test]
fn whoever_is_killed_before_the_answer_comes_loses_nothing_and_repeats_nothing() {
    let town = Town::new("173");
    town.create("mine");
    let challenge = town.site.challenge(&town.did, |_| {});
    town.killed_before_the_answer("mine", &["login", &challenge, "--yes"]);
    assert_eq!(town.site.newest().1, 0, "it was killed before it logged in");
    let pending = town.only("mine");
    assert_eq!((&pending["pending"], &pending["on_ledger"]), (&"create".into(), &false.into()));

    let login = town.log_in("mine", &[]);
    assert_eq!((&login["did"], &town.only("mine")["pending"]), (&pending["did"], &Value::Null));
    let did = login["did"].as_str().unwrap();
    let version =
        || json(&town.net.run(["did", "resolve", did, "--output", "json"]).ok())["record"]["version"].clone();
    assert_eq!(version(), 1);

    town.killed_before_the_answer("mine", &["rotate", "Books"]);
    assert_eq!(town.only("mine")["pending"], "rotate");
    assert_eq!(town.json("mine", &["rotate", "Books"])[0]["generation"], 1);
    assert_eq!((version(), &town.only("mine")["pending"]), (2.into(), &Value::Null));
    assert_eq!(town.log_in("mine", &NO_NODE)["subject"], login["subject"]);
}

#[test]
fn nothing_is_sent_to_whoever_passes_a_login_on() {
    let town = Town::new("174");
    town.create("mine");
    let refused = |change: fn(&mut realdid_login::Challenge), more: &[&str], word: &str| {
        let challenge = town.site.challenge(&town.did, change);
        town.assert_refused("mine", &[&["login", &challenge, "--yes"], more].concat(), 4, &[word]);
    };
    refused(|_| {}, &["--same-origin", "https://evil.example"], "somebody passes the login on");
    refused(|asked| asked.origin = Origin::new("https://evil.example").unwrap(), &[], "is no page of Books");
    refused(
        |asked| {
            asked.return_address = realdid_types::ReturnAddress::new("https://evil.example/back").unwrap()
        },
        &[],
        "is no address of Books",
    );
    refused(|asked| asked.other_device = false, &[], "only on the device");
    refused(|asked| asked.expires = Timestamp(1), &[], "ran out");
    refused(
        |asked| asked.genesis = realdid_types::GenesisDigest(realdid_crypto::Digest::ZERO),
        &[],
        "another network",
    );
    refused(|asked| asked.site = realdid_types::Did(realdid_crypto::Digest::ZERO), &[], "no such site");
    assert_eq!(town.site.newest().1, 0);
    assert!(town.json("mine", &["list"]).as_array().unwrap().is_empty(), "and no DID is made");

    // what the person agreed to shows the name and the number that the ledger and the page have
    let challenge = town.site.challenge(&town.did, |_| {});
    let ran = town.run("mine", &["login", &challenge, "--yes"]);
    assert!(
        ran.err.contains("Books") && ran.err.contains("go on only if the page shows the same"),
        "{}",
        ran.err
    );
    // a site's page of an error is no reason
    let ran = town.run("mine", &["login", &challenge, "--yes"]);
    assert_eq!(ran.status, 4);
    assert!(ran.err.contains("status 403. Was the login begun in a browser"), "{}", ran.err);
    assert!(!ran.err.contains("<p>"), "{}", ran.err);
    // in the browser that asked, the person hands the response over by themselves
    let challenge = town.site.challenge(&town.did, |asked| asked.other_device = false);
    let print = ["login", &challenge, "--yes", "--print", "--same-origin", &town.site.origin];
    let printed = town.json("mine", &print);
    assert!(town.site.take(printed["response"].as_str().unwrap()).is_ok());
    assert!(printed["address"].as_str().unwrap().starts_with(&format!("{}#response=", town.site.back())));
    // without anybody at a terminal, nothing is agreed to
    let challenge = town.site.challenge(&town.did, |_| {});
    town.assert_refused("mine", &["login", &challenge], 1, &["--yes"]);
    town.assert_refused("mine", &["login", "hello", "--yes"], 1, &["no challenge"]);
}

#[test]
fn a_site_that_asks_for_a_real_person_is_told_so_by_the_authority_and_nobody_else_is() {
    let town = Town::new("175");
    town.create("mine");
    let asking = || town.site.challenge(&town.did, |asked| asked.level = 2);
    town.assert_refused("mine", &["login", &asking(), "--yes"], 4, &["attest did:realdid:"]);
    let did = town.only("mine")["did"].as_str().unwrap().to_owned();
    let member = town.net.folder().join("nodes/ministry/keys/member.key");
    let give = |level: &str| {
        let key = member.to_str().unwrap();
        town.net
            .run(["attestation", "give", &did, "--level", level, "--expires", "2028-01-01", "--key", key])
            .ok();
    };
    give("low");
    town.json("mine", &["refresh", "Books"]);
    town.assert_refused("mine", &["login", &asking(), "--yes"], 4, &["level 2", "level 1"]);
    assert_eq!(town.site.newest().1, 0, "nothing was sent");

    // what the wallet holds does not do, so it looks, and says that a node was asked
    give("substantial");
    let login = town.json("mine", &["login", &asking(), "--yes"]);
    assert_eq!(town.site.newest().0.unwrap().unwrap().level, Some(2));
    assert_eq!(login["asked_node"], true);
    let history = town.json("mine", &["history"]);
    assert_eq!((&history[0]["level"], &history[0]["asked_node"]), (&2.into(), &true.into()));
    assert_eq!(town.only("mine")["attested"]["authority"], "ministry");
    assert_eq!(
        town.json("mine", &[&["login", &asking(), "--yes"][..], &NO_NODE].concat())["asked_node"],
        false
    );

    town.log_in("mine", &NO_NODE);
    assert_eq!(town.site.newest().0.unwrap().unwrap().level, None, "not asked, not told");
}

/// Nobody proves that a list of DIDs is right: a node may list one that was never made.
#[test]
fn a_did_that_was_only_listed_is_made_at_the_first_login() {
    let town = Town::new("177");
    let node = realdid_client::NodeClient::new(&first_node(&town.net));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let site = runtime.block_on(node.sites()).unwrap().remove(0);
    let mut wallet = Wallet::new(RecoveryCode::from_random([5; 20].into()), genesis_of(&town.net));
    wallet.add(site, Timestamp(0), Timestamp(realdid_testnet::now_ms()), &mut || 7);
    wallet.identities[0].made = true;
    let cost = Cost { memory: 8, passes: 1, lanes: 1 };
    let file = Lock::new("correct horse", [1; 16], cost).unwrap().seal(&wallet, [2; 24]).unwrap();
    std::fs::write(town.path("mine"), file).unwrap();
    town.log_in("mine", &[]);
    assert_eq!(town.only("mine")["pending"], Value::Null);
    town.log_in("mine", &NO_NODE);
}

#[test]
fn a_damaged_wallet_offers_the_copy_before_and_nothing_is_lost() {
    let town = Town::new("176");
    town.create("mine");
    let first = town.log_in("mine", &[]);
    let file = town.path("mine");
    let whole = std::fs::read(&file).unwrap();
    let previous = town.text("mine.previous");
    for (bytes, word) in [(&whole[..whole.len() / 2], "cut off"), (&[0; 100][..], "no wallet")] {
        std::fs::write(&file, bytes).unwrap();
        let remedy = format!("realdid wallet import {previous} --replace");
        town.assert_refused("mine", &["list"], 1, &[word, &remedy]);
    }
    town.assert_refused("mine", &["import", &previous], 1, &["--replace"]);
    std::fs::remove_file(&file).unwrap();
    town.assert_refused(
        "mine",
        &["list"],
        1,
        &["is missing", &format!("realdid wallet import {previous} --replace")],
    );
    town.json("mine", &["import", &previous, "--replace"]);
    let again = town.json("mine", &["create", "--yes"]);
    assert_eq!(again["next"], "realdid wallet export --recovery-code", "{again}");
    assert_eq!(town.log_in("mine", &[])["subject"], first["subject"]);

    // a copy of one's own, under another password
    std::fs::write(town.path("other"), "another horse").unwrap();
    let export = ["export", "--out", &town.text("backup"), "--new-password-file", &town.text("other")];
    town.json("mine", &export);
    town.assert_refused("mine", &export, 1, &["there already"]);
    town.assert_refused("fresh", &["import", &town.text("backup")], 1, &["password is wrong"]);
    std::fs::write(town.path("password"), "another horse").unwrap();
    town.json("fresh", &["import", &town.text("backup")]);
    assert_eq!(town.log_in("fresh", &NO_NODE)["subject"], first["subject"]);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(town.path("fresh")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o077, 0, "for its owner alone");
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let run = |arguments: &[&str]| {
        let wallet = path("wallet");
        realdid(folder.path(), [&["wallet"][..], arguments, &["--wallet", &wallet]].concat())
    };
    let refused = |arguments: &[&str], words: &[&str]| {
        let ran = run(arguments);
        assert!(ran.status != 0 && words.iter().all(|word| ran.err.contains(word)), "{}{}", ran.out, ran.err);
    };
    refused(&["list"], &["is missing", "realdid wallet create", "realdid wallet recover"]);
    std::fs::write(path("short"), "seven77").unwrap();
    std::fs::write(path("code"), "0461-E8HD-711N-WPB4-DXX8-B44V-MTRV-SHYJ-Y926-9AAQ").unwrap();
    refused(&["recover", "--code-file", &path("code")], &["group 3 is mistyped"]);
    refused(&["recover"], &["nobody is at a terminal", "--code-file"]);
    refused(&["list", "--password-file", &path("short")], &["is missing"]);
    let future = ["recover", "--compromised-since", "2999-01-01"];
    refused(&future, &["still to come"]);
    refused(&["rotate"], &["<SITE>"]);
    refused(&["export"], &["--out"]);
    std::fs::write(path("code"), "0461-E8HD-711M-WPB4-DXX8-B44V-MTRV-SHYJ-Y926-9AA").unwrap();
    refused(&["recover", "--code-file", &path("code")], &["40 in all, and this has 39"]);
    std::fs::write(path("wallet"), "something else").unwrap();
    refused(&["list", "--password-file", &path("short")], &["no wallet"]);
    refused(&["create", "--password-file", &path("short")], &["no wallet"]);
}
