//! The authenticated map: whatever was put in and taken out, in whatever order, one content has one root.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use realdid_crypto::Digest;
use realdid_fuzz::Choices;
use realdid_merkle::{Page, PageId, Pages, root_of, update};

#[derive(Default)]
struct Store(BTreeMap<PageId, Page>);

impl Pages for Store {
    fn page(&self, id: &PageId) -> Option<Page> {
        self.0.get(id).cloned()
    }
}

impl Store {
    fn apply(&mut self, changes: &BTreeMap<Digest, Option<Digest>>) {
        for (id, page) in update(self, changes).pages {
            match page {
                Some(page) => drop(self.0.insert(id, page)),
                None => drop(self.0.remove(&id)),
            }
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let (mut store, mut content) = (Store::default(), BTreeMap::new());
    while !choices.is_over() {
        let mut changes = BTreeMap::new();
        for _ in 0..choices.below(12) {
            // few bytes differ, at the front and at the end, so that keys share long prefixes
            let mut key = [0; 32];
            (key[0], key[31]) = (choices.byte(), choices.byte() % 4);
            let value = (choices.below(3) > 0).then(|| Digest::from_bytes([choices.byte(); 32]));
            changes.insert(Digest::from_bytes(key), value);
        }
        store.apply(&changes);
        for (key, value) in changes {
            match value {
                Some(value) => drop(content.insert(key, Some(value))),
                None => drop(content.remove(&key)),
            }
        }
    }
    let mut fresh = Store::default();
    fresh.apply(&content);
    assert_eq!(root_of(&store), root_of(&fresh));
    assert_eq!(store.0, fresh.0, "pages are left over or missing");
});
