//! A certificate holds exactly if a quorum of different validators signed what it says.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use realdid_fuzz::{Choices, Tag, network, sign};
use realdid_types::{
    BlockDigest, Certificate, Epoch, EpochView, Signers, ValidatorIndex, View, VoteKind, VoteStatement, Wire,
};

fuzz_target!(|bytes: &[u8]| {
    let network = network();
    let genesis = network.genesis.digest();
    let mut choices = Choices::new(bytes);
    let kind = [VoteKind::Prepare, VoteKind::Commit, VoteKind::Skip][choices.below(3)];
    let at = EpochView::new(Epoch(0), View(1 + u64::from(choices.byte())));
    let block = match kind {
        VoteKind::Skip => BlockDigest::ZERO,
        _ => BlockDigest(realdid_crypto::Digest::from_bytes([choices.byte() | 1; 32])),
    };
    let statement = VoteStatement { kind, at, block };
    let message = statement.signing_digest(genesis);
    let indices: BTreeSet<u16> = (0..choices.below(7)).map(|_| choices.below(6) as u16).collect();
    let mut honest = BTreeSet::new();
    let signatures: Vec<_> = indices
        .iter()
        .map(|index| {
            let key = network.keys.get(usize::from(*index)).unwrap_or(&network.keys[0]);
            let signature = sign(key, message.as_bytes());
            match choices.below(4) {
                0 => sign(key, &[choices.byte()]),
                _ => {
                    honest.insert(*index);
                    signature
                }
            }
        })
        .collect();
    let signers = Signers::new(indices.iter().copied().map(ValidatorIndex), network.set.len());
    let certificate = Certificate { statement, signers, signatures };
    let quorum = network.set.quorum().size();
    let should_hold = indices.len() == quorum && indices == honest && indices.iter().all(|index| *index < 4);

    let holds = certificate.verify(&network.set, genesis, &Tag).is_ok();

    assert_eq!(holds, should_hold, "{certificate:?}");
    if holds {
        assert_eq!(Certificate::decode(&certificate.encode()), Ok(certificate));
    }
});
