//! The largest value of each kind fits the limit of its kind.

use std::collections::BTreeMap;

use realdid_crypto::{Digest, PublicKey, Signature};
use realdid_types::{wire::TopLevel, *};

use crate::world::filled;

const LAST: EpochView = EpochView::new(Epoch(u64::MAX), View(u64::MAX));

fn key(number: u8) -> PublicKey {
    PublicKey::ed25519([number; 32])
}

fn signature() -> Signature {
    Signature::ed25519([0xff; 64])
}

fn statement() -> VoteStatement {
    VoteStatement::commit(LAST, BlockDigest(filled(1)))
}

fn vote() -> Vote {
    Vote { statement: statement(), signer: ValidatorIndex(u16::MAX), signature: signature() }
}

fn set() -> ValidatorSet {
    let key = |n: u16, kind: u8| {
        let mut bytes = [kind; 32];
        bytes[..2].copy_from_slice(&n.to_le_bytes());
        PublicKey::ed25519(bytes)
    };
    let organisation = OrganisationName::new(&"z".repeat(limits::ORGANISATION_NAME_MAX)).unwrap();
    let validator = |n| Validator {
        organisation: organisation.clone(),
        consensus_key: key(n, 1),
        transport_key: key(n, 2),
    };
    ValidatorSet::new((0..limits::VALIDATORS_MAX as u16).map(validator).collect()).unwrap()
}

fn certificate(at: EpochView) -> Certificate {
    let statement = VoteStatement::commit(at, BlockDigest(filled(1)));
    let signatures: BTreeMap<_, _> = (66..200).map(|n| (ValidatorIndex(n), signature())).collect();
    Certificate::assemble(statement, &signatures, &set()).unwrap()
}

fn header() -> Header {
    Header {
        at: LAST,
        height: Height(u64::MAX),
        parent: BlockDigest(filled(1)),
        parent_view: View(u64::MAX),
        validators: ValidatorsDigest(filled(2)),
        next_validators: ValidatorsDigest(filled(3)),
        state_root: StateRoot(filled(4)),
        batches: BatchesRoot(filled(5)),
        transactions: u32::MAX,
        time: Timestamp(u64::MAX),
        proposer: ValidatorIndex(u16::MAX),
    }
}

fn block() -> Block {
    let reference = BatchReference {
        digest: BatchDigest(filled(1)),
        author: key(1),
        bytes: u32::MAX,
        transactions: u32::MAX,
    };
    Block { header: header(), batches: vec![reference; limits::BLOCK_BATCHES_MAX] }
}

/// Encodes and reads back; returns the length.
fn fits<T: TopLevel + PartialEq + std::fmt::Debug>(value: &T) -> usize {
    let bytes = value.encode();
    assert_eq!(T::decode(&bytes).as_ref(), Ok(value));
    bytes.len()
}

#[test]
fn the_largest_votes_and_certificates_fit() {
    fits(&statement());
    fits(&vote());
    fits(&set());
    assert!(fits(&certificate(LAST)) <= 9 * 1024 + 512);
}

#[test]
fn the_largest_blocks_and_proposals_fit() {
    fits(&header());
    fits(&block());
    let skips = (1..=limits::PROPOSAL_SKIPS_MAX as u64)
        .map(|view| certificate(EpochView::new(Epoch(u64::MAX), View(u64::MAX - 100 + view))))
        .collect();
    let (parent, commit) = (Some(certificate(LAST)), Some(certificate(LAST)));
    let proposal = Proposal { block: block(), signature: signature(), parent, skips, commit };
    fits(&proposal);
    fits(&Message::Proposal(Box::new(proposal)));
}

#[test]
fn the_longest_end_of_an_epoch_fits() {
    let headers = vec![header(); limits::EPOCH_END_HEADERS_MAX];
    fits(&Message::EpochEnd(Box::new(EpochEnd { headers, commit: certificate(LAST) })));
}

#[test]
fn the_longest_announcement_fits() {
    fits(&Message::Have(Have { batches: vec![BatchDigest(filled(1)); limits::HAVE_MAX] }));
}

#[test]
fn the_addresses_of_two_of_the_largest_sets_fit() {
    let address = "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535".parse().unwrap();
    let statement = AddressStatement {
        validator: key(0xff),
        issued: Timestamp(u64::MAX),
        addresses: vec![address; limits::ADDRESSES_MAX],
    };
    let record = AddressRecord { statement, signature: signature() };
    let records = AddressRecords { records: vec![record; limits::ADDRESS_RECORDS_MAX] };
    fits(&records);
    fits(&Message::Addresses(records));
}

#[test]
fn a_full_answer_to_catching_up_fits() {
    let request = CatchUpRequest { above: Height(u64::MAX), below: BlockDigest(filled(1)) };
    let room = limits::CATCH_UP_BYTES_MAX - limits::CERTIFICATE_BYTES_MAX;
    let small = Block { header: header(), batches: Vec::new() };
    for block in [block(), small] {
        let count = (room / block.encoded_len()).min(limits::CATCH_UP_BLOCKS_MAX);
        let blocks = vec![block; count];
        let answer = CatchUpAnswer { request: request.clone(), commit: Some(certificate(LAST)), blocks };
        fits(&Message::CatchUp(Box::new(answer)));
    }
}

