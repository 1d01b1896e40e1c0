//! An honest login, frozen: other implementations are held against it.

use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_login::*;
use realdid_types::Wire;
use serde_json::{Value, json};

use crate::scene::{NOW, Scene};

fn base64(value: &impl Wire) -> String {
    STANDARD.encode(value.encode())
}

fn now() -> Value {
    let scene = Scene::new();
    let network = &scene.ledger.genesis.network;
    let steps = scene.ledger.steps.iter();
    let mut seed = [50; 32];
    seed[0] = 1;
    json!({
        "genesis": base64(&scene.ledger.genesis),
        "site": scene.site.to_text(network),
        "did": scene.did.to_text(network),
        "subject": subject(scene.site, scene.did).to_string(),
        "now": NOW,
        "challenge": base64(&scene.challenge()),
        "number": matching_number(&scene.challenge()),
        "seed": STANDARD.encode(seed),
        "bundle": base64(&scene.bundle()),
        "epochs": steps
            .map(|step| json!({ "end": base64(&step.end), "next_validators": base64(&step.next) }))
            .collect::<Vec<_>>(),
        "response": base64(&scene.answer(scene.challenge())),
    })
}

#[test]
fn an_honest_login_has_the_bytes_that_are_frozen() {
    let frozen: Value = serde_json::from_str(include_str!("vectors.json")).unwrap();
    assert_eq!(now(), frozen, "now: {}", now());
}
