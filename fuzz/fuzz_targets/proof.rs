//! Proofs: strict bytes, and no bytes prove what is not there.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use realdid_crypto::{Context, Digest, digest};
use realdid_fuzz::Choices;
use realdid_merkle::{Page, PageId, Pages, Proof, prove, update};

#[derive(Default)]
struct Store(BTreeMap<PageId, Page>);

impl Pages for Store {
    fn page(&self, id: &PageId) -> Option<Page> {
        self.0.get(id).cloned()
    }
}

fn key(number: u8) -> Digest {
    digest(Context::Random, &[number])
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let content: BTreeMap<Digest, Digest> =
        (0..choices.below(24)).map(|_| (key(choices.byte()), key(choices.byte()))).collect();
    let changes = content.iter().map(|(key, value)| (*key, Some(*value))).collect();
    let made = update(&Store::default(), &changes);
    let store = Store(made.pages.into_iter().filter_map(|(id, page)| Some((id, page?))).collect());
    let asked = key(choices.byte());
    let held = content.get(&asked);
    let proof = prove(&store, &asked);
    let sound = proof.encode();
    assert_eq!(Proof::decode(&sound).as_ref(), Ok(&proof));
    assert_eq!(proof.verify(&made.root, &asked, held), Ok(()));

    let mut bytes = sound;
    for _ in 0..choices.below(4) {
        let change = choices.byte();
        let place = choices.below(256) % bytes.len().max(1);
        match choices.below(3) {
            0 => bytes.get_mut(place).map(|byte| *byte ^= change).unwrap_or_default(),
            1 => bytes.insert(place.min(bytes.len()), change),
            _ => drop(bytes.pop()),
        }
    }
    for bytes in [bytes.as_slice(), choices.rest()] {
        let Ok(other) = Proof::decode(bytes) else { continue };
        assert_eq!(other.encode(), bytes, "one proof, one form");
        for claimed in [None, Some(key(0)), held.copied()] {
            if other.verify(&made.root, &asked, claimed.as_ref()).is_ok() {
                assert_eq!(claimed.as_ref(), held, "a proof of what is not there");
            }
        }
    }
});
