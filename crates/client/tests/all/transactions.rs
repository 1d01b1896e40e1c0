//! The bytes of every kind of transaction, frozen: whoever builds or signs one elsewhere must get the same.
//!
//! `transactions.json` is for other implementations too. A `draft` is what the JavaScript package makes the transaction
//! of, and what it shows of it; seeds of keys are 32 times the byte that is named.

use realdid_client::{Member, create_did, sign};
use realdid_crypto::{Digest, PublicKey, SecretKey, Signature};
use realdid_identity::commitment;
use realdid_types::*;
use serde_json::Value;

use crate::genesis;

const EXPIRES: Timestamp = Timestamp(1_795_745_000_000);

struct Vector {
    name: &'static str,
    signed: SignedTransaction,
    seeds: Vec<u8>,
}

fn secret(seed: u8) -> SecretKey {
    SecretKey::ed25519(&[seed; 32])
}

fn public(seed: u8) -> PublicKey {
    secret(seed).public_key()
}

fn did(byte: u8) -> Did {
    Did(Digest::from_bytes([byte; 32]))
}

fn everything(seed: u8) -> DidKey {
    DidKey {
        key: public(seed),
        purposes: Purposes { authentication: true, invocation: true, assertion: true },
    }
}

fn login(seed: u8) -> DidKey {
    DidKey { key: public(seed), purposes: Purposes { authentication: true, ..Purposes::default() } }
}

