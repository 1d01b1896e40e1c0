//! What the state holds is what its published schema says.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DescriptorPool, DynamicMessage, Value, prost::Message};
use realdid_identity::{Attestation, DidRecord, HeldKey, Moment, ReplacedKey, SiteRecord};
use realdid_state::{
    BatchNumbers, BlockReceipts, Evidenced, FormerMember, MemberEntry, Members, NodeEntry, OpenProposals,
    Policy, ProposalEntry, QuotaEntry, Receipt, RecentHeader, ValidatorSets,
};
use realdid_types::{Action, Change, CreateDid, RecoverDid, Role, Wire, wire::Body};

use crate::{
    evidence::{double_prepare, report},
    governance::{decide, leaving, propose},
    ledger::Ledger,
    outcomes::world::{newcomer, remove, rule, world},
    people::{committed, compromised, controllers, create, did, person, recover, recovery, service},
};

/// The message that stands under each kind of key.
const MESSAGES: [&str; 18] = [
    "state.v1.DidRecord",
    "state.v1.ReplacedKey",
    "state.v1.MemberEntry",
    "state.v1.NodeEntry",
    "state.v1.QuotaEntry",
    "v1.Parameters",
    "state.v1.ValidatorSets",
    "state.v1.ProposalEntry",
    "state.v1.OpenProposals",
    "state.v1.RecentHeader",
    "state.v1.BlockReceipts",
    "state.v1.Evidenced",
    "state.v1.Attestation",
    "state.v1.SiteRecord",
    "state.v1.Policy",
    "state.v1.Members",
    "state.v1.FormerMember",
    "state.v1.NodeEntry",
];

fn schema() -> DescriptorPool {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto");
    let imported = std::fs::read_dir(format!("{root}/realdid/v1")).expect("the schema of messages");
    let files = imported.map(|file| file.expect("a file").path());
    let files = files.chain([format!("{root}/realdid/state/v1/state.proto").into()]);
    let set = protobuf_parse::Parser::new().pure().include(root).inputs(files).file_descriptor_set();
    let bytes = protobuf::Message::write_to_bytes(&set.expect("a valid schema")).expect("a whole schema");
    DescriptorPool::decode(bytes.as_slice()).expect("a whole schema")
}

/// Whether every byte was understood.
fn understood(message: &DynamicMessage) -> bool {
    fn value(of: &Value) -> bool {
        match of {
            Value::Message(message) => understood(message),
            Value::List(list) => list.iter().all(value),
            _ => true,
        }
    }
    message.unknown_fields().count() == 0 && message.fields().all(|(_, field)| value(field))
}

fn assert_standard(schema: &DescriptorPool, name: &str, bytes: &[u8]) {
    let message = schema.get_message_by_name(&format!("realdid.{name}")).expect("in the schema");
    let read = DynamicMessage::decode(message, bytes).expect("readable by its schema");
    assert!(understood(&read), "{name}: {read:?}");
    assert_eq!(read.encode_to_vec(), bytes, "{name}: {read:?}");
}

/// A ledger whose state has something under every kind of key, and a record with everything that one can hold.
fn full_ledger() -> Ledger {
    let mut ledger = world();
    let (controlled, now) = (Some(controllers(&[did("ann"), did("mall")], 2)), ledger.now());
    let recovered = RecoverDid {
        compromised: vec![compromised("shop", now)],
        controllers: controlled.clone(),
        ..recovery(did("shop"), "shop.2")
    };
    let whole = CreateDid { controllers: controlled, services: vec![service("first")], ..person("cid") };
    ledger.carry_out([
        recover(recovered, &["shop.recovery", "shop.2"]),
        create(CreateDid { next_key: committed("cid.2"), ..whole }, "cid"),
    ]);
    decide(&mut ledger, Change::PutMember(newcomer("omega")));
    decide(&mut ledger, remove("omega"));
    decide(&mut ledger, rule(Action::Attest, Role::Operator, 1));
    let evidence = report(&ledger, double_prepare(&ledger, 2, (0, 5)));
    ledger.apply(vec![evidence]);
    ledger
}

#[test]
fn every_value_of_the_state_is_read_and_written_alike_by_another_protobuf_library() {
    let (schema, ledger) = (schema(), full_ledger());
    let mut seen = BTreeSet::new();
    for (key, value) in ledger.store.values() {
        assert_standard(&schema, MESSAGES[usize::from(key[0]) - 1], value);
        seen.insert(key[0]);
    }
    assert_eq!(seen, (1..=18).collect(), "kinds of keys in the state");
}

#[test]
fn receipts_are_read_and_written_alike_by_another_protobuf_library() {
    let (schema, mut ledger) = (schema(), Ledger::new());
    let batch = ledger.batch("alpha", vec![propose(&ledger, "alpha", leaving("delta"))]);
    let (execution, _) = ledger.run(vec![batch]);
    assert_eq!(execution.receipts.len(), 1);
    execution
        .receipts
        .iter()
        .for_each(|receipt| assert_standard(&schema, "state.v1.Receipt", &receipt.encode()));
}

#[test]
fn every_message_has_the_names_and_numbers_of_the_schema() {
    let schema = schema();
    let of_state = schema.all_messages().filter(|message| message.package_name() == "realdid.state.v1");
    let mut left: BTreeMap<String, BTreeSet<(u32, String)>> = of_state
        .map(|message| {
            let fields = message.fields().map(|field| (field.number(), field.name().to_owned()));
            (message.name().to_owned(), fields.collect())
        })
        .collect();
    macro_rules! agree {
        ($($kind:ident,)*) => {$({
            let format = <$kind as Body>::VERSIONED.then(|| (1, "format".to_owned()));
            let fields = <$kind as Body>::FIELDS.iter().map(|(number, name)| (*number, (*name).to_owned()));
            let published = left.remove(stringify!($kind));
            assert_eq!(published, Some(fields.chain(format).collect()), stringify!($kind));
        })*};
    }
    agree! {
        Attestation, BatchNumbers, BlockReceipts, DidRecord, Evidenced, FormerMember, HeldKey, MemberEntry, Members,
        Moment, NodeEntry, OpenProposals, Policy, ProposalEntry, QuotaEntry, Receipt, RecentHeader, ReplacedKey,
        SiteRecord, ValidatorSets,
    }
    assert_eq!(left, BTreeMap::new(), "messages of the schema without a type");
}
