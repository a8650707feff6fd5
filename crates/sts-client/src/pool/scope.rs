//! Keys of a pool.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use sts_credentials::CredentialsError;
use sts_proto::AssumeAgency;

use crate::context::CallContext;
use crate::platform::Platform;
use crate::session::{AgencyRefresh, RefreshProvider};

/// A request as the key of its session, which shares it.
///
/// Keys are equal if the requests are equal in all parameters. The hash covers only those that
/// usually differ; it decides where the session is found, and never which one.
#[derive(Clone)]
pub(crate) struct Scope(Arc<Inner>);

struct Inner {
    hash: u64,
    request: AssumeAgency,
}

impl Scope {
    /// The seed is not known to callers, so that they cannot construct requests with equal hashes.
    pub(super) fn new(mut request: AssumeAgency, seed: u64) -> Self {
        // It is kept for long.
        request.agency_urn.shrink_to_fit();
        request.agency_session_name.shrink_to_fit();
        if let Some(policy) = &mut request.policy {
            policy.shrink_to_fit();
        }
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        request.agency_urn.hash(&mut hasher);
        request.agency_session_name.hash(&mut hasher);
        request.policy.hash(&mut hasher);
        request.source_identity.hash(&mut hasher);
        request.duration_seconds.hash(&mut hasher);
        for tag in request.tags.iter().flatten() {
            tag.key.hash(&mut hasher);
            tag.value.hash(&mut hasher);
        }
        Self(Arc::new(Inner { hash: hasher.finish(), request }))
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.0.hash == other.0.hash && self.0.request == other.0.request
    }
}

impl Eq for Scope {}

impl Hash for Scope {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl RefreshProvider for Scope {
    type Refresh = AgencyRefresh<AssumeAgency>;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        self.0.request.begin(platform, context)
    }

    fn label(&self) -> String {
        self.0.request.label()
    }

    fn lifetime(&self) -> Option<Duration> {
        self.0.request.lifetime()
    }

    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        self.0.request.validate(context)
    }
}
