//! What a wallet fetches, and that a login works with it.

use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_client::{Draft, LightClient, sign};
use realdid_crypto::{Digest, Ed25519Verifier};
use realdid_login::{Acceptance, Bundle, Challenge, KnownEpochs, Login, LoginError, Response, verify};
use realdid_types::{
    Attest, Did, Epoch, Operation, OrganisationName, Origin, ReturnAddress, Sender, Sequence, Timestamp,
    Wire, Withdraw,
};

use crate::{
    citizen::{Citizen, secret},
    node::Node,
    solo::{START, genesis, member_key},
};

const EXPIRES: u64 = START + 590_000;

fn ministry() -> OrganisationName {
    OrganisationName::new("ministry").unwrap()
}

/// Lets the only authority carry something out.
fn authority_does(node: &Node, sequence: u64, operation: Operation) {
    let draft = Draft {
        genesis: genesis().digest(),
        sender: Sender::Organisation(ministry()),
        sequence: Sequence(sequence),
        expires: Timestamp(EXPIRES),
    };
    node.decide(sign(draft.asking(operation), &[&member_key()]));
}

fn bundle(node: &Node, path: &str) -> Bundle {
    let answer = node.get(&format!("/v1/bundles/{path}"), "application/json");
    assert_eq!(answer.status, 200, "{answer:?}");
    Bundle::decode(&STANDARD.decode(answer.json()["bundle"].as_str().unwrap()).unwrap()).unwrap()
}

fn log_in(citizen: &Citizen, bundle: Bundle) -> Result<Login, LoginError> {
    let now = Timestamp(bundle.header.time.0 + 1_000);
    let challenge = Challenge {
        genesis: genesis().digest(),
        site: Did(Digest::from_bytes([7; 32])),
        origin: Origin::new("https://books.example").unwrap(),
        return_address: ReturnAddress::new("https://books.example/login").unwrap(),
        nonce: Digest::from_bytes([3; 32]),
        expires: Timestamp(now.0 + 300_000),
        epoch: Epoch(0),
        age_max: 60_000,
        level: 1,
        other_device: false,
    };
    let response = Response::sign(challenge.clone(), citizen.did, &secret("ada"), bundle, Vec::new());
    let epochs = KnownEpochs::new(LightClient::new(&genesis()).unwrap());
    let acceptance = Acceptance { now, epochs: &epochs, authorities: None };
    verify(&challenge, response, acceptance, &Ed25519Verifier::default())
}

#[test]
fn a_login_works_with_what_a_node_hands_out_until_the_attestation_is_withdrawn() {
    let node = Node::start();
    let citizen = Citizen::created(&node, "ada");
    assert_eq!(log_in(&citizen, bundle(&node, &citizen.text)).unwrap_err(), LoginError::NotAttested);

    let dids = vec![citizen.did];
    let attest = Attest { level: 2, expires: Timestamp(START + 90_000_000), dids: dids.clone() };
    authority_does(&node, 0, Operation::Attest(attest));
    let login = log_in(&citizen, bundle(&node, &citizen.text)).unwrap();
    assert_eq!((login.did, login.level, login.authority), (citizen.did, Some(2), Some(ministry())));
    let named = bundle(&node, &format!("{}?authority=ministry", citizen.text));
    assert!(log_in(&citizen, named).is_ok());
    assert_eq!(bundle(&node, &format!("{}?authority=nobody", citizen.text)).attested, None);

    authority_does(&node, 1, Operation::Withdraw(Withdraw { dids }));
    assert_eq!(log_in(&citizen, bundle(&node, &citizen.text)).unwrap_err(), LoginError::NotAttested);
}

#[test]
fn what_is_no_did_of_this_network_has_no_bundle() {
    let node = Node::start();
    let (unknown, _) = Citizen::new("bob", Vec::new(), None);
    let code = |path: &str| {
        let answer = node.get(&format!("/v1/bundles/{path}"), "application/json");
        (answer.status, answer.json()["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(code(&unknown.text), (404, "not_found".to_owned()));
    assert_eq!(code("did:realdid:other:abc"), (400, "malformed".to_owned()));
    assert_eq!(code(&format!("{}?authority=No%20One", unknown.text)), (400, "malformed".to_owned()));
}
