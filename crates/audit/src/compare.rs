//! Comparing what a folder keeps with what the auditor derived from its blocks.

use realdid_storage::{Column, Store};

use crate::Finding;

/// All that follows from the blocks: their index, receipts, the state and its tree.
const DERIVED: [Column; 7] = [
    Column::Blocks,
    Column::Heights,
    Column::ValidatorSets,
    Column::Receipts,
    Column::Transactions,
    Column::State,
    Column::Pages,
];

/// Whether a folder keeps exactly what executing its blocks gives, page by page of the state's tree. The auditor's own
/// ledger must have reached its tip.
///
/// # Errors
/// Names the first entry that is another one.
pub fn compare(own: &Store, shown: &Store) -> Result<(), Finding> {
    for column in DERIVED {
        if let Some(key) = own.first_difference(shown, column)? {
            let what = format!("{} differ from what its blocks lead to, first at {key}", column.name());
            return Err(Finding::Wrong(shown.tip(), what));
        }
    }
    Ok(())
}