fn service(name: &str, kind: &str, endpoint: &str) -> Service {
    Service {
        name: ServiceName::new(name).unwrap(),
        kind: ServiceKind::new(kind).unwrap(),
        endpoint: HttpsUrl::new(endpoint).unwrap(),
    }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

fn site(closed: bool) -> Site {
    Site {
        did: did(1),
        name: SiteName::new("Bücher & Co.").unwrap(),
        origins: vec![
            Origin::new("http://localhost:3000").unwrap(),
            Origin::new("https://books.example").unwrap(),
        ],
        return_addresses: vec![ReturnAddress::new("https://books.example/login/return").unwrap()],
        may_ask_real_name: !closed,
        closed,
    }
}

fn vector(name: &'static str, sender: Sender, operation: Operation, seeds: &[u8]) -> Vector {
    let transaction = Transaction {
        genesis: genesis().digest(),
        sender,
        sequence: if matches!(operation, Operation::CreateDid(_)) { Sequence(0) } else { Sequence(7) },
        expires: EXPIRES,
        operation,
    };
    let keys: Vec<SecretKey> = seeds.iter().map(|seed| secret(*seed)).collect();
    let signed = sign(transaction, &keys.iter().collect::<Vec<_>>());
    Vector { name, signed, seeds: seeds.to_vec() }
}

fn create_person() -> Vector {
    let (_, signed) = create_did(genesis().digest(), &secret(1), commitment(&public(2)), EXPIRES);
    Vector { name: "create", signed, seeds: vec![1] }
}

fn create_organisation() -> Vector {
    let operation = Operation::CreateDid(CreateDid {
        keys: sorted(vec![everything(1), login(3)]),
        recovery: commitment(&public(2)),
        next_key: commitment(&public(4)),
        controllers: Some(Controllers { dids: vec![did(1), did(2), did(3)], threshold: 2 }),
        services: vec![
            service("domains", "LinkedDomains", "https://example.cn"),
            service("login", "Login", "https://example.cn:8443/a_b~c-d.e/"),
        ],
    });
    vector("create of an organisation", Sender::Did(Did(operation.digest())), operation, &[1, 3])
}

fn of_dids() -> Vec<Vector> {
    let sender = || Sender::Did(did(1));
    let rotate = UpdateDid::of_keys(did(1), vec![everything(4)], vec![public(1)], commitment(&public(5)));
    let services = UpdateDid {
        add_services: vec![service("login", "Login", "https://example.cn/login")],
        remove_services: vec![ServiceName::new("domains").unwrap()],
        controllers: Some(Controllers::default()),
        ..UpdateDid::of_keys(did(1), Vec::new(), Vec::new(), Digest::ZERO)
    };
    let compromised = || {
        let declared = |(seed, since)| CompromisedKey { key: public(seed), since: Timestamp(since) };
        let mut list: Vec<_> = [(1, 1_795_744_000_000), (3, 0)].map(declared).into();
        list.sort_by_key(|one| one.key);
        list
    };
    let recover = RecoverDid {
        did: did(1),
        keys: sorted(vec![everything(6), login(7)]),
        recovery: commitment(&public(8)),
        next_key: Digest::ZERO,
        controllers: Some(Controllers { dids: vec![did(9)], threshold: 1 }),
        compromised: compromised(),
    };
    let deactivate = DeactivateDid { did: did(1), compromised: compromised() };
    vec![
        vector("rotate", sender(), Operation::UpdateDid(rotate), &[1, 4]),
        vector("update of services and controllers", sender(), Operation::UpdateDid(services), &[1]),
        vector("recover", sender(), Operation::RecoverDid(recover), &[2, 6, 7]),
        vector("deactivate", sender(), Operation::DeactivateDid(deactivate), &[2]),
    ]
}

fn of_authorities_and_operators() -> Vec<Vector> {
    let sender = |name| Sender::Organisation(OrganisationName::new(name).unwrap());
    let attest =
        Attest { level: 2, expires: Timestamp(1_827_280_000_000), dids: vec![did(1), did(2), did(3)] };
    let withdraw = Withdraw { dids: vec![did(2)] };
    vec![
        vector("attest", sender("ministry"), Operation::Attest(attest), &[9]),
        vector("withdraw", sender("ministry"), Operation::Withdraw(withdraw), &[9]),
        vector(
            "register_site",
            sender("operator-1"),
            Operation::RegisterSite(RegisterSite { site: site(false) }),
            &[1, 9],
        ),
        vector(
            "update_site",
            sender("operator-1"),
            Operation::UpdateSite(UpdateSite { site: site(true) }),
            &[1, 9],
        ),
    ]
}

fn changes() -> Vec<(&'static str, Change)> {
    let name = |name| OrganisationName::new(name).unwrap();
    let parameters = Parameters {
        max_idle: 5_000,
        max_expiry: 3_600_000,
        quota_window: 60_000,
        quota: 1_000_000,
        approvals: 3,
        format: 2,
    };
    let add_validator = AddValidator {
        organisation: name("operator-2"),
        consensus_key: public(10),
        transport_key: public(11),
        proof: ProofOfPossession { height: Height(300), signature: Signature::ed25519([12; 64]) },
    };
    let put_member = PutMember {
        name: name("operator-9"),
        key: public(12),
        roles: Roles { authority: false, operator: true },
        add_nodes: sorted(vec![public(13), public(14)]),
        remove_nodes: vec![public(15)],
    };
    let rule = Rule { action: Action::ChangeMembers, role: Role::Member, approvals: 4 };
    vec![
        ("propose add_validator", Change::AddValidator(add_validator)),
        ("propose remove_validator", Change::RemoveValidator(RemoveValidator { consensus_key: public(10) })),
        ("propose put_member", Change::PutMember(put_member)),
        ("propose remove_member", Change::RemoveMember(RemoveMember { name: name("operator-9") })),
        ("propose set_parameters", Change::SetParameters(SetParameters { parameters })),
        ("propose set_rule", Change::SetRule(SetRule { rule })),
    ]
}

fn of_members() -> Vec<Vector> {
    let member = Member {
        genesis: genesis().digest(),
        name: OrganisationName::new("operator-1").unwrap(),
        key: &secret(9),
        sequence: Sequence(7),
        expires: EXPIRES,
    };
    let of = |name, signed| Vector { name, signed, seeds: vec![9] };
    let proposal = ProposalId(Digest::from_bytes([5; 32]));
    let withdraw = Operation::WithdrawApproval(WithdrawApproval { proposal });
    let mut vectors: Vec<Vector> =
        changes().into_iter().map(|(name, change)| of(name, member.propose(change).1)).collect();
    vectors.push(of("approve", member.approve(proposal)));
    vectors.push(vector("withdraw_approval", Sender::Organisation(member.name.clone()), withdraw, &[9]));
    vectors.push(of("report_evidence", member.report(evidence())));
    vectors
}

/// Two votes of one validator in one view.
fn evidence() -> Evidence {
    let vote = |block: u8| Vote {
        statement: VoteStatement {
            kind: VoteKind::Prepare,
            at: EpochView { epoch: Epoch(1), view: View(3) },
            block: BlockDigest(Digest::from_bytes([block; 32])),
        },
        signer: ValidatorIndex(2),
        signature: Signature::ed25519([block; 64]),
    };
    Evidence::votes(vote(1), vote(2)).expect("they contradict each other")
}

fn vectors() -> Vec<Vector> {
    let mut vectors = vec![create_person(), create_organisation()];
    vectors.extend(of_dids());
    vectors.extend(of_authorities_and_operators());
    vectors.extend(of_members());
    vectors
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_kind_of_transaction_has_the_bytes_that_are_frozen() {
    let frozen: Vec<Value> = serde_json::from_str(include_str!("transactions.json")).unwrap();
    let shown = |vector: &Vector| {
        serde_json::json!({
            "name": vector.name,
            "seeds": vector.seeds,
            "id": vector.signed.id().to_string(),
            "unsigned": hex(&vector.signed.transaction.encode()),
            "signed": hex(&vector.signed.encode()),
        })
    };
    let now: Vec<Value> = vectors().iter().map(shown).collect();
    let now_all = Value::Array(now.clone());
    for (place, now) in now.iter().enumerate() {
        let mut then = frozen.get(place).cloned().unwrap_or_default();
        if let Some(fields) = then.as_object_mut() {
            fields.remove("draft").expect("what JavaScript makes it of");
        }
        assert_eq!(*now, then, "all of them now: {now_all}");
    }
    assert_eq!(now.len(), frozen.len());
}

#[test]
fn every_operation_and_every_change_is_frozen() {
    let kind = |vector: &Vector| match &vector.signed.transaction.operation {
        Operation::Propose(propose) => format!("propose {}", propose.change.name()),
        other => format!("{:?}", std::mem::discriminant(other)),
    };
    let kinds: std::collections::BTreeSet<String> = vectors().iter().map(kind).collect();
    assert_eq!(kinds.len(), 11 + 6, "eleven operations beside the proposals, and six changes");
}
