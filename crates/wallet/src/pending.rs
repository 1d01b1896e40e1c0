//! What a wallet asks of the ledger: to make a DID, to rotate its keys, to take it back.

use realdid_client::{Draft, Holder, compromised_keys, sign};
use realdid_crypto::PublicKey;
use realdid_identity::DidRecord;
use realdid_types::{Operation, RecoverDid, SignedTransaction, Timestamp, UpdateDid, codec};

use crate::{Branch, Place, Purpose, place::GENERATIONS_MAX};

/// A transaction that was signed, and what it leads to. It is kept before it is sent: whoever is interrupted sends the
/// same again, which does no harm, instead of making another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Signed by all who must.
    pub transaction: SignedTransaction,
    /// Which keys the DID has once it is applied.
    pub place: Place,
}

/// There are no more keys to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keys of this DID were replaced {GENERATIONS_MAX} times: no more are derived")]
pub struct Exhausted;

impl Branch {
    /// Makes the DID.
    #[must_use]
    pub fn ask_create(&self, expires: Timestamp) -> Pending {
        let (_, transaction) = Draft::create(self.genesis(), self.create(), expires);
        let [login, change] = self.keys(0);
        Pending { transaction: sign(transaction, &[&login, &change]), place: Place::default() }
    }

    /// Puts the next generation's keys in the place of all that the record holds.
    ///
    /// # Errors
    /// [`Exhausted`].
    pub fn ask_rotate(
        &self,
        record: &DidRecord,
        place: Place,
        expires: Timestamp,
    ) -> Result<Pending, Exhausted> {
        let next = Place { generation: following(place.generation)?, ..place };
        let remove = record.keys.iter().map(|held| held.key.key).collect();
        let committed = self.commitment(Purpose::Invocation, next.generation.saturating_add(1));
        let update = UpdateDid {
            remove_services: record.services.iter().map(|service| service.name.clone()).collect(),
            ..UpdateDid::of_keys(self.did(), self.record_keys(next.generation), remove, committed)
        };
        let [login, change] = self.keys(next.generation);
        let present = self.key(Purpose::Invocation, place.generation);
        let transaction = self.holder(record, expires).update(update, &[&present, &login, &change]);
        Ok(Pending { transaction, place: next })
    }

    /// Takes the DID back with the recovery key: new keys, a new recovery key, and nothing that these keys signed from
    /// a time on counts.
    ///
    /// # Errors
    /// [`Exhausted`].
    pub fn ask_recover(
        &self,
        record: &DidRecord,
        place: Place,
        compromised: impl IntoIterator<Item = (PublicKey, Timestamp)>,
        expires: Timestamp,
    ) -> Result<Pending, Exhausted> {
        let next =
            Place { generation: following(place.generation)?, recoveries: following(place.recoveries)? };
        let recover = RecoverDid {
            did: self.did(),
            keys: self.record_keys(next.generation),
            recovery: self.commitment(Purpose::Recovery, next.recoveries),
            next_key: self.commitment(Purpose::Invocation, next.generation.saturating_add(1)),
            controllers: None,
            compromised: compromised_keys(compromised),
        };
        let [login, change] = self.keys(next.generation);
        let recovery = self.key(Purpose::Recovery, place.recoveries);
        let transaction = self.holder(record, expires).recover(recover, &[&recovery, &login, &change]);
        Ok(Pending { transaction, place: next })
    }

    fn keys(&self, generation: u32) -> [realdid_crypto::SecretKey; 2] {
        [Purpose::Authentication, Purpose::Invocation].map(|purpose| self.key(purpose, generation))
    }

    fn holder(&self, record: &DidRecord, expires: Timestamp) -> Holder {
        Holder { genesis: self.genesis(), did: self.did(), sequence: record.next_sequence, expires }
    }
}

impl Pending {
    /// What it does, in a word.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.transaction.transaction.operation {
            Operation::CreateDid(_) => "create",
            Operation::RecoverDid(_) => "recover",
            _ => "rotate",
        }
    }

    /// From when on it can no longer take effect.
    #[must_use]
    pub const fn expires(&self) -> Timestamp {
        self.transaction.transaction.expires
    }
}

fn following(number: u32) -> Result<u32, Exhausted> {
    number.checked_add(1).filter(|next| *next < GENERATIONS_MAX).ok_or(Exhausted)
}

codec! { Place { 1: generation, 2: recoveries, } }
codec! { Pending { 1: transaction, 2: place, } }
