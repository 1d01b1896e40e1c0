//! What programs that run until they are told to end have in common: TLS, a log, an end.

use std::{io::IsTerminal, path::PathBuf};

use realdid_api::TlsFiles;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// How a program runs.
#[derive(clap::Args)]
pub(crate) struct Service {
    /// The interface's certificate chain in PEM: with it the interface speaks TLS, and may listen to others than loopback
    #[arg(long, env = "REALDID_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key in PEM, readable by its owner alone
    #[arg(long, env = "REALDID_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// What to log, as in RUST_LOG
    #[arg(long, env = "RUST_LOG", default_value = "info,libp2p_gossipsub=error")]
    log: String,
    /// Log as JSON, one object a line
    #[arg(long)]
    log_json: bool,
    /// End when the standard input is closed, as it is when whoever started this one ends
    #[arg(long)]
    end_with_input: bool,
}

/// What tells the program to end. Signals that come before anybody waits are not lost.
pub(crate) struct Ending {
    terminate: Signal,
    interrupt: Signal,
    with_input: bool,
}

impl Service {
    /// Begins to log and to listen to signals.
    ///
    /// # Errors
    /// If what is to be logged makes no sense, or the operating system refuses.
    pub(crate) fn begin(&self) -> anyhow::Result<Ending> {
        let filter = EnvFilter::try_new(&self.log)?;
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal());
        if self.log_json {
            subscriber.json().init()
        } else {
            subscriber.init()
        }
        Ok(Ending {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            with_input: self.end_with_input,
        })
    }

    /// The TLS identity that is named, if one is.
    pub(crate) fn identity(&self) -> Option<TlsFiles> {
        let files = self.tls_cert.clone().zip(self.tls_key.clone());
        files.map(|(certificate, key)| TlsFiles { certificate, key })
    }
}

impl Ending {
    /// Until the program is told to end.
    pub(crate) async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = input_closed(), if self.with_input => {}
        }
    }
}

async fn input_closed() {
    let (ending, ended) = tokio::sync::oneshot::channel::<()>();
    // a thread of its own: one of the runtime's would keep the program from ending until the input ends
    std::thread::spawn(move || {
        drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        drop(ending);
    });
    // a sender that is dropped says it
    drop(ended.await);
}
