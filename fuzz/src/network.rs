//! A network of four members, one validator each.

use realdid_crypto::{Digest, PublicKey};
use realdid_types::{
    Genesis, Member, NetworkName, OrganisationName, Parameters, Roles, Timestamp, Validator, ValidatorSet,
};

/// The genesis and what follows from it.
pub struct Network {
    pub genesis: Genesis,
    pub set: ValidatorSet,
    /// The validators' consensus keys, in order.
    pub keys: Vec<PublicKey>,
}

fn key(number: u8) -> PublicKey {
    PublicKey::ed25519([number; 32])
}

/// The same network every time.
pub fn network() -> Network {
    let name = |number: u8| OrganisationName::new(&format!("member-{number}")).unwrap();
    let member = |number: u8| Member {
        name: name(number),
        key: key(number),
        nodes: vec![key(number + 10)],
        roles: Some(Roles { authority: number == 1, operator: number != 1 }),
    };
    let validator = |number: u8| Validator {
        organisation: name(number),
        consensus_key: key(number + 20),
        transport_key: key(number + 30),
    };
    let genesis = Genesis {
        network: NetworkName::new("fuzz").unwrap(),
        random: Digest::from_bytes([7; 32]),
        time: Timestamp(1_000_000),
        development: true,
        parameters: Parameters {
            max_idle: 1_000,
            max_expiry: 600_000,
            quota_window: 60_000,
            quota: 200,
            approvals: 2,
            format: 2,
        },
        members: (1..=4).map(member).collect(),
        validators: (1..=4).map(validator).collect(),
    };
    let set = genesis.validator_set().unwrap();
    let keys = set.iter().map(|validator| validator.consensus_key).collect();
    Network { genesis, set, keys }
}
