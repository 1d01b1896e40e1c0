//! The life of a DID, from its making to its end.

use std::os::unix::fs::PermissionsExt;

use crate::{
    liar::liar,
    life::Life,
    network::{get, json},
};

#[test]
fn a_did_is_made_rotated_recovered_and_ended_and_every_version_is_proven() {
    let life = Life::new("81");
    let did = life.create("@my.key", &[]);
    life.json(&["did", "rotate", &did, "--key", "@my.key", "--to", "@new.key", "--next", "@after.key"]);
    let recovered = life.json(&["did", "recover", &did, "--recovery", "@my.recovery", "--key", "@third.key"]);
    assert_eq!((&recovered["version"], &recovered["outcome"]), (&3.into(), &"applied".into()));
    life.json(&["did", "deactivate", &did, "--key", "@third.recovery", "--yes"]);

    let keys = ["@my.key", "@new.key", "@third.key"].map(|key| life.public(key));
    for (version, key) in keys.iter().enumerate() {
        let number = (version + 1).to_string();
        let shown = life.json(&["did", "resolve", &did, "--version", &number]);
        assert_eq!(shown["record"]["keys"][0]["key"], **key, "version {number}");
        assert_eq!(shown["newest_version"], 4);
    }
    let ended = life.json(&["did", "resolve", &did]);
    assert_eq!((&ended["record"]["deactivated"], &ended["record"]["version"]), (&true.into(), &4.into()));
    let history = life.json(&["did", "history", &did]);
    assert_eq!(history["versions"].as_array().unwrap().len(), 4);
    let replaced: Vec<&str> =
        history["replaced_keys"].as_array().unwrap().iter().map(|key| key["key"].as_str().unwrap()).collect();
    assert_eq!(replaced, keys);
    let words = life.run(&["did", "history", &did]).ok();
    for word in ["recovered, with a new recovery key", "ended for good", "stays valid"] {
        assert!(words.contains(word), "{word} is not in {words}");
    }
}

#[test]
fn repeating_what_is_done_changes_nothing() {
    let life = Life::new("82");
    let did = life.create("@my.key", &[]);
    assert_eq!(life.json(&["did", "create", "--key", "@my.key"])["outcome"], "exists already");
    let rotate = ["did", "rotate", &did, "--key", "@my.key", "--to", "@new.key"];
    life.json(&rotate);
    assert_eq!(life.json(&rotate)["outcome"], "unchanged");
    let recover = ["did", "recover", &did, "--recovery", "@my.recovery", "--key", "@third.key"];
    life.json(&recover);
    assert_eq!(life.json(&recover)["outcome"], "unchanged");
    let service = ["did", "update", &did, "--key", "@third.key", "--service", "web,Site,https://a.example"];
    life.json(&service);
    assert_eq!(life.json(&service)["outcome"], "unchanged");
    assert_eq!(life.json(&["did", "resolve", &did])["record"]["version"], 4);
}

#[test]
fn a_record_is_shown_as_it_was_at_a_time() {
    let life = Life::new("83");
    let did = life.create("@my.key", &[]);
    life.json(&["did", "rotate", &did, "--key", "@my.key", "--to", "@new.key"]);
    let now = life.json(&["did", "resolve", &did, "--time", "2100-01-01"]);
    assert_eq!(now["record"]["version"], 2);
    life.assert_refused(
        &["did", "resolve", &did, "--time", "2020-01-01"],
        1,
        &["at 2020-01-01T00:00:00Z", "it was made at"],
    );
    life.assert_refused(&["did", "resolve", &did, "--time", "yesterday"], 2, &["2026-09-30T12:00:00Z"]);
    life.assert_refused(&["did", "resolve", &did, "--version", "9"], 1, &["no version 9", "the newest is 2"]);
    life.assert_refused(&["did", "resolve", &did, "--version", "0"], 2, &["0"]);
}

