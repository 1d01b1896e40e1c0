//! Any value of any kind that can be encoded.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    collection::{btree_map, btree_set, vec},
    option,
    prelude::*,
    sample::select,
};
use realdid_crypto::{Digest, PublicKey, Signature};
use realdid_types::*;

/// Calls `$check::<Kind>("Kind", strategy)` for every kind of message that is encoded by itself.
macro_rules! for_every_kind {
    ($check:ident) => {
        $check::<realdid_types::Transaction>("Transaction", crate::arbitrary::transaction());
        $check::<realdid_types::SignedTransaction>(
            "SignedTransaction",
            crate::arbitrary::signed_transaction(),
        );
        $check::<realdid_types::Operation>("Operation", crate::arbitrary::operation());
        $check::<realdid_types::Batch>("Batch", crate::arbitrary::batch());
        $check::<realdid_types::SignedBatch>("SignedBatch", crate::arbitrary::signed_batch());
        $check::<realdid_types::BatchReference>("BatchReference", crate::arbitrary::batch_reference());
        $check::<realdid_types::Header>("Header", crate::arbitrary::header());
        $check::<realdid_types::Block>("Block", crate::arbitrary::block());
        $check::<realdid_types::Proposal>("Proposal", crate::arbitrary::proposal());
        $check::<realdid_types::EpochEnd>("EpochEnd", crate::arbitrary::epoch_end());
        $check::<realdid_types::VoteStatement>("VoteStatement", crate::arbitrary::statement());
        $check::<realdid_types::Vote>("Vote", crate::arbitrary::vote());
        $check::<realdid_types::Certificate>("Certificate", crate::arbitrary::certificate());
        $check::<realdid_types::Evidence>("Evidence", crate::arbitrary::evidence());
        $check::<realdid_types::ValidatorSet>("ValidatorSet", crate::arbitrary::validator_set());
        $check::<realdid_types::Member>("Member", crate::arbitrary::member());
        $check::<realdid_types::Parameters>("Parameters", crate::arbitrary::parameters());
        $check::<realdid_types::Genesis>("Genesis", crate::arbitrary::genesis());
        $check::<realdid_types::AddressRecords>("AddressRecords", crate::arbitrary::address_records());
        $check::<realdid_types::Message>("Message", crate::arbitrary::message());
    };
}

/// Numbers of every encoded length, zero and the largest among them.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(u64::MAX),
        (0_u32..64, any::<u64>()).prop_map(|(shift, number)| number >> shift)
    ]
}

fn small() -> impl Strategy<Value = u32> {
    prop_oneof![
        Just(0),
        Just(u32::MAX),
        (0_u32..32, any::<u32>()).prop_map(|(shift, number)| number >> shift)
    ]
}

fn digest() -> impl Strategy<Value = Digest> {
    prop_oneof![9 => any::<[u8; 32]>().prop_map(Digest::from_bytes), 1 => Just(Digest::ZERO)]
}

fn key() -> impl Strategy<Value = PublicKey> {
    any::<[u8; 32]>().prop_map(PublicKey::ed25519)
}

fn signature() -> impl Strategy<Value = Signature> {
    any::<[u8; 64]>().prop_map(Signature::ed25519)
}

fn organisation() -> impl Strategy<Value = OrganisationName> {
    "[a-z0-9-]{1,32}".prop_map(|name| OrganisationName::new(&name).unwrap())
}

fn view() -> impl Strategy<Value = EpochView> {
    (number(), number()).prop_map(|(epoch, view)| EpochView::new(Epoch(epoch), View(view)))
}

pub fn statement() -> impl Strategy<Value = VoteStatement> {
    // the digest of a block is never zero
    let block = any::<[u8; 32]>().prop_map(|bytes| BlockDigest(Digest::from_bytes(bytes)));
    let block = block.prop_filter("zero", |block| *block != BlockDigest::ZERO);
    (0..3, view(), block).prop_map(|(kind, at, block)| match kind {
        0 => VoteStatement::prepare(at, block),
        1 => VoteStatement::commit(at, block),
        _ => VoteStatement::skip(at),
    })
}

