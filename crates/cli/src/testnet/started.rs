//! The processes that `realdid testnet up` started, which are its own to end.

use std::{net::TcpListener, process::Child};

use anyhow::Context;
use realdid_testnet::{Lifetime, Network, NodeEntry, Service};

use super::program;

/// Those processes.
pub(super) struct Started {
    lifetime: Lifetime,
    pub(super) children: Vec<Child>,
    nodes: Vec<usize>,
    services: Vec<usize>,
}

impl Started {
    pub(super) const fn new(lifetime: Lifetime) -> Self {
        Self { lifetime, children: Vec::new(), nodes: Vec::new(), services: Vec::new() }
    }

    /// Starts the nodes that do not run.
    pub(super) fn start_nodes(&mut self, network: &mut Network) -> anyhow::Result<()> {
        let program = program()?;
        for place in 0..network.nodes.len() {
            if !network.nodes[place].is_running() {
                let node = &network.nodes[place];
                let child = realdid_testnet::spawn(&program, network, node, self.lifetime)?;
                network.nodes[place].pid = Some(child.id());
                self.nodes.push(place);
                self.children.push(child);
            }
        }
        network.write()
    }

    /// Starts a service, unless it runs: the program with these words. Nobody else must listen where it is to: what
    /// answers there would be taken for it.
    pub(super) fn start_service(
        &mut self,
        network: &mut Network,
        place: usize,
        words: &[String],
    ) -> anyhow::Result<()> {
        let service = &network.services[place];
        if service.is_running() {
            return Ok(());
        }
        TcpListener::bind(service.listen).with_context(|| {
            format!(
                "the {} is to listen at {}, and another program does: end that one, or make a new network after \
                 `realdid testnet reset`",
                service.kind, service.listen
            )
        })?;
        let child = realdid_testnet::spawn_service(&program()?, network, service, words, self.lifetime)?;
        network.services[place].pid = Some(child.id());
        self.services.push(place);
        self.children.push(child);
        network.write()
    }

    /// Ends them, and no others.
    pub(super) async fn end(mut self, network: &mut Network) -> anyhow::Result<()> {
        let mut services: Vec<Service> =
            self.services.iter().map(|place| network.services[*place].clone()).collect();
        realdid_testnet::end_services(&mut services).await;
        for (place, service) in self.services.iter().zip(services) {
            network.services[*place] = service;
        }
        let mut nodes: Vec<NodeEntry> =
            self.nodes.iter().map(|place| network.nodes[*place].clone()).collect();
        realdid_testnet::end(&mut nodes).await;
        for (place, node) in self.nodes.iter().zip(nodes) {
            network.nodes[*place] = node;
        }
        network.write()?;
        self.reap()?;
        eprintln!("what was started is ended again; `realdid testnet up` goes on with the network");
        Ok(())
    }

    pub(super) fn reap(&mut self) -> anyhow::Result<()> {
        self.children.iter_mut().try_for_each(|child| child.wait().map(drop).map_err(Into::into))
    }
}
