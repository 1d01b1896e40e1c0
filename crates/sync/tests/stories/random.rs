//! Any mixture of peers with an honest one among them.

use proptest::{collection::vec, prelude::*, sample::select};

use crate::{
    chain::Chain,
    peers::{Character, LIARS},
    world::World,
};

fn any_character() -> impl Strategy<Value = Character> {
    prop_oneof![3 => select(LIARS.to_vec()), 1 => (1_u64..3_000).prop_map(Character::Honest)]
}

/// What a chain looks like, in few enough numbers to be read when a case fails.
#[derive(Clone, Debug)]
struct Shape {
    /// Blocks, closing blocks and batches in each block.
    epochs: Vec<(u64, u64, usize)>,
    /// Blocks of the last epoch.
    last: u64,
    /// Every how many blocks a certificate is kept, besides the tip's.
    step: u64,
}

fn any_shape() -> impl Strategy<Value = Shape> {
    let epoch = (1_u64..120, 1_u64..4, 0_usize..4);
    (vec(epoch, 0..4), 1_u64..300, 1_u64..50).prop_map(|(epochs, last, step)| Shape { epochs, last, step })
}

impl Shape {
    fn chain(&self) -> Chain {
        let mut chain = Chain::genesis();
        for (blocks, closing, batches) in &self.epochs {
            (0..*blocks).for_each(|number| chain.extend(*batches, 1 + number % 3));
            chain = chain.close_epoch(*closing);
        }
        chain = chain.and(self.last);
        let (height, tip) = (chain.tip().height, chain.commit_at(chain.height()));
        chain = chain.sparse(self.step);
        chain.commits.insert(height, tip);
        chain
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the others do, one honest peer is enough; and each delivery is of the certified chain (which the
    /// world asserts as it happens).
    #[test]
    fn one_honest_peer_is_enough(
        shape in any_shape(),
        mut characters in vec(any_character(), 0..6),
        place in any::<prop::sample::Index>(),
        delay in 1_u64..1_500,
    ) {
        characters.insert(place.index(characters.len() + 1), Character::Honest(delay));
        let honest = characters.clone();
        let mut world = World::at(0, shape.chain()).with(characters).told();

        // honest peers never stop talking, and a hint is forgotten when its peer is slow
        for _ in 0..200 {
            world.run_until(10, |_| false);
            if world.executed == world.chain.height() {
                break;
            }
            world = world.told();
        }

        prop_assert_eq!(world.executed, world.chain.height(), "stuck in epoch {}", world.epoch);
        for (index, character) in honest.iter().enumerate() {
            if matches!(character, Character::Honest(_)) {
                prop_assert!(!world.distrusted.contains_key(&world.peer(index)));
            }
        }
        prop_assert!(world.fork.is_none());
    }
}
