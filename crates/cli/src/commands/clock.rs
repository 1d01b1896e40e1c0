//! What a node's clock is, compared with the others'.

use serde_json::Value;

/// Blocks that are further ahead of a validator's clock wait.
const BEHIND_MAX_MS: i64 = 500;
/// A block takes some time to be final, so less than this shows nothing.
const AHEAD_MAX_MS: i64 = 2_000;

/// What is wrong with the clock of the node of a status; none if nothing is, or the others' are not known yet.
pub(crate) fn wrong(status: &Value) -> Option<String> {
    let offset = status["clock_offset_ms"].as_i64()?;
    let seconds = offset.unsigned_abs() as f64 / 1e3;
    if offset < -BEHIND_MAX_MS {
        return Some(format!(
            "is {seconds:.1} s behind the other validators': it votes on their blocks only when its own time has come; is \
             NTP running on its host?"
        ));
    }
    (offset > AHEAD_MAX_MS).then(|| {
        format!(
            "is {seconds:.1} s ahead of the other validators': they let the blocks that it proposes wait; is NTP running \
             on its host?"
        )
    })
}
