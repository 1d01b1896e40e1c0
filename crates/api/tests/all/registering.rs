//! Making and changing DIDs as a client of DIF's DID Registration does, with keys that never leave it.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use realdid_client::sign;
use realdid_crypto::SecretKey;
use realdid_identity::{
    commitment,
    document::{Jwk, to_multibase},
};
use realdid_types::{Transaction, Wire};
use serde_json::{Value, json};

use crate::{
    citizen::{Citizen, public, secret},
    node::Node,
    speaking::Answer,
};

fn multikey(name: &str) -> String {
    to_multibase(&public(name))
}

fn method(name: &str) -> Value {
    json!({ "id": format!("#{name}"), "type": "Multikey", "publicKeyMultibase": multikey(name) })
}

fn for_recovery(name: &str) -> Value {
    json!({ "verificationMethod": [{ "type": "Multikey", "publicKeyMultibase": multikey(name), "purpose": ["recovery"] }] })
}

/// A request to make a DID with one key for everything.
fn creation(name: &str) -> Value {
    let id = format!("#{name}");
    json!({
        "options": { "clientSecretMode": true, "network": "solo" },
        "secret": for_recovery(&format!("{name}'s recovery")),
        "didDocument": {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "verificationMethod": [method(name)],
            "authentication": [id],
            "assertionMethod": [id],
            "capabilityInvocation": [id],
            "service": [{ "id": "#site", "type": "LinkedDomains", "serviceEndpoint": "https://shop.example.cn" }],
        },
    })
}

fn state(answer: &Answer) -> Value {
    answer.json()["didState"].clone()
}

fn reason(answer: &Answer) -> String {
    let state = state(answer);
    assert_eq!((&state["state"], &answer.json()["jobId"]), (&json!("failed"), &Value::Null), "{answer:?}");
    assert!(state["description"].as_str().unwrap().len() > 10, "{answer:?}");
    state["reason"].as_str().unwrap().to_owned()
}

/// Signs all that is asked for with those of these keys that can.
fn signed(answer: &Answer, keys: &[SecretKey]) -> Value {
    let state = state(answer);
    assert_eq!((&state["state"], &state["action"]), (&json!("action"), &json!("signPayload")), "{answer:?}");
    let requests = state["signingRequest"].as_object().unwrap();
    let response = |(name, request): (&String, &Value)| {
        let key = keys.iter().find(|key| to_multibase(&key.public_key()) == *name)?;
        assert_eq!(request["alg"], "EdDSA");
        let payload = STANDARD.decode(request["serializedPayload"].as_str().unwrap()).unwrap();
        let signature = STANDARD.encode(key.sign(&payload).as_bytes());
        Some((name.clone(), json!({ "signature": signature, "kid": request["kid"], "alg": "EdDSA" })))
    };
    let responses: serde_json::Map<String, Value> = requests.iter().filter_map(response).collect();
    json!({ "jobId": answer.json()["jobId"], "secret": { "signingResponse": responses } })
}

fn create(node: &Node, request: &Value, keys: &[SecretKey]) -> Answer {
    let asked = node.post("/1.0/create?method=realdid", request);
    node.post("/1.0/create?method=realdid", &signed(&asked, keys))
}

fn update(node: &Node, request: &Value, keys: &[SecretKey]) -> Answer {
    let asked = node.post("/1.0/update", request);
    let mut second = signed(&asked, keys);
    second["did"] = request["did"].clone();
    node.post("/1.0/update", &second)
}

fn created(node: &Node, name: &str) -> String {
    let answer = create(node, &creation(name), &[secret(name)]);
    assert_eq!((answer.status, &state(&answer)["state"]), (201, &json!("finished")), "{answer:?}");
    state(&answer)["did"].as_str().unwrap().to_owned()
}

fn document(node: &Node, did: &str) -> Value {
    node.get(&format!("/1.0/identifiers/{did}"), "application/did+ld+json").json()
}

