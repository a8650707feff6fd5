//! A model of STS that responds, throttles, or is unavailable.

use std::sync::Arc;

use sts_client::Now;
use sts_client::proto::Credentials;
use time::OffsetDateTime;

use crate::options::Options;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Response {
    Credentials,
    Throttled,
    Unavailable,
}

pub(crate) struct Service {
    lifetime: u32,
    limit: u32,
    outage: std::ops::Range<u32>,
    second: u32,
    /// The credentials that are issued in this second. Their content does not matter.
    credentials: Arc<Credentials>,
    /// Requests of each second.
    pub(crate) load: Vec<u32>,
}

impl Service {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            lifetime: options.lifetime,
            limit: if options.limit == 0 { u32::MAX } else { options.limit },
            outage: options.outage.0..options.outage_end(),
            second: 0,
            credentials: Arc::new(credentials(options.lifetime)),
            load: vec![0],
        }
    }

    pub(crate) fn tick(&mut self, second: u32) {
        self.second = second;
        self.credentials = Arc::new(credentials(second.saturating_add(self.lifetime)));
        self.load.resize(index(second) + 1, 0);
    }

    pub(crate) fn second(&self) -> u32 {
        self.second
    }

    pub(crate) fn now(&self) -> Now {
        Now::new(date(self.second), std::time::Duration::from_secs(self.second.into()))
    }

    pub(crate) fn is_out(&self) -> bool {
        self.outage.contains(&self.second)
    }

    pub(crate) fn request(&mut self) -> Response {
        let requests = self.load.last_mut().map_or(0, |requests| {
            *requests += 1;
            *requests
        });
        if self.is_out() {
            Response::Unavailable
        } else if requests > self.limit {
            Response::Throttled
        } else {
            Response::Credentials
        }
    }

    pub(crate) fn credentials(&self) -> Arc<Credentials> {
        Arc::clone(&self.credentials)
    }

    /// The second at which credentials that are issued now expire.
    pub(crate) fn expiration(&self) -> u32 {
        self.second.saturating_add(self.lifetime)
    }
}

fn credentials(end: u32) -> Credentials {
    Credentials::temporary("HST", "secret", "token", date(end))
}

fn date(second: u32) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(second.into())
}

pub(crate) fn index(second: u32) -> usize {
    usize::try_from(second).unwrap_or(usize::MAX)
}
