//! Requests to the service as any program could make them.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use realdid_client::Control;
use realdid_crypto::{Digest, SecretKey};
use realdid_node::{hex, keys::load};
use realdid_types::{Did, GenesisDigest, NetworkName, OrganisationName};
use serde_json::{Value, json};

use super::town::Town;

/// The status, the headers and the body of an answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

pub fn send(url: &str, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = serde_json::from_str(body).unwrap_or(Value::Null);
    Answer { status, head: head.to_ascii_lowercase(), body }
}

pub fn post(url: &str, path: &str, body: &Value) -> Answer {
    send(url, "POST", path, "content-type: application/json\r\n", &body.to_string())
}

/// A challenge for a DID.
pub fn challenge(town: &Town, did: &str) -> Value {
    let given = post(&town.url(), "/v1/challenges", &json!({ "did": did }));
    assert_eq!(given.status, 200, "{}", given.body);
    given.body
}

/// What the key in a file signs for a challenge of a DID.
pub fn proof(town: &Town, did: &str, given: &Value, key: &str) -> Value {
    let key = SecretKey::ed25519(&load(&town.path(&format!("{key}.key"))).unwrap());
    let digits = |name: &str| hex::decode(given[name].as_str().unwrap()).unwrap();
    let control = Control {
        genesis: GenesisDigest(Digest::from_bytes(digits("genesis"))),
        did: Did::from_text(did, &NetworkName::new("testnet").unwrap()).unwrap(),
        authority: &OrganisationName::new(given["authority"].as_str().unwrap()).unwrap(),
        challenge: digits("challenge"),
    };
    let signature: String = control.sign(&key).as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "did": did, "challenge": given["challenge"], "key": key.public_key().to_string(), "signature": signature })
}

/// Two objects as one.
pub fn with(mut one: Value, other: &Value) -> Value {
    one.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    one
}
