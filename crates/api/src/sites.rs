//! Which sites there are, for wallets that look for the DIDs of a person.

use axum::{
    Json,
    extract::{Query, State},
};
use realdid_identity::SiteRecord;
use realdid_state::StateKey;
use realdid_types::{Did, NetworkName, Wire};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Code, Ports, Problem,
    proof::Vouched,
    views::{base64, did_text},
};

/// Sites in one answer: a few megabytes at most.
const SITES_MAX: usize = 1_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Go on behind this site: the `next` of the answer before.
    after: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SitesView {
    /// In the order of their DIDs' bytes. It is the node's word; `/v1/entries/0e<the DID's bytes>` proves each.
    sites: Vec<SiteView>,
    /// Where to go on, if there are more.
    next: Option<String>,
    /// The block after which this was so.
    height: u64,
}

#[derive(Serialize, ToSchema)]
struct SiteView {
    did: String,
    name: String,
    /// Who answers for it.
    operator: String,
    origins: Vec<String>,
    /// Where responses may go.
    return_addresses: Vec<String>,
    /// Whether it may ask if somebody is a real, attested person.
    may_ask_real_name: bool,
    /// Whether nobody logs in to it any more.
    closed: bool,
    /// The entry itself in base64; its form is in `proto/realdid/state/v1/state.proto`.
    encoded: String,
}

/// The sites that people log in to, a thousand at a time.
#[utoipa::path(
    get,
    path = "/v1/sites",
    tag = "identity",
    params(Asked),
    responses((status = OK, body = SitesView), Problem)
)]
pub(crate) async fn list(
    State(ports): State<Ports>,
    Query(Asked { after }): Query<Asked>,
) -> Result<Json<SitesView>, Problem> {
    let network = ports.store.genesis().network.clone();
    let after = after.map(|text| Did::from_text(&text, &network)).transpose();
    let after = after.map_err(|error| Problem::new(Code::Malformed, error.to_string()))?;
    let found = tokio::task::spawn_blocking(move || page(&ports, &network, after));
    found.await.map_err(|_| Problem::new(Code::Internal, "the state cannot be read"))?.map(Json)
}

fn page(ports: &Ports, network: &NetworkName, after: Option<Did>) -> Result<SitesView, Problem> {
    let state = Vouched::newest(ports)?.state;
    let first = after.map_or_else(first_key, |did| StateKey::Site(did).to_bytes());
    let passed_over = after.map(|did| StateKey::Site(did).to_bytes());
    let entries = state.entries_from(&first).filter(|(key, _)| passed_over.as_deref() != Some(key));
    let records = entries.map_while(|(key, value)| site_of(&key, &value));
    let mut records: Vec<SiteRecord> = records.take(SITES_MAX.saturating_add(1)).collect();
    let is_more = records.len() > SITES_MAX;
    records.truncate(SITES_MAX);
    let next = records.last().filter(|_| is_more).map(|last| did_text(&last.site.did, network));
    let sites = records.iter().map(|record| view(record, network)).collect();
    Ok(SitesView { sites, next, height: state.height().0 })
}

/// Before that of any site.
fn first_key() -> Vec<u8> {
    StateKey::Site(Did(realdid_crypto::Digest::ZERO)).to_bytes()
}

/// The site of an entry; none if it is another kind of entry.
fn site_of(key: &[u8], value: &[u8]) -> Option<SiteRecord> {
    let record = SiteRecord::decode(value).ok()?;
    (StateKey::Site(record.site.did).to_bytes() == key).then_some(record)
}

fn view(record: &SiteRecord, network: &NetworkName) -> SiteView {
    let SiteRecord { operator, site, .. } = record;
    SiteView {
        did: did_text(&site.did, network),
        name: site.name.to_string(),
        operator: operator.to_string(),
        origins: site.origins.iter().map(ToString::to_string).collect(),
        return_addresses: site.return_addresses.iter().map(ToString::to_string).collect(),
        may_ask_real_name: site.may_ask_real_name,
        closed: site.closed,
        encoded: base64(&record.encode()),
    }
}