#[test]
fn services_come_and_go() {
    let life = Life::new("84");
    let did = life.create("@org.key", &["--service", "web,LinkedDomains,https://shop.example"]);
    let services = || life.json(&["did", "resolve", &did])["record"]["services"].clone();
    assert_eq!(services()[0]["endpoint"], "https://shop.example");
    let update =
        |more: &[&str]| life.json(&[&["did", "update", did.as_str(), "--key", "@org.key"], more].concat());
    update(&[
        "--service",
        "web,LinkedDomains,https://new.example",
        "--service",
        "api,Api,https://api.example",
    ]);
    assert_eq!(services().as_array().unwrap().len(), 2);
    assert_eq!(services()[1]["endpoint"], "https://new.example");
    update(&["--remove-service", "web"]);
    assert_eq!(services().as_array().unwrap().len(), 1);
    let bad = |service: &str, words: &[&str]| {
        life.assert_refused(&["did", "update", &did, "--key", "@org.key", "--service", service], 2, words);
    };
    bad("web", &["web,LinkedDomains,https://shop.example"]);
    bad("web,LinkedDomains,http://shop.example", &["https://"]);
    bad("Web,LinkedDomains,https://shop.example", &["a-z"]);
}

#[test]
fn controllers_change_a_did_when_enough_of_them_sign() {
    let life = Life::new("85");
    let [one, two] = ["@one.key", "@two.key"].map(|key| life.create(key, &[]));
    let did = life.create("@org.key", &["--controller", &one, "--controller", &two, "--threshold", "2"]);
    let record = life.json(&["did", "resolve", &did])["record"].clone();
    assert_eq!(record["controllers"]["threshold"], 2);
    let by_its_own = ["did", "update", &did, "--key", "@org.key", "--controller", &one];
    let ran = life.run(&[&by_its_own[..], &["--write", "@own.tx"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.err);
    let both = ["did", "update", &did, "--key", "@one.key", "--key", "@two.key", "--no-controllers"];
    assert_eq!(life.json(&both)["outcome"], "applied");
    assert!(life.json(&["did", "resolve", &did])["record"]["controllers"].is_null());
    life.assert_refused(&by_its_own, 1, &["has no controllers", "did recover"]);
    let many = ["did", "create", "--key", "@x.key", "--controller", &one, "--threshold", "2"];
    life.assert_refused(&many, 1, &["--threshold 2 cannot be reached", "1 to 1"]);
    life.assert_refused(&["did", "create", "--key", "@x.key", "--threshold", "2"], 2, &["--controller"]);
}

#[test]
fn nobody_recovers_or_ends_a_did_without_its_recovery_key() {
    let life = Life::new("88");
    let did = life.create("@my.key", &[]);
    let recover = |recovery: &str, words: &[&str]| {
        let command = ["did", "recover", &did, "--recovery", recovery, "--key", "@new.key"];
        life.assert_refused(&command, 1, words);
    };
    recover("@my.key", &["is not the recovery key", ".recovery"]);
    recover("@none.recovery", &["none.recovery is missing"]);
    // nothing was made on the way
    assert!(!std::fs::exists(life.path("new.key")).unwrap());
    let end = |key: &str| ["did", "deactivate", did.as_str(), "--key", key].map(str::to_owned);
    let refused = |command: [String; 5], words: &[&str]| {
        life.assert_refused(&command.each_ref().map(String::as_str), 1, words);
    };
    refused(end("@my.key"), &["only the recovery key", ".recovery"]);
    refused(end("@my.recovery"), &["ends for good", "--yes"]);
    assert_eq!(life.json(&["did", "resolve", &did])["record"]["version"], 1);

    let future =
        ["did", "recover", &did, "--recovery", "@my.recovery", "--key", "@new.key", "--compromised-since"];
    life.assert_refused(&[&future[..], &["2100-01-01"]].concat(), 1, &["still to come"]);
    life.run(&["did", "deactivate", &did, "--key", "@my.recovery", "--yes"]).ok();
    let after = ["did", "update", &did, "--key", "@my.key", "--add", "@x.key"];
    life.assert_refused(&after, 1, &["has ended for good", "did create"]);
}

#[test]
fn a_key_that_is_not_the_dids_rotates_nothing_and_a_committed_one_is_the_only_that_may_come() {
    let life = Life::new("89");
    let did = life.create("@my.key", &["--next", "@next.key"]);
    life.run(&["keys", "generate", "@strange.key"]).ok();
    let rotate = |key: &str, to: &str| ["did", "rotate", &did, "--key", key, "--to", to].map(str::to_owned);
    let refused = |command: [String; 7], words: &[&str]| {
        life.assert_refused(&command.each_ref().map(String::as_str), 1, words);
    };
    refused(rotate("@strange.key", "@new.key"), &["does not have the key", "did resolve"]);
    refused(rotate("@my.key", "@new.key"), &["only the committed key"]);
    life.run(&rotate("@my.key", "@next.key").each_ref().map(String::as_str)).ok();
}

#[test]
fn keys_are_for_their_owner_alone_and_never_printed() {
    let life = Life::new("90");
    let did = life.create("@my.key", &["--next", "@next.key"]);
    life.json(&["did", "rotate", &did, "--key", "@my.key", "--to", "@next.key"]);
    life.json(&["did", "recover", &did, "--recovery", "@my.recovery", "--key", "@third.key"]);
    for name in ["my.key", "my.recovery", "next.key", "third.key", "third.recovery"] {
        let mode = std::fs::metadata(life.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let secret = std::fs::read_to_string(life.path("third.key")).unwrap();
    for command in [&["did", "resolve", &did][..], &["did", "history", &did], &["keys", "show", "@third.key"]]
    {
        let ran = life.run(command);
        assert!(!ran.out.contains(secret.trim()) && !ran.err.contains(secret.trim()), "{command:?}");
    }
    std::fs::set_permissions(life.path("third.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = ["did", "rotate", &did, "--key", "@third.key", "--to", "@fourth.key"];
    life.assert_refused(&open, 1, &["third.key", "chmod 600"]);
}

#[test]
fn a_past_version_that_a_node_makes_up_is_not_shown() {
    let life = Life::new("91");
    let did = life.create("@my.key", &[]);
    life.json(&["did", "rotate", &did, "--key", "@my.key", "--to", "@new.key"]);
    let status = json(&life.0.run(["testnet", "status", "--output", "json"]).ok());
    // format 1, next number 2, version 1; and the same with another number
    let [honest, lie] = ["\"value\":\"CAEQAhgB", "\"value\":\"CAEQAxgB"];
    let node = liar(status[0]["url"].as_str().unwrap().to_owned(), honest, lie);
    life.assert_refused(&["did", "resolve", &did, "--version", "1", "--node", &node], 5, &["version 1"]);
    life.assert_refused(&["did", "history", &did, "--node", &node], 5, &["version 1"]);
    life.run(&["did", "resolve", &did, "--node", &node]).ok();
}

#[test]
fn entries_and_versions_that_cannot_be_are_told_from_those_that_are_not() {
    let life = Life::new("92");
    let did = life.create("@my.key", &[]);
    let status = json(&life.0.run(["testnet", "status", "--output", "json"]).ok());
    let get = |path: &str| get(status[0]["url"].as_str().unwrap(), path);
    let long = "00".repeat(66);
    for bad in ["zz", "0", long.as_str()] {
        let answer = get(&format!("/v1/entries/{bad}"));
        assert!(answer.contains(" 400 ") && answer.contains("malformed"), "{answer}");
    }
    // there is no kind of that number, and that is proven
    assert!(get("/v1/entries/ff").contains("\"value\":null"));
    let versions = |version: &str| get(&format!("/v1/records/{did}/versions/{version}"));
    assert!(versions("1").contains(" 200 "));
    for (version, code) in [("2", "not_found"), ("0", "not_found"), ("x", "malformed")] {
        assert!(versions(version).contains(code), "{version}");
    }
}
