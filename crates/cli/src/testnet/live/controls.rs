//! What keys do to the network.

use std::{
    path::{Path, PathBuf},
    process::Child,
};

use anyhow::Context;
use realdid_testnet::{Lifetime, Network};
use rustix::process::Signal;

use crate::testnet::{partition::part, program};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Kill,
    Start,
    PauseOrResume,
    CutOff,
    Heal,
}

/// The keys, for the last line of the picture.
pub const LEGEND: &str = "↑ ↓ choose   k kill   s start   p pause, resume   x cut off   h heal   q quit";

impl Wish {
    pub fn of(letter: char) -> Option<Self> {
        match letter {
            'k' => Some(Self::Kill),
            's' => Some(Self::Start),
            'p' => Some(Self::PauseOrResume),
            'x' => Some(Self::CutOff),
            'h' => Some(Self::Heal),
            _ => None,
        }
    }
}

/// The network in a folder, which other commands may change meanwhile.
pub struct Controls {
    folder: PathBuf,
}

impl Controls {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub fn network(&self) -> anyhow::Result<Network> {
        Network::read(&self.folder)
    }

    /// Does it to one node, and says what was done.
    pub async fn carry_out(
        &mut self,
        wish: Wish,
        place: usize,
        children: &mut Vec<Child>,
    ) -> anyhow::Result<String> {
        let mut network = self.network()?;
        let node = network.nodes.get(place).context("there is no such node any more")?.clone();
        let name = &node.name;
        Ok(match wish {
            Wish::Kill => {
                node.kill()?;
                format!("{name} is killed")
            }
            Wish::PauseOrResume if node.is_paused() => {
                node.signal(Signal::CONT)?;
                format!("{name} goes on")
            }
            Wish::PauseOrResume => {
                node.signal(Signal::STOP)?;
                format!("{name} stands still")
            }
            Wish::Start if node.is_running() => format!("{name} runs already"),
            Wish::Start => {
                let _lock = realdid_testnet::lock(&self.folder)?;
                let child = realdid_testnet::spawn(&program()?, &network, &node, Lifetime::Attached)?;
                network.nodes[place].pid = Some(child.id());
                children.push(child);
                network.write()?;
                format!("{name} starts")
            }
            Wish::CutOff => {
                part(&network, &[place]).await?;
                format!("{name} on one side, the others on the other")
            }
            Wish::Heal => {
                part(&network, &[]).await?;
                "all nodes speak to each other again".to_owned()
            }
        })
    }
}
