//! Processes, disks and connections come and go.

use realdid_replica::Input;

use super::{
    Event, World,
    node::{Node, Status},
};

impl World {
    /// Starts a process and connects it.
    pub fn start(&mut self, node: usize) {
        let genesis = self.genesis.clone();
        self.nodes[node].start(self.now, &genesis);
        for vote in &self.nodes[node].live.votes {
            self.checks.on_vote(self.nodes[node].key, vote);
        }
        self.nodes[node].disk_free = self.now;
        self.trace.note(self.now, node, "starts");
        self.checks.on_start(node, self.nodes[node].live.height());
        self.step(node, Input::Start);
        for peer in 0..self.nodes.len() {
            if peer != node && self.nodes[peer].status != Status::Down {
                self.connect(node, peer);
            }
        }
    }

    /// Tells two processes that the stream between them is up.
    pub fn connect(&mut self, a: usize, b: usize) {
        for (node, peer) in [(a, b), (b, a)] {
            let event = Event::Connected { node, life: self.nodes[node].life, peer: self.nodes[peer].key };
            self.schedule(self.now + 1_000, event);
        }
    }

    /// Ends a process; a random share of what was not synced survives.
    pub fn crash(&mut self, node: usize) {
        let unsynced = self.nodes[node].disk.unsynced();
        let kept = self.random.between(0, unsynced);
        if kept < unsynced {
            self.checks.count(if self.random.chance(50) { "lost writes" } else { "torn writes" });
        }
        self.trace.note(self.now, node, "crashes");
        self.nodes[node].crash(kept);
        let key = self.nodes[node].key;
        for peer in 0..self.nodes.len() {
            self.give(peer, Input::Disconnected(key));
        }
    }

    /// Takes a disk away from a process that is down.
    pub fn wipe(&mut self, node: usize) {
        self.trace.note(self.now, node, "loses its disk");
        let genesis = self.genesis.clone();
        self.nodes[node].wipe(&genesis);
        self.checks.promises.lose_disk(node);
        self.checks.forget(self.nodes[node].key);
    }

    /// A second machine with the keys of a node: its folder is marked as that of an unused key, or is empty.
    pub fn add_double(&mut self, original: usize, marked: bool) -> usize {
        let index = self.nodes.len();
        let Node { key, author, .. } = self.nodes[original];
        self.checks.promises.distrust([original, index]);
        let mut double = Node::new(index, key, author, &self.genesis);
        if !marked {
            double.wipe(&self.genesis);
        }
        self.nodes.push(double);
        self.checks.add_node();
        index
    }

    /// Repairs every link, and connects again who was apart.
    pub fn reconnect(&mut self) {
        for (a, b) in self.network.reconnect() {
            self.connect(a, b);
        }
    }

    /// Repairs every link, and connects everybody anew.
    pub fn reconnect_all(&mut self) {
        self.network.reconnect();
        for a in 0..self.nodes.len() {
            for b in 0..a {
                self.connect(a, b);
            }
        }
    }

    /// Lets a paused process go on.
    pub fn resume(&mut self, node: usize) {
        if self.nodes[node].status != Status::Paused {
            return;
        }
        self.trace.note(self.now, node, "resumes");
        self.nodes[node].status = Status::Up;
        for input in std::mem::take(&mut self.nodes[node].inbox) {
            self.give(node, input);
        }
    }
}
