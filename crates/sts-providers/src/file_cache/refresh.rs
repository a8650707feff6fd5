//! The steps of one refresh: the file, the lock, and the refresh of the provider.

use std::fmt;
use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, Error, FileLock, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError, ErrorKind};
use sts_proto::Body;

use super::Shared;
use super::names::lock_path;
use crate::aws_json::{self, Form};
use crate::failure;

/// The least remaining lifetime of credentials from a file.
const LEAST_LIFETIME: Duration = Duration::from_secs(5 * 60);
/// The pause between two attempts to lock.
const PAUSE: Duration = Duration::from_millis(100);
/// How long another process is waited for. Then its lock is ignored.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// State machine of one refresh of a [`FileCache`](crate::FileCache).
pub struct FileCacheRefresh<P: RefreshProvider> {
    shared: Arc<Shared<P>>,
    path: PathBuf,
    platform: Platform,
    context: Arc<CallContext>,
    /// The end of the wait for another process.
    deadline: Option<Duration>,
    state: State<P::Refresh>,
}

enum State<R> {
    Looking,
    Waiting { until: Duration },
    Refreshing { refresh: R, lock: Option<FileLock> },
    Completed,
}

type Outcome = Result<IssuedCredentials, Error>;

impl<P: RefreshProvider> FileCacheRefresh<P> {
    pub(super) fn new(
        shared: Arc<Shared<P>>,
        path: PathBuf,
        platform: Platform,
        context: Arc<CallContext>,
    ) -> Self {
        Self { shared, path, platform, context, deadline: None, state: State::Looking }
    }

    /// Returns the credentials in the file, if they are valid for long enough and were not returned
    /// before.
    fn stored(&self, now: Now) -> Result<Option<IssuedCredentials>, CredentialsError> {
        let content = match self.platform.environment.read_private_file(&self.path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let message = format!("cannot read the credential cache {}", self.path.display());
                return Err(unusable(message, error));
            }
        };
        // Anything else than credentials is replaced.
        let Ok(credentials) = aws_json::read(content.as_ref(), Form::Process) else {
            return Ok(None);
        };
        let time = self.context.estimated_service_time(now);
        let lasts = credentials.expires_in(time).is_some_and(|rest| rest >= LEAST_LIFETIME);
        let credentials = Arc::new(credentials);
        let is_new = self.shared.with_found(|found| {
            let is_new = lasts && found.last.as_deref() != Some(&*credentials);
            if is_new {
                found.last = Some(Arc::clone(&credentials));
            }
            is_new
        });
        Ok(is_new.then(|| credentials.into()))
    }

    /// Looks for credentials, and then for the lock. `None` if the state has changed.
    fn look(&mut self, now: Now) -> Result<Option<IssuedCredentials>, CredentialsError> {
        if let Some(stored) = self.stored(now)? {
            return Ok(Some(stored));
        }
        let lock = match self.platform.environment.try_lock_file(&lock_path(&self.path)) {
            Ok(Some(lock)) => Some(lock),
            Ok(None) => {
                let longest = now.monotonic.saturating_add(LONGEST_WAIT);
                if now.monotonic < *self.deadline.get_or_insert(longest) {
                    self.state = State::Waiting { until: now.monotonic.saturating_add(PAUSE) };
                    return Ok(None);
                }
                None
            }
            // No other process can write the file either.
            Err(error) if is_unwritable(&error) => None,
            Err(error) => {
                let message = format!("cannot lock the credential cache {}", self.path.display());
                return Err(unusable(message, error));
            }
        };
        // Another process may have written the file before the lock was free.
        if let Some(stored) = self.stored(now)? {
            return Ok(Some(stored));
        }
        let refresh = self.shared.provider.begin(&self.platform, &self.context)?;
        self.state = State::Refreshing { refresh, lock };
        Ok(None)
    }

    /// Stores new credentials. The refresh succeeds without it.
    fn store(&self, credentials: &Arc<Credentials>) {
        let label = self.shared.provider.label();
        let content = aws_json::write(credentials, Some(&label));
        let written = match (credentials.expiration, content) {
            (Some(_), Some(content)) => {
                self.platform.environment.write_private_file(&self.path, &content)
            }
            _ => Ok(()),
        };
        let fault = |error| format!("cannot write {}: {error}", self.path.display());
        self.shared.with_found(|found| {
            found.last = Some(Arc::clone(credentials));
            found.write_error = written.err().map(fault);
        });
    }
}

/// Whether the file system takes no files, as opposed to a directory that is not safe.
fn is_unwritable(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(error.kind(), ReadOnlyFilesystem | StorageFull | QuotaExceeded)
}

/// Error of a cache that has to be set up in another way, whatever the credentials are.
fn unusable(message: String, error: io::Error) -> CredentialsError {
    CredentialsError::new(message).with_kind(ErrorKind::Configuration).with_source(error)
}

impl<P: RefreshProvider> StateMachine for FileCacheRefresh<P> {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        loop {
            let outcome: Outcome = match &mut self.state {
                State::Waiting { until } if now.monotonic < *until => {
                    return Step::Wait(until.saturating_sub(now.monotonic));
                }
                State::Looking | State::Waiting { .. } => match self.look(now) {
                    Ok(Some(stored)) => Ok(stored),
                    Ok(None) => continue,
                    Err(error) => Err(error.into()),
                },
                State::Refreshing { refresh, .. } => match refresh.step(now) {
                    Step::Done(outcome) => {
                        if let Ok(issued) = &outcome {
                            self.store(issued.credentials());
                        }
                        outcome
                    }
                    step => return step,
                },
                State::Completed => Err(failure::completed().into()),
            };
            // The lock is released after the file is written.
            drop(mem::replace(&mut self.state, State::Completed));
            return Step::Done(outcome);
        }
    }

    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>) {
        if let State::Refreshing { refresh, .. } = &mut self.state {
            refresh.provide(credentials);
        }
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        if let State::Refreshing { refresh, .. } = &mut self.state {
            refresh.receive(outcome, now);
        }
    }
}

impl<P: RefreshProvider> fmt::Debug for FileCacheRefresh<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, is_locked) = match &self.state {
            State::Looking => ("Looking", false),
            State::Waiting { .. } => ("Waiting", false),
            State::Refreshing { lock, .. } => ("Refreshing", lock.is_some()),
            State::Completed => ("Completed", false),
        };
        f.debug_struct("FileCacheRefresh")
            .field("path", &self.path)
            .field("state", &state)
            .field("is_locked", &is_locked)
            .finish_non_exhaustive()
    }
}
