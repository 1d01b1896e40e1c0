//! One step: when it is, who verifies, what it led to.

use std::time::Duration;

use realdid_crypto::Verifier;

use crate::Effect;

pub(crate) struct Turn<'a> {
    pub(crate) now: Duration,
    pub(crate) verifier: &'a dyn Verifier,
    pub(crate) effects: Vec<Effect>,
}

impl Turn<'_> {
    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}
