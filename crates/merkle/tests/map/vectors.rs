//! Roots and proofs that must never change: another implementation can be held against them.

use realdid_crypto::{Context, Digest, digest};

use crate::store::{Content, Store, key, parting, value};

fn store(count: u64) -> Store {
    Store::of(&(0..count).map(|number| (key(number), value(number))).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn roots_are_frozen() {
    let roots = [0, 1, 2, 3, 16, 100, 1_000].map(|count| store(count).root().to_string());
    assert_eq!(
        roots,
        [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "c26362716f28f3e908561c70cac27e488498e22451f0d4c6283e62da35de78c4",
            "a5c375fed295b33dcd999344ed40f2bcc42a747681ca9197f429e149fc9c32bc",
            "9a63445f35d3214c0ff4b14357cf1460f7cfcfc0d7ee9b94bd8e2065c3e84a67",
            "947b416c97fb1a9439b6b3f6090d2baf6a371f46ee047d378e4cea0fbaba9a09",
            "478350f1f6ab37b6223f398bee8452f5a6b91c4cf1715705170790a2d12afabd",
            "20f7237cc1c2a54f3ecc87014c49eee1523d748e4c8f0171e20d3718c0518d10",
        ]
    );
    let near = Store::of(&Content::from([(key(1), value(1)), (parting(&key(1), 255), value(2))]));
    assert_eq!(near.root().to_string(), "be2097cd4945077b56a72a2734c17cc58ef5bbef44fecc694c1f966a18444443");
}

/// Two keys lie left, one right: its leaf stands alone below the root, and beside the path to every key on the left.
#[test]
fn proofs_are_frozen() {
    let store = store(3);
    let leaves = [
        "c26362716f28f3e908561c70cac27e488498e22451f0d4c6283e62da35de78c4",
        "5b4544f5721f2279b991c6db9b3e5b5cf461fef17a0d895967c249b0372e460e",
    ];
    // marks of the levels that have something beside the path, then what is beside it
    let lone = "a075a27d451a3f050a9778594a3fc49d94c78894f62c17fe8efde54e084de33d4d";
    let pair = "80194426f37775b9f86351437765a940496e36c756125f6d9acdbe5880a1bc4f36";
    let proof = |number| hex(&store.prove(&key(number)).encode());
    assert_eq!(proof(0), format!("0101{lone}{}", leaves[1]));
    assert_eq!(proof(1), format!("0101{lone}{}", leaves[0]));
    assert_eq!(proof(2), format!("0101{pair}"));
    assert_eq!(proof(3), format!("02{}{}01{pair}", key(2), value(2)));
    assert_eq!(hex(&Store::default().prove(&key(0)).encode()), "0000");
}

/// Long proofs by their digest: all levels are in them.
#[test]
fn many_proofs_are_frozen() {
    let store = store(1_000);
    let proofs: Vec<u8> = (0..2_000).flat_map(|number| store.prove(&key(number)).encode()).collect();
    assert_eq!(
        digest(Context::Random, &proofs).to_string(),
        "80e9c94c49f830ead21c4cc6f9858c504515b0f32c77a3a7563c1632d2c41630"
    );
    let near = Store::of(&Content::from([(key(1), value(1)), (parting(&key(1), 255), value(2))]));
    assert_eq!(
        digest(Context::Random, &near.prove(&key(1)).encode()).to_string(),
        "6a2f8b9b1ce70c25e04e6e4623f2d134f8049e93dbe5993f11b1e9a61ff6793b"
    );
    assert_ne!(near.root(), Digest::ZERO);
}