#[test]
fn a_did_is_made_changed_and_ended_with_keys_that_the_node_never_sees() {
    let node = Node::start();
    let did = created(&node, "ada");
    assert_eq!(document(&node, &did)["authentication"][0], format!("{did}#{}", multikey("ada")));
    assert_eq!(document(&node, &did)["service"][0]["id"], format!("{did}#site"));

    let request = json!({
        "did": did,
        "didDocumentOperation": ["addToDidDocument", "removeFromDidDocument"],
        "didDocument": [
            { "verificationMethod": [method("phone")], "authentication": ["#phone"] },
            { "service": [{ "id": format!("{did}#site") }] },
        ],
    });
    let changed = update(&node, &request, &[secret("ada"), secret("phone")]);
    assert_eq!((changed.status, &state(&changed)["state"]), (200, &json!("finished")), "{changed:?}");
    assert_eq!(changed.json()["didDocumentMetadata"]["versionId"], "2");
    assert_eq!(state(&changed)["didDocument"], document(&node, &did));
    assert_eq!(document(&node, &did)["authentication"].as_array().unwrap().len(), 2);
    assert!(document(&node, &did).get("service").is_none());

    let request = json!({ "did": did, "secret": for_recovery("ada's recovery") });
    let asked = node.post("/1.0/deactivate", &request);
    let mut second = signed(&asked, &[secret("ada's recovery")]);
    second["did"] = json!(did);
    let ended = node.post("/1.0/deactivate", &second);
    assert_eq!((ended.status, &state(&ended)["state"]), (200, &json!("finished")), "{ended:?}");
    assert_eq!(ended.json()["didDocumentMetadata"]["deactivated"], true);
    node.run_one_block();
    assert_eq!(node.get(&format!("/1.0/identifiers/{did}"), "*/*").status, 410);
}

#[test]
fn what_is_signed_can_be_checked_before() {
    let node = Node::start();
    let asked = node.post("/1.0/create?method=realdid", &creation("ada"));
    let request = &state(&asked)["signingRequest"][multikey("ada")];

    let bytes = STANDARD.decode(request["payload"]["transaction"].as_str().unwrap()).unwrap();
    let transaction = Transaction::decode(&bytes).unwrap();

    assert_eq!(
        STANDARD.encode(transaction.id().0.as_bytes()),
        request["serializedPayload"].as_str().unwrap()
    );
    let did = state(&asked)["did"].as_str().unwrap().to_owned();
    assert_eq!(request["kid"], format!("{did}#{}", multikey("ada")));
    let direct = sign(transaction, &[&secret("ada")]);
    node.decide(direct);
    assert_eq!(document(&node, &did)["id"], did.as_str(), "it is a transaction like any other");
}

#[test]
fn keys_that_are_missing_are_asked_for_and_taken_as_public_keys() {
    let node = Node::start();
    let asked = node.post("/1.0/create?method=realdid", &json!({ "didDocument": {} }));
    assert_eq!(state(&asked)["action"], "getVerificationMethod");
    let wanted = state(&asked)["verificationMethodTemplate"].clone();
    assert_eq!(wanted[0]["purpose"], json!(["authentication", "assertionMethod", "capabilityInvocation"]));
    assert_eq!(wanted[1]["purpose"], json!(["recovery"]));

    let request = json!({
        "didDocument": {},
        "secret": { "verificationMethod": [
            { "type": "JsonWebKey2020", "publicKeyJwk": Jwk::new(&public("ada")), "purpose": ["authentication", "capabilityInvocation"] },
            { "type": "Multikey", "publicKeyMultibase": multikey("spare"), "purpose": ["recovery"] },
        ] },
    });
    let made = create(&node, &request, &[secret("ada")]);
    assert_eq!(made.status, 201, "{made:?}");
    let ended = node.post("/1.0/deactivate", &json!({ "did": state(&made)["did"] }));
    assert_eq!(state(&ended)["verificationMethodTemplate"][0]["purpose"], json!(["recovery"]));
}

#[test]
fn a_commitment_keeps_the_recovery_key_unseen() {
    let node = Node::start();
    let mut request = creation("ada");
    request["secret"] = json!({});
    request["options"]["recoveryCommitment"] = json!(commitment(&public("hidden")).to_string());
    let made = create(&node, &request, &[secret("ada")]);
    assert_eq!(made.status, 201, "{made:?}");

    let wrong =
        node.post("/1.0/deactivate", &json!({ "did": state(&made)["did"], "secret": for_recovery("other") }));
    assert_eq!(reason(&wrong), "invalidRequest");
    let right = node
        .post("/1.0/deactivate", &json!({ "did": state(&made)["did"], "secret": for_recovery("hidden") }));
    assert_eq!(state(&right)["action"], "signPayload");
    request["options"]["recoveryCommitment"] = json!("00");
    assert_eq!(reason(&node.post("/1.0/create?method=realdid", &request)), "invalidRequest");
}

