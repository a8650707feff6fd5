//! Environment with variables and files set by a test, and a transport whose responses a test sets.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use sts_client::transport::TransportErrorKind;
use sts_client::{
    CallPolicy, Client, Clock, Command, CommandOutput, Environment, Exchange, FileLock,
    InvalidVariable, Limits, Now, Transport, TransportError,
};

use sts_client::{
    CredentialsError, CredentialsRequest, NoCredentials, ProvideCredentials, blocking,
};
use sts_proto::{Body, Credentials};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const START: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

/// An hour after [`START`], as the metadata service writes it.
pub(crate) const END: &str = "2026-03-05T08:08:09.123000Z";

#[derive(Clone, Default)]
pub(crate) struct Place(Arc<Mutex<Contents>>);

#[derive(Default)]
struct Contents {
    variables: BTreeMap<String, String>,
    /// Variables that are not UTF-8.
    invalid: BTreeSet<String>,
    files: BTreeMap<PathBuf, Result<Vec<u8>, io::ErrorKind>>,
    /// Outputs of commands, by program and arguments in one line.
    commands: BTreeMap<String, Result<CommandOutput, io::ErrorKind>>,
    /// Commands that ran.
    ran: Vec<String>,
    locked: BTreeSet<PathBuf>,
    /// Why no file can be written or locked.
    unwritable: Option<io::ErrorKind>,
    monotonic: Duration,
}

impl Place {
    pub(crate) fn with_variable(self, name: &str, value: &str) -> Self {
        self.0.lock().unwrap().variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A variable that is set, but not UTF-8.
    pub(crate) fn with_invalid_variable(self, name: &str) -> Self {
        self.0.lock().unwrap().invalid.insert(name.to_owned());
        self
    }

    pub(crate) fn with_file(self, path: &str, content: &str) -> Self {
        self.write(path, content);
        self
    }

    pub(crate) fn with_bytes(self, path: &str, content: &[u8]) -> Self {
        self.0.lock().unwrap().files.insert(path.into(), Ok(content.into()));
        self
    }

    pub(crate) fn with_unreadable_file(self, path: &str, kind: io::ErrorKind) -> Self {
        self.0.lock().unwrap().files.insert(path.into(), Err(kind));
        self
    }

    /// A file system that takes no files.
    pub(crate) fn with_unwritable_files(self, kind: io::ErrorKind) -> Self {
        self.0.lock().unwrap().unwritable = Some(kind);
        self
    }

    /// A command, with arguments after blanks, that prints `stdout` and ends with `status`.
    pub(crate) fn with_command(self, line: &str, status: i32, stdout: &str, stderr: &str) -> Self {
        let body = |text: &str| Body::from(text.as_bytes().to_vec());
        let output = CommandOutput::new(Some(status), body(stdout), body(stderr));
        self.0.lock().unwrap().commands.insert(line.to_owned(), Ok(output));
        self
    }

    pub(crate) fn with_failing_command(self, line: &str, kind: io::ErrorKind) -> Self {
        self.0.lock().unwrap().commands.insert(line.to_owned(), Err(kind));
        self
    }

    /// Returns the commands that ran.
    pub(crate) fn ran(&self) -> Vec<String> {
        self.0.lock().unwrap().ran.clone()
    }

    /// Returns the paths of all files.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.0.lock().unwrap().files.keys().cloned().collect()
    }

    /// Returns the text of a file.
    pub(crate) fn content(&self, path: &str) -> String {
        let contents = self.0.lock().unwrap();
        let content = contents.files[Path::new(path)].as_ref().unwrap();
        String::from_utf8(content.clone()).unwrap()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        self.0.lock().unwrap().files.insert(path.into(), Ok(content.into()));
    }

    pub(crate) fn remove(&self, path: &str) {
        self.0.lock().unwrap().files.remove(Path::new(path));
    }

    pub(crate) fn pass(&self, duration: Duration) {
        self.0.lock().unwrap().monotonic += duration;
    }
}

impl Clock for Place {
    fn now(&self) -> Now {
        let now = Now::new(START, Duration::ZERO);
        now.after(self.0.lock().unwrap().monotonic)
    }

    fn seed(&self) -> u64 {
        7
    }
}

