//! Resolving, as the W3C's DID Resolution says it.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_client::{LightClient, RecordProof};
use realdid_crypto::{Digest, Ed25519Verifier};
use realdid_identity::{DidRecord, document::to_multibase};
use realdid_types::{Controllers, Did, Wire};
use serde_json::{Value, json};

use crate::{
    citizen::{Citizen, public},
    node::Node,
    solo::genesis,
};

const RESULT: &str = "application/did-resolution";
const LEGACY: &str = "application/ld+json;profile=\"https://w3id.org/did-resolution\"";

fn resolve(node: &Node, url: &str, accept: &str) -> crate::speaking::Answer {
    node.get(&format!("/1.0/identifiers/{url}"), accept)
}

fn error_type(answer: &crate::speaking::Answer) -> String {
    let error = answer.json()["didResolutionMetadata"]["error"].clone();
    assert!(error["title"].is_string() && error["detail"].is_string(), "{answer:?}");
    error["type"].as_str().unwrap().strip_prefix("https://www.w3.org/ns/did#").unwrap().to_owned()
}

#[test]
fn a_result_has_the_document_and_a_proof_that_a_light_client_believes() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");

    let answer = resolve(&node, &citizen.text, RESULT);

    assert_eq!((answer.status, answer.media()), (200, RESULT));
    let result = answer.json();
    assert_eq!(result["didResolutionMetadata"], json!({ "contentType": "application/did" }));
    assert_eq!(result["didDocument"]["id"], citizen.text.as_str());
    assert_eq!(result["didDocument"]["@context"], json!(["https://www.w3.org/ns/did/v1.1"]));
    let key = to_multibase(&public("ada"));
    assert_eq!(result["didDocument"]["verificationMethod"][0]["publicKeyMultibase"], key.as_str());
    assert_eq!(result["didDocumentMetadata"]["versionId"], "1");
    let proven = believe(&result["didDocumentMetadata"]["proof"], citizen.did);
    assert_eq!(proven, node.store.version(citizen.did, 1).unwrap());
}

fn believe(proofs: &Value, did: Did) -> DidRecord {
    let [proof] = &proofs.as_array().unwrap()[..] else { panic!("{proofs}") };
    let bytes = |name: &str| STANDARD.decode(proof[name].as_str().unwrap()).unwrap();
    let record = RecordProof {
        value: Some(bytes("value")),
        proof: bytes("proof"),
        block: bytes("block"),
        certificate: bytes("certificate"),
    };
    let light = LightClient::new(&genesis()).unwrap();
    let proven = light.check_record(did, &record, &Ed25519Verifier::default()).unwrap();
    assert_eq!(proof["height"], proven.header.height.0);
    proven.record.unwrap()
}

#[test]
fn the_accept_header_decides_what_comes_back() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");
    for (accept, media, context) in [
        ("application/did", "application/did", json!(["https://www.w3.org/ns/did/v1.1"])),
        (
            "application/did+ld+json",
            "application/did+ld+json",
            json!(["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]),
        ),
        ("application/did+json", "application/did+json", Value::Null),
    ] {
        let answer = resolve(&node, &citizen.text, accept);
        assert_eq!((answer.status, answer.media()), (200, media));
        assert_eq!(answer.json()["id"], citizen.text.as_str(), "the document alone");
        assert_eq!(answer.json()["@context"], context);
    }
    for (accept, media) in
        [("*/*", RESULT), ("application/json", "application/json"), (LEGACY, LEGACY), (RESULT, RESULT)]
    {
        let answer = resolve(&node, &citizen.text, accept);
        assert_eq!((answer.status, answer.media()), (200, media));
        assert_eq!(answer.json()["didDocument"]["id"], citizen.text.as_str(), "a result");
    }
    let refused = resolve(&node, &citizen.text, "text/html");
    assert_eq!((refused.status, error_type(&refused).as_str()), (406, "REPRESENTATION_NOT_SUPPORTED"));
}

#[test]
fn what_does_not_resolve_says_why_in_the_w3cs_words_and_status() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");
    let nobody = Did(Digest::from_bytes([7; 32])).to_text(&genesis().network);
    let other = citizen.text.replace(":solo:", ":testnet:");
    for (url, status, kind) in [
        ("x", 400, "INVALID_DID"),
        ("did:realdid:solo:x", 400, "INVALID_DID"),
        ("%ff", 400, "INVALID_DID_URL"),
        (format!("{}?versionId=1&versionId=1", citizen.text).as_str(), 400, "INVALID_DID_URL"),
        (format!("{}?versionId=none", citizen.text).as_str(), 400, "INVALID_OPTIONS"),
        (format!("{}?hl=zQm", citizen.text).as_str(), 501, "FEATURE_NOT_SUPPORTED"),
        ("did:web:example.cn", 501, "METHOD_NOT_SUPPORTED"),
        (nobody.as_str(), 404, "NOT_FOUND"),
        (other.as_str(), 404, "NOT_FOUND"),
        (format!("{}/whois", citizen.text).as_str(), 404, "NOT_FOUND"),
        (format!("{}?versionId=2", citizen.text).as_str(), 404, "NOT_FOUND"),
    ] {
        let answer = resolve(&node, url, RESULT);
        assert_eq!((answer.status, error_type(&answer).as_str()), (status, kind), "{url}");
        let result = answer.json();
        assert_eq!(
            (&result["didDocument"], &result["didDocumentMetadata"]),
            (&Value::Null, &json!({})),
            "{url}"
        );
    }
    let old = resolve(&node, &nobody, LEGACY).json();
    assert_eq!(old["didResolutionMetadata"]["error"], "notFound", "older programs know words");
}

