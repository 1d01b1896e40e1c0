//! Every way in which bytes can be wrong has an error of its own.

use realdid_crypto::{Digest, UnsupportedSuite};
use realdid_types::{DecodeError as Wrong, *};

use crate::world::{at, block, filled, name, signed_transaction, world};

/// A field with a number.
fn number(field: u8, value: u8) -> Vec<u8> {
    assert!(value < 0x80, "one byte is enough");
    vec![field << 3, value]
}

/// A field with bytes or a message.
fn bytes(field: u8, content: &[u8]) -> Vec<u8> {
    let mut length = content.len();
    let mut field = vec![field << 3 | 2];
    while length >= 0x80 {
        field.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    [&field, content].concat()
}

/// "Prepare block 7 in view 1.2", by hand: format, kind, view, block.
fn fields() -> [Vec<u8>; 4] {
    let view = [number(1, 1), number(2, 2)].concat();
    [number(1, 1), number(2, 1), bytes(3, &view), bytes(4, &[7; 32])]
}

fn statement(fields: [Vec<u8>; 4]) -> Result<VoteStatement, Wrong> {
    VoteStatement::decode(&fields.concat())
}

#[test]
fn bytes_made_by_hand_are_accepted_when_nothing_is_wrong() {
    let expected = VoteStatement::prepare(at(1, 2), block(7));
    assert_eq!(statement(fields()), Ok(expected));
    assert_eq!(expected.encode(), fields().concat());
}

#[test]
fn a_number_is_in_its_shortest_form() {
    let [_, kind, view, block] = fields();
    assert_eq!(statement([vec![0x08, 0x81, 0x00], kind, view, block]), Err(Wrong::NonMinimalVarint));

    let [format, kind, view, block] = fields();
    let long_tag = [&[0x90, 0x00], &kind[1..]].concat();
    assert_eq!(statement([format, long_tag, view, block]), Err(Wrong::NonMinimalVarint));

    let [format, kind, view, _] = fields();
    let long_length = [&[0x22, 0xa0, 0x00], &[7; 32][..]].concat();
    assert_eq!(statement([format, kind, view, long_length]), Err(Wrong::NonMinimalVarint));
}

#[test]
fn a_number_has_at_most_64_bits() {
    let question = |value: &[u8]| {
        let range = [&[0x08], value].concat();
        Message::decode(&[number(1, 1), bytes(9, &bytes(1, &range))].concat())
    };
    let largest = [[0xff; 9].as_slice(), &[0x01]].concat();
    let range = ViewRange { epoch: Epoch(u64::MAX), first: View(0), last: View(0) };
    assert_eq!(question(&largest), Ok(Message::Request(Request::Views(range))));

    let of_65_bits = [[0xff; 9].as_slice(), &[0x02]].concat();
    assert_eq!(question(&of_65_bits), Err(Wrong::VarintOverflow));
    let of_eleven_bytes = [[0xff; 10].as_slice(), &[0x01]].concat();
    assert_eq!(question(&of_eleven_bytes), Err(Wrong::VarintOverflow));
    assert_eq!(VoteStatement::decode(&[0x80, 0x80, 0x80, 0x80, 0x10]), Err(Wrong::VarintOverflow), "a tag");
}

#[test]
fn a_number_is_in_the_range_of_its_field() {
    let vote =
        |signer: Vec<u8>| Vote::decode(&[bytes(1, &fields().concat()), signer, bytes(3, &[0; 65])].concat());
    assert_eq!(vote(vec![0x10, 0xff, 0xff, 0x03]).unwrap().signer, ValidatorIndex(u16::MAX));
    assert_eq!(vote(vec![0x10, 0x80, 0x80, 0x04]), Err(Wrong::NumberRange(2)));
    assert_eq!(did_key(&number(1, 2)), Err(Wrong::NumberRange(1)), "true is 1");
}

#[test]
fn fields_ascend() {
    let [format, kind, view, block] = fields();
    assert_eq!(statement([format, view, kind, block]), Err(Wrong::Reordered(2)));
    let [format, kind, view, block] = fields();
    assert_eq!(statement([block, format, kind, view]), Err(Wrong::Reordered(1)));
}

#[test]
fn a_field_comes_once() {
    let [format, kind, view, block] = fields();
    let twice = [kind.clone(), kind].concat();
    assert_eq!(statement([format, twice, view, block]), Err(Wrong::Duplicate(2)));
    let [format, kind, view, block] = fields();
    let twice = [block.clone(), block].concat();
    assert_eq!(statement([format, kind, view, twice]), Err(Wrong::Duplicate(4)));
}

#[test]
fn fields_that_the_schema_does_not_have_are_refused() {
    let [format, kind, view, block] = fields();
    let more = [block, number(5, 1)].concat();
    assert_eq!(statement([format, kind, view, more]), Err(Wrong::UnknownField(5)));
    let [format, kind, view, block] = fields();
    let fixed = [block, vec![0x2d, 1, 2, 3, 4]].concat();
    assert_eq!(statement([format, kind, view, fixed]), Err(Wrong::WireType(5)));
}

#[test]
fn every_field_without_a_default_must_be_there() {
    for (place, missing) in [(0, 1), (1, 2), (2, 3), (3, 4)] {
        let mut fields = fields();
        fields[place].clear();
        assert_eq!(statement(fields), Err(Wrong::Missing(missing)));
    }
    assert_eq!(VoteStatement::decode(&[]), Err(Wrong::Missing(1)));
}

#[test]
fn defaults_are_left_out() {
    let [format, kind, _, block] = fields();
    let zero_epoch = bytes(3, &[number(1, 0), number(2, 2)].concat());
    assert_eq!(statement([format, kind, zero_epoch, block]), Err(Wrong::ExplicitDefault(1)));
    assert_eq!(did_key(&number(2, 0)), Err(Wrong::ExplicitDefault(2)), "false");
}

#[test]
fn a_field_has_the_wire_type_of_the_schema() {
    let [_, kind, view, block] = fields();
    assert_eq!(statement([bytes(1, &[1]), kind, view, block]), Err(Wrong::WireType(1)));
    let [format, kind, view, _] = fields();
    assert_eq!(statement([format, kind, view, number(4, 7)]), Err(Wrong::WireType(4)));
    let [_, kind, view, block] = fields();
    assert_eq!(statement([vec![0x0d, 1, 0, 0, 0], kind, view, block]), Err(Wrong::WireType(1)));
}

#[test]
fn nothing_follows_the_end() {
    let padded = [fields().concat(), vec![0]].concat();
    assert_eq!(VoteStatement::decode(&padded), Err(Wrong::Trailing));
}

#[test]
fn bytes_that_are_cut_off_are_refused_wherever_they_are_cut() {
    let whole = fields().concat();
    let borders = [0, 2, 4, 10];
    for length in (0..whole.len()).filter(|length| !borders.contains(length)) {
        assert_eq!(VoteStatement::decode(&whole[..length]), Err(Wrong::Truncated), "{length}");
    }
    let [format, kind, view, _] = fields();
    let promises_much = vec![0x22, 0xff, 0xff, 0xff, 0xff, 0x0f, 7];
    assert_eq!(statement([format, kind, view, promises_much]), Err(Wrong::Truncated));
}

/// A type that can stand in itself, which no type of the schema can.
#[derive(Debug, PartialEq)]
struct Nest {
    inner: Option<Box<Nest>>,
}
codec! { Nest[1024] { 1: inner, } }

#[test]
fn messages_are_nested_at_most_so_deep() {
    let nested = |depth| (0..depth).fold(Vec::new(), |inner, _| bytes(1, &inner));
    assert!(Nest::decode(&nested(limits::NESTING_MAX)).is_ok());
    assert_eq!(Nest::decode(&nested(limits::NESTING_MAX + 1)), Err(Wrong::TooDeep(limits::NESTING_MAX)));
    assert_eq!(Nest::decode(&nested(200)), Err(Wrong::TooDeep(limits::NESTING_MAX)));
}

#[test]
fn nothing_is_longer_than_its_kind_may_be() {
    let (bytes_max, long) = (limits::VOTE_BYTES_MAX, vec![0xff; limits::VOTE_BYTES_MAX + 1]);
    assert_eq!(Vote::decode(&long), Err(Wrong::Oversize { bytes: bytes_max + 1, max: bytes_max }));

    // also inside a frame that could hold it
    let frame = [number(1, 1), bytes(3, &long)].concat();
    assert_eq!(Message::decode(&frame), Err(Wrong::Oversize { bytes: bytes_max + 1, max: bytes_max }));
    let batch = [number(1, 1), bytes(7, &vec![0; limits::BATCH_BYTES_MAX + 1])].concat();
    let refused = Wrong::Oversize { bytes: limits::BATCH_BYTES_MAX + 1, max: limits::BATCH_BYTES_MAX };
    assert_eq!(Message::decode(&batch), Err(refused));
}

#[test]
fn a_list_has_at_most_so_many_entries() {
    let signed = |signers: u8| {
        let transaction = signed_transaction(GenesisDigest::ZERO, 1).transaction;
        let signature = |seed: u8| {
            bytes(2, &[bytes(1, &[&[0], [seed; 32].as_slice()].concat()), bytes(2, &[0; 65])].concat())
        };
        let signatures: Vec<u8> = (1..=signers).flat_map(signature).collect();
        SignedTransaction::decode(&[bytes(1, &transaction.encode()), signatures].concat())
    };
    assert_eq!(signed(16).map(|signed| signed.signatures.len()), Ok(16));
    assert_eq!(signed(17), Err(Wrong::TooMany { field: 2, max: 16 }));
}

#[test]
fn digests_keys_and_signatures_have_their_lengths() {
    for length in [0, 1, 31, 33] {
        let [format, kind, view, _] = fields();
        let block = bytes(4, &vec![7; length]);
        assert_eq!(statement([format, kind, view, block]), Err(Wrong::Length { field: 4, bytes: length }));
    }
    let reference = |author: &[u8]| BatchReference::decode(&[bytes(1, &[7; 32]), bytes(2, author)].concat());
    assert!(reference(&[0; 33]).is_ok());
    assert_eq!(reference(&[0; 32]), Err(Wrong::Length { field: 2, bytes: 31 }));
    assert_eq!(reference(&[]), Err(Wrong::Length { field: 2, bytes: 0 }));
}

#[test]
fn kinds_suites_and_alternatives_that_do_not_exist_are_refused() {
    let [format, _, view, block] = fields();
    assert_eq!(
        statement([format, number(2, 4), view, block]),
        Err(Wrong::UnknownKind { field: 2, number: 4 })
    );

    let sm2 = bytes(2, &[[1].as_slice(), &[0; 32]].concat());
    let reference = BatchReference::decode(&[bytes(1, &[7; 32]), sm2].concat());
    assert_eq!(reference, Err(Wrong::Suite(UnsupportedSuite(1))));

    assert_eq!(Operation::decode(&bytes(14, &[])), Err(Wrong::UnknownAlternative(14)));
    let frame = [number(1, 1), bytes(14, &[])].concat();
    assert_eq!(Message::decode(&frame), Err(Wrong::UnknownAlternative(14)));
}

#[test]
fn exactly_one_alternative_is_given() {
    assert_eq!(Operation::decode(&[]), Err(Wrong::Alternatives));
    assert_eq!(Message::decode(&number(1, 1)), Err(Wrong::Alternatives));
    let approve = bytes(4, &bytes(1, &[7; 32]));
    assert!(Operation::decode(&approve).is_ok());
    let create = bytes(1, &create_did(&[&did_key_bytes(1, &number(1, 1))]));
    assert_eq!(Operation::decode(&[create, approve.clone()].concat()), Err(Wrong::Alternatives));
    assert_eq!(Operation::decode(&[approve.clone(), approve].concat()), Err(Wrong::Alternatives));
}

#[test]
fn another_format_is_refused_by_name() {
    let [_, kind, view, block] = fields();
    assert_eq!(statement([number(1, 2), kind, view, block]), Err(Wrong::Format(2)));
    let mut frame = Message::Have(Have { batches: Vec::new() }).encode();
    frame[1] = 3;
    assert_eq!(Message::decode(&frame), Err(Wrong::Format(3)));
}

#[test]
fn text_keeps_to_its_alphabet_and_length() {
    let member = |name: &[u8]| Member::decode(&[bytes(1, name), bytes(2, &[0; 33])].concat());
    assert!(member(b"operator-1").is_ok());
    for bad in [b"".as_slice(), b"Operator", b"a b", b"\xff", "é".as_bytes(), &[b'a'; 33]] {
        assert_eq!(member(bad), Err(Wrong::Text(1)), "{bad:?}");
    }
}

fn did_key_bytes(seed: u8, purposes: &[u8]) -> Vec<u8> {
    [bytes(1, &[&[0], [seed; 32].as_slice()].concat()), bytes(2, purposes)].concat()
}

fn create_did(keys: &[&[u8]]) -> Vec<u8> {
    let keys: Vec<u8> = keys.iter().flat_map(|key| bytes(1, key)).collect();
    [keys, bytes(2, &[5; 32]), bytes(3, &[0; 32])].concat()
}

/// An operation that makes a DID with one key with these purposes.
fn did_key(purposes: &[u8]) -> Result<Operation, Wrong> {
    Operation::decode(&bytes(1, &create_did(&[&did_key_bytes(1, purposes)])))
}

#[test]
fn a_key_is_for_something() {
    assert!(did_key(&number(3, 1)).is_ok());
    assert_eq!(did_key(&[]), Err(Wrong::NoPurpose));
}

#[test]
fn lists_that_ascend_do_so_strictly() {
    let create = |seeds: &[u8]| {
        let keys: Vec<_> = seeds.iter().map(|seed| did_key_bytes(*seed, &number(1, 1))).collect();
        let keys: Vec<_> = keys.iter().map(Vec::as_slice).collect();
        Operation::decode(&bytes(1, &create_did(&keys)))
    };
    assert!(create(&[1, 2, 3]).is_ok());
    assert_eq!(create(&[1, 3, 2]), Err(Wrong::NotAscending(1)));
    assert_eq!(create(&[1, 1]), Err(Wrong::NotAscending(1)), "one key twice");
    assert_eq!(create(&[]), Err(Wrong::Missing(1)), "a DID without a key");

    // the same key with other purposes is the same key
    let (login, change) = (did_key_bytes(1, &number(1, 1)), did_key_bytes(1, &number(2, 1)));
    let twice = Operation::decode(&bytes(1, &create_did(&[&login, &change])));
    assert_eq!(twice, Err(Wrong::NotAscending(1)));
}

#[test]
fn other_lists_that_ascend_do_so_too() {
    let world = world(4);
    let mut signed = signed_transaction(world.genesis, 1);
    signed.signatures.push(signed.signatures[0].clone());
    assert_eq!(SignedTransaction::decode(&signed.encode()), Err(Wrong::NotAscending(2)));
    signed.signatures.clear();
    assert_eq!(SignedTransaction::decode(&signed.encode()), Err(Wrong::Missing(2)));

    let skip = |view| world.certificate(VoteStatement::skip(at(0, view)));
    let proposal = |skips| {
        let block = Block { header: world.header(1, at(0, 3)), batches: Vec::new() };
        let signature = world.keys[0].sign(b"");
        Proposal { block, signature, parent: None, skips, commit: None }
    };
    let ascending = proposal(vec![skip(1), skip(2)]);
    assert_eq!(Proposal::decode(&ascending.encode()), Ok(ascending));
    let descending = proposal(vec![skip(2), skip(1)]);
    assert_eq!(Proposal::decode(&descending.encode()), Err(Wrong::NotAscending(4)));

    let key = |seed| crate::world::secret(seed).public_key();
    let (low, high) = (key(1).min(key(2)), key(1).max(key(2)));
    let member = Member { name: name("a"), key: key(3), nodes: vec![high, low], roles: None };
    assert_eq!(Member::decode(&member.encode()), Err(Wrong::NotAscending(3)));
}

#[test]
fn a_bitmap_marks_as_many_signers_as_there_are_signatures() {
    let mut certificate = world(4).certificate(VoteStatement::skip(at(0, 1)));
    certificate.signatures.pop();
    let refused = Wrong::Bitmap { signers: 3, signatures: 2 };
    assert_eq!(Certificate::decode(&certificate.encode()), Err(refused));

    let with_bitmap = |bitmap: &[u8]| {
        let statement = bytes(1, &VoteStatement::skip(at(0, 1)).encode());
        Certificate::decode(&[statement, bytes(2, bitmap), bytes(3, &[0; 65])].concat())
    };
    assert!(with_bitmap(&[1]).is_ok());
    assert_eq!(with_bitmap(&[]), Err(Wrong::Length { field: 2, bytes: 0 }));
    assert_eq!(with_bitmap(&[1; 26]), Err(Wrong::Length { field: 2, bytes: 26 }));
}

#[test]
fn a_skip_names_no_block_and_everything_else_names_one() {
    let [format, _, view, block] = fields();
    assert_eq!(statement([format, number(2, 3), view, block]), Err(Wrong::Statement));
    let [format, kind, view, _] = fields();
    assert_eq!(statement([format, kind, view, bytes(4, &[0; 32])]), Err(Wrong::Statement));
}

#[test]
fn validators_that_are_no_set_are_refused() {
    assert_eq!(ValidatorSet::decode(&number(1, 1)), Err(Wrong::Validators(ValidatorSetError::Size(0))));
    let (consensus, transport) = (bytes(2, &[0; 33]), bytes(3, &[0; 33]));
    let validator = bytes(2, &[bytes(1, b"a"), consensus, transport].concat());
    let shared = ValidatorSet::decode(&[number(1, 1), validator].concat());
    assert_eq!(shared, Err(Wrong::Validators(ValidatorSetError::SharedKey)));
}

#[test]
fn a_batch_holds_at_least_one_transaction() {
    let empty = Batch { author: crate::world::secret(1).public_key(), number: 0, transactions: Vec::new() };
    assert_eq!(Batch::decode(&empty.encode()), Err(Wrong::Missing(4)));
}

#[test]
fn a_digest_of_zeros_is_spelled_out() {
    let approve = Operation::Approve(Approve { proposal: ProposalId(Digest::ZERO) });
    assert_eq!(approve.encode().len(), 2 + 2 + 32);
    let approve = Operation::Approve(Approve { proposal: ProposalId(filled(0)) });
    assert_eq!(Operation::decode(&approve.encode()), Ok(approve));
}
