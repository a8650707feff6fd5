//! Credentials for the machine and its pods.

use std::collections::BTreeMap;
use std::sync::Arc;

use sts_proto::Credentials;

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

    pub(super) fn issue(&self, session_name: &str) -> Option<Credentials> {
        let agency = self.service.config.agency(&self.rules()?.agency_urn)?;
        let session_request = SessionRequest {
            name: session_name,
            duration_seconds: Some(agency.max_duration.min(MAX_DURATION)),
            source_identity: None,
            transitive_tags: BTreeMap::new(),
        };
        let time = RequestTime { now: self.clock.now(), credentials_expired: false };
        let issued = self.service.issue(agency, session_request, time);
        issued.ok().map(|(_, credentials)| credentials)
    }
}
