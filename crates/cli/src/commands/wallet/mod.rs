//! `realdid wallet`: what a person keeps, and logs in with.

mod attest;
mod challenge;
mod create;
mod export;
mod finding;
mod history;
mod import;
mod list;
mod login;
mod online;
mod password;
mod place;
mod recover;
mod refresh;
mod rotate;
mod serve;
mod store;
mod terminal;

use crate::output::Format;

/// What to do with a wallet.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a wallet, and show its recovery code once
    #[command(
        after_help = "Write the recovery code on paper. Whoever has it has every DID of the wallet; without it, a lost device \
                            is lost with all of them.

Examples:
  realdid wallet create --genesis genesis.json
  realdid wallet create --password-file password --yes"
    )]
    Create(create::Create),
    /// Show the sites that the wallet has a DID for
    #[command(after_help = "Nobody is asked: what is shown is what the wallet holds.

Example:
  realdid wallet list")]
    List(place::Place),
    /// Have an authority attest the DID for a site: that a real person is behind it, and not who
    #[command(
        after_help = "The person's file is JSON, for its owner alone: {\"name\": \"…\", \"number\": \"…\", \"code\": \"…\"}. It goes to \
                            the authority alone. Asked again, it tells how that stands. An authority waits until it can attest \
                            many people at once; it says from when to when.

Example:
  realdid wallet attest 'Example Books' --person me.json --authority https://attest.example"
    )]
    Attest(attest::Attest),
    /// Log in to a site by the challenge that it shows
    #[command(
        after_help = "The wallet checks that the ledger knows the site, its page and where the answer goes; then it shows what \
                            is told and asks. It answers with proofs that it holds, without asking a node, unless they are missing \
                            or too old: then it says so first. A site that has not seen you yet gets a DID of its own.

Examples:
  realdid wallet login 'https://wallet.example/#challenge=…'
  realdid wallet login … --same-origin https://books.example --print"
    )]
    Login(login::Login),
    /// Show logins: when, where, and what was told. Nobody else keeps them together
    #[command(after_help = "Example:
  realdid wallet history --output json")]
    History(place::Place),
    /// Fetch the newest proofs: of what is due, of one site, or of all
    #[command(
        after_help = "Each DID has a time of its own for that, by chance and within half of the time that its proofs may be \
                            old, and so does each site. Without a name the one thing is fetched that is due longest. What is fetched \
                            together is known to belong together.

Examples:
  realdid wallet refresh --watch
  realdid wallet refresh
  realdid wallet refresh 'Example Books'"
    )]
    Refresh(refresh::Refresh),
    /// Put new keys in the place of the present ones, at one site or at all
    #[command(after_help = "Keys that somebody else may have are not to be rotated: \
                            `realdid wallet recover` says since when nothing that they signed counts.

Examples:
  realdid wallet rotate 'Example Books'
  realdid wallet rotate --all")]
    Rotate(rotate::Rotate),
    /// Find all DIDs again by the recovery code; with --compromised-since, take them back from a thief
    #[command(
        after_help = "On a device that has the wallet, the code is not asked for. DIDs are looked for without naming them: the \
                            node is asked for all that begin alike.

Examples:
  realdid wallet recover --genesis genesis.json
  realdid wallet recover --compromised-since 2026-09-30T12:00:00Z"
    )]
    Recover(recover::Recover),
    /// Write the wallet to another file, under a password of its own, or show its recovery code
    #[command(after_help = "Examples:
  realdid wallet export --out wallet.backup
  realdid wallet export --recovery-code")]
    Export(export::Export),
    /// Take a file that `realdid wallet export` wrote, or the copy before a damaged one
    #[command(after_help = "Examples:
  realdid wallet import wallet.backup
  realdid wallet import ~/.realdid/wallet.previous --replace")]
    Import(import::Import),
    /// Serve the wallet as pages, for browsers
    #[command(
        after_help = "The pages keep everything in the browser. Who serves them could serve others, so run it as carefully as a \
                            bank's; on this machine, for yourself, it needs no certificate.

Example:
  realdid wallet serve --node https://node.example:8443 --genesis 6025dbe6… --authority https://authority.example \\
    --listen 0.0.0.0:443 --tls-cert wallet.pem --tls-key wallet.key"
    )]
    Serve(serve::Serve),
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Create(create) => create::run(&create, format).await,
        Command::Attest(attest) => attest::run(&attest, format).await,
        Command::List(place) => list::run(&place, format),
        Command::Login(login) => login::run(&login, format).await,
        Command::History(place) => history::run(&place, format),
        Command::Refresh(refresh) => refresh::run(&refresh, format).await,
        Command::Rotate(rotate) => rotate::run(&rotate, format).await,
        Command::Recover(recover) => recover::run(&recover, format).await,
        Command::Export(export) => export::run(&export, format),
        Command::Import(import) => import::run(&import, format),
        Command::Serve(serve) => serve::run(serve).await,
    }
}
