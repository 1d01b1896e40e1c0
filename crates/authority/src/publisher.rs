//! Brings what was decided to the ledger, exactly once, whenever the process is killed.
//!
//! One transaction is under way at a time. It is in the vault's outbox before it is sent; while it is there, it is sent again
//! and again, until the ledger *proves* that the member's number is used up or that the transaction's time is over. What became
//! of each DID is then read from the ledger, with proof, at that height or above. Nothing is taken on the node's word.

use std::{sync::Arc, time::Duration};

use realdid_client::{CheckError, CheckedNode, ClientError, Member, Proven, Wait};
use realdid_crypto::SecretKey;
use realdid_identity::Attestation;
use realdid_state::{MemberEntry, StateKey};
use realdid_types::{Did, Header, Height, Operation, Sequence, SignedTransaction, Transaction};

use crate::{
    Authority, Draws, Kind, Outcome, VaultError, audit::Event, batching::Batch, quarter, service::now,
};

/// How long a transaction may wait before it is void, where the network allows that much.
const EXPIRY: u64 = 120_000;
/// How long a block may take that shows what is final now.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks where nobody wakes it.
const LOOK: Duration = Duration::from_secs(1);

/// Why nothing goes to the ledger now.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The ledger knows no such member.
    #[error(
        "the ledger knows no member {0} with this key: take the member's own key with --key, or ask the other members"
    )]
    NoMember(String),
    /// The member may not attest.
    #[error(
        "{0} is a member without the role authority: members give it with `realdid members propose put {0} --role authority`"
    )]
    NoRole(String),
    /// The node.
    #[error(transparent)]
    Node(#[from] CheckError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// The member's side of the service.
pub struct Publisher {
    authority: Arc<Authority>,
    node: CheckedNode,
    key: SecretKey,
    draws: Draws,
}

/// The member as the ledger proves it, and the header that vouches for that.
struct Seen {
    next: Sequence,
    header: Header,
}

impl Publisher {
    /// One that signs with the member's key.
    #[must_use]
    pub fn new(authority: Arc<Authority>, node: CheckedNode, key: SecretKey) -> Self {
        Self { authority, node, key, draws: Draws::fresh() }
    }

    /// Whether the ledger lets this member attest.
    ///
    /// # Errors
    /// Says with the remedy if it does not.
    pub async fn check(&mut self) -> Result<(), PublishError> {
        self.member().await.map(drop)
    }

    /// Works until `ended` completes. What fails is told and tried again.
    pub async fn run(mut self, ended: impl Future<Output = ()>) {
        let told = self.authority.vault.tell(&Event::new("started"));
        let mut ended = std::pin::pin!(ended);
        let mut was: Result<(), String> = told.map_err(|error| error.to_string());
        loop {
            let step = tokio::select! {
                step = self.step() => step,
                () = &mut ended => return,
            };
            let is: Result<(), String> = step.as_ref().map(|_| ()).map_err(ToString::to_string);
            if let Err(error) = &is
                && is != was
            {
                tracing::warn!(%error, "nothing goes to the ledger");
            }
            was.clone_from(&is);
            drop(self.authority.ready.send_replace(is));
            if matches!(step, Ok(true)) {
                continue;
            }
            tokio::select! {
                () = self.authority.wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                () = &mut ended => return,
            }
        }
    }

    /// One step; whether there may be more to do at once.
    async fn step(&mut self) -> Result<bool, PublishError> {
        if let Some(signed) = self.authority.vault.outbox()? {
            return self.settle(&signed).await;
        }
        let seen = self.member().await?;
        for kind in [Kind::Withdraw, Kind::Attest] {
            let batch = self.authority.vault.next_batch(kind, now(), &self.authority.settings.parameters)?;
            if let Some(batch) = batch {
                self.keep(kind, &batch, seen.next)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Signs the transaction of a batch and keeps it, unless somebody changed their mind since it was drawn.
    fn keep(&mut self, kind: Kind, batch: &Batch, sequence: Sequence) -> Result<bool, VaultError> {
        let authority = &self.authority;
        let longest = authority.genesis.parameters.max_expiry / 2;
        let time = now();
        let member = Member {
            genesis: authority.genesis.digest(),
            name: authority.settings.name.clone(),
            key: &self.key,
            sequence,
            expires: time.plus(EXPIRY.min(longest)),
        };
        let dids = batch.leaving.iter().copied();
        let signed = match kind {
            Kind::Attest => member.attest(authority.settings.level, quarter::expiry(time), dids),
            Kind::Withdraw => member.withdraw(dids),
        };
        let kept =
            authority.vault.keep(&signed, batch, time, &authority.settings.parameters, &mut self.draws)?;
        if kept {
            tracing::info!(transaction = %signed.id(), dids = batch.leaving.len(), ?kind, "a batch leaves");
        }
        Ok(kept)
    }

    /// Sends what is in the outbox, or writes down what became of it; whether it is empty now.
    async fn settle(&mut self, signed: &SignedTransaction) -> Result<bool, PublishError> {
        let Transaction { sequence, expires, operation, .. } = &signed.transaction;
        let seen = self.seen().await?;
        let is_decided = seen.next > *sequence;
        if !is_decided && seen.header.time < *expires {
            self.send(signed).await?;
            return Ok(true);
        }
        let dids = match operation {
            Operation::Attest(attest) => &attest.dids,
            Operation::Withdraw(withdraw) => &withdraw.dids,
            _ => &Vec::new(),
        };
        let mut outcomes = Vec::with_capacity(dids.len());
        for did in dids {
            outcomes.push((*did, self.outcome(*did, seen.header.height).await?));
        }
        self.authority.vault.settle(&outcomes)?;
        tracing::info!(transaction = %signed.id(), is_decided, "a batch is settled");
        Ok(true)
    }

    /// Sending what was decided before does nothing.
    async fn send(&self, signed: &SignedTransaction) -> Result<(), PublishError> {
        match self.node.node().submit(std::slice::from_ref(signed), Wait::Final).await {
            Ok(_) => Ok(()),
            // the proof decides what that means; until it does, nothing is lost by waiting
            Err(ClientError::Refused(problem)) => {
                tracing::info!(code = problem.code, "the node does not take the batch");
                tokio::time::sleep(LOOK).await;
                Ok(())
            }
            Err(error) => Err(CheckError::Node(error).into()),
        }
    }

    /// What the ledger proves of a DID at a height or above.
    async fn outcome(&mut self, did: Did, height: Height) -> Result<Outcome, PublishError> {
        let name = self.authority.settings.name.clone();
        loop {
            let proven = self.node.entry::<Attestation>(&StateKey::Attestation(did, name.clone())).await?;
            if proven.header.height < height {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            let record = self.node.record(did).await?.record;
            return Ok(match (proven.entry, record.is_some_and(|record| !record.deactivated)) {
                (_, false) => Outcome::Ended,
                (Some(attestation), true) => Outcome::Attested(attestation.expires),
                (None, true) => Outcome::Unattested,
            });
        }
    }

    /// The member, which must have this key and be an authority.
    async fn member(&mut self) -> Result<Seen, PublishError> {
        let name = self.authority.settings.name.clone();
        let Proven { entry, header } = self.proven_member().await?;
        let member = entry.filter(|member| member.key == self.key.public_key());
        let member = member.ok_or_else(|| PublishError::NoMember(name.to_string()))?;
        if !member.roles.is_some_and(|roles| roles.authority) {
            return Err(PublishError::NoRole(name.to_string()));
        }
        Ok(Seen { next: member.next_sequence, header })
    }

    /// The member's next number, whatever it may do now.
    async fn seen(&mut self) -> Result<Seen, PublishError> {
        let Proven { entry, header } = self.proven_member().await?;
        let name = self.authority.settings.name.to_string();
        let next = entry.ok_or(PublishError::NoMember(name))?.next_sequence;
        Ok(Seen { next, header })
    }

    async fn proven_member(&mut self) -> Result<Proven<MemberEntry>, PublishError> {
        let key = StateKey::Member(self.authority.settings.name.clone());
        Ok(self.node.entry_now::<MemberEntry>(&key, PATIENCE).await?)
    }
}
