//! Signing keys of a bridge, and what differs from site to site.

use realdid_bridge::{Algorithm, Home, KeyView, Rotation, Stage};
use realdid_node::GenesisFile;
use realdid_types::{Did, Timestamp};
use serde_json::{Value, json};

use super::Folder;
use crate::{
    commands::time,
    output::{Format, print, row, say},
};

/// What to do with keys.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// How the signing keys stand
    #[command(after_help = "Example:
  realdid bridge keys show --home /var/lib/realdid-bridge")]
    Show {
        #[command(flatten)]
        folder: Folder,
    },
    /// Replace the signing keys: the new ones are published now and sign in a day
    #[command(
        after_help = "A bridge does this by itself every 30 days. After a theft of the keys: --at-once. Tokens that the old keys \
                            signed do not verify any more then, and people who are logged in at sites stay so.

Examples:
  realdid bridge keys rotate --home /var/lib/realdid-bridge
  realdid bridge keys rotate --home /var/lib/realdid-bridge --at-once"
    )]
    Rotate {
        #[command(flatten)]
        folder: Folder,
        /// The new keys sign now, and the old ones count no more
        #[arg(long)]
        at_once: bool,
    },
    /// Give a site a secret that it must show from then on, and print it; it is not kept here
    #[command(after_help = "A secret that the site had counts no more.

Examples:
  realdid bridge keys secret did:realdid:… --home /var/lib/realdid-bridge
  realdid bridge keys secret did:realdid:… --home /var/lib/realdid-bridge --none")]
    Secret {
        #[command(flatten)]
        site: Site,
        /// Let the site do without a secret
        #[arg(long)]
        none: bool,
    },
    /// Say how a site's ID tokens are signed, where its library knows more than RS256
    #[command(after_help = "Example:
  realdid bridge keys algorithm did:realdid:… EdDSA --home /var/lib/realdid-bridge")]
    Algorithm {
        #[command(flatten)]
        site: Site,
        /// RS256, ES256 or EdDSA
        #[arg(value_parser = algorithm)]
        algorithm: Algorithm,
    },
}

/// Which site.
#[derive(clap::Args)]
pub(crate) struct Site {
    /// The site's DID, which is its client_id
    client: String,
    #[command(flatten)]
    folder: Folder,
}

impl Site {
    /// The bridge's folder, if the DID is one of its network.
    fn home(&self) -> anyhow::Result<Home> {
        let home = self.folder.home();
        home.issuer()?;
        let network = GenesisFile::read(&home.genesis())?.genesis()?.network;
        let did = Did::from_text(&self.client, &network);
        did.map_err(|error| {
            anyhow::anyhow!("{:?} is no DID of the network {network}: {error}", self.client)
        })?;
        Ok(home)
    }
}

pub(crate) fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Show { folder } => {
            folder.home().issuer()?;
            show(&folder.home(), format)
        }
        Command::Rotate { folder, at_once } => {
            folder.home().issuer()?;
            folder.home().rotate(if at_once { Rotation::AtOnce } else { Rotation::Announced })?;
            show(&folder.home(), format)
        }
        Command::Secret { site, none: true } => {
            site.home()?.clients().drop_secret(&site.client)?;
            let told = json!({ "client_id": site.client, "secret": Value::Null });
            say(format, &told, &format!("{} shows no secret any more", site.client))
        }
        Command::Secret { site, none: false } => {
            let secret = site.home()?.clients().make_secret(&site.client)?;
            let told = json!({ "client_id": site.client, "secret": secret });
            print(format, &told, |_| vec![row(["client_id", &site.client]), row(["client_secret", &secret])])
        }
        Command::Algorithm { site, algorithm } => {
            site.home()?.clients().set_algorithm(&site.client, algorithm)?;
            let name = algorithm.name();
            let told = json!({ "client_id": site.client, "algorithm": name });
            say(format, &told, &format!("ID tokens of {} are signed with {name}", site.client))
        }
    }
}

fn algorithm(text: &str) -> Result<Algorithm, String> {
    let found = Algorithm::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(text));
    found.ok_or_else(|| "one of RS256, ES256 and EdDSA".to_owned())
}

fn show(home: &Home, format: Format) -> anyhow::Result<()> {
    let keys = home.keys()?;
    let view = |key: &KeyView| {
        let (stage, until) = stage(key.stage);
        json!({
            "kid": key.kid, "algorithm": key.algorithm.name(), "stage": stage,
            "until": until.map(|seconds| time::text(Timestamp(seconds.saturating_mul(1_000)))),
        })
    };
    let views: Vec<Value> = keys.iter().map(view).collect();
    print(format, &json!({ "keys": views }), |_| {
        let line = |view: &Value| {
            let text = |name: &str| view[name].as_str().unwrap_or_default().to_owned();
            row([&text("algorithm"), &text("kid"), &text("stage"), &text("until")])
        };
        views.iter().map(line).collect()
    })
}

/// In words, and until when.
fn stage(stage: Stage) -> (&'static str, Option<u64>) {
    match stage {
        Stage::Next(starts) => ("published, signs from", Some(starts)),
        Stage::Signs => ("signs", None),
        Stage::Past(ends) => ("published until", Some(ends)),
        Stage::Gone => ("gone", None),
    }
}
