//! Two DIDs that show what can happen to one.

use std::time::Duration;

use anyhow::ensure;
use realdid_client::{Holder, NodeClient, Wait, create_did};
use realdid_crypto::{Digest, SecretKey};
use realdid_identity::commitment;
use realdid_node::keys::random_seed;
use realdid_testnet::now_ms;
use realdid_types::{DidKey, Genesis, Purposes, Sequence, SignedTransaction, Timestamp, UpdateDid};

/// How long a transaction may wait before it is void.
const EXPIRY_MS: u64 = 60_000;
/// Documents tell times to the second, and the versions of one DID should not seem to be of one moment.
const BETWEEN_VERSIONS: Duration = Duration::from_millis(1_100);

/// Makes one DID with a key that was added later, and one that has ended; their keys are forgotten.
///
/// # Errors
/// If the node does not take them.
pub(crate) async fn make(client: &NodeClient) -> anyhow::Result<Vec<String>> {
    let genesis = client.genesis().await?;
    let [changed, ended] = [Made::new(&genesis), Made::new(&genesis)];
    let more = SecretKey::ed25519(&random_seed());
    let purposes = Purposes { authentication: true, ..Purposes::default() };
    let add = vec![DidKey { key: more.public_key(), purposes }];
    let change = UpdateDid::of_keys(changed.holder.did, add, Vec::new(), Digest::ZERO);
    let second =
        [changed.holder.update(change, &[&changed.key, &more]), ended.holder.deactivate(&ended.recovery, [])];
    carry_out(client, &[changed.creation, ended.creation]).await?;
    tokio::time::sleep(BETWEEN_VERSIONS).await;
    carry_out(client, &second).await?;
    Ok([changed.holder.did, ended.holder.did].map(|did| did.to_text(&genesis.network)).to_vec())
}

/// A DID that is to be made, and its holder from then on.
struct Made {
    holder: Holder,
    key: SecretKey,
    recovery: SecretKey,
    creation: SignedTransaction,
}

impl Made {
    fn new(genesis: &Genesis) -> Self {
        let [key, recovery] = [(); 2].map(|()| SecretKey::ed25519(&random_seed()));
        let committed = commitment(&recovery.public_key());
        let expires = Timestamp(now_ms().saturating_add(EXPIRY_MS));
        let (did, creation) = create_did(genesis.digest(), &key, committed, expires);
        let holder = Holder { genesis: genesis.digest(), did, sequence: Sequence(1), expires };
        Self { holder, key, recovery, creation }
    }
}

async fn carry_out(client: &NodeClient, transactions: &[SignedTransaction]) -> anyhow::Result<()> {
    for answer in client.submit(transactions, Wait::Final).await? {
        ensure!(
            answer.outcome.as_deref() == Some("applied"),
            "a DID to show could not be made: {}",
            answer.reason.unwrap_or(answer.status)
        );
    }
    Ok(())
}