#[test]
fn every_version_resolves_by_its_number_and_by_its_time() {
    let node = Node::start();
    let mut citizen = Citizen::created(&node, "ada");
    for number in 2..=9 {
        node.pass(Duration::from_secs(5));
        citizen.change(&node, &format!("https://shop.example.cn/{number}"));
    }
    let endpoint = |url: &str| {
        let document = resolve(&node, url, "application/did").json();
        document["service"][0]["serviceEndpoint"].as_str().map(str::to_owned)
    };
    for number in 2..=9 {
        let by_number = format!("{}?versionId={number}", citizen.text);
        let metadata = resolve(&node, &by_number, RESULT).json()["didDocumentMetadata"].clone();
        let updated = metadata["updated"].as_str().unwrap();
        let by_time = format!("{}?versionTime={updated}", citizen.text);
        let expected = Some(format!("https://shop.example.cn/{number}"));
        assert_eq!((endpoint(&by_number), endpoint(&by_time)), (expected.clone(), expected));
        assert_eq!(metadata["versionId"], number.to_string());
        let next = (number < 9).then(|| (number + 1).to_string());
        assert_eq!(metadata["nextVersionId"].as_str().map(str::to_owned), next);
        assert_eq!(metadata["nextUpdate"].is_string(), number < 9);
    }
    let first = resolve(&node, &format!("{}?versionId=1", citizen.text), RESULT).json();
    let created = first["didDocumentMetadata"]["created"].as_str().unwrap().to_owned();
    assert!(first["didDocumentMetadata"].get("updated").is_none(), "the first version updates nothing");
    assert_eq!(
        endpoint(&format!("{}?versionTime={created}", citizen.text)).as_deref(),
        Some("https://shop.example.cn/a")
    );
    let before = resolve(&node, &format!("{}?versionTime=2023-11-14T22:13:19Z", citizen.text), RESULT);
    assert_eq!((before.status, error_type(&before).as_str()), (404, "NOT_FOUND"));
    let late = format!("{}?versionTime=2123-01-01T00:00:00Z", citizen.text);
    assert_eq!(endpoint(&late).as_deref(), Some("https://shop.example.cn/9"));
}

#[test]
fn an_old_version_comes_with_the_records_that_lead_to_the_proven_one() {
    let node = Node::start();
    let mut citizen = Citizen::created(&node, "ada");
    for number in 2..=70 {
        citizen.change(&node, &format!("https://shop.example.cn/{number}"));
    }
    let metadata = |version: u64| {
        let url = format!("{}?versionId={version}", citizen.text);
        resolve(&node, &url, RESULT).json()["didDocumentMetadata"].clone()
    };

    let chain = metadata(7)["chain"].clone();
    let records: Vec<DidRecord> = chain["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| DidRecord::decode(&from_hex(record.as_str().unwrap())).unwrap())
        .collect();
    assert_eq!((records.len(), &chain["length"]), (64, &json!(64)));
    assert_eq!(records[0], node.store.version(citizen.did, 7).unwrap());
    assert!(
        records.windows(2).all(|pair| pair[1].previous == Some(pair[0].digest())),
        "each names the one before"
    );
    let newest = believe(&metadata(70)["proof"], citizen.did);
    assert_eq!(records.last(), Some(&newest));
    assert!(metadata(7).get("proof").is_none());

    let long = metadata(6)["chain"].clone();
    assert_eq!((long.get("records"), &long["length"]), (None, &json!(65)), "a longer one is counted");
    assert_eq!(long["newest"], format!("/v1/records/{}", citizen.text));
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|place| u8::from_str_radix(&text[place..place + 2], 16).unwrap()).collect()
}