pub fn vote() -> impl Strategy<Value = Vote> {
    (statement(), any::<u16>(), signature()).prop_map(|(statement, signer, signature)| Vote {
        statement,
        signer: ValidatorIndex(signer),
        signature,
    })
}

pub fn certificate() -> impl Strategy<Value = Certificate> {
    let set = (1_usize..=200).prop_flat_map(|n| (Just(n), btree_set(0..n as u16, 1..=n.min(134))));
    (statement(), set, signature()).prop_map(|(statement, (n, signers), signature)| Certificate {
        statement,
        signatures: vec![signature; signers.len()],
        signers: Signers::new(signers.into_iter().map(ValidatorIndex), n),
    })
}

pub fn header() -> impl Strategy<Value = Header> {
    let digests = (digest(), digest(), digest(), digest(), digest());
    (view(), number(), number(), digests, small(), number(), any::<u16>()).prop_map(
        |(at, height, parent_view, digests, transactions, time, proposer)| Header {
            at,
            height: Height(height),
            parent: BlockDigest(digests.0),
            parent_view: View(parent_view),
            validators: ValidatorsDigest(digests.1),
            next_validators: ValidatorsDigest(digests.2),
            state_root: StateRoot(digests.3),
            batches: BatchesRoot(digests.4),
            transactions,
            time: Timestamp(time),
            proposer: ValidatorIndex(proposer),
        },
    )
}

pub fn batch_reference() -> impl Strategy<Value = BatchReference> {
    (digest(), key(), small(), small()).prop_map(|(digest, author, bytes, transactions)| BatchReference {
        digest: BatchDigest(digest),
        author,
        bytes,
        transactions,
    })
}

pub fn block() -> impl Strategy<Value = Block> {
    (header(), vec(batch_reference(), 0..4)).prop_map(|(header, batches)| Block { header, batches })
}

fn skips() -> impl Strategy<Value = Vec<Certificate>> {
    vec(certificate(), 0..4).prop_map(|mut skips| {
        skips.sort_by_key(|skip| skip.statement.at);
        skips.dedup_by_key(|skip| skip.statement.at);
        skips
    })
}

pub fn proposal() -> impl Strategy<Value = Proposal> {
    (block(), signature(), option::of(certificate()), skips(), option::of(certificate())).prop_map(
        |(block, signature, parent, skips, commit)| Proposal { block, signature, parent, skips, commit },
    )
}

pub fn epoch_end() -> impl Strategy<Value = EpochEnd> {
    (vec(header(), 0..5), certificate()).prop_map(|(headers, commit)| EpochEnd { headers, commit })
}

fn signed_header() -> impl Strategy<Value = SignedHeader> {
    (header(), signature()).prop_map(|(header, signature)| SignedHeader { header, signature })
}

pub fn evidence() -> impl Strategy<Value = Evidence> {
    prop_oneof![
        (vote(), vote()).prop_map(|pair| Evidence::Votes(Box::new(pair))),
        (signed_header(), signed_header()).prop_map(|pair| Evidence::Proposals(Box::new(pair))),
    ]
}

