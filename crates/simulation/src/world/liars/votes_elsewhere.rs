//! Votes for views long past and far ahead.

use std::sync::Arc;

use realdid_types::{Message, View, VoteStatement};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let at = saying.own_vote()?.statement.at;
    let views = [at.view.0.saturating_sub(90), at.view.0 + 3, at.view.0 + 1_000, u64::MAX - 1];
    let far = views.map(|view| realdid_types::EpochView { view: View(view), ..at });
    let votes = far.into_iter().filter_map(|at| saying.vote(VoteStatement::skip(at)));
    Some([saying.truth()].into_iter().chain(votes.collect::<Vec<_>>()).collect())
}
