//! `realdid policy`: who may do what, how many of them it takes, and the network's parameters.

use anyhow::{Context, ensure};
use realdid_client::{CheckedNode, policy_rows};
use realdid_state::{Policy, StateKey};
use realdid_types::{Action, Change, Header, Parameters, Role, Rule, SetParameters, SetRule};
use serde_json::{Value, json};

use super::{
    Target, Trust,
    means::{PATIENCE, node},
    member::{Acting, Signing},
};
use crate::output::{Format, print, row};

/// What to do with the policy.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// All its rows, and the parameters, as the ledger proves them
    Show {
        #[command(flatten)]
        trust: Trust,
        #[command(flatten)]
        target: Target,
    },
    /// Propose another row, or other parameters; that is your own approval too
    #[command(subcommand)]
    Propose(Propose),
}

/// A change of the policy.
#[derive(clap::Subcommand)]
pub(crate) enum Propose {
    /// Who may do something, and how many of them it takes
    #[command(
        after_help = "Attesting and registering sites is what a member does by itself: there --approvals is 1.

Examples:
  realdid policy propose rule change-members --role member --approvals 3 --key member.key
  realdid policy propose rule register-sites --role member --key member.key"
    )]
    Rule {
        /// What
        #[arg(value_enum)]
        action: ActionName,
        /// Who; without it, as it is
        #[arg(long, value_enum)]
        role: Option<RoleName>,
        /// How many members of that role, the proposer included; without it, as it is
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        approvals: Option<u32>,
        #[command(flatten)]
        signing: Signing,
    },
    /// How much members may spend, and how many approve where no row says otherwise
    #[command(
        after_help = "What is not named stays as it is. Other parameters cannot change while a network runs.

Example:
  realdid policy propose parameters --quota 500000 --key member.key"
    )]
    Parameters {
        /// Units that a member may spend in one window
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
        quota: Option<u64>,
        /// Length of the window, in milliseconds of block time
        #[arg(long, value_parser = clap::value_parser!(u64).range(1_000..=86_400_000))]
        quota_window_ms: Option<u64>,
        /// Approvals where no row says otherwise
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        approvals: Option<u32>,
        #[command(flatten)]
        signing: Signing,
    },
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident of $of:ident { $($(#[$variant_doc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, clap::ValueEnum)]
        pub(crate) enum $name { $($(#[$variant_doc])* $variant,)* }

        impl From<$name> for $of {
            fn from(name: $name) -> Self {
                match name { $($name::$variant => Self::$variant,)* }
            }
        }
    };
}

named! {
    /// What the policy has a row for.
    ActionName of Action {
        /// Attesting people, and withdrawing that
        Attest,
        /// Registering and updating sites
        RegisterSites,
        /// Validators joining and leaving
        ChangeValidators,
        /// Members joining, changing and leaving
        ChangeMembers,
        /// Other parameters
        ChangeParameters,
        /// Other rows of this policy
        ChangePolicy,
    }
}

named! {
    /// Whom a row names.
    RoleName of Role {
        /// Every member
        Member,
        /// Members that attest people
        Authority,
        /// Members that register sites
        Operator,
    }
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Show { trust, target } => show(node(&target, &trust).await?, format).await,
        Command::Propose(Propose::Rule { action, role, approvals, signing }) => {
            let mut acting = Acting::new(&signing).await?;
            let action = Action::from(action);
            let (rows, ..) = read(&mut acting.node).await?;
            let present = rows.into_iter().find(|rule| rule.action == action);
            let present = present.with_context(|| format!("the policy has no row {}", action.name()))?;
            let role = role.map_or(present.role, Role::from);
            let rule = Rule { action, role, approvals: approvals.unwrap_or(present.approvals) };
            if rule == present {
                return acting.is_so_already("the policy says so", format);
            }
            acting.propose(Change::SetRule(SetRule { rule }), format).await
        }
        Command::Propose(Propose::Parameters { quota, quota_window_ms, approvals, signing }) => {
            ensure!(
                quota.is_some() || quota_window_ms.is_some() || approvals.is_some(),
                "nothing is to change: name --quota, --quota-window-ms or --approvals"
            );
            let mut acting = Acting::new(&signing).await?;
            let (_, present, _) = read(&mut acting.node).await?;
            let parameters = Parameters {
                quota: quota.unwrap_or(present.quota),
                quota_window: quota_window_ms.unwrap_or(present.quota_window),
                approvals: approvals.unwrap_or(present.approvals),
                ..present.clone()
            };
            if parameters == present {
                return acting.is_so_already("the parameters are so", format);
            }
            acting.propose(Change::SetParameters(SetParameters { parameters }), format).await
        }
    }
}

/// The policy's rows and the parameters, proven; the older header of the two.
async fn read(node: &mut CheckedNode) -> anyhow::Result<(Vec<Rule>, Parameters, Header)> {
    let policy = node.entry_now::<Policy>(&StateKey::Policy, PATIENCE).await?;
    let parameters = node.entry::<Parameters>(&StateKey::Parameters).await?.entry;
    let parameters = parameters.context("the ledger has no parameters")?;
    Ok((policy_rows(policy.entry.as_ref(), &parameters), parameters, policy.header))
}

async fn show(mut node: CheckedNode, format: Format) -> anyhow::Result<()> {
    let (rules, parameters, header) = read(&mut node).await?;
    let rule = |rule: &Rule| -> Value {
        json!({ "action": rule.action.name(), "role": rule.role.name(), "approvals": rule.approvals })
    };
    let Parameters { max_idle, max_expiry, quota_window, quota, approvals, format: operations } = parameters;
    let result = json!({
        "rules": rules.iter().map(rule).collect::<Vec<_>>(),
        "parameters": {
            "max_idle_ms": max_idle, "max_expiry_ms": max_expiry, "quota_window_ms": quota_window, "quota": quota,
            "approvals": approvals, "format": operations,
        },
        "verified_at_height": header.height.0,
    });
    print(format, &result, |_| {
        let mut rows = vec![row(["action", "role", "approvals"])];
        for rule in &rules {
            rows.push(row([rule.action.name(), rule.role.name(), &rule.approvals.to_string()]));
        }
        let spent = format!("{quota} units in {quota_window} ms");
        rows.push(row(["quota", &spent]));
        rows.push(row(["verified", &format!("by a certificate for block {}", header.height)]));
        rows
    })
}
