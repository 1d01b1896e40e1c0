//! Where validators listen: what each says of itself, kept on disk and passed on to whoever lacks it.

use std::{
    collections::BTreeMap,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use realdid_crypto::{PublicKey, SecretKey, Verifier};
use realdid_types::{
    AddressRecord, AddressRecords, AddressStatement, GenesisDigest, Timestamp, Wire, limits,
};

/// A validator that moves more often keeps its older address meanwhile: a liar cannot make everybody pass on what it says all
/// the time.
const MOVES_EVERY: Duration = Duration::from_secs(1);

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is news: others may lack it, too.
    New,
    /// It is known, older than what is known, or too early.
    Known,
    /// Its signature does not hold.
    Forged,
}

/// The newest record of each validator, by its consensus key.
#[derive(Debug)]
pub(crate) struct AddressBook {
    file: PathBuf,
    genesis: GenesisDigest,
    records: BTreeMap<PublicKey, AddressRecord>,
    taken_at: BTreeMap<PublicKey, Duration>,
}

impl AddressBook {
    /// The book in this file, as far as it can be read and is signed; an empty one if there is none.
    pub(crate) fn open(file: &Path, genesis: GenesisDigest, verifier: &dyn Verifier) -> Self {
        let read = fs::read(file).ok().and_then(|bytes| AddressRecords::decode(&bytes).ok());
        let records = read.unwrap_or_default().records.into_iter();
        let signed = records.filter(|record| record.verify(genesis, verifier));
        let records = signed.map(|record| (record.statement.validator, record)).collect();
        Self { file: file.to_owned(), genesis, records, taken_at: BTreeMap::new() }
    }

