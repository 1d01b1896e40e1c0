//! How the node is, for people and machines; and what it looks after twice a second.

use std::sync::Arc;

use realdid_api::{Disk, Health, Link, Status};
use realdid_network::peer_id;
use realdid_replica::Input;
use realdid_types::Validator;

use crate::{core::Core, node::end_process};

/// A minute, at two ticks a second.
const CLEAN_UP_TICKS: u64 = 120;

impl Core {
    pub(crate) fn on_tick(&mut self) {
        self.check_space();
        self.push_unheard();
        self.clean_up();
        self.report();
    }

    /// Now and then removes batches from the disk that nothing can make final any more.
    fn clean_up(&mut self) {
        self.ticks = self.ticks.wrapping_add(1);
        if self.ticks.is_multiple_of(CLEAN_UP_TICKS)
            && let Err(error) = self.store.remove_void_batches(self.replica.engine().tip().time)
        {
            end_process(&error);
        }
    }

    fn check_space(&mut self) {
        let Ok(space) = rustix::fs::statvfs(self.store.folder()) else { return };
        let free = space.f_bavail.saturating_mul(space.f_frsize);
        self.disk_free = free;
        let is_full = free < self.low_water;
        if is_full != self.is_disk_full {
            if is_full {
                tracing::error!(free, low_water = self.low_water, "the disk is nearly full: voting stops");
            } else {
                tracing::info!(free, "there is room on the disk again: voting goes on");
            }
            self.is_disk_full = is_full;
            self.input(Input::DiskFull(is_full));
        }
    }

    pub(crate) fn report(&mut self) {
        self.status.send_replace(Arc::new(self.describe()));
    }

    fn describe(&self) -> Status {
        let engine = self.replica.engine();
        let (at, tip) = (engine.at(), engine.tip());
        let genesis = self.store.genesis();
        let set = engine.validators();
        let links: Vec<Link> = set
            .iter()
            .filter(|other| other.transport_key != self.transport_key)
            .map(|other| self.link(other))
            .collect();
        let missing: Vec<String> =
            links.iter().filter(|link| !link.connected).map(|link| link.organisation.clone()).collect();
        Status {
            name: self.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            network: genesis.network.to_string(),
            genesis: self.genesis.to_string(),
            development: genesis.development,
            validator: self.is_validator(),
            voting: self.is_validator() && !self.is_stopped() && engine.is_voting(),
            alarm: engine.alarm().is_some(),
            votes_lost: self.is_validator() && !self.replica.is_whole(),
            peer: peer_id(&self.transport_key).map_or_else(String::new, |peer| peer.to_string()),
            epoch: at.epoch.0,
            view: at.view.0,
            height: self.store.tip().0,
            time: tip.time.0,
            block: tip.digest().to_string(),
            state_root: tip.state_root.to_string(),
            delta_ms: u64::try_from(engine.delta().as_millis()).unwrap_or(u64::MAX),
            validators: set.len(),
            connected: set.len().saturating_sub(missing.len()),
            health: self.health(&missing, set.len(), set.quorum().size()),
            missing,
            links,
            public_peers: self.public_peers.len(),
            waiting: self.replica.waiting(),
            pending_batches: self.replica.pending_batches(),
            pending_batch_bytes: self.replica.pending_bytes(),
            disk: Disk {
                free_bytes: self.disk_free,
                low_water_bytes: self.low_water,
                full: self.is_disk_full,
            },
            uptime_s: self.started.elapsed().as_secs(),
            clock_offset_ms: self.clock.offset_ms(set.quorum().faulty()),
        }
    }

    fn link(&self, to: &Validator) -> Link {
        let transport = &to.transport_key;
        let plane = self.validators_plane();
        Link {
            organisation: to.organisation.to_string(),
            connected: match plane {
                Some(plane) => plane.is_connected(transport),
                None => self.public_peers.contains(transport),
            },
            queued_bytes: plane.and_then(|plane| plane.queued_bytes(transport)).unwrap_or(0),
            round_trip_ms: self.round_trips.get(transport).map(|time| time.as_secs_f64() * 1e3),
        }
    }

    fn is_validator(&self) -> bool {
        self.replica.engine().validators().index_of(&self.me).is_some()
    }

    /// Whether nothing but somebody's help lets it vote again.
    fn is_stopped(&self) -> bool {
        self.replica.engine().alarm().is_some() || self.is_disk_full
    }

    fn health(&self, missing: &[String], validators: usize, quorum: usize) -> Health {
        let mut wrong = Vec::new();
        let engine = self.replica.engine();
        if let Some(alarm) = engine.alarm() {
            wrong.push(format!(
                "voting has stopped: {}. When that is settled, stop this node and run `realdid node clear-alarm`",
                crate::alarm::words(alarm)
            ));
        }
        if self.is_disk_full {
            wrong.push(format!(
                "{} has less than {} MiB of space: free some, and voting goes on by itself",
                self.store.folder().display(),
                self.low_water >> 20
            ));
        }
        if validators.saturating_sub(missing.len()) < quorum {
            wrong.push(format!(
                "{} of {validators} validators can be reached and {quorum} are needed; missing: {}",
                validators.saturating_sub(missing.len()),
                missing.join(", ")
            ));
        }
        if self.is_validator() && !self.is_stopped() && !engine.is_voting() {
            wrong.push("this validator does not vote yet: it asks the others where they are".to_owned());
        } else if self.is_validator() && !self.replica.is_whole() {
            wrong.push(
                "this validator lost its votes: until some more blocks are final it counts as faulty, and no other \
                 one should be touched"
                    .to_owned(),
            );
        }
        Health { ready: wrong.is_empty(), missing: wrong }
    }
}
