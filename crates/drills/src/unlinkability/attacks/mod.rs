//! What an observer of the ledger may think of: each attack names the pairs that it holds for one person's.

mod batches;
mod expiry;
mod keys;
mod logins;
mod made;
mod member;
mod withdrawn;

use super::ledger::{Ledger, Pair};

/// A way to guess.
pub struct Attack {
    pub name: &'static str,
    pub guess: fn(&Ledger) -> Vec<Pair>,
}

const DAY: u64 = 24 * 3_600_000;

pub static SAME_BATCH: Attack = Attack { name: "in one batch", guess: batches::same };
pub static NEXT_BATCH: Attack =
    Attack { name: "in neighbouring batches", guess: |ledger| batches::near(ledger, 1) };
pub static NEAR_BATCHES: Attack =
    Attack { name: "within three batches", guess: |ledger| batches::near(ledger, 3) };
pub static EQUAL_EXPIRY: Attack = Attack { name: "equal expiry", guess: expiry::equal };
pub static WITHDRAWN_TOGETHER: Attack =
    Attack { name: "withdrawn within a day", guess: |ledger| withdrawn::within(ledger, DAY) };
pub static MADE_WITHIN_AN_HOUR: Attack =
    Attack { name: "made within an hour", guess: |ledger| made::within(ledger, DAY / 24) };
pub static MADE_WITHIN_A_DAY: Attack =
    Attack { name: "made within a day", guess: |ledger| made::within(ledger, DAY) };
pub static FIRST_LOGIN: Attack = Attack {
    name: "first login soon after making",
    guess: |ledger| logins::soon_after_making(ledger, DAY / 24),
};
pub static SAME_MEMBER: Attack = Attack { name: "handed in at one member", guess: member::same };
pub static SAME_KEYS: Attack = Attack { name: "one key or commitment", guess: keys::shared };

/// All of them.
pub static ATTACKS: [&Attack; 10] = [
    &SAME_BATCH,
    &NEXT_BATCH,
    &NEAR_BATCHES,
    &EQUAL_EXPIRY,
    &WITHDRAWN_TOGETHER,
    &MADE_WITHIN_AN_HOUR,
    &MADE_WITHIN_A_DAY,
    &FIRST_LOGIN,
    &SAME_MEMBER,
    &SAME_KEYS,
];
