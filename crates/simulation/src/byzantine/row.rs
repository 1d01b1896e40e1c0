//! The rows of the table: a lie, and what else it takes to show it.

use crate::world::liars::{KINDS, Lie, TRUTHFUL};

/// One behaviour.
#[derive(Clone, Copy)]
pub struct Row {
    pub name: &'static str,
    pub lie: Lie,
    pub scene: Scene,
}

/// What happens beside the lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Nothing.
    Plain,
    /// An honest validator is away for a while and must catch up.
    Away,
    /// A validator loses its disk; it counts as one of the faulty.
    Wiped,
    /// One of the faulty runs on two machines.
    Doubled,
    /// The faulty ones' operators report what never happened, again and again.
    FalseEvidence,
    /// The faulty ones' clients ask for far more than their quota.
    Spam,
    /// Somebody whom the faulty leaders want to keep out asks for a DID.
    Censored,
}

impl Row {
    /// Whether the row shows nothing unless the lie is told.
    pub fn needs_lies(&self) -> bool {
        !matches!(self.scene, Scene::Doubled | Scene::Spam)
    }
}

/// Every row: all kinds of liars, and behaviours that are about more than what a validator says.
pub fn rows() -> Vec<Row> {
    let kinds = KINDS.iter().map(|(name, lie)| Row { name, lie: *lie, scene: scene_of(name) });
    let others = [
        ("one key on two machines", Scene::Doubled),
        ("evidence spam and false evidence", Scene::FalseEvidence),
        ("spam over quota", Scene::Spam),
    ];
    kinds.chain(others.map(|(name, scene)| Row { name, lie: TRUTHFUL, scene })).collect()
}

fn scene_of(name: &str) -> Scene {
    match name {
        "help for an amnesiac" => Scene::Wiped,
        "censorship" => Scene::Censored,
        _ if name.starts_with("a sync server") => Scene::Away,
        _ => Scene::Plain,
    }
}
