//! Credentials for the machine and its pods.

use std::collections::BTreeMap;
use std::sync::Arc;

use sts_proto::Credentials;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::clock::Clock;
use crate::model::metadata::MetadataRules;
use crate::service::{RequestTime, Service, SessionRequest};

/// Maximum lifetime of the credentials, in seconds.
const MAX_DURATION: u32 = 21_600;

/// Issues credentials of the agency that the metadata rules name.
pub(super) struct CredentialsIssuer {
    pub(super) service: Arc<Service>,
    pub(super) clock: Arc<dyn Clock>,
}

impl CredentialsIssuer {
    pub(super) fn rules(&self) -> Option<&MetadataRules> {
        self.service.config.metadata()
    }

    /// Issues credentials, and returns them with their expiration as the services format it.
    pub(super) fn issue(&self, session_name: &str) -> Option<(Credentials, String)> {
        let agency = self.service.config.agency(&self.rules()?.agency_urn)?;
        let session_request = SessionRequest {
            name: session_name,
            duration_seconds: Some(agency.max_duration.min(MAX_DURATION)),
            source_identity: None,
            transitive_tags: BTreeMap::new(),
        };
        let time = RequestTime { now: self.clock.now(), credentials_expired: false };
        let (_, credentials) = self.service.issue(agency, session_request, time).ok()?;
        let expiration = credentials.expiration.and_then(formatted)?;
        Some((credentials, expiration))
    }
}

/// Formats a time in UTC with six digits of a second, as the metadata service does.
fn formatted(expiration: OffsetDateTime) -> Option<String> {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
    expiration.checked_to_offset(time::UtcOffset::UTC)?.format(format).ok()
}
