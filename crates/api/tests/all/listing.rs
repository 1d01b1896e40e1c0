//! What a wallet asks for when it looks for a person's DIDs.

use realdid_client::{Draft, sign};
use realdid_types::{
    Operation, OrganisationName, Origin, RegisterSite, ReturnAddress, Sender, Sequence, Site, SiteName,
    Timestamp,
};

use crate::{
    citizen::{Citizen, secret},
    node::Node,
    solo::{START, genesis, member_key},
};

fn register(node: &Node, sequence: u64, citizen: &Citizen, name: &str) {
    let origin = format!("https://{name}.example");
    let site = Site {
        did: citizen.did,
        name: SiteName::new(name).unwrap(),
        origins: vec![Origin::new(&origin).unwrap()],
        return_addresses: vec![ReturnAddress::new(&format!("{origin}/back")).unwrap()],
        may_ask_real_name: true,
        closed: false,
    };
    let draft = Draft {
        genesis: genesis().digest(),
        sender: Sender::Organisation(OrganisationName::new("ministry").unwrap()),
        sequence: Sequence(sequence),
        expires: Timestamp(START + 590_000),
    };
    let operation = Operation::RegisterSite(RegisterSite { site });
    node.decide(sign(draft.asking(operation), &[&member_key(), &secret(name)]));
}

fn texts(list: &serde_json::Value, field: &str) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| text(if field.is_empty() { one } else { &one[field] }))
        .collect()
}

#[test]
fn all_sites_are_listed_with_what_is_said_of_them_and_one_can_go_on_behind_any() {
    let node = Node::start();
    let get = |path: &str| node.get(path, "application/json").json();
    assert_eq!(get("/v1/sites")["sites"], serde_json::json!([]));
    let mut citizens = ["books", "games", "news"].map(|name| (Citizen::created(&node, name), name));
    for (sequence, (citizen, name)) in citizens.iter().enumerate() {
        register(&node, sequence as u64, citizen, name);
    }
    citizens.sort_by_key(|(citizen, _)| citizen.did);
    let all = get("/v1/sites");
    let expected = citizens.iter().map(|(citizen, _)| citizen.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&all["sites"], "did"), expected);
    assert_eq!(texts(&all["sites"], "name"), citizens.iter().map(|(_, name)| *name).collect::<Vec<_>>());
    assert!(all["next"].is_null());
    for place in 0..3 {
        let rest = get(&format!("/v1/sites?after={}", expected[place]));
        assert_eq!(texts(&rest["sites"], "did"), expected[place + 1..]);
    }
    let refused = node.get("/v1/sites?after=did:realdid:other:abc", "application/json");
    assert_eq!((refused.status, refused.json()["code"].as_str()), (400, Some("malformed")));
}

#[test]
fn dids_are_listed_by_how_they_begin() {
    let node = Node::start();
    let mut citizens = ["ada", "bob", "cid", "dan"].map(|name| Citizen::created(&node, name));
    citizens.sort_by_key(|citizen| citizen.did);
    let listed = |prefix: &str| {
        texts(&node.get(&format!("/v1/dids?prefix={prefix}"), "application/json").json()["dids"], "")
    };
    let expected: Vec<String> = citizens.iter().map(|citizen| citizen.text.clone()).collect();
    assert_eq!(listed(""), expected);
    for citizen in &citizens {
        let digits = citizen.did.0.to_string();
        for length in [1, 2, 7, 64] {
            let prefix = &digits[..length];
            let same = citizens.iter().filter(|other| other.did.0.to_string().starts_with(prefix));
            assert_eq!(listed(prefix), same.map(|other| other.text.clone()).collect::<Vec<_>>());
        }
    }
    let refused = node.get("/v1/dids?prefix=xyz", "application/json");
    assert_eq!((refused.status, refused.json()["code"].as_str()), (400, Some("malformed")));
}
