//! Questions about headers: at most one per peer, and one at a time within its deadline.

use std::{collections::BTreeMap, time::Duration};

use realdid_types::Request;

use crate::{Peer, limits::ANSWER_DEADLINE};

/// What was asked and not answered. A late answer is as good as any, so late questions stay until the peer is
/// asked something else.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    open: BTreeMap<Peer, Question>,
}

#[derive(Debug)]
struct Question {
    request: Request,
    asked: Duration,
    late: bool,
}

impl Questions {
    pub(crate) fn ask(&mut self, peer: Peer, request: Request, now: Duration) {
        self.open.insert(peer, Question { request, asked: now, late: false });
    }

    /// When this was asked of this peer, if it was; an answer is taken once.
    pub(crate) fn answered(&mut self, peer: &Peer, request: &Request) -> Option<Duration> {
        let asked = self.open.get(peer).filter(|question| question.request == *request)?.asked;
        self.open.remove(peer);
        Some(asked)
    }

    /// Whether an answer is still expected in time.
    pub(crate) fn pending(&self) -> bool {
        self.open.values().any(|question| !question.late)
    }

    /// Those whose deadline has passed since the last call.
    pub(crate) fn expire(&mut self, now: Duration) -> Vec<Peer> {
        let overdue = |question: &Question| !question.late && question.deadline() <= now;
        let overdue = self.open.iter_mut().filter(|(_, question)| overdue(question));
        overdue
            .map(|(peer, question)| {
                question.late = true;
                *peer
            })
            .collect()
    }

    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        self.open.values().filter(|question| !question.late).map(Question::deadline).min()
    }

    pub(crate) fn forget(&mut self, peer: &Peer) {
        self.open.remove(peer);
    }

    pub(crate) fn clear(&mut self) {
        self.open.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

impl Question {
    fn deadline(&self) -> Duration {
        self.asked.saturating_add(ANSWER_DEADLINE)
    }
}
