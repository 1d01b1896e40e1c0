//! What the program's exit status says.

use std::process::ExitCode;

use realdid_audit::Finding;
use realdid_client::{ClientError, Untrusted};

/// For `--help`.
pub const HELP: &str = "Exit status:
  0   done
  1   failed; the message says why and what to do
  2   the command line is wrong
  3   the node does not answer
  4   the node refuses
  5   what the node says does not verify
  74  the disk failed";

/// The status for an error.
pub fn code_of(error: &anyhow::Error) -> ExitCode {
    if error.is::<Untrusted>()
        || matches!(error.downcast_ref(), Some(Finding::Wrong(..) | Finding::Missing(..)))
    {
        return ExitCode::from(5);
    }
    match error.downcast_ref() {
        Some(ClientError::Unreachable(..)) => ExitCode::from(3),
        Some(ClientError::Refused(_)) => ExitCode::from(4),
        Some(ClientError::Answer(..)) => ExitCode::from(5),
        Some(ClientError::Certificate(_)) | None => ExitCode::FAILURE,
    }
}