#[test]
fn an_ended_did_is_gone_and_its_past_is_not() {
    let node = Node::start();
    let mut citizen = Citizen::created(&node, "ada");
    citizen.end(&node);

    let gone = resolve(&node, &citizen.text, "*/*");
    assert_eq!(gone.status, 410);
    assert_eq!(gone.json()["didDocumentMetadata"]["deactivated"], true);
    assert_eq!(gone.json()["didDocument"]["id"], citizen.text.as_str());
    assert!(gone.json()["didDocument"].get("verificationMethod").is_none());
    let record = believe(&gone.json()["didDocumentMetadata"]["proof"], citizen.did);
    assert!(record.deactivated);
    let named = resolve(&node, &citizen.text, RESULT);
    assert_eq!(
        (named.status, &named.json()["didDocument"]),
        (410, &Value::Null),
        "as the W3C's result has it"
    );
    let document = resolve(&node, &citizen.text, "application/did+json");
    assert_eq!((document.status, document.json()), (410, json!({ "id": citizen.text })));

    let before = resolve(&node, &format!("{}?versionId=1", citizen.text), RESULT);
    assert_eq!(before.status, 200);
    assert!(before.json()["didDocument"]["verificationMethod"][0].is_object());
}

#[test]
fn a_did_url_names_a_part_of_the_document() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");
    let key = to_multibase(&public("ada"));

    let method = resolve(&node, &format!("{}%23{key}", citizen.text), "application/did-url-dereferencing");
    assert_eq!((method.status, method.media()), (200, "application/did-url-dereferencing"));
    let result = method.json();
    assert_eq!(result["dereferencingMetadata"]["contentType"], "application/did");
    assert_eq!(result["content"]["id"], format!("{}#{key}", citizen.text));
    assert_eq!(result["content"]["@context"], json!(["https://www.w3.org/ns/did/v1.1"]));
    assert!(result["contentMetadata"]["proof"].is_array());

    let service = resolve(&node, &format!("{}%23site", citizen.text), "application/did+json");
    assert_eq!((service.status, service.media()), (200, "application/did+json"));
    assert_eq!(service.json()["serviceEndpoint"], "https://shop.example.cn/a");

    let chosen = resolve(&node, &format!("{}?service=site", citizen.text), "*/*").json();
    assert_eq!(chosen["content"]["service"].as_array().unwrap().len(), 1);
    let nothing = resolve(&node, &format!("{}%23nothing", citizen.text), "*/*");
    assert_eq!(nothing.status, 404);
    assert_eq!(
        nothing.json()["dereferencingMetadata"]["error"]["type"],
        "https://www.w3.org/ns/did#NOT_FOUND"
    );
    assert_eq!(nothing.json()["content"], Value::Null);
}

#[test]
fn a_service_is_redirected_to_and_nowhere_else() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");
    let to = |query: &str| resolve(&node, &format!("{}?{query}", citizen.text), "text/uri-list");

    let answer = to("service=site&relativeRef=%2Fb%3Fc%3Dd");
    assert_eq!((answer.status, answer.headers["location"].as_str()), (303, "https://shop.example.cn/b?c=d"));
    assert_eq!(answer.body, "");
    assert_eq!(to("service=site&relativeRef=%2F%2Fevil.example").status, 400);
    assert_eq!(to("service=other").status, 404);
    assert_eq!(to("versionId=1").status, 406);
}

#[test]
fn keys_are_written_as_json_web_keys_when_asked_for() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");
    for form in ["JsonWebKey", "JsonWebKey2020"] {
        let answer =
            resolve(&node, &format!("{}?transformKeys={form}", citizen.text), "application/did+ld+json");
        let method = answer.json()["verificationMethod"][0].clone();
        assert_eq!((&method["type"], &method["publicKeyJwk"]["crv"]), (&json!(form), &json!("Ed25519")));
        assert_eq!(answer.json()["authentication"][0], method["id"]);
    }
}

#[test]
fn controllers_stand_in_the_document_and_their_threshold_beside_it() {
    let node = Node::start();
    let board = [Citizen::created(&node, "ada"), Citizen::created(&node, "bob")];
    let mut dids: Vec<Did> = board.iter().map(|citizen| citizen.did).collect();
    dids.sort();
    let controllers = Controllers { dids: dids.clone(), threshold: 2 };
    let (firm, signed) = Citizen::new("firm", Vec::new(), Some(controllers));
    node.decide(signed);

    let result = resolve(&node, &firm.text, RESULT).json();

    let texts: Vec<String> = dids.iter().map(|did| did.to_text(&genesis().network)).collect();
    assert_eq!(result["didDocument"]["controller"], json!(texts));
    assert_eq!(result["didDocumentMetadata"]["controllerThreshold"], 2);
}

