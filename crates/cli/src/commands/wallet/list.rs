//! `realdid wallet list`: the sites, by what the wallet holds.

use realdid_testnet::now_ms;
use realdid_types::{NetworkName, Timestamp};
use realdid_wallet::Identity;
use serde_json::{Value, json};

use super::place::Place;
use crate::{
    commands::time,
    output::{Format, print, row},
};

pub(crate) fn run(place: &Place, format: Format) -> anyhow::Result<()> {
    let wallet = place.open()?.wallet;
    let network = &wallet.genesis.network;
    let shown: Vec<Value> = wallet.identities.iter().map(|identity| view(identity, network)).collect();
    print(format, &shown, |_| {
        let head = row(["site", "did", "keys", "proofs", "attested"]);
        std::iter::once(head)
            .chain(wallet.identities.iter().map(|identity| cells(identity, network)))
            .collect()
    })
}

fn view(identity: &Identity, network: &NetworkName) -> Value {
    let bundle = identity.bundle.as_ref();
    let attested = bundle.and_then(|bundle| bundle.attested.as_ref()).map(|attested| {
        let entry = attested.attestation.entry;
        json!({
            "authority": attested.authority.as_str(), "level": entry.level, "expires": time::text(entry.expires),
        })
    });
    json!({
        "site": identity.site_did().to_text(network),
        "name": identity.site.site.name.as_str(),
        "did": identity.did.to_text(network),
        "on_ledger": identity.made,
        "generation": identity.place.generation,
        "recoveries": identity.place.recoveries,
        "proofs_of": bundle.map(|bundle| time::text(bundle.header.time)),
        "refresh_at": identity.made.then(|| time::text(identity.due)),
        "attested": attested,
        "attest_after": time::text(identity.attest_after),
        "pending": identity.pending.as_ref().map(|pending| pending.name()),
    })
}

fn cells(identity: &Identity, network: &NetworkName) -> Vec<String> {
    let bundle = identity.bundle.as_ref();
    let proofs = match (&identity.pending, bundle) {
        (Some(pending), _) => format!("{} is under way", pending.name()),
        (None, None) => "none yet".to_owned(),
        (None, Some(bundle)) => age(bundle.header.time),
    };
    let attested = bundle.and_then(|bundle| bundle.attested.as_ref()).map_or_else(
        || "by nobody".to_owned(),
        |attested| format!("by {}, level {}", attested.authority, attested.attestation.entry.level),
    );
    let keys = format!("generation {}", identity.place.generation);
    let name = identity.site.site.name.as_str();
    row([name, &identity.did.to_text(network), &keys, &proofs, &attested])
}

fn age(of: Timestamp) -> String {
    let minutes = now_ms().saturating_sub(of.0) / 60_000;
    if minutes < 120 { format!("{minutes} minutes old") } else { format!("{} hours old", minutes / 60) }
}
