//! Validators that do not keep the protocol, one small file each. Each runs a real replica and changes what it says.

use std::sync::Arc;

use realdid_types::Message;

use crate::world::World;

mod double_voter;
mod equivocator;
mod hermit;
mod mute;
mod truthful;
mod withholder;

/// Changes what a node says.
pub trait Liar {
    /// What `to` gets in place of `message`.
    fn says(
        &mut self,
        world: &mut World,
        from: usize,
        to: usize,
        message: &Arc<Message>,
    ) -> Vec<Arc<Message>>;
}

/// A kind of liar: its name, and how to make one.
pub type Kind = (&'static str, fn() -> Box<dyn Liar>);

/// Every kind.
pub const KINDS: [Kind; 5] = [
    ("equivocating proposals", || Box::new(equivocator::Equivocator)),
    ("double votes", || Box::new(double_voter::DoubleVoter)),
    ("votes shown to one peer only", || Box::new(hermit::Hermit)),
    ("silence", || Box::new(mute::Mute)),
    ("proposals and batches withheld", || Box::new(withholder::Withholder)),
];

/// A node that keeps the protocol and still counts as faulty: its key is on another machine too.
pub fn truthful() -> Box<dyn Liar> {
    Box::new(truthful::Truthful)
}

/// A liar that says nothing any more.
pub fn silent() -> Box<dyn Liar> {
    Box::new(mute::Mute)
}