/// Keys with purposes, ascending.
fn did_keys(length: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<DidKey>> {
    let entry = |(key, purposes): ([u8; 32], u8)| DidKey {
        key: PublicKey::ed25519(key),
        purposes: Purposes {
            authentication: purposes & 1 > 0,
            invocation: purposes & 2 > 0,
            assertion: purposes & 4 > 0,
        },
    };
    btree_map(any::<[u8; 32]>(), 1_u8..8, length).prop_map(move |keys| keys.into_iter().map(entry).collect())
}

fn keys(max: usize) -> impl Strategy<Value = Vec<PublicKey>> {
    btree_set(key(), 0..=max).prop_map(|keys: BTreeSet<PublicKey>| keys.into_iter().collect())
}

fn change() -> impl Strategy<Value = Change> {
    let proof = (number(), signature())
        .prop_map(|(height, signature)| ProofOfPossession { height: Height(height), signature });
    let add = (organisation(), key(), key(), proof).prop_map(
        |(organisation, consensus_key, transport_key, proof)| {
            Change::AddValidator(AddValidator { organisation, consensus_key, transport_key, proof })
        },
    );
    let remove = key().prop_map(|consensus_key| Change::RemoveValidator(RemoveValidator { consensus_key }));
    let node_keys = || keys(limits::MEMBER_NODES_MAX);
    let put = (organisation(), key(), roles(), node_keys(), node_keys()).prop_map(
        |(name, key, roles, add_nodes, remove_nodes)| {
            Change::PutMember(PutMember { name, key, roles, add_nodes, remove_nodes })
        },
    );
    let expel = organisation().prop_map(|name| Change::RemoveMember(RemoveMember { name }));
    let parameters = parameters().prop_map(|parameters| Change::SetParameters(SetParameters { parameters }));
    let rule = (select(Action::ALL), select(Role::ALL), small()).prop_map(|(action, role, approvals)| {
        Change::SetRule(SetRule { rule: Rule { action, role, approvals } })
    });
    prop_oneof![add, remove, put, expel, parameters, rule]
}

fn roles() -> impl Strategy<Value = Roles> {
    any::<(bool, bool)>().prop_map(|(authority, operator)| Roles { authority, operator })
}

fn dids(length: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<Did>> {
    btree_set(any::<[u8; 32]>(), length)
        .prop_map(|dids| dids.into_iter().map(|did| Did(Digest::from_bytes(did))).collect())
}

fn controllers() -> impl Strategy<Value = Option<Controllers>> {
    let of = |(dids, wish): (Vec<Did>, u32)| {
        let threshold = if dids.is_empty() { 0 } else { 1 + wish % dids.len() as u32 };
        Controllers { dids, threshold }
    };
    option::of((dids(0..=8), any::<u32>()).prop_map(of))
}

fn services() -> impl Strategy<Value = Vec<Service>> {
    let service = |(name, (kind, host)): (String, (String, String))| Service {
        name: ServiceName::new(&name).unwrap(),
        kind: ServiceKind::new(&kind).unwrap(),
        endpoint: HttpsUrl::new(&format!("https://{host}.example/path")).unwrap(),
    };
    btree_map("[a-z0-9-]{1,32}", ("[A-Za-z0-9]{1,32}", "[a-z0-9]{1,40}"), 0..=8)
        .prop_map(move |services| services.into_iter().map(service).collect())
}

fn compromised() -> impl Strategy<Value = Vec<CompromisedKey>> {
    btree_map(any::<[u8; 32]>(), number(), 0..=8).prop_map(|keys| {
        let entry = |(key, since)| CompromisedKey { key: PublicKey::ed25519(key), since: Timestamp(since) };
        keys.into_iter().map(entry).collect()
    })
}

fn site() -> impl Strategy<Value = Site> {
    let hosts = |max| btree_set("[a-z0-9]{1,40}", 1..=max);
    (digest(), "[a-z\u{4e00}-\u{4e20}]{1,30}", hosts(8), hosts(16), any::<(bool, bool)>()).prop_map(
        |(did, name, origins, returns, (may_ask_real_name, closed))| Site {
            did: Did(did),
            name: SiteName::new(&name).unwrap(),
            origins: origins.iter().map(|host| Origin::new(&format!("https://{host}.cn")).unwrap()).collect(),
            return_addresses: returns
                .iter()
                .map(|host| ReturnAddress::new(&format!("https://{host}.cn/back")).unwrap())
                .collect(),
            may_ask_real_name,
            closed,
        },
    )
}

pub fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        (did_keys(1..=8), digest(), digest(), controllers(), services()).prop_map(
            |(keys, recovery, next_key, controllers, services)| {
                Operation::CreateDid(CreateDid { keys, recovery, next_key, controllers, services })
            }
        ),
        (digest(), did_keys(0..=8), keys(8), digest(), services(), services(), controllers()).prop_map(
            |(did, add, remove, next_key, add_services, removed, controllers)| {
                let remove_services = removed.into_iter().map(|service| service.name).collect();
                let did = Did(did);
                Operation::UpdateDid(UpdateDid {
                    did,
                    add,
                    remove,
                    next_key,
                    add_services,
                    remove_services,
                    controllers,
                })
            }
        ),
        (digest(), did_keys(1..=8), digest(), digest(), controllers(), compromised()).prop_map(
            |(did, keys, recovery, next_key, controllers, compromised)| {
                let did = Did(did);
                Operation::RecoverDid(RecoverDid { did, keys, recovery, next_key, controllers, compromised })
            }
        ),
        (digest(), compromised()).prop_map(|(did, compromised)| {
            Operation::DeactivateDid(DeactivateDid { did: Did(did), compromised })
        }),
        (small(), number(), dids(1..=40)).prop_map(|(level, expires, dids)| {
            Operation::Attest(Attest { level, expires: Timestamp(expires), dids })
        }),
        dids(1..=40).prop_map(|dids| Operation::Withdraw(Withdraw { dids })),
        site().prop_map(|site| Operation::RegisterSite(RegisterSite { site })),
        site().prop_map(|site| Operation::UpdateSite(UpdateSite { site })),
        digest().prop_map(|proposal| {
            Operation::WithdrawApproval(WithdrawApproval { proposal: ProposalId(proposal) })
        }),
        (change(), number()).prop_map(|(change, expires)| {
            Operation::Propose(Propose { change, expires: Timestamp(expires) })
        }),
        digest().prop_map(|proposal| Operation::Approve(Approve { proposal: ProposalId(proposal) })),
        evidence().prop_map(|evidence| Operation::ReportEvidence(ReportEvidence { evidence })),
    ]
}

