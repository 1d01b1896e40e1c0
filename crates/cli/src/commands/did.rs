//! `realdid did`: DIDs.

mod change;
mod compromise;
mod create;
mod deactivate;
mod history;
mod more;
mod recover;
mod resolve;
mod rotate;
mod sign;
mod update;
mod verify;

pub(crate) use change::present;
pub(crate) use resolve::verify;

use crate::output::Format;

/// What to do with DIDs.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a DID, and wait until it is final
    #[command(after_help = "Examples:
  realdid did create --key my.key
  realdid did create --key shop.key --next next.key --service web,LinkedDomains,https://shop.example \\
    --controller did:realdid:… --controller did:realdid:… --threshold 2")]
    Create(create::Create),
    /// Show a DID, after checking the node's proof; also as it was before
    #[command(after_help = "Examples:
  realdid did resolve did:realdid:…
  realdid did resolve did:realdid:… --version 1
  realdid did resolve did:realdid:… --time 2026-09-30T12:00:00Z --genesis genesis.json")]
    Resolve(resolve::Resolve),
    /// Add or remove keys, services and controllers of a DID, and wait until that is final. Repeating it changes nothing
    #[command(after_help = "Examples:
  realdid did update did:realdid:… --key my.key --add phone.key --purposes authentication
  realdid did update did:realdid:… --key my.key --remove phone.key
  realdid did update did:realdid:… --key my.key --service web,LinkedDomains,https://shop.example
  realdid did update did:realdid:… --key first-controller.key --key second-controller.key --no-controllers")]
    Update(update::Update),
    /// Put a new key in the place of one. What the old one signed until then stays valid
    #[command(
        after_help = "A key that somebody else may have is not to be rotated: `realdid did recover` says since when \
                            nothing that it signed counts.

Examples:
  realdid did rotate did:realdid:… --key my.key --to new.key
  realdid did rotate did:realdid:… --key my.key --to new.key --next after-that.key"
    )]
    Rotate(rotate::Rotate),
    /// Take a DID back with its recovery key: new keys in the place of all, and a new recovery key
    #[command(after_help = "Examples:
  realdid did recover did:realdid:… --recovery my.recovery --key new.key
  realdid did recover did:realdid:… --recovery my.recovery --key new.key --compromised-since 2026-09-30T12:00:00Z")]
    Recover(recover::Recover),
    /// End a DID for good. Its history stays
    #[command(after_help = "Examples:
  realdid did deactivate did:realdid:… --key my.recovery
  realdid did deactivate did:realdid:… --key first-controller.key --key second-controller.key --yes")]
    Deactivate(deactivate::Deactivate),
    /// Show all versions of a DID and the keys that it had, each checked back from the newest
    #[command(after_help = "Example:
  realdid did history did:realdid:…")]
    History(history::History),
    /// Sign a file as a DID
    #[command(after_help = "Example:
  realdid did sign deed.pdf --did did:realdid:… --key my.key")]
    Sign(sign::Sign),
    /// Say whether signatures count: those of a transaction at the time of its block, that of a file as of now
    #[command(
        after_help = "A signature counts if a block shows that it was there while the DID had its key, and before the \
                            key was compromised. When a file was signed no block shows, so its signature is taken for as \
                            old as the newest block, unless you know better: what --at says is taken at your word.

Exit status: 0 if all signatures count, 4 if one does not, otherwise as `realdid --help` says.

Examples:
  realdid did verify --transaction 609f…
  realdid did verify deed.pdf
  realdid did verify deed.pdf --signature deed.sig --at 2026-09-30T12:00:00Z"
    )]
    Verify(verify::Verify),
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Create(create) => create::run(create, format).await,
        Command::Resolve(resolve) => resolve::run(&resolve, format).await,
        Command::Update(update) => update::run(&update, format).await,
        Command::Rotate(rotate) => rotate::run(&rotate, format).await,
        Command::Recover(recover) => recover::run(&recover, format).await,
        Command::Deactivate(deactivate) => deactivate::run(&deactivate, format).await,
        Command::History(history) => history::run(&history, format).await,
        Command::Sign(sign) => sign::run(&sign, format).await,
        Command::Verify(verify) => verify::run(&verify, format).await,
    }
}