#[test]
fn a_whole_document_replaces_what_was_there() {
    let node = Node::start();
    let did = created(&node, "ada");
    let request = json!({
        "did": did,
        "didDocumentOperation": ["setDidDocument"],
        "didDocument": [{
            "id": did,
            "verificationMethod": [method("new")],
            "authentication": ["#new"],
            "capabilityInvocation": ["#new"],
            "service": [{ "id": "#other", "type": "LinkedDomains", "serviceEndpoint": "https://other.example.cn" }],
        }],
    });

    let changed = update(&node, &request, &[secret("ada"), secret("new")]);

    assert_eq!(changed.status, 200, "{changed:?}");
    let document = document(&node, &did);
    assert_eq!(document["verificationMethod"].as_array().unwrap().len(), 1);
    assert_eq!(document["capabilityInvocation"], json!([format!("{did}#{}", multikey("new"))]));
    assert_eq!(document["service"][0]["id"], format!("{did}#other"));
    assert_eq!(document["service"].as_array().unwrap().len(), 1);
    // the same again changes nothing, and is not handed in
    assert_eq!(reason(&node.post("/1.0/update", &request)), "invalidRequest");
}

#[test]
fn signatures_that_do_not_hold_or_are_missing_are_named() {
    let node = Node::start();
    let did = created(&node, "ada");
    let request = json!({
        "did": did,
        "didDocumentOperation": "addToDidDocument",
        "didDocument": { "verificationMethod": [method("phone")], "authentication": ["#phone"] },
    });
    let asked = node.post("/1.0/update", &request);

    for (keys, expected) in [
        (vec![secret("ada")], "signatureMissing"),
        (vec![secret("phone")], "signatureMissing"),
        (vec![], "invalidRequest"),
    ] {
        assert_eq!(reason(&node.post("/1.0/update", &signed(&asked, &keys))), expected);
    }
    let mut forged = signed(&asked, &[secret("ada"), secret("phone")]);
    let swapped = forged["secret"]["signingResponse"][multikey("ada")]["signature"].clone();
    forged["secret"]["signingResponse"][multikey("phone")]["signature"] = swapped;
    let answer = node.post("/1.0/update", &forged);
    assert_eq!(reason(&answer), "signatureInvalid");
    assert!(state(&answer)["description"].as_str().unwrap().contains(&multikey("phone")));
    let mut stranger = signed(&asked, &[secret("ada"), secret("phone")]);
    stranger["secret"]["signingResponse"]["signingRequest1"] = json!({ "signature": "AAAA" });
    assert_eq!(reason(&node.post("/1.0/update", &stranger)), "invalidRequest");

    let mut good = signed(&asked, &[secret("ada"), secret("phone")]);
    for response in good["secret"]["signingResponse"].as_object_mut().unwrap().values_mut() {
        let bytes = STANDARD.decode(response["signature"].as_str().unwrap()).unwrap();
        response["signature"] = json!(URL_SAFE_NO_PAD.encode(bytes));
    }
    assert_eq!(node.post("/1.0/update", &good).status, 200, "base64url is as good");
}

#[test]
fn one_of_several_invocation_keys_is_enough() {
    let node = Node::start();
    let mut request = creation("ada");
    request["didDocument"]["verificationMethod"] = json!([method("ada"), method("bob")]);
    request["didDocument"]["capabilityInvocation"] = json!(["#ada", "#bob"]);
    let made = create(&node, &request, &[secret("ada"), secret("bob")]);
    let did = state(&made)["did"].clone();

    let change = json!({ "did": did, "didDocumentOperation": ["removeFromDidDocument"], "didDocument": [{ "verificationMethod": [{ "id": format!("#{}", multikey("ada")) }] }] });
    let changed = update(&node, &change, &[secret("bob")]);

    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(state(&changed)["didDocument"]["capabilityInvocation"].as_array().unwrap().len(), 1);
}

#[test]
fn the_same_answer_twice_is_done_once_and_told_twice() {
    let node = Node::start();
    let asked = node.post("/1.0/create?method=realdid", &creation("ada"));
    let second = signed(&asked, &[secret("ada")]);
    let [first, again] = [(); 2].map(|()| node.post("/1.0/create?method=realdid", &second));
    assert_eq!((first.status, again.status), (201, 201), "{again:?}");
    let look = json!({ "jobId": asked.json()["jobId"].as_str().unwrap().replacen("sign.", "wait.", 1) });
    assert_eq!(node.post("/1.0/create", &look).status, 201, "whoever waited learns it, too");
}

