//! The functions: each reads its parts, asks the light client, and says in JSON what that showed.

use realdid_client::{LightClient, RecordProof, Untrusted};
use realdid_crypto::Ed25519Verifier;
use realdid_identity::{DidRecord, RecordView};
use realdid_login::KnownEpochs;
use realdid_types::{DecodeError, Did, EpochEnd, Genesis, GenesisDigest, NetworkName, ValidatorSet, Wire};
use serde_json::{Value, json};

use crate::{failure::Failure, json::Json, parts::Parts};

/// What a genesis led to.
pub(crate) struct Trusted {
    pub(crate) network: NetworkName,
    pub(crate) genesis: GenesisDigest,
    /// The validators that were proven, with those of epochs before: answers to logins may still name them.
    pub(crate) epochs: KnownEpochs,
    /// Remembers the validators' keys.
    pub(crate) verifier: Ed25519Verifier,
}

pub(crate) fn start(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let genesis = parts.take()?;
    parts.end()?;
    let genesis = Genesis::decode(genesis).map_err(malformed("genesis"))?;
    let client = LightClient::new(&genesis)?;
    let reply = json!({
        "network": genesis.network.as_str(),
        "genesis": genesis.digest().to_string(),
        "development": genesis.development,
        "epoch": client.epoch().0,
    });
    *light = Some(Trusted {
        genesis: genesis.digest(),
        network: genesis.network,
        epochs: KnownEpochs::new(client),
        verifier: Ed25519Verifier::default(),
    });
    Ok(reply)
}

pub(crate) fn advance(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_mut().ok_or(Failure::NoGenesis)?;
    let (end, next) = (parts.take()?, parts.take()?);
    parts.end()?;
    let end = EpochEnd::decode(end).map_err(malformed("end of the epoch"))?;
    let next = ValidatorSet::decode(next).map_err(malformed("next validators"))?;
    let mut client = light.epochs.newest().clone();
    client.advance(&end, next, &light.verifier)?;
    let epoch = client.epoch().0;
    light.epochs.learn(client);
    Ok(json!({ "epoch": epoch }))
}

pub(crate) fn check_record(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let did = String::from_utf8_lossy(parts.take()?);
    let shown = take_proof(parts)?;
    let client = light.epochs.newest();
    let proven = client.check_record(Did::from_text(&did, &light.network)?, &shown, &light.verifier)?;
    Ok(json!({
        "did": did,
        "record": proven.record.as_ref().map(|record| show_record(record, &light.network)),
        "height": proven.header.height.0,
        "time": proven.header.time.0,
    }))
}

/// The last parts of a request: an entry's proof, and the entry unless it is absent.
pub(crate) fn take_proof(mut parts: Parts<'_>) -> Result<RecordProof, Failure> {
    let [proof, block, certificate] = [parts.take()?, parts.take()?, parts.take()?].map(<[u8]>::to_vec);
    let value = parts.take_if_any()?.map(<[u8]>::to_vec);
    parts.end()?;
    Ok(RecordProof { value, proof, block, certificate })
}

/// A record as nodes show it, with all that whoever is to change it must know.
pub(crate) fn show_record(record: &DidRecord, network: &NetworkName) -> Value {
    let mut view = json!(RecordView::new(record));
    if let Some(fields) = view.as_object_mut() {
        fields.extend([
            ("recovery".to_owned(), record.recovery.show(network)),
            ("next_key".to_owned(), record.next_key.show(network)),
            ("controllers".to_owned(), record.controllers.show(network)),
            ("services".to_owned(), record.services.show(network)),
            ("deactivated".to_owned(), record.deactivated.show(network)),
        ]);
    }
    view
}

pub(crate) fn malformed(what: &'static str) -> impl FnOnce(DecodeError) -> Failure {
    move |error| Untrusted::Decode(what, error).into()
}
