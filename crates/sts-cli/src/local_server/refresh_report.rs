//! Failed refreshes on standard error. Clients see only their kind.

use std::io::Write as _;

use huaweicloud_sts::sts_client::session::{
    SessionEvent, SessionHealth, SessionObserver, SessionStatus,
};

use crate::{causes, printable};

/// Prints a line when refreshes begin to fail, when the consequences become worse, and when they
/// succeed again.
pub(crate) struct RefreshReport;

impl SessionObserver for RefreshReport {
    fn observe(&self, event: SessionEvent, status: &SessionStatus) {
        let line = match event {
            SessionEvent::RefreshFailed { has_worsened: true, .. } => failure(status),
            SessionEvent::Refreshed { has_recovered: true, .. } => {
                Some("the credentials are refreshed again".to_owned())
            }
            _ => None,
        };
        if let Some(line) = line {
            // Nothing is left to do if standard error is closed.
            let _ = writeln!(anstream::stderr(), "{}", printable::line(&line));
        }
    }
}

fn failure(status: &SessionStatus) -> Option<String> {
    let error = &status.last_failure.as_ref()?.error;
    let consequence = match status.health {
        SessionHealth::Unavailable => "clients get no credentials".to_owned(),
        _ => format!("the current ones last for {} s", status.served_for.as_secs()),
    };
    Some(format!("warning: refresh failed: {}; {consequence}", causes::line(error)))
}