    /// Says where this validator listens; nothing new if it said so before.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn say(
        &mut self,
        key: &SecretKey,
        addresses: &[SocketAddr],
        now: Timestamp,
    ) -> io::Result<()> {
        let validator = key.public_key();
        let addresses: Vec<SocketAddr> = addresses.iter().copied().take(limits::ADDRESSES_MAX).collect();
        let before = self.records.get(&validator).map(|record| &record.statement);
        if before.is_some_and(|before| before.addresses == addresses) {
            return Ok(());
        }
        // also after a clock was set back
        let issued = before.map_or(now, |before| now.max(before.issued.next()));
        let record = AddressStatement { validator, issued, addresses }.sign(key, self.genesis);
        self.records.insert(validator, record);
        self.save()
    }

    /// Takes what somebody says that a validator said.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn take(
        &mut self,
        record: &AddressRecord,
        verifier: &dyn Verifier,
        now: Duration,
    ) -> io::Result<Taken> {
        let validator = record.statement.validator;
        let known = self.records.get(&validator);
        let is_known = known.is_some_and(|known| known.statement.issued >= record.statement.issued);
        let is_early = self.taken_at.get(&validator).is_some_and(|at| now < at.saturating_add(MOVES_EVERY));
        if is_known || is_early {
            return Ok(Taken::Known);
        }
        if !record.verify(self.genesis, verifier) {
            return Ok(Taken::Forged);
        }
        self.records.insert(validator, record.clone());
        self.taken_at.insert(validator, now);
        self.save()?;
        Ok(Taken::New)
    }

    /// Where a validator says that it listens.
    pub(crate) fn of(&self, validator: &PublicKey) -> &[SocketAddr] {
        self.records.get(validator).map_or(&[], |record| &record.statement.addresses)
    }

    /// What is known of these validators, as much as a message holds.
    pub(crate) fn records<'a>(&self, of: impl Iterator<Item = &'a PublicKey>) -> AddressRecords {
        let known = of.filter_map(|validator| self.records.get(validator)).cloned();
        AddressRecords { records: known.take(limits::ADDRESS_RECORDS_MAX).collect() }
    }

    /// Forgets who validates no more: the book does not grow with the years.
    pub(crate) fn keep(&mut self, is_validator: impl Fn(&PublicKey) -> bool) {
        self.records.retain(|validator, _| is_validator(validator));
        self.taken_at.retain(|validator, _| is_validator(validator));
    }

    fn save(&self) -> io::Result<()> {
        let fresh = self.file.with_extension("fresh");
        fs::write(&fresh, self.records(self.records.keys()).encode())?;
        fs::rename(&fresh, &self.file)
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::{Digest, Ed25519Verifier};

    use super::*;

    const GENESIS: GenesisDigest = GenesisDigest(Digest::ZERO);

    struct Bench {
        folder: tempfile::TempDir,
        verifier: Ed25519Verifier,
        book: AddressBook,
    }

    fn open(folder: &tempfile::TempDir, verifier: &Ed25519Verifier) -> AddressBook {
        AddressBook::open(&folder.path().join("addresses"), GENESIS, verifier)
    }

    fn bench() -> Bench {
        let (folder, verifier) = (tempfile::tempdir().unwrap(), Ed25519Verifier::default());
        let book = open(&folder, &verifier);
        Bench { folder, verifier, book }
    }

    fn key(number: u8) -> SecretKey {
        SecretKey::ed25519(&[number; 32])
    }

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    fn record(of: u8, port: u16, issued: u64) -> AddressRecord {
        let validator = key(of).public_key();
        let statement = AddressStatement { validator, issued: Timestamp(issued), addresses: vec![at(port)] };
        statement.sign(&key(of), GENESIS)
    }

    impl Bench {
        fn take(&mut self, record: &AddressRecord, second: u64) -> Taken {
            self.book.take(record, &self.verifier, Duration::from_secs(second)).unwrap()
        }
    }

    #[test]
    fn of_what_a_validator_said_the_latest_counts_in_whatever_order_it_comes() {
        let mut bench = bench();
        assert_eq!(bench.take(&record(1, 7, 10), 0), Taken::New);
        assert_eq!(bench.take(&record(1, 8, 9), 5), Taken::Known);
        assert_eq!(bench.take(&record(1, 9, 11), 5), Taken::New);
        assert_eq!(bench.book.of(&key(1).public_key()), [at(9)]);
        assert_eq!(bench.book.of(&key(2).public_key()), []);
    }

    #[test]
    fn nobody_else_says_where_a_validator_is_and_nobody_says_it_for_another_network() {
        let mut bench = bench();
        let mut framed = record(2, 7, 10);
        framed.statement.validator = key(1).public_key();
        let elsewhere = record(1, 7, 10).statement.sign(&key(1), GenesisDigest(Digest::from_bytes([1; 32])));
        assert_eq!([&framed, &elsewhere].map(|record| bench.take(record, 0)), [Taken::Forged; 2]);
        assert_eq!(bench.book.of(&key(1).public_key()), []);
    }

    #[test]
    fn what_is_known_outlives_a_restart_and_a_file_that_is_none_does_no_harm() {
        let mut bench = bench();
        bench.take(&record(1, 7, 10), 0);
        assert_eq!(open(&bench.folder, &bench.verifier).of(&key(1).public_key()), [at(7)]);
        fs::write(bench.folder.path().join("addresses"), "nonsense").unwrap();
        assert_eq!(open(&bench.folder, &bench.verifier).of(&key(1).public_key()), []);
    }

    #[test]
    fn whoever_changes_its_mind_all_the_time_is_heard_once_a_second() {
        let mut bench = bench();
        let new = (0..100).filter(|issued| bench.take(&record(1, 7, 10 + issued), 3) == Taken::New);
        assert_eq!(new.count(), 1);
        assert_eq!(bench.take(&record(1, 8, 500), 4), Taken::New);
    }

    #[test]
    fn a_validator_says_anew_where_it_is_only_when_it_has_moved_and_later_than_before() {
        let mut bench = bench();
        let said = |bench: &Bench| bench.book.records[&key(1).public_key()].statement.clone();
        bench.book.say(&key(1), &[at(7)], Timestamp(100)).unwrap();
        bench.book.say(&key(1), &[at(7)], Timestamp(200)).unwrap();
        assert_eq!(said(&bench).issued, Timestamp(100));
        bench.book.say(&key(1), &[at(8)], Timestamp(50)).unwrap();
        assert_eq!((said(&bench).issued, said(&bench).addresses), (Timestamp(101), vec![at(8)]));
    }

    #[test]
    fn who_validates_no_more_is_forgotten() {
        let mut bench = bench();
        bench.take(&record(1, 7, 10), 0);
        bench.take(&record(2, 7, 10), 0);
        bench.book.keep(|validator| *validator == key(2).public_key());
        let known = [1, 2].map(|number| bench.book.of(&key(number).public_key()).len());
        assert_eq!(known, [0, 1]);
    }
}
