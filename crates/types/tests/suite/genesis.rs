//! Genesis.

use realdid_types::*;

use crate::world::{filled, name, secret, validators};

fn genesis() -> Genesis {
    let members = (0..4).map(|n| Member {
        name: name(&format!("operator-{n}")),
        key: secret(100 + n).public_key(),
        nodes: vec![secret(110 + n).public_key()],
        roles: None,
    });
    Genesis {
        network: NetworkName::new("local").unwrap(),
        random: filled(1),
        time: Timestamp(1_700_000_000_000),
        development: false,
        parameters: Parameters {
            max_idle: 10_000,
            max_expiry: 3_600_000,
            quota_window: 60_000,
            quota: 100_000,
            approvals: 3,
            format: 1,
        },
        members: members.collect(),
        validators: validators(1, 4).0,
    }
}

fn refused(change: impl FnOnce(&mut Genesis)) -> GenesisError {
    let mut genesis = genesis();
    change(&mut genesis);
    genesis.check().unwrap_err()
}

#[test]
fn a_sound_genesis_starts_a_network() {
    assert_eq!(genesis().check(), Ok(()));
    let bytes = genesis().encode();
    assert_eq!(Genesis::decode(&bytes), Ok(genesis()));
}

#[test]
fn block_0_stands_on_the_digest_of_genesis() {
    let genesis = genesis();
    let header = genesis.header().unwrap();
    let set = genesis.validator_set().unwrap();
    assert_eq!(header.at, EpochView::default());
    assert_eq!(header.height, Height(0));
    assert_eq!(header.parent.0, genesis.digest().0);
    assert_eq!((header.validators, header.next_validators), (set.digest(), set.digest()));
    assert_eq!(header.state_root, StateRoot::ZERO);
    assert_eq!(header.batches, Block::batches_root(&[]));
    assert_eq!((header.transactions, header.time, header.proposer), (0, genesis.time, ValidatorIndex(0)));
    assert!(!header.is_closing());
    assert_eq!(genesis.block().unwrap(), Block { header, batches: Vec::new() });
}

#[test]
fn two_networks_never_share_a_block() {
    let other = Genesis { random: filled(2), ..genesis() };
    assert_ne!(genesis().digest(), other.digest());
    assert_ne!(genesis().header().unwrap().digest(), other.header().unwrap().digest());
}

#[test]
fn what_cannot_start_a_network_is_named() {
    assert_eq!(refused(|genesis| genesis.members.swap(0, 1)), GenesisError::MembersOrder);
    assert_eq!(
        refused(|genesis| genesis.members[1].name = genesis.members[0].name.clone()),
        GenesisError::MembersOrder
    );
    assert_eq!(
        refused(|genesis| genesis.members[1].nodes = genesis.members[0].nodes.clone()),
        GenesisError::SharedNode
    );
    let twice = |genesis: &mut Genesis| {
        let node = genesis.members[2].nodes[0];
        genesis.members[2].nodes.push(node);
    };
    assert_eq!(refused(twice), GenesisError::NodesOrder(name("operator-2")));
    assert_eq!(
        refused(|genesis| genesis.validators[3].organisation = name("stranger")),
        GenesisError::NoMember(name("stranger"))
    );
    assert_eq!(
        refused(|genesis| genesis.validators.clear()),
        GenesisError::Validators(ValidatorSetError::Size(0))
    );
    assert_eq!(
        refused(|genesis| genesis.validators[1] = genesis.validators[0].clone()),
        GenesisError::Validators(ValidatorSetError::SharedKey)
    );
    let many = |genesis: &mut Genesis| {
        genesis.members[0].nodes = (0..=64).map(|n| secret(n).public_key()).collect();
    };
    assert_eq!(refused(many), GenesisError::TooMany(65, 64));
}

#[test]
fn parameters_that_would_stop_the_network_are_named() {
    type Change = fn(&mut Parameters);
    let changes: [(&str, Change); 7] = [
        ("max_idle", |parameters| parameters.max_idle = 0),
        ("max_expiry", |parameters| parameters.max_expiry = u64::MAX),
        ("quota_window", |parameters| parameters.quota_window = 0),
        ("quota", |parameters| parameters.quota = 0),
        ("approvals", |parameters| parameters.approvals = 0),
        ("format", |parameters| parameters.format = 0),
        ("format", |parameters| parameters.format = 3),
    ];
    for (parameter, change) in changes {
        let error = refused(|genesis| change(&mut genesis.parameters));
        assert_eq!(error, GenesisError::Parameter(parameter));
    }
}

#[test]
fn more_approvals_than_members_could_never_come_together() {
    let error = refused(|genesis| genesis.parameters.approvals = genesis.members.len() as u32 + 1);
    assert!(
        matches!(error, GenesisError::Approvals(approvals, members) if approvals as usize == members + 1)
    );
}

#[test]
fn no_member_of_several_decides_alone_but_on_networks_that_only_know_validators() {
    let lone = |format| {
        move |genesis: &mut Genesis| {
            genesis.parameters.approvals = 1;
            genesis.parameters.format = format;
        }
    };
    assert!(matches!(refused(lone(2)), GenesisError::OneDecides(members) if members > 1));
    let mut old = genesis();
    lone(1)(&mut old);
    assert_eq!(old.check(), Ok(()));
}
