//! Access denials and their encoded authorization messages.

use serde::Serialize;

use crate::model::requester::Requester;
use crate::seal::{Purpose, Seal};

/// An access denial: the request, and the rule that denied it.
#[derive(Debug, Serialize)]
pub(crate) struct Denial {
    context: Context,
    failure: &'static str,
}

#[derive(Debug, Serialize)]
struct Context {
    action: &'static str,
    resource: String,
    principal: String,
}

impl Denial {
    pub(crate) fn new(
        requester: &Requester,
        action: &'static str,
        resource: &str,
        failure: &'static str,
    ) -> Self {
        let principal = requester.urn.clone();
        let context = Context { action, resource: resource.to_owned(), principal };
        Self { context, failure }
    }

    pub(crate) const fn failure(&self) -> &'static str {
        self.failure
    }

    pub(crate) const fn action(&self) -> &'static str {
        self.context.action
    }

    /// Returns the `encoded_authorization_message`.
    pub(crate) fn encode(&self, seal: &Seal) -> String {
        // Cannot fail: the fields are texts.
        let plain = serde_json::to_vec(self).unwrap_or_default();
        seal.seal(Purpose::AuthorizationMessage, &plain)
    }
}

/// Returns the JSON of a denial, if the message was encoded with this seed.
pub(crate) fn decode(message: &str, seal: &Seal) -> Option<String> {
    let plain = seal.open(Purpose::AuthorizationMessage, message)?;
    String::from_utf8(plain.to_vec()).ok()
}