impl Environment for Place {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        let contents = self.0.lock().unwrap();
        if contents.invalid.contains(name) {
            return Err(InvalidVariable::new(name));
        }
        Ok(contents.variables.get(name).cloned())
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        match self.0.lock().unwrap().files.get(path) {
            Some(Ok(content)) => Ok(Body::from(content.clone())),
            Some(Err(kind)) => Err((*kind).into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn run_command(&self, command: &Command) -> io::Result<CommandOutput> {
        let mut line = command.program.to_str().unwrap().to_owned();
        for argument in &command.arguments {
            line = format!("{line} {}", argument.to_str().unwrap());
        }
        let mut contents = self.0.lock().unwrap();
        contents.ran.push(line.clone());
        match contents.commands.get(&line) {
            Some(Ok(output)) => Ok(output.clone()),
            Some(Err(kind)) => Err((*kind).into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn read_private_file(&self, path: &Path) -> io::Result<Body> {
        self.read_file(path)
    }

    fn write_private_file(&self, path: &Path, content: &Body) -> io::Result<()> {
        let mut contents = self.0.lock().unwrap();
        if let Some(kind) = contents.unwritable {
            return Err(kind.into());
        }
        if let Some(Err(kind)) = contents.files.get(path) {
            return Err((*kind).into());
        }
        contents.files.insert(path.to_owned(), Ok(content.as_ref().to_vec()));
        Ok(())
    }

    fn try_lock_file(&self, path: &Path) -> io::Result<Option<FileLock>> {
        let mut contents = self.0.lock().unwrap();
        if let Some(kind) = contents.unwritable {
            return Err(kind.into());
        }
        if !contents.locked.insert(path.to_owned()) {
            return Ok(None);
        }
        Ok(Some(FileLock::new(Unlock { place: self.clone(), path: path.to_owned() })))
    }
}

/// Removes a lock on drop.
struct Unlock {
    place: Place,
    path: PathBuf,
}

impl Drop for Unlock {
    fn drop(&mut self) {
        self.place.0.lock().unwrap().locked.remove(&self.path);
    }
}

pub(crate) type Answer = Result<Response<Body>, TransportError>;

type Respond = dyn Fn(&Request<Body>) -> Answer + Send + Sync;

/// Transport that responds by a function and records the requests.
#[derive(Clone)]
pub(crate) struct Wire {
    respond: Arc<Respond>,
    seen: Arc<Mutex<Vec<Seen>>>,
    /// The clocks that its sleeps advance.
    clocks: Option<Place>,
}

/// A request that went out.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Method and URI.
    pub(crate) line: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
    pub(crate) limits: Limits,
    pub(crate) is_direct: bool,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Wire {
    pub(crate) fn new(respond: impl Fn(&Request<Body>) -> Answer + Send + Sync + 'static) -> Self {
        Self { respond: Arc::new(respond), seen: Arc::default(), clocks: None }
    }

    /// Makes sleeps advance the clocks of `place`.
    pub(crate) fn in_time_of(self, place: &Place) -> Self {
        Self { clocks: Some(place.clone()), ..self }
    }

    fn pass(&self, duration: Duration) {
        if let Some(clocks) = &self.clocks {
            clocks.pass(duration);
        }
    }

    /// No server is reachable.
    pub(crate) fn dead() -> Self {
        Self::new(|_| Err(TransportError::not_sent(TransportErrorKind::Connect)))
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    /// Returns the response without recording the request.
    pub(crate) fn respond(&self, request: &Request<Body>) -> Answer {
        (self.respond)(request)
    }

    fn on(&self, place: &Place) -> Self {
        self.clone().in_time_of(place)
    }

    fn answer(&self, exchange: &Exchange) -> Answer {
        let request = &exchange.request;
        self.seen.lock().unwrap().push(Seen {
            line: format!("{} {}", request.method(), request.uri()),
            headers: request.headers().clone(),
            body: String::from_utf8(request.body().as_ref().to_vec()).unwrap(),
            limits: exchange.limits,
            is_direct: exchange.is_direct,
        });
        (self.respond)(request)
    }
}

impl Transport for Wire {
    async fn send(&self, exchange: Exchange) -> Answer {
        self.answer(&exchange)
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
    }
}

impl blocking::Transport for Wire {
    fn send(&self, exchange: Exchange) -> Answer {
        self.answer(&exchange)
    }

    fn sleep(&self, duration: Duration) {
        self.pass(duration);
    }
}

pub(crate) fn client(wire: &Wire, place: &Place) -> Client<Wire, NoCredentials> {
    client_with(CallPolicy::default(), wire, place)
}

pub(crate) fn client_with(
    policy: CallPolicy,
    wire: &Wire,
    place: &Place,
) -> Client<Wire, NoCredentials> {
    Client::builder(wire.on(place))
        .policy(policy)
        .clock(place.clone())
        .environment(place.clone())
        .region("cn-north-4")
        .build()
        .unwrap()
}

pub(crate) fn blocking_client(wire: &Wire, place: &Place) -> blocking::Client<Wire, NoCredentials> {
    Client::builder(wire.on(place))
        .clock(place.clone())
        .environment(place.clone())
        .region("cn-north-4")
        .build_blocking()
        .unwrap()
}

pub(crate) fn answer(status: u16, body: &str) -> Answer {
    Ok(Response::builder().status(status).body(Body::from(body.as_bytes().to_vec())).unwrap())
}

/// Requests credentials from an async provider.
pub(crate) fn ask(
    provider: &impl ProvideCredentials,
) -> Result<Arc<Credentials>, CredentialsError> {
    futures_lite::future::block_on(provider.credentials(CredentialsRequest::default()))
}

/// Requests credentials after the service rejected `credentials`.
pub(crate) fn ask_again(
    provider: &impl ProvideCredentials,
    credentials: Arc<Credentials>,
) -> Result<Arc<Credentials>, CredentialsError> {
    futures_lite::future::block_on(provider.credentials(rejected(credentials)))
}

pub(crate) fn ask_blocking(
    provider: &impl blocking::ProvideCredentials,
) -> Result<Arc<Credentials>, CredentialsError> {
    provider.credentials(CredentialsRequest::default())
}

pub(crate) fn rejected(credentials: Arc<Credentials>) -> CredentialsRequest {
    let mut request = CredentialsRequest::default();
    request.rejected = Some(credentials);
    request
}

/// An error and its causes.
pub(crate) fn in_full(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