fn sender() -> impl Strategy<Value = Sender> {
    prop_oneof![
        digest().prop_map(|digest| Sender::Did(Did(digest))),
        organisation().prop_map(Sender::Organisation),
    ]
}

pub fn transaction() -> impl Strategy<Value = Transaction> {
    (digest(), sender(), number(), number(), operation()).prop_map(
        |(genesis, sender, sequence, expires, operation)| Transaction {
            genesis: GenesisDigest(genesis),
            sender,
            sequence: Sequence(sequence),
            expires: Timestamp(expires),
            operation,
        },
    )
}

pub fn signed_transaction() -> impl Strategy<Value = SignedTransaction> {
    let signatures = btree_map(key(), signature(), 1..=16).prop_map(|signatures: BTreeMap<_, _>| {
        signatures.into_iter().map(|(key, signature)| KeySignature { key, signature }).collect()
    });
    (transaction(), signatures)
        .prop_map(|(transaction, signatures)| SignedTransaction { transaction, signatures })
}

pub fn batch() -> impl Strategy<Value = Batch> {
    (key(), number(), vec(signed_transaction(), 1..4)).prop_map(|(author, number, transactions)| Batch {
        author,
        number,
        transactions,
    })
}

pub fn signed_batch() -> impl Strategy<Value = SignedBatch> {
    (batch(), signature()).prop_map(|(batch, signature)| SignedBatch { batch, signature })
}

fn validators() -> impl Strategy<Value = Vec<Validator>> {
    btree_map(any::<[u8; 31]>(), organisation(), 1..10).prop_map(|validators| {
        let key = |bytes: &[u8; 31], last| {
            let mut key = [last; 32];
            key[..31].copy_from_slice(bytes);
            PublicKey::ed25519(key)
        };
        let validator = |(bytes, organisation)| Validator {
            organisation,
            consensus_key: key(&bytes, 0),
            transport_key: key(&bytes, 1),
        };
        validators.into_iter().map(validator).collect()
    })
}

pub fn validator_set() -> impl Strategy<Value = ValidatorSet> {
    validators().prop_map(|validators| ValidatorSet::new(validators).unwrap())
}

