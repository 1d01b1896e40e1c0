//! The published schema says the same as the tables in the code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use proptest::prelude::*;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, Value, prost::Message};
use realdid_types::{Wire, wire::Body};

use crate::round_trips::for_any;

fn schema() -> DescriptorPool {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto");
    let folder = std::fs::read_dir(format!("{root}/realdid/v1")).unwrap();
    let files = folder.map(|file| file.unwrap().path());
    let set = protobuf_parse::Parser::new().pure().include(root).inputs(files).file_descriptor_set();
    let bytes = protobuf::Message::write_to_bytes(&set.unwrap()).unwrap();
    DescriptorPool::decode(bytes.as_slice()).unwrap()
}

fn message(schema: &DescriptorPool, name: &str) -> MessageDescriptor {
    let full = format!("realdid.v1.{name}");
    schema.get_message_by_name(&full).unwrap_or_else(|| panic!("the schema has no message {name}"))
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

/// Another implementation of protobuf, which knows only the schema, reads and writes the same bytes.
fn is_standard<T: Wire + Debug>(kind: &str, values: impl Strategy<Value = T>) {
    let descriptor = message(&schema(), kind);
    for_any(60, values, |value| {
        let bytes = value.encode();
        let read = DynamicMessage::decode(descriptor.clone(), bytes.as_slice())
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(understood(&read), "{read:?}");
        prop_assert_eq!(read.encode_to_vec(), bytes);
        Ok(())
    });
}

#[test]
fn what_we_write_another_protobuf_library_reads_and_writes_back() {
    for_every_kind!(is_standard);
}

/// `CreateDid` becomes `create_did`; what is in snake case already stays.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn fields_of<T: Body>() -> BTreeSet<(u32, String)> {
    let format = T::VERSIONED.then(|| (1, "format".to_owned()));
    T::FIELDS.iter().map(|(number, name)| (*number, snake_case(name))).chain(format).collect()
}

/// Adding a message to the schema without a type, or the other way round, fails here.
#[test]
fn every_message_has_the_names_and_numbers_of_the_schema() {
    let schema = schema();
    let mut left: BTreeSet<String> = schema.all_messages().map(|message| message.name().to_owned()).collect();
    macro_rules! agree {
        ($($name:ident = $kind:ty,)*) => {$({
            let published = message(&schema, stringify!($name));
            let published: BTreeSet<_> =
                published.fields().map(|field| (field.number(), field.name().to_owned())).collect();
            assert_eq!(fields_of::<$kind>(), published, stringify!($name));
            assert!(left.remove(stringify!($name)));
        })*};
        ($($kind:ident,)*) => { agree! { $($kind = realdid_types::$kind,)* } };
    }
    agree! {
        AddValidator, AddressRecord, AddressRecords, AddressStatement, Approve, Attest, Batch, BatchReference, Block, CatchUpAnswer, CatchUpRequest, Certificate, Change,
        CompromisedKey, Controllers, CreateDid, DeactivateDid, DidKey, EpochEnd, EpochQuestion, EpochView, Evidence, Genesis, Have, Header, KeySignature,
        Member, Message, Operation, Parameters, ProofOfPossession, Proposal, Propose, Purposes, PutMember, RecoverDid,
        RegisterSite, RemoveMember, RemoveValidator,
        ReportEvidence, Request, Roles, Rule, Sender, Service, SetParameters, SetRule, SignedBatch, SignedHeader, SignedTransaction, Site, Transaction, UpdateDid, UpdateSite,
        Validator, ValidatorSet, ViewRange, Vote, VoteStatement, WipedAnswer, WipedQuestion, Withdraw, WithdrawApproval,
    }
    agree! {
        VotePair = (realdid_types::Vote, realdid_types::Vote),
        SignedHeaderPair = (realdid_types::SignedHeader, realdid_types::SignedHeader),
    }
    assert_eq!(left, BTreeSet::new(), "messages of the schema without a type");
}

#[test]
fn alternatives_are_a_oneof_and_nothing_else_is() {
    let is_oneof = |name: &str| message(&schema(), name).oneofs().count() == 1;
    for name in ["Sender", "Operation", "Change", "Evidence", "Request", "Message"] {
        assert!(is_oneof(name), "{name}");
    }
    let oneofs: usize = schema().all_messages().map(|message| message.oneofs().count()).sum();
    assert_eq!(oneofs, 6);
}

#[test]
fn kinds_of_votes_have_the_numbers_of_the_schema() {
    let kinds = schema().get_enum_by_name("realdid.v1.VoteKind").unwrap();
    let kinds: Vec<_> = kinds.values().map(|kind| (kind.number(), kind.name().to_owned())).collect();
    let expected = ["UNSPECIFIED", "PREPARE", "COMMIT", "SKIP"].iter().zip(0..);
    assert_eq!(kinds, expected.map(|(name, n)| (n, format!("VOTE_KIND_{name}"))).collect::<Vec<_>>());
}

/// The numbers of actions and roles, beside the word for none.
#[test]
fn the_rows_of_the_policy_have_the_numbers_of_the_schema() {
    let numbers = |name: &str| -> BTreeMap<String, i32> {
        let kinds = schema().get_enum_by_name(&format!("realdid.v1.{name}")).unwrap();
        kinds.values().map(|kind| (kind.name().to_owned(), kind.number())).collect()
    };
    let upper = |text: String| snake_case(&text).to_uppercase();
    let ours = |kind: &str, all: Vec<(String, i32)>| -> BTreeMap<String, i32> {
        let none = std::iter::once((format!("{kind}_UNSPECIFIED"), 0));
        none.chain(all.into_iter().map(|(name, n)| (format!("{kind}_{}", upper(name)), n))).collect()
    };
    let actions =
        realdid_types::Action::ALL.iter().map(|action| (format!("{action:?}"), *action as i32)).collect();
    assert_eq!(ours("ACTION", actions), numbers("Action"));
    let roles = realdid_types::Role::ALL.iter().map(|role| (format!("{role:?}"), *role as i32)).collect();
    assert_eq!(ours("ROLE", roles), numbers("Role"));
}