#[test]
fn a_new_did_resolves_at_once_and_its_proof_comes_with_the_next_block() {
    let node = Node::start();
    let (citizen, signed) = Citizen::new("ada", Vec::new(), None);
    node.decide_at_the_tip(signed);

    assert_eq!(resolve(&node, &citizen.text, "application/did").status, 200, "a document needs no proof");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| resolve(&node, &citizen.text, RESULT).json());
        // whichever of the two comes first, the answer is proven
        node.run_one_block();
        believe(&waiting.join().unwrap()["didDocumentMetadata"]["proof"], citizen.did);
    });
}

#[test]
fn what_a_client_has_already_is_not_sent_again() {
    let node = Node::start();
    let mut citizen = Citizen::created(&node, "ada");
    let path = format!("/1.0/identifiers/{}", citizen.text);
    let again = |path: &str, tag: &str| {
        node.speak(&format!("GET {path} HTTP/1.1\r\naccept: application/did\r\nif-none-match: {tag}\r\n"), "")
    };
    let first = node.get(&path, "application/did");
    assert_eq!(
        (first.headers["cache-control"].as_str(), first.headers["vary"].as_str()),
        ("no-cache", "accept")
    );
    let tag = first.headers["etag"].clone();
    let known = again(&path, &format!("\"other\", {tag}"));
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    assert_ne!(node.get(&path, "application/did+json").headers["etag"], tag, "each form has its own");

    citizen.change(&node, "https://shop.example.cn/2");
    assert_eq!(again(&path, &tag).status, 200, "it has changed");
    let old = node.get(&format!("{path}?versionId=1"), "application/did");
    assert!(old.headers["cache-control"].contains("immutable"), "an old version never changes");
}

#[test]
fn pages_of_any_origin_may_resolve_and_nothing_else() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");
    let path = format!("/1.0/identifiers/{}", citizen.text);
    for path in [path.as_str(), "/1.0/identifiers/x", "/1.0/methods", "/1.0/properties"] {
        assert_eq!(node.get(path, "*/*").headers["access-control-allow-origin"], "*", "{path}");
    }
    let asked = node.speak(&format!("OPTIONS {path} HTTP/1.1\r\norigin: https://a.example\r\n"), "");
    assert_eq!((asked.status, asked.headers["access-control-allow-origin"].as_str()), (204, "*"));
    assert!(asked.headers["access-control-allow-headers"].contains("accept"));
    for path in ["/v1/status", "/v1/genesis"] {
        assert!(!node.get(path, "*/*").headers.contains_key("access-control-allow-origin"), "{path}");
    }
    let created = node.post("/1.0/create?method=realdid", &json!({}));
    assert!(!created.headers.contains_key("access-control-allow-origin"));
}

#[test]
fn hostile_addresses_are_answered_and_the_node_goes_on() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");
    let long = "a".repeat(30_000);
    for url in [
        "%",
        "%00",
        "%2f..%2f..",
        "%25",
        "did:realdid:solo:%c3%28",
        "did%3Arealdid%3Asolo%3A",
        &long,
        "?",
        "did:x:y?&&&",
        "did:realdid:solo:1/../../../v1/status",
    ] {
        let status = resolve(&node, url, RESULT).status;
        assert!([400, 404, 501].contains(&status), "{status}: {url:.40}");
    }
    let quality = resolve(&node, &citizen.text, &format!("application/did;q=1e999,{}", "a/b,".repeat(5_000)));
    assert_eq!(quality.status, 406);
    assert_eq!(resolve(&node, &citizen.text, RESULT).status, 200);
}

#[test]
fn what_names_a_part_is_dereferenced_and_what_is_asked_to_be_dereferenced_is() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");
    let whole = resolve(&node, &citizen.text, "application/did-url-dereferencing");
    assert_eq!((whole.status, whole.media()), (200, "application/did-url-dereferencing"));
    assert_eq!(whole.json()["content"]["id"], citizen.text.as_str());
    let part = format!("{}%23site", citizen.text);
    assert_eq!(resolve(&node, &part, RESULT).status, 406);
    assert_eq!(
        resolve(&node, &part, &format!("{RESULT}, application/did-url-dereferencing;q=0.1")).status,
        200
    );
}

#[test]
fn a_part_of_a_did_that_has_ended_is_gone_whatever_the_client_has() {
    let node = Node::start();
    let mut citizen = Citizen::created(&node, "ada");
    citizen.end(&node);
    let gone = resolve(&node, &format!("{}%23site", citizen.text), "*/*");
    assert_eq!((gone.status, &gone.json()["content"]), (410, &Value::Null));
    assert_eq!(gone.json()["contentMetadata"]["deactivated"], true);
    let path = format!("/1.0/identifiers/{}", citizen.text);
    let known =
        node.speak(&format!("GET {path} HTTP/1.1\r\naccept: application/did\r\nif-none-match: *\r\n"), "");
    assert_eq!(known.status, 410);
}
