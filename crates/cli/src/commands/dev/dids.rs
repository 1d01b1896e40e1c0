//! Two DIDs that show what can happen to one.

use std::time::Duration;

use anyhow::ensure;
use realdid_client::{NodeClient, Wait, create_did, sign};
use realdid_crypto::{Digest, SecretKey};
use realdid_identity::commitment;
use realdid_node::keys::random_seed;
use realdid_testnet::now_ms;
use realdid_types::{
    DeactivateDid, Did, DidKey, Genesis, Operation, Purposes, Sender, Sequence, SignedTransaction, Timestamp,
    Transaction, UpdateDid,
};

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
    let [changed, ended] = [Holder::new(&genesis), Holder::new(&genesis)];
    let more = SecretKey::ed25519(&random_seed());
    let purposes = Purposes { authentication: true, ..Purposes::default() };
    let add = vec![DidKey { key: more.public_key(), purposes }];
    let change = Operation::UpdateDid(UpdateDid::of_keys(changed.did, add, Vec::new(), Digest::ZERO));
    let end = Operation::DeactivateDid(DeactivateDid { did: ended.did, compromised: Vec::new() });
    let second = [changed.sign(change, &[&changed.key, &more]), ended.sign(end, &[&ended.recovery])];
    carry_out(client, &[changed.creation.clone(), ended.creation.clone()]).await?;
    tokio::time::sleep(BETWEEN_VERSIONS).await;
    carry_out(client, &second).await?;
    Ok([changed.did, ended.did].map(|did| did.to_text(&genesis.network)).to_vec())
}

struct Holder<'a> {
    genesis: &'a Genesis,
    did: Did,
    key: SecretKey,
    recovery: SecretKey,
    creation: SignedTransaction,
}

impl<'a> Holder<'a> {
    fn new(genesis: &'a Genesis) -> Self {
        let [key, recovery] = [(); 2].map(|()| SecretKey::ed25519(&random_seed()));
        let committed = commitment(&recovery.public_key());
        let (did, creation) = create_did(genesis.digest(), &key, committed, expiry());
        Self { genesis, did, key, recovery, creation }
    }

    fn sign(&self, operation: Operation, keys: &[&SecretKey]) -> SignedTransaction {
        let transaction = Transaction {
            genesis: self.genesis.digest(),
            sender: Sender::Did(self.did),
            sequence: Sequence(1),
            expires: expiry(),
            operation,
        };
        sign(transaction, keys)
    }
}

fn expiry() -> Timestamp {
    Timestamp(now_ms().saturating_add(EXPIRY_MS))
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
