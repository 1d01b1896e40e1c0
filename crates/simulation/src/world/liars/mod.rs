//! Validators that do not keep the protocol, one small file each. Each runs a real replica and changes what it says.

mod saying;

mod breaks_batches;
mod breaks_transactions;
mod censors;
mod changes_blocks;
mod claims_batches;
mod claims_other_batches;
mod claims_other_height;
mod claims_other_next_validators;
mod claims_other_state;
mod claims_other_validators;
mod commits_and_skips;
mod commits_twice;
mod crafts_signatures;
mod creeps_forward;
mod delays_certificates;
mod drips;
mod equivocates;
mod forges_certificates;
mod forges_proposals;
mod frames_others;
mod hides_certificates;
mod hides_votes;
mod idles;
mod is_silent;
mod keeps_proposals;
mod leaves_gaps;
mod makes_histories_up;
mod moves_certificates;
mod packs_expired;
mod prepares_twice;
mod promises_heights;
mod proposes_on_stale_parents;
mod proposes_the_future;
mod proposes_the_past;
mod replays_transactions;
mod shortens_certificates;
mod skips_own_views;
mod soothes_amnesiacs;
mod speaks_for_strangers;
mod tells_the_truth;
mod votes_elsewhere;
mod votes_for_others;
mod withholds_batches;
mod withholds_proposals;

use std::sync::Arc;

use realdid_types::Message;

pub use saying::Saying;

/// What a liar says in place of a message: something else, or nothing; `None` if it says the truth.
pub type Lie = fn(&mut Saying<'_>) -> Option<Vec<Arc<Message>>>;

/// Every kind of liar, by name.
pub const KINDS: &[(&str, Lie)] = &[
    ("equivocating proposals", equivocates::lie),
    ("double Prepares", prepares_twice::lie),
    ("double Commits", commits_twice::lie),
    ("Commit and Skip of one view", commits_and_skips::lie),
    ("votes for far future and past views", votes_elsewhere::lie),
    ("votes in others' names", votes_for_others::lie),
    ("forged certificates", forges_certificates::lie),
    ("forged proposals", forges_proposals::lie),
    ("short certificates", shortens_certificates::lie),
    ("certificates of another epoch", moves_certificates::lie),
    ("stale parents", proposes_on_stale_parents::lie),
    ("parents without their certificates", hides_certificates::lie),
    ("wrong state roots", claims_other_state::lie),
    ("wrong heights", claims_other_height::lie),
    ("wrong batches roots", claims_other_batches::lie),
    ("wrong validators digests", claims_other_validators::lie),
    ("wrong next-set digests", claims_other_next_validators::lie),
    ("times in the future", proposes_the_future::lie),
    ("times that do not increase", proposes_the_past::lie),
    ("times crept forward", creeps_forward::lie),
    ("proposals withheld from some", withholds_proposals::lie),
    ("batches withheld from some", withholds_batches::lie),
    ("batches with an invalid signature", breaks_batches::lie),
    ("batches with an invalid transaction", breaks_transactions::lie),
    ("batches with a crafted signature", crafts_signatures::lie),
    ("batches framed with another author", frames_others::lie),
    ("batches of strangers", speaks_for_strangers::lie),
    ("expired transactions", packs_expired::lie),
    ("duplicate and replayed transactions", replays_transactions::lie),
    ("silent leaders", keeps_proposals::lie),
    ("leaders that only skip", skips_own_views::lie),
    ("leaders that idle on purpose", idles::lie),
    ("votes shown to one peer only", hides_votes::lie),
    ("certificates delayed", delays_certificates::lie),
    ("a sync server with gaps", leaves_gaps::lie),
    ("a sync server with wrong blocks", changes_blocks::lie),
    ("a sync server with a history of its own", makes_histories_up::lie),
    ("a sync server with false heights", promises_heights::lie),
    ("a sync server that drips", drips::lie),
    ("false Have", claims_batches::lie),
    ("help for an amnesiac", soothes_amnesiacs::lie),
    ("censorship", censors::lie),
    ("silence", is_silent::lie),
];

/// A node that keeps the protocol and still counts as faulty.
pub const TRUTHFUL: Lie = tells_the_truth::lie;

/// A liar that says nothing any more.
pub const SILENT: Lie = is_silent::lie;
