//! How far this node's clock is from those of the others, as their blocks show.
//!
//! A leader writes its clock's time into the block that it proposes. When such a block is final here, a right clock shows
//! the time that took, some fraction of a second; a wrong one shows its own error beside it. One leader's clock may be
//! wrong itself, or lie, so what most of them show counts.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use realdid_types::{Epoch, EpochView, Header, Timestamp, ValidatorIndex};

/// Blocks older than this many views are being caught up on, and show nothing of the clock.
const VIEWS_LIVE: u64 = 3;

/// What this machine's clock shows.
pub(crate) fn time_of_day() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The age of the newest block of each other leader of an epoch, in milliseconds by this node's clock.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    epoch: Epoch,
    ages: BTreeMap<ValidatorIndex, i64>,
}

impl Clock {
    /// A block became final that another validator proposed, while this node was at `now`.
    pub(crate) fn saw(&mut self, header: &Header, now: EpochView, age_ms: i64) {
        if now.epoch != self.epoch {
            *self = Self { epoch: now.epoch, ages: BTreeMap::new() };
        }
        let is_live = now.view.0.saturating_sub(header.at.view.0) <= VIEWS_LIVE;
        if header.at.epoch == now.epoch && is_live {
            self.ages.insert(header.proposer, age_ms);
        }
    }

    /// How far this clock is ahead of the others, or behind them if negative; none until more leaders showed theirs
    /// than may be `faulty`. Between two that differ, the kinder one counts.
    pub(crate) fn offset_ms(&self, faulty: usize) -> Option<i64> {
        let mut ages: Vec<i64> = self.ages.values().copied().collect();
        ages.sort_unstable();
        let upper = ages.get(ages.len() / 2).filter(|_| ages.len() > faulty)?;
        let lower = ages.get(ages.len().saturating_sub(1) / 2)?;
        [*upper, *lower].into_iter().min_by_key(|age| age.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use realdid_types::View;

    use super::*;

    /// A clock that saw blocks of these ages, each by another leader, in views one after the other.
    fn clock(ages: &[i64]) -> Clock {
        let mut clock = Clock::default();
        for (place, age) in ages.iter().enumerate() {
            saw(&mut clock, place, 1 + place as u64, *age);
        }
        clock
    }

    fn saw(clock: &mut Clock, leader: usize, view: u64, age: i64) {
        let mut header = genesis().header().unwrap();
        header.at = EpochView::new(Epoch(0), View(view));
        header.proposer = ValidatorIndex(leader as u16);
        clock.saw(&header, EpochView::new(Epoch(0), View(view + 1)), age);
    }

    #[test]
    fn one_leader_that_is_wrong_accuses_nobody() {
        assert_eq!(clock(&[20, 40, -9_000]).offset_ms(1), Some(20));
        assert_eq!(clock(&[20, 30_000]).offset_ms(1), Some(20));
        assert_eq!(clock(&[30_000]).offset_ms(1), None);
    }

    #[test]
    fn a_clock_that_most_leaders_show_to_be_off_is_off() {
        assert_eq!(clock(&[-5_000, 20, -4_990]).offset_ms(1), Some(-4_990));
        assert_eq!(clock(&[30_040, 30_010, 30_020]).offset_ms(1), Some(30_020));
    }

    #[test]
    fn blocks_that_are_being_caught_up_on_show_nothing() {
        let mut clock = clock(&[20, 30, 40]);
        let mut old = genesis().header().unwrap();
        old.at = EpochView::new(Epoch(0), View(2));
        for leader in 0..3 {
            old.proposer = ValidatorIndex(leader);
            clock.saw(&old, EpochView::new(Epoch(0), View(90)), 86_400_000);
        }
        assert_eq!(clock.offset_ms(1), Some(30));
    }

    fn genesis() -> realdid_types::Genesis {
        let key = |number: u8| realdid_crypto::SecretKey::ed25519(&[number; 32]).public_key();
        let name = realdid_types::OrganisationName::new("ministry").unwrap();
        realdid_types::Genesis {
            network: realdid_types::NetworkName::new("clock").unwrap(),
            random: realdid_crypto::Digest::ZERO,
            time: realdid_types::Timestamp(1),
            development: true,
            parameters: realdid_types::Parameters {
                max_idle: 1_000,
                max_expiry: 600_000,
                quota_window: 60_000,
                quota: 1_000_000,
                approvals: 1,
                format: 1,
            },
            members: vec![realdid_types::Member {
                name: name.clone(),
                key: key(1),
                nodes: vec![key(2)],
                roles: None,
            }],
            validators: vec![realdid_types::Validator {
                organisation: name,
                consensus_key: key(3),
                transport_key: key(4),
            }],
        }
    }
}
