//! An alarm in words, with what to do about it.

use realdid_consensus::Alarm;
use realdid_types::VoteKind;

/// Why voting stopped, for whoever runs the node.
#[must_use]
pub fn words(alarm: &Alarm) -> String {
    match alarm {
        Alarm::ForeignVote(vote) => format!(
            "another process votes with this validator's key: it cast a {} vote in epoch {}, view {} that this node did \
             not. Find it and stop it; if it is not yours, the key is stolen, and the members must vote it out",
            kind(vote.kind),
            vote.at.epoch,
            vote.at.view
        ),
        Alarm::Certificates(one, other) => format!(
            "two certificates contradict each other: a {} for block {} in view {}, and a {} for block {} in view {}. \
             More validators than may fail lie, or vote twice with one key: keep this folder and tell the other operators",
            kind(one.statement.kind),
            one.statement.block,
            one.statement.at.view,
            kind(other.statement.kind),
            other.statement.block,
            other.statement.at.view
        ),
        Alarm::Fork(block, _) => format!(
            "a quorum made block {block} final, which does not stand on this node's chain. More validators than may \
             fail lie, or vote twice with one key: keep this folder and tell the other operators"
        ),
        Alarm::Root(block) => format!(
            "a quorum agreed on block {block}, whose state is not what this node computes. Check this folder with \
             `realdid db check`; if it is whole, more validators than may fail are wrong: tell the other operators"
        ),
    }
}

const fn kind(kind: VoteKind) -> &'static str {
    match kind {
        VoteKind::Prepare => "Prepare",
        VoteKind::Commit => "Commit",
        VoteKind::Skip => "Skip",
    }
}
