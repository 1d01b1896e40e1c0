//! What tells two engines apart, for whoever explores their states.
//!
//! Times, the pacemaker's measurements and signatures are left out: where every timer may fire at any moment they
//! decide nothing, and a certificate says the same whoever signed it.

use std::hash::{Hash, Hasher};

use realdid_types::{ValidatorIndex, View, VoteKind};

use crate::{Engine, view::Clock};

impl Engine {
    /// Hashes what can change a later decision, timers aside: votes decided, certificates, blocks, proposals, single
    /// votes, standing, lead mark, the view, and for its leader how far its own proposal is.
    pub fn fingerprint<H: Hasher>(&self, hasher: &mut H) {
        self.view.at.hash(hasher);
        self.view.hopeless.hash(hasher);
        if self.is_leader() {
            (self.view.may_hold, self.view.idled, self.view.proposed).hash(hasher);
        }
        self.voter.hash(hasher);
        self.standing.hash(hasher);
        let floor = self.certificates.floor();
        for certificate in self.certificates.between(View(0), View(u64::MAX)) {
            let statement = certificate.statement;
            // beside its Commit certificate, a view's Prepare certificate decides nothing
            if statement.at.view > floor || statement.kind == VoteKind::Commit {
                statement.hash(hasher);
            }
        }
        for (index, _) in (0_u16..).zip(self.set.iter()) {
            let signer = ValidatorIndex(index);
            signer.hash(hasher);
            self.tally.of_signer(self.epoch(), signer).for_each(|vote| vote.statement.hash(hasher));
        }
        self.blocks.tip().hash(hasher);
        for (digest, entry) in self.blocks.iter() {
            (digest, entry.outcome.is_some(), entry.executing).hash(hasher);
        }
        self.decided.hash(hasher);
        for (view, proposal) in self.proposals.range(self.view.at.view..) {
            (view, proposal.block.digest()).hash(hasher);
        }
        let mark = &self.lead_mark;
        (mark.recovered, mark.durable, mark.written).hash(hasher);
        self.own_votes.keys().for_each(|statement| statement.hash(hasher));
        self.writes.len().hash(hasher);
        (self.alarm.is_some(), self.disk_full, self.epoch_end.is_some()).hash(hasher);
    }

    /// Hashes what else decides about timers and about what is asked for or sent again; what peers have shown and the
    /// evidence reported are left out, for they only spare messages.
    pub fn fingerprint_of_repair<H: Hasher>(&self, hasher: &mut H) {
        let view = &self.view;
        (view.may_hold, view.idled, view.patient, view.asked, view.proposed).hash(hasher);
        for clock in [view.lead, view.advance] {
            let stage = match clock {
                Clock::Idle => 0_u8,
                Clock::Since(_) => 1,
                Clock::Stopped => 2,
                Clock::Expired => 3,
            };
            stage.hash(hasher);
        }
        (self.skipped_in_a_row, self.repaired_at, self.catching_up_to).hash(hasher);
        for proposal in self.proposals.values() {
            let attached = proposal.parent.iter().chain(&proposal.skips).chain(&proposal.commit);
            attached.for_each(|certificate| certificate.statement.hash(hasher));
        }
    }

    /// Whether it lost its votes and has no bound yet.
    #[must_use]
    pub fn is_wiped(&self) -> bool {
        self.standing.is_wiped()
    }
}