#[test]
fn a_job_goes_on_only_as_what_it_began_as() {
    let node = Node::start();
    let asked = node.post("/1.0/create?method=realdid", &creation("ada"));
    let good = signed(&asked, &[secret("ada")]);
    let changed = |name: &str, value: Value| {
        let mut request = good.clone();
        request[name] = value;
        request
    };
    let job = good["jobId"].as_str().unwrap();

    for (path, request) in [
        ("/1.0/update", good.clone()),
        ("/1.0/deactivate", good.clone()),
        ("/1.0/create", changed("jobId", json!(job[..job.len() - 4]))),
        ("/1.0/create", changed("jobId", json!(job.replacen("sign.", "skip.", 1)))),
        ("/1.0/create", changed("jobId", json!(job.replacen("sign.CAES", "sign.CAIS", 1)))),
        ("/1.0/create", changed("did", json!(Citizen::new("bob", Vec::new(), None).0.text))),
        ("/1.0/create", changed("jobId", Value::Null)),
    ] {
        assert_eq!(reason(&node.post(path, &request)), "invalidJob", "{path} {request}");
    }
    assert_eq!(node.post("/1.0/create", &good).status, 201);
}

#[test]
fn a_job_that_the_ledger_does_not_decide_is_waited_for_until_it_expires() {
    let node = Node::start();
    let asked = node.post("/1.0/create?method=realdid", &creation("ada"));
    let look = json!({ "jobId": asked.json()["jobId"].as_str().unwrap().replacen("sign.", "wait.", 1) });
    let waiting = node.post("/1.0/create", &look);
    assert_eq!((waiting.status, &state(&waiting)["state"]), (200, &json!("wait")), "{waiting:?}");
    assert_eq!(waiting.json()["jobId"], look["jobId"]);
    node.pass(std::time::Duration::from_secs(601));
    node.run_one_block();
    assert_eq!(reason(&node.post("/1.0/create", &look)), "expired");
}

#[test]
fn requests_that_cannot_be_carried_out_say_what_to_do() {
    let node = Node::start();
    let did = created(&node, "ada");
    let create = "/1.0/create?method=realdid";
    let document = |members: Value| json!({ "secret": for_recovery("r"), "didDocument": members });
    let all = |name: &str| json!({ "verificationMethod": [method(name)], "authentication": [format!("#{name}")], "capabilityInvocation": [format!("#{name}")] });
    let nine: Vec<Value> = (0..9).map(|number| method(&number.to_string())).collect();
    let with = |name: &str, value: Value| {
        let mut members = all("x");
        members[name] = value;
        document(members)
    };
    // whoever steals the next key would own the DID
    let committed = |base: &Value, recovery: &str| {
        let mut request = if base["did"].is_null() { document(all("x")) } else { base.clone() };
        request["options"] = json!({ "nextKeyCommitment": commitment(&public(recovery)).to_string() });
        request
    };
    let update = |operation: &str, members: Value| json!({ "did": did, "didDocumentOperation": [operation], "didDocument": [members] });
    for (path, request, expected) in [
        ("/1.0/create?method=web", document(all("x")), "methodNotSupported"),
        (create, json!({ "options": { "network": "other" } }), "invalidRequest"),
        (create, json!({ "did": did }), "invalidRequest"),
        (create, json!({ "jobId": "sign.AAAA" }), "invalidJob"),
        (create, json!({ "jobId": "1234" }), "invalidJob"),
        (create, document(json!({ "authentication": nine, "capabilityInvocation": nine })), "invalidRequest"),
        (create, with("verificationMethod", json!([method("x"), method("idle")])), "invalidRequest"),
        (create, with("authentication", json!(["#nobody"])), "invalidRequest"),
        (create, with("capabilityInvocation", json!([])), "invalidRequest"),
        (create, with("keyAgreement", json!(["#x"])), "invalidRequest"),
        (create, with("alsoKnownAs", json!(["https://me.example"])), "invalidRequest"),
        (
            create,
            with(
                "verificationMethod",
                json!([{ "id": "#x", "type": "Multikey", "publicKeyMultibase": "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc" }]),
            ),
            "invalidRequest",
        ),
        (
            create,
            with("service", json!([{ "id": "#a b", "type": "X", "serviceEndpoint": "https://a.cn" }])),
            "invalidRequest",
        ),
        (
            create,
            with("service", json!([{ "id": "#a", "type": "X", "serviceEndpoint": "http://a.cn" }])),
            "invalidRequest",
        ),
        (create, with("controller", json!("did:web:a.cn")), "invalidRequest"),
        (create, committed(&json!({}), "r"), "invalidRequest"),
        ("/1.0/update", committed(&json!({ "did": did }), "ada's recovery"), "invalidRequest"),
        (create, json!({ "secret": for_recovery("x"), "didDocument": all("x") }), "invalidRequest"),
        ("/1.0/update", json!({ "didDocument": [{}] }), "invalidRequest"),
        ("/1.0/update", json!({ "did": "did:web:x", "didDocument": [{}] }), "invalidDid"),
        ("/1.0/update", json!({ "did": did, "didDocument": [{}, {}] }), "invalidRequest"),
        ("/1.0/update", update("mergeDidDocument", json!({})), "invalidRequest"),
        (
            "/1.0/update",
            update("removeFromDidDocument", json!({ "verificationMethod": [method("stranger")] })),
            "invalidRequest",
        ),
        (
            "/1.0/update",
            update("removeFromDidDocument", json!({ "verificationMethod": [method("ada")] })),
            "invalidRequest",
        ),
        (
            "/1.0/update",
            update(
                "removeFromDidDocument",
                json!({ "authentication": [format!("{did}#{}", multikey("ada"))] }),
            ),
            "invalidRequest",
        ),
        (
            "/1.0/update",
            update(
                "addToDidDocument",
                json!({ "verificationMethod": [method("ada")], "authentication": ["#ada"] }),
            ),
            "invalidRequest",
        ),
        (
            "/1.0/update",
            update("addToDidDocument", json!({ "controller": [did.replace(":solo:", ":other:")] })),
            "invalidRequest",
        ),
        ("/1.0/deactivate", json!({ "did": did, "didDocument": {} }), "invalidRequest"),
    ] {
        let answer = node.post(path, &request);
        assert_eq!(
            (answer.status, reason(&answer).as_str()),
            (400, expected),
            "{path} {request}: {answer:?}"
        );
    }
    let nobody = Citizen::new("nobody", Vec::new(), None).0.text;
    assert_eq!(reason(&node.post("/1.0/deactivate", &json!({ "did": nobody }))), "notFound");
}

