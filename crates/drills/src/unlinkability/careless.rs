//! Worlds in which somebody does not take care: each attack has one in which it must win, or it measures nothing.

use realdid_authority::batching::Parameters;

use super::{
    attacks::{self, Attack},
    world::{Authority, Wallets, Ways},
};

/// They do everything at once and for all DIDs alike.
pub const WALLETS: Wallets =
    Wallets { are_hasty: true, have_a_home: true, reuse_keys: true, withdraw_together: true };

/// The attack, the world, and what that is in words.
pub fn worlds() -> Vec<(&'static Attack, Ways, &'static str)> {
    let development = Ways { wallets: WALLETS, authority: Authority::Batches(Parameters::DEVELOPMENT) };
    let none = Ways { wallets: WALLETS, authority: Authority::None };
    let words_development =
        "An authority with the parameters for development; all three DIDs asked for at once";
    let words_none = "An authority that attests each person's three DIDs at once, for exactly a year";
    vec![
        (&attacks::SAME_BATCH, none, words_none),
        (&attacks::NEXT_BATCH, development, words_development),
        (&attacks::NEAR_BATCHES, development, words_development),
        (&attacks::EQUAL_EXPIRY, none, words_none),
        (&attacks::WITHDRAWN_TOGETHER, none, words_none),
        (&attacks::MADE_WITHIN_AN_HOUR, development, words_development),
        (&attacks::MADE_WITHIN_A_DAY, development, words_development),
        (&attacks::SAME_MEMBER, development, words_development),
        (&attacks::SAME_KEYS, development, words_development),
    ]
}
