//! What happens in a world, in a few words a line, for whoever reads a trace.

use std::collections::BTreeMap;

use realdid_crypto::{Digest, PublicKey};
use realdid_replica::{Input, Timer};
use realdid_types::{Block, Certificate, Message, Request, Vote, VoteKind, VoteStatement};

/// Who has which key.
pub type Names = BTreeMap<PublicKey, usize>;

/// An input, as its node sees it.
pub fn input(names: &Names, input: &Input) -> String {
    let name =
        |key: &PublicKey| names.get(key).map_or_else(|| "nobody".to_owned(), |node| format!("node {node}"));
    match input {
        Input::Start => "begins".to_owned(),
        Input::Received(from, message) => format!("hears from {}: {}", name(from), self::message(message)),
        Input::Connected(peer) => format!("is connected to {}", name(peer)),
        Input::Disconnected(peer) => format!("has lost {}", name(peer)),
        Input::RoundTrip(peer, time) => format!("measures {time:?} to {}", name(peer)),
        Input::Stored(id, votes) => {
            let votes: Vec<String> = votes.iter().map(vote).collect();
            format!("has write {id} on disk: {}", votes.join(", "))
        }
        Input::ProposalSigned(header, _) => {
            format!("signs its proposal at {} height {}", header.at, header.height)
        }
        Input::BatchSigned(batch) => format!("signs batch {}", short(&batch.batch.digest().0)),
        Input::BatchStored(digest) => format!("has batch {} on disk", short(&digest.0)),
        Input::NumbersReserved(below) => format!("has on disk that numbers below {below} are used"),
        Input::Execute(executable) => format!("executes block {}", short(&executable.block.digest().0)),
        Input::Submitted(signed) => format!("is handed transaction {}", short(&signed.id().0)),
        Input::Timer(Timer::Consensus(timer)) => format!("is woken: {}", self::timer(timer)),
        Input::Timer(timer) => format!("is woken: {timer:?}"),
        Input::DiskFull(full) => {
            format!("has a disk that is {}", if *full { "full" } else { "no longer full" })
        }
    }
}

fn timer(timer: &realdid_consensus::Timer) -> String {
    use realdid_consensus::Timer;
    match timer {
        Timer::Lead(at) => format!("the leader had its time in {at}"),
        Timer::Advance(at) => format!("the block had its time in {at}"),
        Timer::Patience(at) => format!("Δ is over in {at}"),
        Timer::Idle(at) => format!("holding ends in {at}"),
        Timer::Early(at) => format!("the block of {at} is no longer early"),
        Timer::Spread(at) => format!("spread how {at} was entered"),
        Timer::Repair => "repair".to_owned(),
        Timer::Listen => "listening is over".to_owned(),
    }
}

fn message(message: &Message) -> String {
    match message {
        Message::Proposal(proposal) => format!("Proposal {}", block(&proposal.block)),
        Message::Vote(vote) => self::vote(vote),
        Message::Certificate(certificate) => self::certificate(certificate),
        Message::EpochEnd(end) => format!("end of epoch {}", end.commit.statement.at.epoch),
        Message::Block(block) => format!("Block {}", self::block(block)),
        Message::Batch(batch) => {
            let transactions = batch.batch.transactions.len();
            format!("Batch {} of {transactions} transactions", short(&batch.batch.digest().0))
        }
        Message::Have(have) => {
            let digests: Vec<String> = have.batches.iter().map(|digest| short(&digest.0)).collect();
            format!("Have {}", digests.join(" "))
        }
        Message::Request(request) => self::request(request),
        Message::CatchUp(answer) => format!(
            "{} blocks above {}, {}",
            answer.blocks.len(),
            answer.request.above,
            answer.commit.as_ref().map_or_else(|| "no certificate".to_owned(), certificate)
        ),
        Message::WipedQuestion(question) => format!("where are you in epoch {}?", question.epoch),
        Message::WipedAnswer(answer) => format!(
            "I am in {} by {}",
            answer.present,
            answer.entry.as_ref().map_or_else(|| "the epoch's start".to_owned(), certificate)
        ),
        Message::Addresses(said) => format!("addresses of {}", said.records.len()),
    }
}

fn request(request: &Request) -> String {
    match request {
        Request::Views(range) => format!("asks for views {}.{} to {}", range.epoch, range.first, range.last),
        Request::Block(digest) => format!("asks for block {}", short(&digest.0)),
        Request::Batch(digest) => format!("asks for batch {}", short(&digest.0)),
        Request::EpochEnd(question) => format!("asks how epoch {} ended", question.epoch),
        Request::CatchUp(request) => format!("asks for blocks above {}", request.above),
    }
}

fn block(block: &Block) -> String {
    let header = &block.header;
    format!(
        "{} at {} height {} on {} of view {}, {} batches",
        short(&block.digest().0),
        header.at,
        header.height,
        short(&header.parent.0),
        header.parent_view,
        block.batches.len()
    )
}

fn vote(vote: &Vote) -> String {
    statement(&vote.statement)
}

fn certificate(certificate: &Certificate) -> String {
    let signers: Vec<String> = certificate.signers.iter().map(|index| index.0.to_string()).collect();
    format!("certificate of {} by {}", statement(&certificate.statement), signers.join(" "))
}

/// A vote's statement, as "Commit 0.17 1f5608ab".
pub fn statement(statement: &VoteStatement) -> String {
    match statement.kind {
        VoteKind::Skip => format!("Skip {}", statement.at),
        kind => format!("{kind:?} {} {}", statement.at, short(&statement.block.0)),
    }
}

fn short(digest: &Digest) -> String {
    digest.to_string().chars().take(8).collect()
}
