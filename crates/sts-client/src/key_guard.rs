//! What the service thinks of the keys that calls are signed with.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sts_proto::{Credentials, Error, KEY_LOCK};

/// Requests that may be out with keys of which nothing is known yet. More than five failed
/// signatures in a row lock a key, so all of these may fail.
const UNKNOWN_AT_ONCE: u32 = 4;

/// How soon a call that waits for the verdict on its keys asks again.
const ASK_AGAIN: Duration = Duration::from_millis(25);

/// Keys that are remembered. A client has one pair at a time, and a few while they change.
const REMEMBERED: usize = 8;

/// Remembers, for all calls of a client, which keys the service refused.
///
/// More than five failed signatures in a row lock an access key for five minutes, for everybody
/// who uses it. So a key that was refused is not used again until the source gives another one or
/// the lock time has passed; then one call tries, and the others wait for what it learns. And as
/// long as nothing is known of a key, only a few requests are out with it.
#[derive(Debug, Default)]
pub(crate) struct KeyGuard(Mutex<Vec<Watched>>);

#[derive(Debug)]
struct Watched {
    credentials: Arc<Credentials>,
    standing: Standing,
    /// Whether a wrong clock has been taken for the reason of a refusal since the last success.
    is_excused: bool,
}

#[derive(Debug)]
enum Standing {
    Unknown { out: u32 },
    Accepted,
    Refused { error: Error, until: Duration, is_probed: bool },
}

/// Whether a request may be signed with these keys now.
#[derive(Debug)]
pub(crate) enum Admission {
    /// It may. What came of it has to be told by [`KeyGuard::settle`].
    Go,
    /// Not before others have learned what the service thinks of them.
    Wait(Duration),
    /// They were refused, and are left alone for so long yet.
    Refused(Error, Duration),
}

/// What an outcome says about the keys that signed it.
#[derive(Debug)]
pub(crate) enum KeyVerdict<'a> {
    Accepted,
    Refused(&'a Error),
    /// Nothing: no answer came, or one from somebody who had not looked at the signature.
    Nothing,
}

impl KeyGuard {
    pub(crate) fn admit(&self, credentials: &Arc<Credentials>, ticks: Duration) -> Admission {
        let mut keys = self.lock();
        let Some(watched) = find(&mut keys, credentials) else {
            if keys.len() >= REMEMBERED {
                keys.remove(0);
            }
            keys.push(Watched {
                credentials: Arc::clone(credentials),
                standing: Standing::Unknown { out: 1 },
                is_excused: false,
            });
            return Admission::Go;
        };
        match &mut watched.standing {
            Standing::Accepted => Admission::Go,
            Standing::Unknown { out } if *out < UNKNOWN_AT_ONCE => {
                *out += 1;
                Admission::Go
            }
            Standing::Refused { error, until, .. } if ticks < *until => {
                Admission::Refused(error.clone(), until.saturating_sub(ticks))
            }
            Standing::Unknown { .. } | Standing::Refused { is_probed: true, .. } => {
                Admission::Wait(ASK_AGAIN)
            }
            Standing::Refused { is_probed, .. } => {
                *is_probed = true;
                Admission::Go
            }
        }
    }

    /// What came of a request that was admitted.
    pub(crate) fn settle(
        &self,
        credentials: &Arc<Credentials>,
        verdict: &KeyVerdict<'_>,
        ticks: Duration,
    ) {
        let mut keys = self.lock();
        let Some(watched) = find(&mut keys, credentials) else { return };
        match (verdict, &mut watched.standing) {
            (KeyVerdict::Accepted, standing) => {
                *standing = Standing::Accepted;
                watched.is_excused = false;
            }
            (KeyVerdict::Refused(error), standing) => {
                let until = ticks.saturating_add(KEY_LOCK);
                *standing = Standing::Refused { error: (*error).clone(), until, is_probed: false };
            }
            (KeyVerdict::Nothing, Standing::Unknown { out }) => *out = out.saturating_sub(1),
            (KeyVerdict::Nothing, Standing::Refused { is_probed, .. }) => *is_probed = false,
            (KeyVerdict::Nothing, Standing::Accepted) => {}
        }
    }

    /// Whether a refusal may be put down to a wrong clock: once, until the keys are accepted.
    pub(crate) fn excuse(&self, credentials: &Arc<Credentials>) -> bool {
        let mut keys = self.lock();
        find(&mut keys, credentials)
            .is_some_and(|watched| !std::mem::replace(&mut watched.is_excused, true))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Watched>> {
        // What is inside is whole at every moment, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<'a>(keys: &'a mut [Watched], credentials: &Arc<Credentials>) -> Option<&'a mut Watched> {
    // Comparing secrets takes its time; the same pointer is the same keys.
    keys.iter_mut().find(|watched| {
        Arc::ptr_eq(&watched.credentials, credentials) || *watched.credentials == **credentials
    })
}
