//! What is done to the network, and how long it takes until it goes on.

use std::time::Duration;

use rustix::process::Signal;

use crate::{
    change,
    random::Random,
    rig::{Rig, VALIDATORS},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drill {
    Kill,
    KillGateway,
    Pause,
    PartInHalves,
    PartOne,
    KillAll,
    Wipe,
    ChangeValidators,
}

impl Drill {
    pub const ALL: [Self; 8] = [
        Self::Kill,
        Self::KillGateway,
        Self::Pause,
        Self::PartInHalves,
        Self::PartOne,
        Self::KillAll,
        Self::Wipe,
        Self::ChangeValidators,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Kill => "one validator killed",
            Self::KillGateway => "the gateway killed",
            Self::Pause => "one validator paused",
            Self::PartInHalves => "parted 2 | 2",
            Self::PartOne => "parted 3 | 1",
            Self::KillAll => "all validators killed at once",
            Self::Wipe => "one validator's disk lost",
            Self::ChangeValidators => "a validator voted in and out",
        }
    }

    pub const fn times(self, short: bool) -> usize {
        match (self, short) {
            (Self::Kill, false) => 200,
            (Self::Kill, true) => 20,
            (Self::KillAll, false) => 20,
            (Self::KillAll | Self::Pause | Self::PartInHalves | Self::PartOne, true) => 3,
            (Self::Pause | Self::PartInHalves | Self::PartOne, false) => 20,
            (Self::KillGateway, false) => 10,
            (Self::Wipe, false) => 5,
            (Self::ChangeValidators, false) => 3,
            (Self::KillGateway | Self::Wipe | Self::ChangeValidators, true) => 1,
        }
    }

    /// Does it once; how many milliseconds after everything is whole again the next block is final. For a change of the
    /// validators, after which nothing needs to be mended, it is the longest time without a block.
    pub async fn run(self, rig: &mut Rig, random: &mut Random) -> anyhow::Result<u64> {
        tokio::time::sleep(Duration::from_millis(random.between(0, 300))).await;
        let victim = random.place(VALIDATORS);
        let lasts = Duration::from_millis(random.between(20, 700));
        match self {
            Self::Kill => {
                rig.kill(victim)?;
                tokio::time::sleep(lasts).await;
                rig.spawn(victim)?;
            }
            Self::KillGateway => {
                rig.kill(VALIDATORS)?;
                tokio::time::sleep(lasts).await;
                rig.spawn(VALIDATORS)?;
            }
            Self::Pause => {
                rig.signal(victim, Signal::STOP)?;
                tokio::time::sleep(lasts * 4).await;
                rig.signal(victim, Signal::CONT)?;
            }
            Self::PartInHalves => {
                let other = (victim + 1 + random.place(VALIDATORS - 1)) % VALIDATORS;
                rig.part(&[victim, other]).await?;
                tokio::time::sleep(lasts * 4).await;
                rig.part(&[]).await?;
            }
            Self::PartOne => {
                rig.part(&[victim]).await?;
                tokio::time::sleep(lasts * 4).await;
                rig.part(&[]).await?;
            }
            Self::KillAll => {
                for place in 0..VALIDATORS {
                    rig.kill(place)?;
                }
                for place in 0..VALIDATORS {
                    rig.spawn(place)?;
                }
            }
            Self::Wipe => {
                rig.wipe(victim)?;
                rig.spawn(victim)?;
            }
            Self::ChangeValidators => return change::run(rig).await,
        }
        let height = rig.highest().await;
        let time = rig.time_to_commit(height).await?;
        // the next one begins with everybody there
        rig.await_ready().await?;
        Ok(time)
    }
}
