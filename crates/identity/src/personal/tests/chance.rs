//! How rarely chance is refused.

use super::{
    super::looks_personal,
    disguise::{ALPHANUMERIC, nth},
};

/// A generator of its own (SplitMix64), so that the counts below are the same in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.next().to_le_bytes()));
        bytes
    }

    fn hex(&mut self, length: usize) -> String {
        self.bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()[..length].to_owned()
    }

    fn uuid(&mut self) -> String {
        let hex = self.hex(32);
        let variant = nth("89ab", u32::from(hex.as_bytes()[16]) % 4);
        format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }

    fn base64(&mut self) -> String {
        let values = self.bytes().map(|byte| usize::from(byte % 64));
        values.iter().map(|value| char::from(format!("{ALPHANUMERIC}-_").as_bytes()[*value])).collect()
    }
}

type Kind = (&'static str, fn(&mut Noise) -> String);

const KINDS: [Kind; 7] = [
    ("hex of 64", |noise| noise.hex(64)),
    ("hex of 40", |noise| noise.hex(40)),
    ("hex of 32", |noise| noise.hex(32)),
    ("UUID", Noise::uuid),
    ("base58", |noise| bs58::encode(noise.bytes()).into_string()),
    ("base64", Noise::base64),
    ("URL", |noise| {
        format!("https://shop.example.cn/{}/{}", noise.uuid(), bs58::encode(noise.bytes()).into_string())
    }),
];

fn refused(kind: Kind, count: u64) -> usize {
    let mut noise = Noise(count);
    (0..count).filter(|_| looks_personal(&kind.1(&mut noise))).count()
}

#[test]
fn none_of_two_thousand_random_texts_of_a_kind_is_refused() {
    for kind in KINDS {
        assert_eq!(refused(kind, 2_000), 0, "{}", kind.0);
    }
}
