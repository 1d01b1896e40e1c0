//! Pages in a store.

use proptest::prelude::*;
use realdid_merkle::{Page, PageError, PageId, prove, update};

use crate::store::{Changes, Store, content, key, value};

proptest! {
    #[test]
    fn a_page_is_read_as_it_was_written(content in content(60)) {
        for page in Store::of(&content).pages.values() {
            prop_assert_eq!(Page::decode(page.as_bytes()), Ok(page.clone()));
        }
    }

    #[test]
    fn bytes_that_are_a_page_are_its_only_form(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(page) = Page::decode(&bytes) {
            prop_assert_eq!(page.as_bytes(), bytes);
        }
    }

    /// The names' bytes are ordered as the names are, so that a store keeps neighbours together.
    #[test]
    fn names_in_bytes_keep_their_order(content in content(40)) {
        let names: Vec<PageId> = Store::of(&content).pages.into_keys().collect();
        prop_assert!(names.is_sorted_by_key(PageId::to_bytes));
        prop_assert!(names.iter().all(|name| name.to_bytes()[0] == name.depth()));
    }
}

#[test]
fn bytes_that_are_no_page_are_refused_by_name() {
    let inner = [&[0, 0, 0x80, 0][..], &[1; 32]].concat();
    assert!(Page::decode(&inner).is_ok());
    assert_eq!(Page::decode(&inner[..3]), Err(PageError::Truncated(3)));
    assert_eq!(Page::decode(&[0; 4]), Err(PageError::Empty));
    assert_eq!(Page::decode(&[0x80, 1, 0x80, 0]), Err(PageError::Ambiguous(0x8000)));
    let shorter = PageError::Length { bytes: 35, expected: 36 };
    assert_eq!(Page::decode(&inner[..35]), Err(shorter));
    let longer = PageError::Length { bytes: 37, expected: 36 };
    assert_eq!(Page::decode(&[&inner[..], &[0]].concat()), Err(longer));
}

/// A store that lost a page: whatever came of it would be a root that no other node has.
fn damaged() -> Store {
    let mut store = Store::with(&(0..100).map(key).collect::<Vec<_>>());
    store.pages.retain(|id, _| *id == PageId::ROOT);
    store
}

#[test]
#[should_panic(expected = "the tree is damaged")]
fn nothing_is_built_on_a_tree_that_lacks_a_page() {
    let _ = update(&damaged(), &Changes::from([(key(1), Some(value(1)))]));
}

#[test]
#[should_panic(expected = "the tree is damaged")]
fn nothing_is_proven_by_a_tree_that_lacks_a_page() {
    let _ = prove(&damaged(), &key(1));
}