#[test]
fn a_private_key_is_refused_and_never_repeated() {
    let node = Node::start();
    let mut request = creation("ada");
    request["secret"]["verificationMethod"][0]["privateKeyMultibase"] = json!("z-very-secret");
    let answer = node.post("/1.0/create?method=realdid", &request);
    assert_eq!((answer.status, reason(&answer).as_str()), (400, "privateKeyRefused"));
    assert!(!answer.body.contains("very-secret"));
    let internal = node.post("/1.0/create", &json!({ "options": { "clientSecretMode": false } }));
    assert_eq!(reason(&internal), "clientSecretModeOnly");
}

#[test]
fn bodies_that_are_none_or_too_large_are_refused() {
    let node = Node::start();
    let text = node.speak("POST /1.0/create HTTP/1.1\r\ncontent-type: text/plain\r\n", "{}");
    assert_eq!((text.status, reason(&text).as_str()), (415, "unknown_media_type"));
    let large = json!({ "did": "x".repeat(200_000) });
    assert_eq!(node.post("/1.0/update", &large).status, 413);
    let head = "POST /1.0/update HTTP/1.1\r\ncontent-type: application/json\r\n";
    assert_eq!(node.speak(head, &"[".repeat(50_000)).status, 400);
    assert_eq!(node.get("/1.0/create", "*/*").status, 405);
    assert_eq!(node.get("/1.0/methods", "*/*").json(), json!(["realdid"]));
    assert_eq!(node.get("/1.0/properties", "*/*").json()["realdid"]["network"], "solo");
}

/// A site's service as a document names it.
fn site(endpoint: &str) -> Value {
    json!({ "service": [{ "id": "#site", "type": "LinkedDomains", "serviceEndpoint": endpoint }] })
}

