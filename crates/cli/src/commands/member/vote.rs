//! How a proposal stands after a member's vote, in words.

use realdid_types::{Change, OrganisationName};
use serde_json::json;

use super::effect::Fate;
use crate::{
    commands::delivery::{self, Delivered, show_fields},
    output::Format,
};

/// How a proposal stands.
pub(super) struct Vote<'a> {
    pub(super) id: &'a str,
    pub(super) approvals: usize,
    pub(super) needed: u32,
}

pub(super) fn approve_command(change: &Change) -> &'static str {
    match change {
        Change::AddValidator(_) | Change::RemoveValidator(_) => "realdid validators approve",
        _ => "realdid proposals approve",
    }
}

impl Vote<'_> {
    /// Tells how the proposal stands; `fate` is what became of the member's own vote, none if there was nothing to do.
    pub(super) fn tell(
        &self,
        change: &Change,
        name: &OrganisationName,
        fate: Option<&Fate>,
        format: Format,
    ) -> anyhow::Result<()> {
        let Self { id, approvals, needed } = *self;
        let delivered = fate.map(|fate| &fate.delivered);
        if format == Format::Json {
            let height = match delivered {
                Some(Delivered::Applied(done)) => done.height,
                _ => None,
            };
            let fields = vec![
                ("proposal", json!(id)),
                ("member", json!(name.as_str())),
                ("approvals", json!(approvals)),
                ("needed", json!(needed)),
                ("decided", json!(fate.is_some_and(|fate| fate.effective.is_some()))),
                ("height", json!(height)),
            ];
            return match delivered {
                Some(left @ Delivered::Left { .. }) => delivery::show(fields, left, format),
                _ => show_fields(fields, format),
            };
        }
        let stand = format!("{approvals} of {needed}, {name} among them");
        let next = self.next(change, fate);
        show_fields(vec![("proposal", json!(id)), ("approvals", json!(stand)), ("next", json!(next))], format)
    }

    fn next(&self, change: &Change, fate: Option<&Fate>) -> String {
        let of_validators = matches!(change, Change::AddValidator(_) | Change::RemoveValidator(_));
        match fate {
            Some(Fate { delivered: left @ Delivered::Left { .. }, .. }) => left.next().unwrap_or_default(),
            Some(Fate { effective: Some(height), .. }) if of_validators => {
                format!("it takes effect with the next epoch: verified by a certificate for block {height}")
            }
            Some(Fate { effective: Some(height), .. }) => {
                format!("it has taken effect: verified by a certificate for block {height}")
            }
            _ => format!("the others say yes with `{} {}`", approve_command(change), self.id),
        }
    }
}
