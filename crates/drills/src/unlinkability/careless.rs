//! Worlds in which somebody does not take care: each attack has one in which it must win, or it measures nothing.

use realdid_authority::batching::Parameters;

use super::{
    attacks::{self, Attack},
    world::{Authority, Wallets, Ways},
};

/// They do everything at once and for all DIDs alike.
pub const WALLETS: Wallets =
    Wallets { are_hasty: true, have_a_home: true, reuse_keys: true, withdraw_together: true };

/// A world, and the attacks that win in it.
pub struct Careless {
    pub words: &'static str,
    pub ways: Ways,
    pub winning: &'static [&'static Attack],
}

pub static WORLDS: [Careless; 2] = [
    Careless {
        words: "An authority that attests each person's three DIDs at once, for exactly a year",
        ways: Ways { wallets: WALLETS, authority: Authority::None },
        winning: &[&attacks::SAME_BATCH, &attacks::EQUAL_EXPIRY, &attacks::WITHDRAWN_TOGETHER],
    },
    Careless {
        words: "An authority with the parameters for development; all three DIDs are asked for at once",
        ways: Ways { wallets: WALLETS, authority: Authority::Batches(Parameters::DEVELOPMENT) },
        winning: &[
            &attacks::NEXT_BATCH,
            &attacks::NEAR_BATCHES,
            &attacks::MADE_WITHIN_AN_HOUR,
            &attacks::MADE_WITHIN_A_DAY,
            &attacks::FIRST_LOGIN,
            &attacks::SAME_MEMBER,
            &attacks::SAME_KEYS,
        ],
    },
];
