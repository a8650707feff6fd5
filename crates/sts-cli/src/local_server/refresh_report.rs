//! Failed refreshes on standard error. Clients see only their kind.

use std::io::Write as _;

use huaweicloud_sts::sts_client::session::{
    SessionEvent, SessionHealth, SessionObserver, SessionStatus,
};

use crate::output::Output;
use crate::{causes, printable};

/// Prints a line when refreshes begin to fail, when the consequences become worse, and when they
/// succeed again.
pub(crate) struct RefreshReport {
    /// Prints the warnings.
    pub(crate) output: Output,
}

impl SessionObserver for RefreshReport {
    fn observe(&self, event: SessionEvent, status: &SessionStatus) {
        match event {
            SessionEvent::RefreshFailed { has_worsened: true, .. } => {
                if let Some(warning) = failure(status) {
                    self.output.warn(&printable::line(&warning));
                }
            }
            SessionEvent::Refreshed { has_recovered: true, .. } => {
                // Nothing is left to do if standard error is closed.
                let _ = writeln!(anstream::stderr(), "the credentials are refreshed again");
            }
            _ => {}
        }
    }
}

fn failure(status: &SessionStatus) -> Option<String> {
    let error = &status.last_failure.as_ref()?.error;
    let consequence = match status.health {
        SessionHealth::Unavailable => "clients get no credentials".to_owned(),
        _ => format!("the current ones last for {} s", status.served_for.as_secs()),
    };
    Some(format!("refresh failed: {}; {consequence}", causes::line(error)))
}
