//! What a node shows as of now, and what it shows together.
//!
//! What is shown is proven. That nothing newer is final is the node's word: it may keep blocks back, and only another
//! node, or a clock beside the header's time, tells.

use std::time::{Duration, Instant};

use realdid_crypto::PublicKey;
use realdid_identity::ReplacedKey;
use realdid_state::StateKey;
use realdid_types::{Did, Header, Height, Timestamp, Wire};

use crate::{CheckError, CheckedNode, ClientError, Proven, ProvenRecord, Standing, standing};

/// How long the block may take that shows what is final now.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

impl CheckedNode {
    /// A DID's record as of now: a block vouches for what stood before it, so if the newest one changed something, the
    /// next one is waited for, but no longer than `patience`; then it is the record as of the newest block. For the first
    /// block is waited as long.
    ///
    /// # Errors
    /// If the node does not answer, or what it says does not hold.
    pub async fn record_now(&mut self, did: Did, patience: Duration) -> Result<ProvenRecord, CheckError> {
        let (needed, until) = (self.needed().await?, Instant::now() + patience);
        loop {
            let is_late = Instant::now() >= until;
            match self.record(did).await {
                Ok(proven) if proven.header.height >= needed || is_late => return Ok(proven),
                Err(error) if !error.is_early() || is_late => return Err(error),
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// An entry of the state as of now, as [`Self::record_now`].
    ///
    /// # Errors
    /// If the node does not answer, or what it says does not hold.
    pub async fn entry_now<T: Wire>(
        &mut self,
        key: &StateKey,
        patience: Duration,
    ) -> Result<Proven<T>, CheckError> {
        let (needed, until) = (self.needed().await?, Instant::now() + patience);
        loop {
            let is_late = Instant::now() >= until;
            match self.entry(key).await {
                Ok(proven) if proven.header.height >= needed || is_late => return Ok(proven),
                Err(error) if !error.is_early() || is_late => return Err(error),
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// The height of the header that vouches for all that is final now.
    async fn needed(&self) -> Result<Height, ClientError> {
        let newest = match self.node().newest_block().await {
            Err(ClientError::Refused(problem)) if problem.code == "not_found" => return Ok(Height(1)),
            newest => newest?.header,
        };
        Ok(if newest.transactions == 0 { newest.height } else { newest.height.next() })
    }

    /// An entry of the state as of the block `since` or a later one: what is put together with something that is proven as
    /// of that block must not be older.
    ///
    /// # Errors
    /// If the node shows none that new, does not answer, or what it says does not hold.
    pub async fn entry_since<T: Wire>(
        &mut self,
        key: &StateKey,
        since: Height,
    ) -> Result<Proven<T>, CheckError> {
        let until = Instant::now() + PATIENCE;
        loop {
            let proven = self.entry(key).await?;
            let found = proven.header.height;
            if found >= since {
                return Ok(proven);
            }
            if Instant::now() >= until {
                return Err(CheckError::Older { found, wanted: since });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// How a key of a DID stands to a time: whether what it had signed by then counts, as of the block whose header comes
    /// with it. That this is the newest block is the node's word.
    ///
    /// # Errors
    /// If the node does not answer, or what it says does not hold; if it shows the key's entry older than the record.
    pub async fn standing(
        &mut self,
        did: Did,
        key: &PublicKey,
        time: impl FnOnce(&Header) -> Timestamp,
    ) -> Result<(Standing, Header), CheckError> {
        // the entry must be as new as the record: a key that is replaced between the two is in both, and not in neither
        let ProvenRecord { record, header } = self.record_now(did, PATIENCE).await?;
        let entry = StateKey::ReplacedKey(did, *key);
        let replaced: Proven<ReplacedKey> = self.entry_since(&entry, header.height).await?;
        let standing = match record {
            Some(record) => standing(&record, replaced.entry.as_ref(), key, time(&header)),
            None => Standing::Unknown,
        };
        Ok((standing, header))
    }
}
