use realdid_crypto::{Digest, PublicKey, SecretKey};
use realdid_types::{
    Controllers, Did, DidKey, Height, HttpsUrl, NetworkName, Purposes, Sequence, Service, ServiceKind,
    ServiceName, Timestamp,
};

use super::*;
use crate::{DidRecord, HeldKey, Moment};

/// RFC 8032, section 7.1, test 1.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44,
    0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
/// Two Multikeys that others made: of the W3C's Controlled Identifiers 1.0, and of did:key's test vectors.
const OTHERS_KEYS: [&str; 2] =
    ["z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu", "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"];

fn key() -> PublicKey {
    SecretKey::ed25519(&SEED).public_key()
}

fn network() -> NetworkName {
    NetworkName::new("testnet").expect("a name")
}

fn did() -> Did {
    Did(Digest::from_bytes([1; 32]))
}

fn record() -> DidRecord {
    let at = |time| Moment { height: Height(1), time: Timestamp(time) };
    let held = |key, purposes| HeldKey { key: DidKey { key, purposes }, since: at(1_000) };
    let all = Purposes { authentication: true, invocation: true, assertion: true };
    let login = Purposes { authentication: true, ..Purposes::default() };
    DidRecord {
        next_sequence: Sequence(2),
        version: 2,
        keys: vec![held(PublicKey::ed25519([7; 32]), login), held(key(), all)],
        recovery: Digest::from_bytes([5; 32]),
        next_key: Digest::ZERO,
        created: at(1_700_000_000_999),
        updated: at(1_700_000_060_001),
        controllers: Some(Controllers { dids: vec![Did(Digest::from_bytes([2; 32]))], threshold: 1 }),
        services: vec![Service {
            name: ServiceName::new("site").expect("a name"),
            kind: ServiceKind::new("LinkedDomains").expect("a kind"),
            endpoint: HttpsUrl::new("https://shop.example.cn/").expect("an address"),
        }],
        deactivated: false,
        previous: None,
    }
}

fn document(style: Style) -> serde_json::Value {
    serde_json::to_value(DidDocument::new(&did(), &network(), &record(), style)).expect("JSON")
}

const PLAIN: Style = Style { core: CoreVersion::V1_0, keys: KeyForm::Multikey, context: true };

#[test]
fn a_document_of_did_core_1_0_says_what_the_record_says() {
    let did = did().to_text(&network());
    let [login, all] = [PublicKey::ed25519([7; 32]), key()].map(|key| to_multibase(&key));
    let method = |key: &str| {
        serde_json::json!({
            "id": format!("{did}#{key}"), "type": "Multikey", "controller": did, "publicKeyMultibase": key,
        })
    };

    assert_eq!(
        document(PLAIN),
        serde_json::json!({
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": did,
            "controller": [Did(Digest::from_bytes([2; 32])).to_text(&network())],
            "verificationMethod": [method(&login), method(&all)],
            "authentication": [format!("{did}#{login}"), format!("{did}#{all}")],
            "assertionMethod": [format!("{did}#{all}")],
            "capabilityInvocation": [format!("{did}#{all}")],
            "service": [{
                "id": format!("{did}#site"),
                "type": "LinkedDomains",
                "serviceEndpoint": "https://shop.example.cn/",
            }],
        })
    );
}

