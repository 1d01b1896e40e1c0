//! Names and DIDs as text.

use proptest::prelude::*;
use realdid_crypto::Digest;
use realdid_types::*;

use crate::world::filled;

fn network() -> NetworkName {
    NetworkName::new("local").unwrap()
}

#[test]
fn a_did_as_text_reads_back() {
    crate::round_trips::for_any(300, any::<[u8; 32]>(), |bytes| {
        let did = Did(Digest::from_bytes(bytes));
        prop_assert_eq!(Did::from_text(&did.to_text(&network()), &network()), Ok(did));
        Ok(())
    });
}

#[test]
fn a_did_as_text_is_as_published() {
    assert_eq!(
        Did(filled(1)).to_text(&network()),
        "did:realdid:local:4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi"
    );
    assert_eq!(Did(Digest::ZERO).to_text(&network()), format!("did:realdid:local:{}", "1".repeat(32)));
}

#[test]
fn other_texts_are_no_did_of_this_network() {
    let good = Did(filled(1)).to_text(&network());
    for bad in [
        "",
        "did:realdid:local:",
        "did:realdid:local",
        "did:realdid:other:4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi",
        "did:realdid:localhost:4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi",
        "did:web:local:4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi",
        "DID:realdid:local:4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi",
        "did:realdid:local:4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLK0",
        "did:realdid:local:4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLK",
        &format!("{good}11"),
        &format!("{good} "),
        &good.replace("local:", "local:1"),
        &format!("did:realdid:local:{}", "z".repeat(10_000)),
    ] {
        assert!(Did::from_text(bad, &network()).is_err(), "{bad:.90}");
    }
}

#[test]
fn names_keep_to_their_alphabet_and_length() {
    for good in ["a", "ministry", "operator-1", "0", "-", &"z".repeat(32)] {
        assert_eq!(OrganisationName::new(good).unwrap().as_str(), good);
    }
    for bad in ["", "Ministry", "a b", "a.b", "a_b", "ä", "a\0", &"z".repeat(33)] {
        assert!(OrganisationName::new(bad).is_err(), "{bad:?}");
    }
    assert!(NetworkName::new(&"z".repeat(20)).is_ok());
    assert!(NetworkName::new(&"z".repeat(21)).is_err());
}
