//! Messages and votes in words, for traces.

use realdid_consensus::Incoming;
use realdid_types::{Block, VoteKind, VoteStatement};

/// A statement in short: `P1:8e` for Prepare in view 1 of the block whose digest begins with 8e.
pub fn describe_statement(statement: &VoteStatement) -> String {
    let view = statement.at.view;
    let block = statement.block.to_string();
    match statement.kind {
        VoteKind::Prepare => format!("P{view}:{}", &block[..4]),
        VoteKind::Commit => format!("C{view}:{}", &block[..4]),
        VoteKind::Skip => format!("S{view}"),
    }
}

/// A message in short.
pub fn describe_message(message: &Incoming) -> String {
    match message {
        Incoming::Proposal(proposal) => format!("hears the proposal {}", describe_block(&proposal.block)),
        Incoming::Vote(vote) => format!("hears {} of {}", describe_statement(&vote.statement), vote.signer),
        Incoming::Certificate(one) => format!("hears the certificate {}", describe_statement(&one.statement)),
        Incoming::Block(block) => format!("hears the block {}", describe_block(block)),
        Incoming::WipedAnswer(answer) => {
            let entry = answer.entry.as_ref().map(|entry| describe_statement(&entry.statement));
            format!("hears the answer {} by {entry:?}", answer.present)
        }
        Incoming::Request(request) => format!("hears {request:?}"),
        Incoming::WipedQuestion(_) => "hears a question of a starting validator".to_owned(),
        Incoming::EpochEnd(_) | Incoming::Other => "hears something else".to_owned(),
    }
}

fn describe_block(block: &Block) -> String {
    let header = &block.header;
    let (name, parent) = (block.digest().to_string(), header.parent.to_string());
    format!("{} of view {} on {} of view {}", &name[..4], header.at.view, &parent[..4], header.parent_view)
}
