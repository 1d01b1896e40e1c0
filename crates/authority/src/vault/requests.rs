//! What citizens ask for.

use realdid_types::{Did, Timestamp};
use zeroize::Zeroizing;

use super::{
    Change, Vault, VaultError,
    rows::{DidRow, Hidden, PersonRow, QueueRow, State},
};
use crate::{
    Draws,
    audit::Event,
    batching::{Parameters, PersonId},
    person::IdentityNumber,
    quarter,
};

/// How long before its end an attestation may be renewed: its last quarter.
const RENEWAL: u64 = 92 * 24 * 60 * 60 * 1_000;

/// DIDs of a person that are listed; with more, those that are given up or have ended are not any more. More than any cap.
const LISTED_MAX: usize = 100;

/// Why a request of a person who was recognised is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Somebody else had it attested.
    #[error("this DID was attested for another person: use one that you made yourself")]
    OtherPerson,
    /// The cap.
    #[error(
        "{0} of your DIDs are attested or wait for it, and nobody may have more: withdraw one, or let one lapse"
    )]
    TooMany(usize),
    /// There is nothing to withdraw.
    #[error("this DID is not attested for you, and does not wait for it")]
    NotYours,
    /// It is in no queue any more, and the ledger has not proven yet what became of it.
    #[error("this DID is on its way to the ledger: repeat this in a minute")]
    OnItsWay,
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// How a DID stands, and by when that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The DID with its state.
    pub row: DidRow,
    /// While it waits: by when it is on the ledger.
    pub until: Timestamp,
}

impl Vault {
    /// Queues an attestation of a DID for a person, unless it is there or queued already.
    ///
    /// # Errors
    /// If it is another person's, or there are `most` of this one's already.
    pub fn ask(
        &self,
        number: &IdentityNumber,
        did: Did,
        (now, most): (Timestamp, usize),
        parameters: &Parameters,
        draws: &mut Draws,
    ) -> Result<Standing, Refused> {
        let (person, key) = (self.person_id(number), self.did_id(did));
        self.change(|change| {
            let row = change.get::<DidRow>(&key)?;
            if row.is_some_and(|row| row.person != person && row.state != State::Withdrawn) {
                return Err(Refused::OtherPerson);
            }
            let row = row.filter(|row| row.person == person);
            if let Some(mut row) = row.filter(|row| !needs_the_ledger(row, now)) {
                if row.state == State::Lapsing {
                    // it is there: wanting it again leaves no trace
                    row.state = State::Attested;
                    change.put(&key, &row)?;
                }
                return Ok(parameters.standing(row));
            }
            let others = change.dids_of(person)?;
            let held = others.iter().filter(|other| other.did != did && other.is_held(now)).count();
            if held >= most {
                return Err(Refused::TooMany(most));
            }
            // one that left lately still shows
            let shows = |other: &&DidRow| {
                other.did != did
                    && (other.state == State::Waiting || other.from.plus(parameters.spread) > now)
            };
            let taken: Vec<Timestamp> = others.iter().filter(shows).map(|other| other.from).collect();
            let from = parameters.first_time(now, &taken, draws);
            let expires = row.map_or(Timestamp(0), |row| row.expires);
            let row = DidRow { did, person, state: State::Waiting, from, expires };
            change.list(person, number, did, &others, now)?;
            change.queue(&row)?;
            change.events.push(Event::new("asked").of(person).about(did));
            Ok(parameters.standing(row))
        })
    }

