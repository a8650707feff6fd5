//! Any bytes as the response of the ID token service of a CI job, as the output of a command, as the
//! response of a credential server and as a cached file: credentials that a request can carry, a
//! call with a token, or an error.
#![no_main]

use std::io;
use std::path::Path;
use std::time::Duration;

use http::Response;
use libfuzzer_sys::fuzz_target;
use sts_client::session::RefreshProvider;
use sts_client::{
    CallContext, CallPolicy, Clock, Command, CommandOutput, Environment, FileLock, InvalidVariable,
    Now, Platform, StateMachine, Step,
};
use sts_proto::{AssumeAgency, Body, Endpoint, Region};
use sts_providers::{
    ContainerCredentials, CredentialProcess, FileCache, IdTokenProvider, OidcAgency,
};
use time::OffsetDateTime;

/// Everything that is read has this content.
#[derive(Clone)]
struct Content(Vec<u8>);

impl Clock for Content {
    fn now(&self) -> Now {
        Now::new(OffsetDateTime::UNIX_EPOCH, Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        0
    }
}

impl Environment for Content {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        Ok(match name {
            "ACTIONS_ID_TOKEN_REQUEST_URL" => Some("http://127.0.0.1:1/?a=b".to_owned()),
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN" => Some("request-token".to_owned()),
            _ => None,
        })
    }

    fn run_command(&self, _: &Command) -> io::Result<CommandOutput> {
        Ok(CommandOutput::new(Some(0), self.0.clone(), self.0.clone()))
    }

    fn read_private_file(&self, _: &Path) -> io::Result<Body> {
        Ok(Body::from(self.0.clone()))
    }

    fn try_lock_file(&self, _: &Path) -> io::Result<Option<FileLock>> {
        Ok(Some(FileLock::new(())))
    }
}

fn run(provider: &impl RefreshProvider, content: &Content) {
    let endpoints = [Endpoint::from(Region::CN_NORTH_4)];
    let context = CallContext::new(endpoints, CallPolicy::default().attempts(1));
    let platform = Platform::new(content.clone(), content.clone());
    let Ok(mut refresh) = provider.begin(&platform, &context) else { return };
    let now = content.now();
    // A token is requested at most once, and the call is made at most once.
    for _ in 0..4 {
        match refresh.step(now) {
            Step::Send(exchange) => {
                for value in exchange.request.headers().values() {
                    assert!(value.to_str().is_ok());
                }
                refresh.receive(Ok(Response::new(Body::from(content.0.clone()))), now);
            }
            // The stored credentials are not usable, and the client has none.
            Step::Credentials(_) => return,
            Step::Wait(_) => unreachable!("every request has got a response"),
            Step::Done(Ok(issued)) => {
                assert!(issued.credentials().validate().is_ok());
                return;
            }
            Step::Done(Err(_)) => return,
        }
    }
    unreachable!("a refresh ends");
}

fuzz_target!(|bytes: &[u8]| {
    let content = Content(bytes.to_vec());
    let (provider, urn) = ("iam::a:oidcProvider:p", "iam::a:agency:x");
    for token in [IdTokenProvider::actions(None), IdTokenProvider::command(Command::new("print"))] {
        run(&OidcAgency::with_token(provider, urn, token), &content);
    }
    run(&CredentialProcess::new(Command::new("print")), &content);
    run(&ContainerCredentials::new("http://127.0.0.1:1/").expect("a local URL"), &content);
    run(&FileCache::new(AssumeAgency::new(urn, "session"), "/cache", ""), &content);
});