pub fn member() -> impl Strategy<Value = Member> {
    (organisation(), key(), keys(5), option::of(roles())).prop_map(|(name, key, nodes, roles)| Member {
        name,
        key,
        nodes,
        roles,
    })
}

pub fn parameters() -> impl Strategy<Value = Parameters> {
    (number(), number(), number(), number(), small(), small()).prop_map(
        |(max_idle, max_expiry, quota_window, quota, approvals, format)| Parameters {
            max_idle,
            max_expiry,
            quota_window,
            quota,
            approvals,
            format,
        },
    )
}

pub fn genesis() -> impl Strategy<Value = Genesis> {
    let members = vec(member(), 0..5).prop_map(|mut members| {
        members.sort_by(|a, b| a.name.cmp(&b.name));
        members.dedup_by(|a, b| a.name == b.name);
        members
    });
    ("[a-z0-9-]{1,20}", digest(), number(), any::<bool>(), parameters(), members, validators()).prop_map(
        |(network, random, time, development, parameters, members, validators)| Genesis {
            network: NetworkName::new(&network).unwrap(),
            random,
            time: Timestamp(time),
            development,
            parameters,
            members,
            validators,
        },
    )
}

fn catch_up_request() -> impl Strategy<Value = CatchUpRequest> {
    (number(), digest())
        .prop_map(|(above, below)| CatchUpRequest { above: Height(above), below: BlockDigest(below) })
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        (number(), number(), number()).prop_map(|(epoch, first, last)| {
            Request::Views(ViewRange { epoch: Epoch(epoch), first: View(first), last: View(last) })
        }),
        digest().prop_map(|digest| Request::Block(BlockDigest(digest))),
        digest().prop_map(|digest| Request::Batch(BatchDigest(digest))),
        number().prop_map(|epoch| Request::EpochEnd(EpochQuestion { epoch: Epoch(epoch) })),
        catch_up_request().prop_map(Request::CatchUp),
    ]
}

fn catch_up_answer() -> impl Strategy<Value = CatchUpAnswer> {
    (catch_up_request(), option::of(certificate()), vec(block(), 0..4))
        .prop_map(|(request, commit, blocks)| CatchUpAnswer { request, commit, blocks })
}

fn wiped_answer() -> impl Strategy<Value = WipedAnswer> {
    (digest(), view(), option::of(certificate())).prop_map(|(nonce, present, entry)| WipedAnswer {
        nonce,
        present,
        entry,
    })
}

fn address_record() -> impl Strategy<Value = AddressRecord> {
    let addresses = vec(any::<(std::net::IpAddr, u16)>().prop_map(Into::into), 0..=limits::ADDRESSES_MAX);
    (key(), number(), addresses, signature()).prop_map(|(validator, issued, addresses, signature)| {
        let statement = AddressStatement { validator, issued: Timestamp(issued), addresses };
        AddressRecord { statement, signature }
    })
}

pub fn address_records() -> impl Strategy<Value = AddressRecords> {
    vec(address_record(), 0..4).prop_map(|records| AddressRecords { records })
}

pub fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        proposal().prop_map(|proposal| Message::Proposal(Box::new(proposal))),
        vote().prop_map(Message::Vote),
        certificate().prop_map(Message::Certificate),
        epoch_end().prop_map(|end| Message::EpochEnd(Box::new(end))),
        block().prop_map(|block| Message::Block(Box::new(block))),
        signed_batch().prop_map(|batch| Message::Batch(Box::new(batch))),
        vec(digest().prop_map(BatchDigest), 0..5).prop_map(|batches| Message::Have(Have { batches })),
        request().prop_map(Message::Request),
        catch_up_answer().prop_map(|answer| Message::CatchUp(Box::new(answer))),
        (number(), digest()).prop_map(|(epoch, nonce)| {
            Message::WipedQuestion(WipedQuestion { epoch: Epoch(epoch), nonce })
        }),
        wiped_answer().prop_map(|answer| Message::WipedAnswer(Box::new(answer))),
        address_records().prop_map(Message::Addresses),
    ]
}