    /// How a DID stands; none if nobody asked for it.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn standing(&self, did: Did, parameters: &Parameters) -> Result<Option<Standing>, VaultError> {
        Ok(self.read::<DidRow>(&self.did_id(did))?.map(|row| parameters.standing(row)))
    }

    /// All DIDs of a person, as they came.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn of_person(
        &self,
        number: &IdentityNumber,
        parameters: &Parameters,
    ) -> Result<Vec<Standing>, VaultError> {
        let person = self.person_id(number);
        let dids = self.read::<PersonRow>(&person)?.map(|row| row.dids).unwrap_or_default();
        let rows = dids.iter().filter_map(|did| self.read::<DidRow>(&self.did_id(*did)).transpose());
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().filter(|row| row.person == person).map(|row| parameters.standing(row)).collect())
    }

    /// The number of the person behind a DID, for those whom the law lets ask; the log tells it.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn reveal(&self, did: Did) -> Result<Option<Zeroizing<String>>, VaultError> {
        self.change(|change| {
            let row = change.get::<DidRow>(&self.did_id(did))?;
            let Some(row) = row else { return Ok(None) };
            change.events.push(Event::new("revealed").of(row.person).about(did));
            Ok(change.get::<PersonRow>(&row.person)?.map(|person| person.number.0))
        })
    }

    /// Takes back what a person asked for: what waits does not go, what is attested is not renewed, and if `is_urgent` it is
    /// taken off the ledger, at a random time.
    ///
    /// # Errors
    /// If the DID is not this person's.
    pub fn withdraw(
        &self,
        number: &IdentityNumber,
        did: Did,
        (now, is_urgent): (Timestamp, bool),
        parameters: &Parameters,
        draws: &mut Draws,
    ) -> Result<Standing, Refused> {
        let person = self.person_id(number);
        self.change(|change| {
            let key = self.did_id(did);
            let row = change.get::<DidRow>(&key)?.filter(|row| row.person == person);
            let mut row = row.ok_or(Refused::NotYours)?;
            match row.state {
                State::Waiting if change.get::<QueueRow>(&key)?.is_some() => {
                    row.state = if row.expires > now { State::Lapsing } else { State::Withdrawn };
                    change.remove::<QueueRow>(&key)?;
                    change.put(&key, &row)?;
                }
                State::Waiting => return Err(Refused::OnItsWay),
                State::Attested | State::Lapsing if is_urgent => {
                    let others = change.dids_of(person)?;
                    let leaving = others.iter().filter(|other| other.state == State::Withdrawing);
                    let taken: Vec<Timestamp> = leaving.map(|other| other.from).collect();
                    row.from = parameters.of_withdrawals().random_time(now, &taken, draws);
                    row.state = State::Withdrawing;
                    change.queue(&row)?;
                }
                State::Attested => {
                    row.state = State::Lapsing;
                    change.put(&key, &row)?;
                }
                State::Lapsing | State::Withdrawing | State::Withdrawn | State::Ended => {}
            }
            change.events.push(Event::new("withdrawal asked").of(person).about(did));
            Ok(parameters.standing(row))
        })
    }
}

/// Whether a request of the same person makes something new: one more attestation, or a renewal.
fn needs_the_ledger(row: &DidRow, now: Timestamp) -> bool {
    match row.state {
        State::Waiting | State::Withdrawing | State::Ended => false,
        State::Withdrawn => true,
        State::Attested | State::Lapsing => {
            row.expires <= now.plus(RENEWAL) && quarter::expiry(now) > row.expires
        }
    }
}

impl Parameters {
    fn standing(&self, row: DidRow) -> Standing {
        let until = match row.state {
            State::Waiting => self.last_time(row.from),
            State::Withdrawing => self.of_withdrawals().last_time(row.from),
            State::Attested | State::Lapsing | State::Withdrawn | State::Ended => row.from,
        };
        Standing { row, until }
    }
}

impl Change<'_> {
    fn dids_of(&self, person: PersonId) -> Result<Vec<DidRow>, VaultError> {
        let dids = self.get::<PersonRow>(&person)?.map(|row| row.dids).unwrap_or_default();
        let rows = dids.iter().filter_map(|did| self.get::<DidRow>(&self.vault.did_id(*did)).transpose());
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().filter(|row| row.person == person).collect())
    }

    /// Puts a DID on the list of its person; `others` are those that are on it.
    fn list(
        &self,
        person: PersonId,
        number: &IdentityNumber,
        did: Did,
        others: &[DidRow],
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let number = Hidden(Zeroizing::new(number.as_str().to_owned()));
        let row = self.get::<PersonRow>(&person)?;
        let mut row = row.unwrap_or(PersonRow { number, dids: Vec::new() });
        if row.dids.contains(&did) {
            return Ok(());
        }
        if row.dids.len() >= LISTED_MAX {
            row.dids = others.iter().filter(|other| other.is_held(now)).map(|other| other.did).collect();
        }
        row.dids.push(did);
        self.put(&person, &row)
    }

    /// Writes a DID down and puts it into the queue for which its state is.
    pub(super) fn queue(&self, row: &DidRow) -> Result<(), VaultError> {
        let key = self.vault.did_id(row.did);
        let is_withdrawal = row.state == State::Withdrawing;
        self.put(&key, row)?;
        self.put(&key, &QueueRow { did: row.did, person: row.person, from: row.from, is_withdrawal })
    }
}
