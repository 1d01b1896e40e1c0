//! What is derived, frozen: other implementations are held against it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use realdid_crypto::Digest;
use realdid_types::{CreateDid, Did, GenesisDigest, Operation, Wire};
use realdid_wallet::{Branch, Purpose, RecoveryCode};
use serde_json::{Value, json};

const PURPOSES: [(&str, Purpose); 3] = [
    ("authentication", Purpose::Authentication),
    ("invocation", Purpose::Invocation),
    ("recovery", Purpose::Recovery),
];

fn branch(code: [u8; 20], genesis: u8, site: [u8; 32]) -> Branch {
    let code = RecoveryCode::from_random(code.into());
    let genesis = GenesisDigest(Digest::from_bytes([genesis; 32]));
    Branch::new(&code, genesis, Did(Digest::from_bytes(site)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn now() -> Value {
    let bits: [u8; 20] = std::array::from_fn(|place| place as u8 * 11 + 1);
    let site = |site: u8| {
        let branch = branch(bits, 9, [site; 32]);
        let key = |(name, purpose): (&str, Purpose), generation| {
            json!({
                "purpose": name,
                "generation": generation,
                "seed": hex(&branch.seed(purpose, generation)[..]),
                "public_key": branch.key(purpose, generation).public_key().to_string(),
                "commitment": branch.commitment(purpose, generation).to_string(),
            })
        };
        let keys =
            PURPOSES.into_iter().flat_map(|purpose| [0, 1, 258].map(|generation| key(purpose, generation)));
        json!({
            "site": hex(&[site; 32]),
            "did": branch.did().0.to_string(),
            "create": hex(&Operation::CreateDid(branch.create()).encode()),
            "keys": keys.collect::<Vec<_>>(),
        })
    };
    json!({
        "code": RecoveryCode::from_random(bits.into()).to_text().as_str(),
        "code_bytes": hex(&bits),
        "genesis": hex(&[9; 32]),
        "sites": [site(1), site(2)],
    })
}

#[test]
fn keys_and_dids_are_those_that_are_frozen() {
    let frozen: Value = serde_json::from_str(include_str!("vectors.json")).unwrap();
    assert_eq!(now(), frozen, "now: {:#}", now());
}

/// Whatever of a person's DID stands on the ledger.
fn on_the_ledger(branch: &Branch) -> Vec<[u8; 32]> {
    let CreateDid { keys, recovery, next_key, controllers, services } = branch.create();
    assert!(controllers.is_none() && services.is_empty());
    let keys = keys.iter().map(|key| *key.key.as_bytes());
    keys.chain([recovery, next_key, branch.did().0].map(|digest| *digest.as_bytes())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn two_dids_have_nothing_in_common_if_person_network_or_site_differ(
        code: [u8; 20], site: [u8; 32], genesis: u8, bit in 0..8_u8, place in 0..20_usize,
    ) {
        let base = branch(code, genesis, site);
        let mut other_code = code;
        other_code[place] ^= 1 << bit;
        let mut other_site = site;
        other_site[place] ^= 1 << bit;
        let others = [
            branch(other_code, genesis, site),
            branch(code, genesis.wrapping_add(1), site),
            branch(code, genesis, other_site),
        ];
        let all: Vec<_> = others.iter().chain([&base]).flat_map(on_the_ledger).collect();
        prop_assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }
}

#[test]
fn no_two_keys_of_a_did_are_the_same_in_any_generation() {
    let branch = branch([3; 20], 9, [1; 32]);
    let keys = PURPOSES
        .iter()
        .flat_map(|(_, purpose)| (0..300).map(|generation| *branch.seed(*purpose, generation)));
    assert_eq!(keys.collect::<BTreeSet<_>>().len(), 900);
}
