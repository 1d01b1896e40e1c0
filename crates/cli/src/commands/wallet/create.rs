//! `realdid wallet create`: a recovery code, and a file.

use anyhow::{Context, ensure};
use realdid_node::keys::random_seed;
use realdid_wallet::{CODE_BYTES, RecoveryCode, Wallet};
use serde_json::json;
use zeroize::Zeroizing;

use super::{place::Place, store::Store, terminal};
use crate::{
    commands::{Target, Trust, delivery::show_fields},
    output::Format,
};

const WITHOUT_ASKING: &str = "nothing was made; --yes makes it without asking, and prints the code";

/// A wallet that is to come.
#[derive(clap::Args)]
pub(crate) struct Create {
    /// Do not ask for two groups of the recovery code to see that it was written down; it is part of the result then
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(create: &Create, format: Format) -> anyhow::Result<()> {
    let file = create.place.file();
    if file.exists() {
        Store::check(&file)?;
        let fields = vec![
            ("wallet", json!(file)),
            ("outcome", json!("exists already")),
            ("next", json!("realdid wallet export --recovery-code")),
        ];
        return show_fields(fields, format);
    }
    if !create.yes {
        terminal::is_there("is the recovery code written down?", WITHOUT_ASKING)?;
    }
    let genesis = create.trust.genesis(&create.target.client()?).await?;
    let code = random_code()?;
    let password = create.place.new_password()?;
    if !create.yes {
        confirm_written_down(&code)?;
    }
    let mut fields = vec![
        ("wallet", json!(file)),
        ("network", json!(genesis.network.as_str())),
        ("genesis", json!(genesis.digest().to_string())),
    ];
    Store::create(&file, &password, Wallet::new(code.clone(), genesis), false)?;
    if create.yes {
        fields.push(("recovery_code", json!(code.to_text().as_str())));
    }
    show_fields(fields, format)
}

fn random_code() -> anyhow::Result<RecoveryCode> {
    let seed = random_seed();
    let bits = seed.first_chunk::<CODE_BYTES>().context("32 bytes are more than a code has")?;
    Ok(RecoveryCode::from_random(Zeroizing::new(*bits)))
}

/// Shows the code, and asks for two of its groups. Nothing is stored before.
fn confirm_written_down(code: &RecoveryCode) -> anyhow::Result<()> {
    let text = code.to_text();
    eprintln!("The recovery code, which is shown this once. Write it on paper:\n\n  {}\n", *text);
    let groups: Vec<&str> = text.split('-').collect();
    let [first, second, ..] = *random_seed();
    for number in [usize::from(first) % 5, 5 + usize::from(second) % 5] {
        let typed = terminal::hidden(&format!("To be sure: its group {}", number + 1), WITHOUT_ASKING)?;
        ensure!(
            groups.get(number).is_some_and(|group| typed.trim().eq_ignore_ascii_case(group)),
            "that is not group {}: nothing was made; begin again, and write the code down",
            number + 1
        );
    }
    Ok(())
}
