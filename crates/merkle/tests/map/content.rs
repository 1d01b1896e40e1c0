//! One content has one root and one set of pages, however it came about.

use proptest::prelude::*;
use realdid_crypto::{Context, Digest};
use realdid_merkle::update;

use crate::store::{Changes, Content, Store, changes, content, key, pair, parting, value};

proptest! {
    /// The store compares the root with that of the bare content after each batch.
    #[test]
    fn batches_lead_to_the_pages_of_their_content(batches in prop::collection::vec(changes(60), 1..8)) {
        let mut store = Store::default();
        for batch in &batches {
            store.change(batch);
        }
        prop_assert_eq!(&store.pages, &Store::of(&store.content).pages);
    }

    #[test]
    fn the_order_and_the_split_of_insertions_do_not_matter(
        content in content(80),
        order in any::<prop::sample::Index>(),
        size in 1..20_usize,
    ) {
        let whole = Store::of(&content);
        let mut entries: Vec<_> = content.iter().map(|(key, value)| (*key, Some(*value))).collect();
        let begin = order.index(entries.len() + 1);
        entries.rotate_left(begin);
        entries.reverse();
        let mut store = Store::default();
        for some in entries.chunks(size) {
            store.change(&some.iter().copied().collect());
        }
        prop_assert_eq!(store.pages, whole.pages);
    }

    #[test]
    fn what_is_inserted_and_deleted_again_leaves_no_trace(before in content(60), passing in content(60)) {
        let mut store = Store::of(&before);
        let pages = store.pages.clone();
        let passing: Content = passing.into_iter().filter(|(key, _)| !before.contains_key(key)).collect();
        store.change(&passing.iter().map(|(key, value)| (*key, Some(*value))).collect());
        store.change(&passing.keys().map(|key| (*key, None)).collect());
        prop_assert_eq!(&store.pages, &pages);

        store.change(&before.keys().map(|key| (*key, None)).collect());
        prop_assert!(store.pages.is_empty());
        store.change(&before.iter().map(|(key, value)| (*key, Some(*value))).collect());
        prop_assert_eq!(&store.pages, &pages);
    }

    /// Changes that change nothing: old values again, deletions of what is not there.
    #[test]
    fn nothing_is_written_where_nothing_changes(content in content(60), absent in changes(40)) {
        let store = Store::of(&content);
        let mut idle: Changes = absent.keys().map(|key| (*key, None)).collect();
        idle.extend(content.iter().map(|(key, value)| (*key, Some(*value))));
        let update = update(&store, &idle);
        prop_assert_eq!(update.root, store.root());
        prop_assert!(update.pages.is_empty());
    }

    #[test]
    fn contents_that_differ_have_roots_that_differ(one in content(6), other in content(6)) {
        prop_assert_eq!(one == other, Store::of(&one).root() == Store::of(&other).root());
    }
}

#[test]
fn an_empty_map_has_the_root_zero_and_no_page() {
    let store = Store::default();
    assert_eq!(store.root(), Digest::ZERO);
    let update = update(&store, &Changes::new());
    assert_eq!(update.root, Digest::ZERO);
    assert!(update.pages.is_empty());
}

#[test]
fn the_root_of_one_key_is_its_leaf() {
    let store = Store::with(&[key(1)]);
    assert_eq!(store.root(), pair(Context::StateLeaf, &key(1), &value(7)));
    assert_eq!(store.pages.len(), 1);
}

/// A leaf that could be read as a node would let one content pass for another.
#[test]
fn a_leaf_is_no_node_of_its_key_and_value() {
    let store = Store::with(&[key(1)]);
    assert_ne!(store.root(), pair(Context::StateNode, &key(1), &value(7)));
    // the two leaves of a map as key and value of one
    let left = if key(1) < key(2) { (key(1), key(2)) } else { (key(2), key(1)) };
    let [left, right] = [left.0, left.1].map(|key| pair(Context::StateLeaf, &key, &value(7)));
    let forged = Store::of(&Content::from([(left, right)]));
    assert_ne!(Store::with(&[key(1), key(2)]).root(), forged.root());
}

#[test]
fn keys_that_part_at_any_level_have_as_many_pages_as_they_share_nibbles() {
    for level in 0..256 {
        let other = parting(&key(1), level);
        let mut store = Store::with(&[key(1), other]);
        assert_eq!(store.pages.len(), level / 4 + 1, "level {level}");

        store.change(&Changes::from([(other, None)]));
        assert_eq!(store.pages, Store::with(&[key(1)]).pages, "level {level}");
    }
}

/// The leaf at the bottom of a long path moves up as soon as it is alone, and down again beside a new neighbour.
#[test]
fn a_leaf_moves_with_its_neighbours() {
    let near = parting(&key(1), 255);
    let far = parting(&key(1), 3);
    let mut store = Store::with(&[key(1), near, far]);
    store.change(&Changes::from([(near, None)]));
    assert_eq!(store.pages, Store::with(&[key(1), far]).pages);
    store.change(&Changes::from([(near, Some(value(7))), (far, None)]));
    assert_eq!(store.pages, Store::with(&[key(1), near]).pages);
    // both go in one batch in which another comes below the same slot
    let middle = parting(&key(1), 100);
    store.change(&Changes::from([(key(1), None), (near, None), (middle, Some(value(7)))]));
    assert_eq!(store.pages, Store::with(&[middle]).pages);
}

#[test]
fn thousands_of_keys_have_the_root_of_their_content() {
    let mut store = Store::default();
    for begin in (0..5_000).step_by(1_000) {
        let changes = (begin..begin + 1_000).map(|number| (key(number), Some(value(number))));
        store.change(&changes.collect());
    }
    store.change(&(0..5_000).filter(|number| number % 7 != 0).map(|number| (key(number), None)).collect());
    assert_eq!(store.pages, Store::of(&store.content).pages);
}