fn numbered_did(number: u32) -> Did {
    let mut bytes = [0xff; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Did(Digest::from_bytes(bytes))
}

/// A text of exactly so many bytes that begins like this one.
fn filled_text(start: &str, bytes: usize) -> String {
    format!("{start}{}", "a".repeat(bytes - start.len()))
}

fn service(number: u8) -> Service {
    Service {
        name: ServiceName::new(&filled_text(&number.to_string(), limits::SERVICE_NAME_MAX)).unwrap(),
        kind: ServiceKind::new(&filled_text("K", limits::SERVICE_NAME_MAX)).unwrap(),
        endpoint: HttpsUrl::new(&filled_text("https://a.cn/", limits::URL_MAX)).unwrap(),
    }
}

fn largest_site() -> Site {
    let origin = |number: usize| {
        let start = format!("https://{}{number}.{}.", "a".repeat(50), "b".repeat(40));
        Origin::new(&filled_text(&start, limits::ORIGIN_MAX)).unwrap()
    };
    let address = |number: usize| {
        ReturnAddress::new(&filled_text(&format!("https://a.cn/{:02}", number), limits::URL_MAX)).unwrap()
    };
    Site {
        did: Did(filled(1)),
        name: SiteName::new(&"字".repeat(limits::SITE_NAME_MAX / 3)).unwrap(),
        origins: (0..limits::SITE_ORIGINS_MAX).map(origin).collect(),
        return_addresses: (0..limits::SITE_RETURNS_MAX).map(address).collect(),
        may_ask_real_name: true,
        closed: true,
    }
}

#[test]
fn a_site_with_every_address_fits_what_is_stored_of_it() {
    let operation = Operation::RegisterSite(RegisterSite { site: largest_site() });
    assert!(operation.encoded_len() <= limits::SITE_BYTES_MAX, "{}", operation.encoded_len());
}

/// Evidence stands deepest of all in a frame: [`limits::NESTING_MAX`] is exactly enough.
#[test]
fn the_largest_transactions_fit_and_the_deepest_frame_is_read() {
    let signed_header = || SignedHeader { header: header(), signature: signature() };
    let purposes = Purposes { authentication: true, invocation: true, assertion: true };
    let did_key = |n| DidKey { key: key(n), purposes };
    let operations = [
        Operation::ReportEvidence(ReportEvidence {
            evidence: Evidence::Proposals(Box::new((signed_header(), signed_header()))),
        }),
        Operation::ReportEvidence(ReportEvidence { evidence: Evidence::Votes(Box::new((vote(), vote()))) }),
        Operation::UpdateDid(UpdateDid {
            add_services: (1..=8).map(service).collect(),
            remove_services: (1..=8).map(|n| service(n).name).collect(),
            controllers: Some(Controllers { dids: (1..=8).map(|n| Did(filled(n))).collect(), threshold: 8 }),
            ..UpdateDid::of_keys(
                Did(filled(1)),
                (1..=8).map(did_key).collect(),
                (1..=8).map(key).collect(),
                filled(2),
            )
        }),
        Operation::Attest(Attest {
            level: u32::MAX,
            expires: Timestamp(u64::MAX),
            dids: (0..limits::ATTESTED_DIDS_MAX as u32).map(numbered_did).collect(),
        }),
        Operation::Propose(Propose {
            change: Change::PutMember(PutMember {
                name: OrganisationName::new(&"a".repeat(limits::ORGANISATION_NAME_MAX)).unwrap(),
                key: key(1),
                roles: Roles { authority: true, operator: true },
                add_nodes: (1..=limits::MEMBER_NODES_MAX as u8).map(key).collect(),
                remove_nodes: (1..=limits::MEMBER_NODES_MAX as u8).map(key).collect(),
            }),
            expires: Timestamp(u64::MAX),
        }),
        Operation::RegisterSite(RegisterSite { site: largest_site() }),
    ];
    for operation in operations {
        fits(&operation);
        let transaction = Transaction {
            genesis: GenesisDigest(filled(1)),
            sender: Sender::Did(Did(filled(1))),
            sequence: Sequence(u64::MAX),
            expires: Timestamp(u64::MAX),
            operation,
        };
        let signature = |n| KeySignature { key: key(n), signature: signature() };
        let signatures = (1..=limits::TRANSACTION_SIGNATURES_MAX as u8).map(signature).collect();
        let signed = SignedTransaction { transaction, signatures };
        fits(&signed);
        let batch = Batch { author: key(1), number: u64::MAX, transactions: vec![signed] };
        let signature = Signature::ed25519([1; 64]);
        fits(&Message::Batch(Box::new(SignedBatch { batch, signature })));
    }
}

#[test]
fn the_smallest_transaction_is_as_large_as_the_limits_say() {
    let transaction = Transaction {
        genesis: GenesisDigest(filled(1)),
        sender: Sender::Organisation(OrganisationName::new("a").unwrap()),
        sequence: Sequence(0),
        expires: Timestamp(0),
        operation: Operation::Approve(Approve { proposal: ProposalId(filled(1)) }),
    };
    let signatures = vec![KeySignature { key: key(1), signature: signature() }];
    let bytes = SignedTransaction { transaction, signatures }.encoded_len();
    assert!((185..200).contains(&bytes), "{bytes}");
}