#[test]
fn a_key_keeps_its_name_in_every_form_of_the_document() {
    let names = |keys| document(Style { keys, ..PLAIN })["authentication"].clone();
    let jwk = document(Style { keys: KeyForm::JsonWebKey2020, ..PLAIN })["verificationMethod"][1].clone();

    assert_eq!(names(KeyForm::Multikey), names(KeyForm::JsonWebKey));
    assert_eq!(jwk["type"], "JsonWebKey2020");
    // RFC 8037, appendix A.2
    let expected = serde_json::json!({
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    assert_eq!(jwk["publicKeyJwk"], expected);
    assert!(jwk.get("publicKeyMultibase").is_none(), "one material once: {jwk}");
}

#[test]
fn each_edition_names_the_contexts_that_define_its_words() {
    let contexts = |core, keys, context| Style { core, keys, context }.contexts();

    assert_eq!(contexts(CoreVersion::V1_1, KeyForm::Multikey, true), ["https://www.w3.org/ns/did/v1.1"]);
    assert!(
        contexts(CoreVersion::V1_0, KeyForm::JsonWebKey2020, true)
            .contains(&"https://w3id.org/security/suites/jws-2020/v1")
    );
    assert!(document(Style { context: false, ..PLAIN }).get("@context").is_none());
}

#[test]
fn the_document_of_an_ended_did_holds_nothing_but_the_did() {
    let ended = DidRecord {
        keys: Vec::new(),
        controllers: None,
        services: Vec::new(),
        deactivated: true,
        version: 3,
        ..record()
    };

    let document = DidDocument::new(&did(), &network(), &ended, Style { context: false, ..PLAIN });
    let metadata = DocumentMetadata::new(&did(), &network(), &ended, None);

    let document = serde_json::to_value(document).expect("JSON");
    assert_eq!(document, serde_json::json!({ "id": did().to_text(&network()) }));
    assert_eq!(serde_json::to_value(metadata).expect("JSON")["deactivated"], true);
}

#[test]
fn metadata_tells_versions_and_times_to_the_second() {
    let next = DidRecord {
        version: 3,
        updated: Moment { height: Height(9), time: Timestamp(1_700_000_090_000) },
        ..record()
    };

    let metadata = DocumentMetadata::new(&did(), &network(), &record(), Some(&next));

    assert_eq!(
        serde_json::to_value(metadata).expect("JSON"),
        serde_json::json!({
            "created": "2023-11-14T22:13:20Z",
            "updated": "2023-11-14T22:14:20Z",
            "versionId": "2",
            "nextVersionId": "3",
            "nextUpdate": "2023-11-14T22:14:50Z",
            "canonicalId": did().to_text(&network()),
            "controllerThreshold": 1,
        })
    );
    let first = DidRecord { version: 1, ..record() };
    assert_eq!(DocumentMetadata::new(&did(), &network(), &first, None).updated, None, "nothing was updated");
}

#[test]
fn keys_that_others_wrote_are_read_and_written_alike() {
    for text in OTHERS_KEYS {
        let key = from_multibase(text).expect("a key");
        assert_eq!(to_multibase(&key), text);
        let jwk = Jwk::new(&key);
        assert_eq!(from_jwk(jwk.kty, jwk.crv, &jwk.x), Ok(key));
    }
}

#[test]
fn what_is_no_ed25519_key_is_refused() {
    let good = to_multibase(&key());
    let long = format!("z{}", "1".repeat(10_000));
    // X25519, secp256k1 and P-256 keys, other bases, cut off, too long, and letters that base58 lacks
    for bad in [
        "",
        "z",
        "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc",
        "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
        "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
        "u7QGA",
        &good[..40],
        &format!("{good}1"),
        &format!("z1{}", &good[1..]),
        &good.replace('k', "0"),
        &long,
    ] {
        assert_eq!(from_multibase(bad), Err(InvalidKey::Multibase), "{bad}");
    }
    let x = Jwk::new(&key()).x;
    let padded = format!("{x}=");
    for (kty, crv, x) in [
        ("EC", "Ed25519", &x[..]),
        ("OKP", "X25519", x.as_str()),
        ("OKP", "Ed25519", &x[..42]),
        ("OKP", "Ed25519", padded.as_str()),
        ("OKP", "Ed25519", long.as_str()),
    ] {
        assert_eq!(from_jwk(kty, crv, x), Err(InvalidKey::Jwk), "{kty} {crv}");
    }
}

#[test]
fn times_are_written_as_utc_and_read_back_only_in_that_form() {
    // as `date --utc` says them: among them leap days, the last second of a year, and what is beyond any calendar
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_735_689_599, "2024-12-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(utc(Timestamp(seconds * 1_000 + 999)), text);
        assert_eq!(from_utc(text), Some(seconds));
    }
    assert_eq!(utc(Timestamp(u64::MAX)), "9999-12-31T23:59:59Z");
    for bad in [
        "",
        "2024-12-31",
        "2024-12-31T23:59:59",
        "2024-12-31T23:59:59z",
        "2024-12-31 23:59:59Z",
        "2024-12-31T23:59:59.5Z",
        "2024-12-31T23:59:59+00:00",
        "2024-12-31T23:59:60Z",
        "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "+024-12-31T23:59:59Z",
        "２０24-12-31T23:59:59Z",
    ] {
        assert_eq!(from_utc(bad), None, "{bad}");
    }
}
