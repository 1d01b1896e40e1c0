//! Damaged bytes are refused, or are the one encoding of another value.

use std::fmt::Debug;

use proptest::{collection::vec, prelude::*, sample::Index};
use realdid_types::Wire;

use crate::round_trips::for_any;

/// One thing that can happen to bytes.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Replace(Index, u8),
    Insert(Index, u8),
    Delete(Index),
    Cut(Index),
    /// A stretch is copied to another place: repeated and reordered fields.
    Copy(Index, Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), 0_u8..8).prop_map(|(at, bit)| Damage::Flip(at, 1 << bit)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        any::<Index>().prop_map(Damage::Delete),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<Index>(), 1_usize..80).prop_map(|(from, to, n)| Damage::Copy(from, to, n)),
    ]
}

fn apply(damage: &Damage, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let place = |index: &Index| index.index(bytes.len());
    match damage {
        Damage::Flip(at, bit) => {
            let at = place(at);
            bytes[at] ^= bit;
        }
        Damage::Replace(at, byte) => {
            let at = place(at);
            bytes[at] = *byte;
        }
        Damage::Insert(at, byte) => bytes.insert(place(at), *byte),
        Damage::Delete(at) => {
            bytes.remove(place(at));
        }
        Damage::Cut(at) => bytes.truncate(place(at)),
        Damage::Copy(from, to, length) => {
            let (from, to) = (place(from), place(to));
            let stretch: Vec<u8> = bytes.iter().skip(from).take(*length).copied().collect();
            bytes.splice(to..to, stretch);
        }
    }
}

fn survives<T: Wire + Debug>(_kind: &str, values: impl Strategy<Value = T>) {
    for_any(400, (values, vec(damage(), 1..4)), |(value, damages)| {
        let mut bytes = value.encode();
        damages.iter().for_each(|damage| apply(damage, &mut bytes));
        if let Ok(read) = T::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
        }
        Ok(())
    });
}

#[test]
fn damaged_bytes_are_refused_or_are_another_value_exactly() {
    for_every_kind!(survives);
}

fn survives_noise<T: Wire + Debug>(_kind: &str, _values: impl Strategy<Value = T>) {
    for_any(200, vec(any::<u8>(), 0..200), |bytes| {
        if let Ok(read) = T::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
        }
        Ok(())
    });
}

#[test]
fn noise_is_refused_or_is_a_value_exactly() {
    for_every_kind!(survives_noise);
}