#[test]
fn operations_are_done_one_after_the_other() {
    let node = Node::start();
    let did = created(&node, "ada");
    let request = |operations: &[&str], documents: &[Value]| json!({ "did": did, "didDocumentOperation": operations, "didDocument": documents });
    let [add, remove] = ["addToDidDocument", "removeFromDidDocument"];

    let twice = request(&[add, add], &[site("https://a.example.cn"), site("https://b.example.cn")]);
    assert_eq!(update(&node, &twice, &[secret("ada")]).status, 200);
    assert_eq!(document(&node, &did)["service"][0]["serviceEndpoint"], "https://b.example.cn");

    let there_and_gone =
        request(&[add, remove], &[site("https://c.example.cn"), site("https://c.example.cn")]);
    assert_eq!(update(&node, &there_and_gone, &[secret("ada")]).status, 200);
    assert_eq!(document(&node, &did)["service"], Value::Null);

    let key = json!({ "verificationMethod": [method("ada")] });
    let all = json!({ "verificationMethod": [method("ada")], "authentication": ["#ada"], "assertionMethod": ["#ada"], "capabilityInvocation": ["#ada"] });
    let gone_and_back = request(&[remove, add, add], &[key, all, site("https://d.example.cn")]);
    assert_eq!(update(&node, &gone_and_back, &[secret("ada")]).status, 200);
    assert_eq!(document(&node, &did)["verificationMethod"].as_array().unwrap().len(), 1);
    let other = json!({ "service": [{ "id": "#other" }] });
    assert_eq!(reason(&node.post("/1.0/update", &request(&[remove], &[other]))), "invalidRequest");
}

#[test]
fn what_a_request_names_in_vain_is_refused() {
    let node = Node::start();
    let did = created(&node, "ada");
    let other = created(&node, "bob");
    let change = |members: Value| json!({ "did": did, "didDocumentOperation": ["addToDidDocument"], "didDocument": [members] });
    let with_secret = |members: Value, secret: Value| {
        let mut request = change(members);
        request["secret"] = secret;
        request
    };
    let named = |id: &str| json!({ "verificationMethod": [method("new")], "authentication": [id] });
    let of_other = json!({ "verificationMethod": [{ "id": "#new", "type": "Multikey", "publicKeyMultibase": multikey("new"), "controller": other }], "authentication": ["#new"] });
    let many: Vec<Value> = (0..17).map(|number| json!(format!("#{number}"))).collect();
    for request in [
        with_secret(site("https://a.example.cn"), for_recovery("new")),
        json!({ "did": did, "didDocumentOperation": ["removeFromDidDocument"], "didDocument": [site("x")], "secret": { "verificationMethod": [{ "type": "Multikey", "publicKeyMultibase": multikey("new"), "purpose": ["authentication"] }] } }),
        change(named(&format!("{other}#new"))),
        change(of_other),
        change(
            json!({ "service": [{ "id": format!("{other}#site"), "type": "LinkedDomains", "serviceEndpoint": "https://a.example.cn" }] }),
        ),
        change(json!({ "authentication": many })),
        change(json!({ "verificationMethod": vec![method("new"); 17] })),
    ] {
        let answer = node.post("/1.0/update", &request);
        assert_eq!((answer.status, reason(&answer).as_str()), (400, "invalidRequest"), "{request}");
    }
    let own = change(named(&format!("{did}#new")));
    assert_eq!(state(&node.post("/1.0/update", &own))["action"], "signPayload");

    let mut two = creation("cid");
    two["secret"] = json!({ "verificationMethod": [for_recovery("a")["verificationMethod"][0], for_recovery("b")["verificationMethod"][0]] });
    assert_eq!(reason(&node.post("/1.0/create", &two)), "invalidRequest");
    let mut mixed = creation("cid");
    mixed["secret"]["verificationMethod"][0]["purpose"] = json!(["recovery", "authentication"]);
    assert_eq!(reason(&node.post("/1.0/create", &mixed)), "invalidRequest");
}

#[test]
fn what_a_job_came_to_is_told_as_it_was_then() {
    let node = Node::start();
    let asked = node.post("/1.0/create", &creation("ada"));
    let answered = signed(&asked, &[secret("ada")]);
    let made = node.post("/1.0/create", &answered);
    let did = state(&made)["did"].as_str().unwrap().to_owned();
    let change = json!({ "did": did, "didDocumentOperation": ["addToDidDocument"], "didDocument": [site("https://later.example.cn")] });
    assert_eq!(update(&node, &change, &[secret("ada")]).status, 200);

    let again = node.post("/1.0/create", &answered);
    assert_eq!((again.status, state(&again)), (201, state(&made)));
    assert_eq!(again.json()["didDocumentMetadata"]["versionId"], "1");
}
