//! Which version of a record is asked for, and what proves it.

use realdid_identity::DidRecord;
use realdid_state::{StateKey, read};
use realdid_types::{Did, Sequence, Timestamp, Wire};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    did_url::At,
    failure::{Failure, Kind},
};
use crate::{Ports, records, views::ProofView};

/// Records in one answer: half a megabyte at most, and years of changes for most DIDs.
const CHAIN_MAX: u64 = 64;

/// A version of a record.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) did: Did,
    pub(crate) record: DidRecord,
    /// The version after it, if there is one.
    pub(crate) next: Option<DidRecord>,
    /// The newest version there is.
    pub(crate) newest: u64,
    /// The number that its next transaction must have.
    pub(crate) newest_sequence: Sequence,
}

/// What shows that a record is what the ledger holds.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Evidence {
    /// Of the newest version: one proof, as `/v1/records/{did}` gives it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) proof: Vec<LedgerProof>,
    /// Of an older version: the records from it to the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chain: Option<Chain>,
}

/// That a certified state holds a record.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct LedgerProof {
    /// `RealDidLedgerProof`.
    r#type: &'static str,
    /// The block whose header vouches for the state.
    pub(crate) height: u64,
    #[serde(flatten)]
    proof: ProofView,
}

/// Records of one DID, each of which names the digest of the one before it in `previous`.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Chain {
    /// The records' bytes in hexadecimal, oldest first. None if there are more than 64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) records: Vec<String>,
    /// How many there are, this version and the newest included.
    length: u64,
    /// Where the newest is proven.
    newest: String,
    /// Where, if there are too many for this answer, each is, by its number behind this address.
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<String>,
}

impl Found {
    /// Looks a version up.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if there is none.
    pub(crate) fn new(ports: &Ports, did: Did, at: At) -> Result<Self, Failure> {
        let present: Option<DidRecord> = read(&*ports.store, &StateKey::Record(did));
        let present = present
            .ok_or_else(|| Failure::not_found("the ledger holds no such DID; has it been created?"))?;
        let (newest, newest_sequence) = (present.version, present.next_sequence);
        let created = present.created.time;
        let version = match at {
            At::Newest => newest,
            At::Version(version) if version <= newest => version,
            At::Version(version) => {
                return Err(Failure::not_found(format!(
                    "there is no version {version}: the newest is {newest}"
                )));
            }
            At::Time(seconds) => version_at(ports, did, newest, (created, seconds))?,
        };
        let next =
            (version < newest).then(|| version_of(ports, did, version.saturating_add(1))).transpose()?;
        let record = if version == newest { present } else { version_of(ports, did, version)? };
        Ok(Self { did, record, next, newest, newest_sequence })
    }

    /// The proof of the newest version; none if the block that will vouch for it is still to come.
    ///
    /// # Errors
    /// If the store is damaged.
    pub(crate) fn proof(&self, ports: &Ports) -> Result<Option<LedgerProof>, Failure> {
        let proven = match records::prove(ports, self.did) {
            Ok(proven) => proven,
            Err(problem) if problem.code == crate::Code::NotReady => return Ok(None),
            Err(problem) => return Err(Failure::new(Kind::Internal, problem.detail)),
        };
        let is_this = proven.record.as_ref() == Some(&self.record);
        let height = proven.height.0;
        Ok(is_this.then_some(LedgerProof { r#type: "RealDidLedgerProof", height, proof: proven.proof }))
    }

    /// The records from this version to the newest; none on a network of format 1, whose records do not name the ones
    /// before them, so that nothing proves an old one.
    ///
    /// # Errors
    /// If this node does not keep one of them.
    pub(crate) fn chain(&self, ports: &Ports) -> Result<Option<Chain>, Failure> {
        if self.next.as_ref().is_some_and(|next| next.previous.is_none()) {
            return Ok(None);
        }
        let length = self.newest.saturating_sub(self.record.version).saturating_add(1);
        let did = self.did.to_text(&ports.store.genesis().network);
        let newest = format!("/v1/records/{did}");
        if length > CHAIN_MAX {
            let versions = Some(format!("/v1/records/{did}/versions/"));
            return Ok(Some(Chain { records: Vec::new(), length, newest, versions }));
        }
        let record = |version| version_of(ports, self.did, version).map(|record| hex(&record.encode()));
        let records = (self.record.version..=self.newest).map(record).collect::<Result<_, _>>()?;
        Ok(Some(Chain { records, length, newest, versions: None }))
    }
}

/// The version that was the newest at the end of a second: whoever asks for a version's own `updated` gets it.
fn version_at(
    ports: &Ports,
    did: Did,
    newest: u64,
    (created, seconds): (Timestamp, u64),
) -> Result<u64, Failure> {
    let is_made = |version| {
        let record = version_of(ports, did, version)?;
        Ok(record.updated.time.0 / 1_000 <= seconds)
    };
    if created.0 / 1_000 > seconds {
        return Err(Failure::not_found("the DID did not exist yet at that time"));
    }
    // made at that time, and not known to be
    let (mut made, mut later) = (1, newest.saturating_add(1));
    while later.saturating_sub(made) > 1 {
        let middle = made.midpoint(later);
        if is_made(middle)? { made = middle } else { later = middle }
    }
    Ok(made)
}

fn version_of(ports: &Ports, did: Did, version: u64) -> Result<DidRecord, Failure> {
    ports.store.version(did, version).ok_or_else(|| {
        Failure::not_found(format!(
            "this node does not keep version {version}: ask one that runs since genesis"
        ))
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
