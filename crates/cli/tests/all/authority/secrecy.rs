//! Nobody is found in what the service leaves behind.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::Value;
use sha2::Digest;

use super::town::Town;

/// Every form in which somebody might write a text down without meaning to keep it.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let digests = [sha2::Sha256::digest(text).to_vec(), blake3::hash(text.as_bytes()).as_bytes().to_vec()];
    let mut forms = digests.to_vec();
    for bytes in digests.iter().map(Vec::as_slice).chain([text.as_bytes()]) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        forms.push(hex.to_uppercase().into_bytes());
        forms.push(hex.into_bytes());
        // base64 depends on where in a longer text it begins; what its neighbours change is left out
        for before in 0..3 {
            let shifted = [&vec![0; before][..], bytes].concat();
            let whole = STANDARD_NO_PAD.encode(&shifted[..shifted.len() / 3 * 3]);
            forms.push(whole[before.div_ceil(3) * 4..].to_owned().into_bytes());
        }
    }
    forms.push(text.bytes().rev().collect());
    forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.push(text.as_bytes().to_vec());
    forms
}

fn found<'a>(people: &'a [Value], bytes: &[u8]) -> Vec<&'a str> {
    let parts = people
        .iter()
        .flat_map(|person| ["name", "number", "code"].map(|part| person[part].as_str().unwrap()));
    let holds = |form: &Vec<u8>| bytes.windows(form.len()).any(|window| window == form);
    parts.filter(|text| forms(text).iter().any(holds)).collect()
}

#[test]
fn the_scan_finds_what_it_is_to_find() {
    let person =
        serde_json::json!({ "name": "Ada Lovelace", "number": "990001195001011001", "code": "code-01" });
    let people = [person];
    for form in forms("990001195001011001") {
        let hidden = [b"before".to_vec(), form, b"after".to_vec()].concat();
        assert_eq!(found(&people, &hidden), ["990001195001011001"]);
    }
    assert!(found(&people, b"nobody is here").is_empty());
}

#[test]
fn nobody_is_found_in_the_vault_the_audit_log_or_the_log() {
    let mut town = Town::open("231", &["--log", "trace", "--per-address", "0"]);
    let people = town.people();
    for (number, person) in people.iter().enumerate() {
        let key = format!("key-{number}");
        let did = town.did(&key);
        town.ask(person, &did, &key);
        // and one refused each
        let mut wrong = person.clone();
        wrong["code"] = "guess".into();
        assert_eq!(town.try_ask(&wrong, &did, &key).status, 4);
    }
    town.stop();
    assert_eq!(found(&people, &std::fs::read(town.path("attest/registry.json")).unwrap()).len(), 30);
    let mut sizes = BTreeMap::new();
    for name in ["attest/vault.redb", "attest/audit.jsonl", "authority.log"] {
        let bytes = std::fs::read(town.path(name)).unwrap();
        assert_eq!(found(&people, &bytes), Vec::<&str>::new(), "{name}");
        sizes.insert(name, bytes.len());
    }
    assert!(sizes.values().all(|size| *size > 1_000), "{sizes:?}");
    let audit = std::fs::read_to_string(town.path("attest/audit.jsonl")).unwrap();
    let count = |event: &str| audit.matches(&format!("\"event\":\"{event}\"")).count();
    assert_eq!((count("asked"), count("person refused")), (10, 10));
}

#[test]
fn an_audit_log_that_was_changed_is_found_and_not_gone_on_with() {
    let mut town = Town::open("232", &[]);
    let did = town.did("me");
    town.ask(&town.people()[0], &did, "me");
    town.await_attested(&did);
    town.stop();
    let checked = town.json(&["authority", "audit", "@attest/audit.jsonl"]);
    assert!(checked["entries"].as_u64().unwrap() >= 3);
    let path = town.path("attest/audit.jsonl");
    let text = std::fs::read_to_string(&path).unwrap().replacen("\"asked\"", "\"listed\"", 1);
    std::fs::write(&path, text).unwrap();
    let broken = town.run(&["authority", "audit", "@attest/audit.jsonl"]);
    assert!(broken.status == 1 && broken.err.contains("was changed: line"), "{}", broken.err);
    let ended = town.command(&[]).output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success() && told.contains("was changed"), "{told}");
}

#[test]
fn whoever_the_law_lets_ask_is_told_who_is_behind_a_did() {
    let mut town = Town::open("233", &[]);
    let (did, person) = (town.did("me"), &town.people()[4]);
    town.ask(person, &did, "me");
    let busy = town.run(&["authority", "reveal", &did, "--folder", "@attest"]);
    assert!(busy.status == 1 && busy.err.contains("in use by another process"), "{}", busy.err);
    town.stop();
    let revealed = town.json(&["authority", "reveal", &did, "--folder", "@attest"]);
    assert_eq!(revealed["number"], person["number"]);
    let audit = std::fs::read_to_string(town.path("attest/audit.jsonl")).unwrap();
    assert!(audit.contains("\"event\":\"revealed\""));
}
