//! How long a light client takes to verify a record from genesis: `cargo run --release -p realdid-client --example
//! light`.

use std::time::Instant;

use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_client::{LightClient, RecordProof};
use realdid_crypto::Ed25519Verifier;
use realdid_types::{Did, Genesis, Wire};

const ROUNDS: u32 = 2_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vectors: serde_json::Value = serde_json::from_str(include_str!("../tests/all/vectors.json"))?;
    let bytes = |value: &serde_json::Value| STANDARD.decode(value.as_str().unwrap_or_default());
    let genesis = Genesis::decode(&bytes(&vectors["genesis"])?)?;
    for which in ["present", "absent"] {
        let vector = &vectors[which];
        let did = Did::from_text(vector["did"].as_str().unwrap_or_default(), &genesis.network)?;
        let value = vector["value"].as_str().map(|text| STANDARD.decode(text)).transpose()?;
        let (proof, block) = (bytes(&vector["proof"])?, bytes(&vector["block"])?);
        let shown = RecordProof { value, proof, block, certificate: bytes(&vector["certificate"])? };
        let total = shown.proof.len() + shown.block.len() + shown.certificate.len();
        let started = Instant::now();
        for _ in 0..ROUNDS {
            let light = LightClient::new(&genesis)?;
            light.check_record(did, &shown, &Ed25519Verifier::remembering(0))?;
        }
        println!("{which}: {:?} from genesis, {total} bytes beside the record", started.elapsed() / ROUNDS);
    }
    Ok(())
}
