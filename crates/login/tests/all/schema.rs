//! What is exchanged is what its published schema says.

use prost_reflect::{DescriptorPool, DynamicMessage, Value, prost::Message};
use realdid_login::*;
use realdid_types::{Wire, wire::Body};

use crate::scene::Scene;

fn schema() -> DescriptorPool {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto");
    let imported = std::fs::read_dir(format!("{root}/realdid/v1")).unwrap().map(|file| file.unwrap().path());
    let own = ["state/v1/state.proto", "login/v1/login.proto"];
    let files = imported.chain(own.map(|file| format!("{root}/realdid/{file}").into()));
    let set = protobuf_parse::Parser::new().pure().include(root).inputs(files).file_descriptor_set();
    let bytes = protobuf::Message::write_to_bytes(&set.unwrap()).unwrap();
    DescriptorPool::decode(bytes.as_slice()).unwrap()
}

/// Whether every byte was understood.
fn understood(message: &DynamicMessage) -> bool {
    let value = |of: &Value| match of {
        Value::Message(message) => understood(message),
        Value::List(list) => list.iter().filter_map(Value::as_message).all(understood),
        _ => true,
    };
    message.unknown_fields().count() == 0 && message.fields().all(|(_, field)| value(field))
}

#[test]
fn a_response_is_read_and_written_alike_by_another_protobuf_library() {
    let scene = Scene::new();
    let bytes = scene.answer(Challenge { other_device: true, ..scene.challenge() }).encode();
    let message = schema().get_message_by_name("realdid.login.v1.Response").unwrap();
    let read = DynamicMessage::decode(message, bytes.as_slice()).unwrap();
    assert!(understood(&read), "{read:?}");
    assert_eq!(read.encode_to_vec(), bytes);
}

#[test]
fn every_message_has_the_names_and_numbers_of_the_schema() {
    let schema = schema();
    macro_rules! agree {
        ($($name:literal: $kind:ty,)*) => {$({
            let message = schema.get_message_by_name(concat!("realdid.login.v1.", $name)).unwrap();
            let published: Vec<(u32, String)> =
                message.fields().map(|field| (field.number(), field.name().to_owned())).collect();
            let format = <$kind as Body>::VERSIONED.then(|| (1, "format".to_owned()));
            let fields = <$kind as Body>::FIELDS.iter().map(|(number, name)| (*number, (*name).to_owned()));
            let fields: Vec<_> = format.into_iter().chain(fields).collect();
            assert_eq!(published, fields, $name);
        })*};
    }
    agree! {
        "Challenge": Challenge,
        "Response": Response,
        "Bundle": Bundle,
        "Attested": Attested,
        "ProvenAttestation": Proven<realdid_identity::Attestation>,
        "ProvenMember": Proven<realdid_state::MemberEntry>,
        "EpochStep": EpochStep,
    }
}
