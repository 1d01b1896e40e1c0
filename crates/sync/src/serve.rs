//! What a peer that holds the chain answers to those who catch up.

use std::sync::Arc;

use realdid_types::{
    BatchDigest, Block, BlockDigest, CatchUpAnswer, CatchUpRequest, Certificate, Epoch, EpochEnd, Header,
    Height, Message, Request, SignedBatch, Wire, limits,
};

/// The final chain as it is stored.
pub trait ChainStore {
    /// The final block at this height; never a closing block.
    fn block_at(&self, height: Height) -> Option<Block>;
    /// The final block of this digest; never a closing block.
    fn block(&self, digest: BlockDigest) -> Option<Block>;
    /// The batch of this digest, whether it is in a final block or only stored.
    fn batch(&self, digest: BatchDigest) -> Option<Arc<SignedBatch>>;
    /// The highest final block at or below this height that has a Commit certificate of its own, and that.
    fn commit_at_or_below(&self, height: Height) -> Option<(Height, Certificate)>;
    /// The lowest final block at or above this height that has a Commit certificate of its own, and that.
    fn commit_at_or_above(&self, height: Height) -> Option<(Height, Certificate)>;
    /// How this epoch ended, if it did.
    fn epoch_end(&self, epoch: Epoch) -> Option<EpochEnd>;
}

/// Answers a question, within the limits of an answer; none if there is nothing to say or it is for the engine.
///
/// Catching up is always answered, if need be with no blocks: so whoever asks need not wait to ask somebody else.
#[must_use]
pub fn answer(store: &dyn ChainStore, request: &Request) -> Option<Message> {
    match request {
        Request::Views(_) => None,
        Request::Block(digest) => store.block(*digest).map(|block| Message::Block(Box::new(block))),
        Request::Batch(digest) => {
            store.batch(*digest).map(|batch| Message::Batch(Box::new(Arc::unwrap_or_clone(batch))))
        }
        Request::EpochEnd(question) => {
            store.epoch_end(question.epoch).map(|end| Message::EpochEnd(Box::new(end)))
        }
        Request::CatchUp(request) => Some(Message::CatchUp(Box::new(catch_up(store, request)))),
    }
}

fn catch_up(store: &dyn ChainStore, request: &CatchUpRequest) -> CatchUpAnswer {
    let request = request.clone();
    let top = if request.below == BlockDigest::ZERO {
        certified_top(store, request.above)
    } else {
        named_top(store, request.above, request.below)
    };
    match top {
        Some(Top { commit, closing, height }) => {
            let blocks = blocks_down(store, request.above, closing, height);
            CatchUpAnswer { request, commit, blocks }
        }
        None => CatchUpAnswer { request, commit: None, blocks: Vec::new() },
    }
}

/// Where an answer ends.
struct Top {
    commit: Option<Certificate>,
    /// Ascending; above the ledger block.
    closing: Vec<Header>,
    /// Of the highest ledger block.
    height: Height,
}

/// The epoch of the first block that is asked for: a certificate of a later one could not be verified.
fn epoch_above(store: &dyn ChainStore, above: Height) -> Option<Epoch> {
    store.block_at(above.next()).map(|block| block.header.at.epoch)
}

/// The highest certificate from which one answer reaches down, the epoch's last if it ended there; or else the
/// nearest.
fn certified_top(store: &dyn ChainStore, above: Height) -> Option<Top> {
    let epoch = epoch_above(store, above)?;
    let reach = Height(above.0.saturating_add(limits::CATCH_UP_BLOCKS_MAX as u64));
    let within = store.commit_at_or_below(reach).filter(|(height, _)| *height > above);
    let certified = within.or_else(|| store.commit_at_or_above(reach));
    let far = certified.as_ref().map_or(Height(u64::MAX), |(height, _)| reach.max(*height));
    if let Some((barrier, end)) = end_of(store, epoch).filter(|(barrier, _)| *barrier <= far) {
        let closing = end.headers.into_iter().skip(1).collect();
        return Some(Top { commit: Some(end.commit), closing, height: barrier });
    }
    let (height, commit) = certified?;
    Some(Top { commit: Some(commit), closing: Vec::new(), height })
}

fn named_top(store: &dyn ChainStore, above: Height, below: BlockDigest) -> Option<Top> {
    if let Some(block) = store.block(below) {
        return Some(Top { commit: None, closing: Vec::new(), height: block.header.height });
    }
    let (barrier, end) = end_of(store, epoch_above(store, above)?)?;
    let place = end.headers.iter().position(|header| header.digest() == below)?;
    let closing = end.headers.into_iter().take(place.saturating_add(1)).skip(1).collect();
    Some(Top { commit: None, closing, height: barrier })
}

fn end_of(store: &dyn ChainStore, epoch: Epoch) -> Option<(Height, EpochEnd)> {
    let end = store.epoch_end(epoch)?;
    let barrier = end.barrier()?.height;
    Some((barrier, end))
}

/// As many blocks as an answer holds, from the top down to `above`; ascending.
fn blocks_down(store: &dyn ChainStore, above: Height, closing: Vec<Header>, height: Height) -> Vec<Block> {
    let closing = closing.into_iter().rev().map(|header| Block { header, batches: Vec::new() });
    let ledger = (above.next().0..=height.0).rev().map_while(|height| store.block_at(Height(height)));
    let mut left = limits::CATCH_UP_BYTES_MAX.saturating_sub(limits::CERTIFICATE_BYTES_MAX);
    let fitting = closing.chain(ledger).take(limits::CATCH_UP_BLOCKS_MAX).take_while(|block| {
        // each stands behind a field number and a length
        let bytes = block.encode().len().saturating_add(8);
        let fits = bytes <= left;
        left = left.saturating_sub(bytes);
        fits
    });
    let mut blocks: Vec<Block> = fitting.collect();
    blocks.reverse();
    blocks
}
