//! `realdid wallet history`: what was told to whom.

use serde_json::{Value, json};

use super::place::Place;
use crate::{
    commands::time,
    output::{Format, print, row},
};

pub(crate) fn run(place: &Place, format: Format) -> anyhow::Result<()> {
    let wallet = place.open()?.wallet;
    let network = &wallet.genesis.network;
    let view = |login: &realdid_wallet::PastLogin| {
        json!({
            "time": time::text(login.time),
            "site": login.site.to_text(network),
            "name": login.name.as_str(),
            "level": login.level,
            "asked_node": login.asked_node,
        })
    };
    let shown: Vec<Value> = wallet.history.iter().map(view).collect();
    print(format, &shown, |_| {
        let logins = wallet.history.iter().map(|login| {
            let told = match login.level {
                0 => "your DID for this site".to_owned(),
                level => format!("your DID for this site, and that a real person holds it (level {level})"),
            };
            let asked = if login.asked_node { "a node was asked at that time" } else { "" };
            row([&time::text(login.time), login.name.as_str(), &told, asked])
        });
        std::iter::once(row(["time", "site", "told", ""])).chain(logins).collect()
    })
}
