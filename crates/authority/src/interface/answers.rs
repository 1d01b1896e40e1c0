//! What wallets are answered.

use realdid_client::CHALLENGE_BYTES;
use realdid_types::Timestamp;
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{Authority, Standing, State, batching::Parameters};

/// Who answers here, and what it promises.
#[derive(Serialize)]
pub(super) struct About {
    authority: String,
    network: String,
    genesis: String,
    /// Whether it attests invented people, one by one: what it says is worth nothing.
    development: bool,
    level: u32,
    dids_per_person: usize,
    batches: Batches,
    ready: bool,
    /// What is missing without which it does not attest.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
}

#[derive(Serialize)]
struct Batches {
    minimum: usize,
    longest_wait_ms: u64,
    pace_ms: u64,
    spread_ms: u64,
    withdrawal_spread_ms: u64,
}

#[derive(Serialize)]
pub(super) struct Health {
    pub(super) ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) missing: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ChallengeView {
    challenge: String,
    expires: String,
    authority: String,
    genesis: String,
}

/// How a DID stands.
#[derive(Serialize)]
pub(super) struct StandingView {
    did: String,
    status: &'static str,
    /// While it waits: not before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
    /// While it waits: not after this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<String>,
    /// When what is on the ledger expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

impl About {
    pub(super) fn of(authority: &Authority) -> Self {
        let settings = &authority.settings;
        let Parameters { minimum, longest_wait, pace, spread, withdrawal_spread } = settings.parameters;
        Self {
            authority: settings.name.to_string(),
            network: authority.genesis().network.to_string(),
            genesis: authority.genesis().digest().to_string(),
            development: authority.is_development(),
            level: settings.level,
            dids_per_person: settings.most,
            batches: Batches {
                minimum,
                longest_wait_ms: longest_wait,
                pace_ms: pace,
                spread_ms: spread,
                withdrawal_spread_ms: withdrawal_spread,
            },
            ready: authority.missing().is_none(),
            missing: authority.missing(),
        }
    }
}

impl ChallengeView {
    pub(super) fn of(
        (challenge, expires): ([u8; CHALLENGE_BYTES], Timestamp),
        authority: &Authority,
    ) -> Self {
        Self {
            challenge: challenge.iter().map(|byte| format!("{byte:02x}")).collect(),
            expires: text(expires),
            authority: authority.settings.name.to_string(),
            genesis: authority.genesis().digest().to_string(),
        }
    }
}

impl StandingView {
    pub(super) fn of(standing: &Standing, authority: &Authority) -> Self {
        let Standing { row, until } = standing;
        let waits = matches!(row.state, State::Waiting | State::Withdrawing);
        let stands = row.expires.0 > 0 && !matches!(row.state, State::Withdrawn | State::Ended);
        Self {
            did: row.did.to_text(&authority.genesis().network),
            status: match row.state {
                State::Waiting => "waiting",
                State::Attested => "attested",
                State::Lapsing => "lapsing",
                State::Withdrawing => "withdrawing",
                State::Withdrawn => "withdrawn",
                State::Ended => "ended",
            },
            not_before: waits.then(|| text(row.from)),
            not_after: waits.then(|| text(*until)),
            expires: stands.then(|| text(row.expires)),
        }
    }

    pub(super) fn all(standings: &[Standing], authority: &Authority) -> Vec<Self> {
        standings.iter().map(|standing| Self::of(standing, authority)).collect()
    }
}

/// A time as RFC 3339 has it.
fn text(time: Timestamp) -> String {
    let moment = i128::from(time.0).checked_mul(1_000_000);
    let moment = moment.and_then(|time| OffsetDateTime::from_unix_timestamp_nanos(time).ok());
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}
