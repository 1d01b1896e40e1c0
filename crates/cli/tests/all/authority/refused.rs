//! What the service refuses, and what it tells.

use serde_json::{Value, json};

use super::{
    post::{Answer, challenge, post, proof, send, with},
    town::{Town, but},
};

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{}", answer.body);
    assert!(answer.head.contains("application/problem+json"), "{}", answer.head);
}

#[test]
fn a_wrong_name_a_wrong_number_and_a_wrong_code_are_one_answer() {
    let town = Town::open("221", &[]);
    let (did, people) = (town.did("me"), town.people());
    // nobody's, and its check digit holds
    let nobody = json!({ "number": "990999199001011117" });
    let mut claims: Vec<Value> =
        ["name", "number", "code"].iter().map(|part| but(&people[0], part, &people[1])).collect();
    claims.push(but(&people[0], "number", &nobody));
    let answers: Vec<Answer> = claims
        .iter()
        .map(|person| {
            let proof = proof(&town, &did, &challenge(&town, &did), "me");
            post(&town.url(), "/v1/attestations", &with(json!({ "person": person }), &proof))
        })
        .collect();
    assert_problem(&answers[0], 403, "person_refused");
    for answer in &answers[1..] {
        assert_eq!((answer.status, &answer.body), (403, &answers[0].body));
    }
    assert_eq!(town.times_attested(&did), 0);
}

#[test]
fn control_is_proven_once_by_a_key_of_the_did_that_may_log_in() {
    let town = Town::open("222", &[]);
    let (did, other, person) = (town.did("me"), town.did("other"), &town.people()[0]);
    town.run(&["did", "update", &did, "--key", "@me.key", "--add", "@paper.key", "--purposes", "assertion"])
        .ok();
    let ask =
        |proof: &Value| post(&town.url(), "/v1/attestations", &with(json!({ "person": person }), proof));
    let fresh = |key| proof(&town, &did, &challenge(&town, &did), key);
    assert_problem(&ask(&fresh("other")), 403, "control_unproven");
    assert_problem(&ask(&fresh("paper")), 403, "control_unproven");
    let mut broken = fresh("me");
    let signature = broken["signature"].as_str().unwrap().replace('a', "b").replace('1', "2");
    broken["signature"] = json!(signature);
    assert_problem(&ask(&broken), 403, "control_unproven");
    let elsewhere = proof(&town, &did, &challenge(&town, &other), "me");
    assert_problem(&ask(&elsewhere), 422, "challenge_invalid");
    let good = fresh("me");
    assert_eq!(ask(&good).status, 202);
    assert_problem(&ask(&good), 422, "challenge_invalid");

    let status = |proof: &Value| post(&town.url(), "/v1/attestations/status", proof);
    assert_eq!(status(&fresh("me")).body["did"], json!(did));
    assert_problem(&status(&proof(&town, &other, &challenge(&town, &other), "other")), 404, "not_yours");
    assert_problem(&status(&good), 422, "challenge_invalid");
    town.run(&["did", "deactivate", &did, "--key", "@me.recovery", "--yes"]).ok();
    assert_problem(&status(&fresh("me")), 403, "control_unproven");
}

#[test]
fn a_did_is_one_persons_and_a_person_has_only_so_many() {
    let town = Town::open("223", &["--dids-per-person", "1"]);
    let people = town.people();
    let (did, second) = (town.did("me"), town.did("second"));
    town.ask(&people[0], &did, "me");
    let taken = town.try_ask(&people[1], &did, "me");
    assert!(taken.status == 4 && taken.err.contains("other_person"), "{}", taken.err);
    let more = town.try_ask(&people[0], &second, "second");
    assert!(more.status == 4 && more.err.contains("too_many"), "{}", more.err);
    let file = town.person_file("person.json", &people[1]);
    let url = town.url();
    let other = town.run(&["attestation", "give-up", &did, "--person", &file, "--authority", &url]);
    assert!(other.status == 4 && other.err.contains("not_yours"), "{}", other.err);
}

#[test]
fn whoever_asks_too_often_is_turned_away_and_told_when_to_come_back() {
    let town = Town::open("224", &["--per-address", "30"]);
    let did = town.did("me");
    let asks = || post(&town.url(), "/v1/challenges", &json!({ "did": did }));
    let last = (0..31).map(|_| asks()).find(|answer| answer.status != 200).expect("it ends");
    assert_problem(&last, 429, "busy");
    assert!(last.head.contains("retry-after: "), "{}", last.head);

    let town = Town::open("225", &["--per-address", "0"]);
    let person = but(&town.people()[0], "code", &json!({ "code": "guess" }));
    let guess = || post(&town.url(), "/v1/mine", &json!({ "person": person }));
    let answers: Vec<u16> = (0..25).map(|_| guess().status).collect();
    assert_eq!(answers, [vec![403; 20], vec![429; 5]].concat(), "twenty guesses an hour");
}

#[test]
fn what_is_no_request_is_refused_by_name() {
    let town = Town::open("226", &[]);
    let url = &town.url();
    let did = "did:realdid:testnet:8YqdYBjUjWP5REgR5VuhAdvkxxCTJAMDpmczWqwftV1H";
    for body in ["", "[]", "{}", "{\"did\": 1}", "{\"did\": \"did:web:a\"}", "{\"did\": \"a\", \"more\": 1}"]
    {
        let json = "content-type: application/json\r\n";
        assert_problem(&send(url, "POST", "/v1/challenges", json, body), 400, "malformed");
    }
    let body = json!({ "did": did }).to_string();
    assert_problem(&send(url, "POST", "/v1/challenges", "", &body), 415, "unknown_media_type");
    let plain = "content-type: text/plain\r\n";
    assert_problem(&send(url, "POST", "/v1/challenges", plain, &body), 415, "unknown_media_type");
    let long = json!({ "did": "a".repeat(9_000) });
    assert_problem(&post(url, "/v1/challenges", &long), 413, "too_large");
    assert_problem(&send(url, "GET", "/v1/nothing", "", ""), 404, "not_found");
    assert_problem(&send(url, "GET", "/v1/mine", "", ""), 405, "method_not_allowed");
    let person = &town.people()[0];
    let all = json!({ "person": person, "all": true, "urgent": true });
    assert_problem(&post(url, "/v1/withdrawals", &all), 400, "malformed");
    assert_problem(&post(url, "/v1/withdrawals", &json!({ "person": person })), 400, "malformed");
    assert_eq!(send(url, "GET", "/livez", "", "").status, 200);
    assert_eq!(send(url, "GET", "/readyz", "", "").body["ready"], true);
}

#[test]
fn pages_of_the_wallets_origin_may_ask_and_no_others() {
    let town = Town::open("227", &["--wallet-origin", "https://wallet.example"]);
    let from = |origin: &str, method: &str| {
        let headers = format!("origin: {origin}\r\naccess-control-request-method: POST\r\n");
        send(&town.url(), method, "/v1/challenges", &headers, "").head
    };
    let allowed = "access-control-allow-origin: https://wallet.example";
    for method in ["OPTIONS", "POST"] {
        assert!(from("https://wallet.example", method).contains(allowed));
        for other in ["https://wallet.example.evil", "http://wallet.example", "null", "https://other.example"]
        {
            assert!(!from(other, method).contains("access-control-allow"), "{other}");
        }
    }
    assert!(from("https://wallet.example", "OPTIONS").contains("access-control-allow-headers: content-type"));
}
