//! Every decoder: what it accepts encodes to the same bytes, and nothing makes it panic or allocate beyond its input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use realdid_types::{self as types, Wire};

type Decoder = fn(&[u8]);

fn decoder<T: Wire>(bytes: &[u8]) {
    if let Ok(value) = T::decode(bytes) {
        assert_eq!(value.encode(), bytes, "another encoding of one value was accepted");
    }
}

const DECODERS: &[Decoder] = &[
    decoder::<types::Message>,
    decoder::<types::Batch>,
    decoder::<types::SignedBatch>,
    decoder::<types::Block>,
    decoder::<types::Certificate>,
    decoder::<types::EpochEnd>,
    decoder::<types::Evidence>,
    decoder::<types::Genesis>,
    decoder::<types::Header>,
    decoder::<types::Operation>,
    decoder::<types::Parameters>,
    decoder::<types::Proposal>,
    decoder::<types::SignedTransaction>,
    decoder::<types::Transaction>,
    decoder::<types::ValidatorSet>,
    decoder::<types::Vote>,
    decoder::<types::VoteStatement>,
    decoder::<realdid_identity::DidRecord>,
    decoder::<realdid_identity::ReplacedKey>,
    decoder::<realdid_state::BlockReceipts>,
    decoder::<realdid_state::Evidenced>,
    decoder::<realdid_state::MemberEntry>,
    decoder::<realdid_state::NodeEntry>,
    decoder::<realdid_state::OpenProposals>,
    decoder::<realdid_state::ProposalEntry>,
    decoder::<realdid_state::QuotaEntry>,
    decoder::<realdid_state::RecentHeader>,
    decoder::<realdid_state::Receipt>,
    decoder::<realdid_state::ValidatorSets>,
];

fuzz_target!(|bytes: &[u8]| {
    if let Some((kind, bytes)) = bytes.split_first() {
        DECODERS[usize::from(*kind) % DECODERS.len()](bytes);
    }
});
