//! Approving sign-ins from Rust.

use std::fmt;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::clock::Clock;
use crate::service::CurrentService;
use crate::sign_ins::Decision;

/// The sign-ins of Identity Center that wait for approval, returned by
/// [`Emulator::identity_center`](crate::Emulator::identity_center). Clones share the sign-ins.
///
/// It approves and denies what a person approves and denies on the page `/device`.
///
/// ```
/// use sts_emulator::Emulator;
///
/// let emulator = Emulator::builder().start_blocking()?;
/// // No program has started a sign-in.
/// assert!(emulator.identity_center().pending().is_empty());
/// assert!(!emulator.identity_center().deny("BCDF-GHJK"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct IdentityCenter {
    service: CurrentService,
    clock: Arc<dyn Clock>,
}

/// A sign-in that waits for approval.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingSignIn {
    /// The code that the program shows to its user.
    pub user_code: String,
    /// The name that the program registered with. It is chosen by the program, so it may contain
    /// any characters.
    pub client_name: String,
    /// Time at which the code expires, on the emulator's clock.
    pub expires_at: OffsetDateTime,
}

impl IdentityCenter {
    pub(crate) fn new(service: CurrentService, clock: Arc<dyn Clock>) -> Self {
        Self { service, clock }
    }

    /// Returns the sign-ins that wait for approval, those that expire first before others.
    #[must_use]
    pub fn pending(&self) -> Vec<PendingSignIn> {
        let now = self.clock.now();
        let mut pending = self.service.get().sign_ins.waiting(now, |sign_in| PendingSignIn {
            user_code: sign_in.user_code.clone(),
            client_name: sign_in.client_name.clone(),
            expires_at: sign_in.expires,
        });
        pending.sort_by(|a, b| (a.expires_at, &a.user_code).cmp(&(b.expires_at, &b.user_code)));
        pending
    }

    /// Approves the sign-in with this code, as the user with this URN. Returns `false` if no sign-in
    /// with this code waits for approval, or if the configuration has no such user.
    #[must_use]
    pub fn approve(&self, user_code: &str, user_urn: &str) -> bool {
        let service = self.service.get();
        let decision = Decision::Approved(user_urn.to_owned());
        service.config.user(user_urn).is_some()
            && service.sign_ins.decide(user_code, decision, self.clock.now())
    }

    /// Denies the sign-in with this code. Returns `false` if no sign-in with this code waits for
    /// approval.
    #[must_use]
    pub fn deny(&self, user_code: &str) -> bool {
        self.service.get().sign_ins.decide(user_code, Decision::Denied, self.clock.now())
    }
}

impl fmt::Debug for IdentityCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityCenter").field("pending", &self.pending()).finish_non_exhaustive()
    }
}
