//! Bytes and digests that never change: signatures out there depend on them.
//!
//! `vectors.txt` is for other implementations too.

use std::fmt::Write;

use realdid_types::*;

use crate::world::{at, block, filled, name, secret, signed_batch, signed_transaction, validators, world};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Named values in the order of the file.
#[derive(Default)]
struct Vectors(String);

impl Vectors {
    fn add(&mut self, name: &str, value: impl std::fmt::Display) {
        writeln!(self.0, "{name} = {value}").unwrap();
    }

    fn encoding(&mut self, name: &str, value: &(impl Wire + std::fmt::Debug + PartialEq)) {
        let bytes = value.encode();
        assert_eq!(Wire::decode(&bytes).as_ref(), Ok(value));
        self.add(name, hex(&bytes));
    }
}

fn genesis() -> Genesis {
    Genesis {
        network: NetworkName::new("local").unwrap(),
        random: filled(1),
        time: Timestamp(1_700_000_000_000),
        development: true,
        parameters: Parameters {
            max_idle: 10_000,
            max_expiry: 3_600_000,
            quota_window: 60_000,
            quota: 100_000,
            approvals: 1,
            format: 1,
        },
        members: vec![Member {
            name: name("operator-0"),
            key: secret(100).public_key(),
            nodes: vec![secret(110).public_key()],
            roles: None,
        }],
        validators: validators(1, 1).0,
    }
}

fn of_genesis(vectors: &mut Vectors) {
    vectors.encoding("genesis", &genesis());
    vectors.add("genesis digest", genesis().digest());
    vectors.add("block 0", genesis().header().unwrap().digest());
    let set = genesis().validator_set().unwrap();
    vectors.encoding("validator set", &set);
    vectors.add("validator set digest", set.digest());
}

fn of_transactions(vectors: &mut Vectors, genesis: GenesisDigest) {
    let signed = signed_transaction(genesis, 1);
    vectors.encoding("operation", &signed.transaction.operation);
    vectors.add("operation digest", signed.transaction.operation.digest());
    vectors.encoding("transaction", &signed.transaction);
    vectors.add("transaction identifier", signed.id());
    vectors.encoding("signed transaction", &signed);

    let batch = signed_batch(genesis, 50, vec![signed]);
    vectors.add("batch digest", batch.batch.digest());
    vectors.add("batch signing digest", batch.batch.signing_digest(genesis));
    vectors.encoding("signed batch", &batch);
    vectors.encoding("batch reference", &batch.reference());
    vectors.add("batches root", Block::batches_root(&[batch.reference()]));
    vectors.add("batches root of none", Block::batches_root(&[]));
}

fn of_blocks(vectors: &mut Vectors, genesis: GenesisDigest) {
    let header = Header { next_validators: ValidatorsDigest(filled(6)), ..world(4).header(300, at(2, 5)) };
    vectors.encoding("header", &header);
    vectors.add("header digest", header.digest());
    vectors.add("proposal digest", header.proposal_digest(genesis));
    vectors.add("possession digest", ProofOfPossession::signing_digest(genesis, header.digest()));
}

fn of_votes(vectors: &mut Vectors, genesis: GenesisDigest) {
    let world = world(4);
    let statements = [
        ("prepare", VoteStatement::prepare(at(2, 5), block(7))),
        ("commit", VoteStatement::commit(at(2, 5), block(7))),
        ("skip", VoteStatement::skip(at(2, 5))),
    ];
    for (name, statement) in statements {
        vectors.encoding(name, &statement);
        vectors.add(&format!("{name} signing digest"), statement.signing_digest(genesis));
        vectors.encoding(&format!("{name} vote"), &world.vote(statement, 3));
    }
    vectors.encoding("certificate", &world.certificate(statements[2].1));
    let evidence = Evidence::votes(world.vote(statements[2].1, 3), world.vote(statements[1].1, 3)).unwrap();
    vectors.encoding("evidence", &evidence);
    vectors.add("evidence digest", evidence.digest());
    vectors.encoding("frame", &Message::Vote(world.vote(statements[0].1, 3)));
}

#[test]
fn bytes_and_digests_are_those_of_the_first_release() {
    let network = GenesisDigest(filled(9));
    let mut vectors = Vectors::default();
    of_genesis(&mut vectors);
    of_transactions(&mut vectors, network);
    of_blocks(&mut vectors, network);
    of_votes(&mut vectors, network);

    let frozen = include_str!("vectors.txt");
    for (now, then) in vectors.0.lines().zip(frozen.lines()) {
        assert_eq!(now, then);
    }
    assert_eq!(vectors.0.lines().count(), frozen.lines().count(), "{}", vectors.0);
}
