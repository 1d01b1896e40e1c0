//! `realdid node`: one node.

use std::{io::IsTerminal, path::PathBuf};

use realdid_node::{Node, config::Home};
use tokio::{
    io::AsyncReadExt,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::EnvFilter;

/// What to do with a node.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Run the node in a folder until it is told to end
    Start(Start),
}

/// How to run it.
#[derive(clap::Args)]
pub struct Start {
    /// The node's folder
    #[arg(long, env = "REALDID_HOME", default_value = ".")]
    home: PathBuf,
    /// What to log, as in RUST_LOG
    #[arg(long, env = "RUST_LOG", default_value = "info,libp2p_gossipsub=warn")]
    log: String,
    /// Log as JSON, one object a line
    #[arg(long)]
    log_json: bool,
    /// End when the standard input is closed, as it is when whoever started this one ends
    #[arg(long)]
    end_with_input: bool,
}

/// Does it.
///
/// # Errors
/// Says why the node does not start or ended.
pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Start(start) => start_node(start).await,
    }
}

async fn start_node(start: Start) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&start.log)?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    if start.log_json {
        subscriber.json().init()
    } else {
        subscriber.init()
    }
    // signals that come while it starts are not lost
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let node = Node::start(&Home::new(&start.home)).await?;
    tracing::info!(api = %node.api, home = %start.home.display(), "the node runs");
    let end_with_input = start.end_with_input;
    node.run_until(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = input_closed(), if end_with_input => {}
        }
        tracing::info!("the node ends");
    })
    .await?;
    Ok(())
}

async fn input_closed() {
    let mut buffer = [0; 64];
    while tokio::io::stdin().read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}
