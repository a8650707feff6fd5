//! No freed memory block, no `Debug` and no error of a provider contains a secret. Texts are
//! freed blocks too, so that a secret in any of them is found.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod replies;

use std::error::Error as StdError;
use std::fmt::Debug;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Response};
use sts_client::session::RefreshProvider;
use sts_client::{
    CallContext, CallPolicy, Clock, Command, CommandOutput, Credentials, Environment, FileLock,
    InvalidVariable, Now, Platform, StateMachine, Step,
};
use sts_proto::{Body, Endpoint, Region, Secret};
use sts_providers::classic_iam::{IamCaller, KeystoneListProjects};
use sts_providers::identity_center::{
    AccessToken, IdentityCenter, IdentityCenterCredentials, Registration,
};
use sts_providers::{
    AgencyByName, ChainedAgency, ContainerCredentials, CredentialProcess, EcsMetadata,
    EnvironmentVariables, FileCache, HcloudProfile, IamFederation, IdTokenProvider, OidcAgency,
    PodIdentity, ProfileFile, ProviderChain, TerraformVariables,
};
use time::OffsetDateTime;
use time::macros::datetime;
use xtask_secrets::{Searching, mark};

use crate::replies::{
    ASSIGNED, ASSUMED, AWS, BROKEN, CLASSIC, CLIENT, DEVICE, IAM_TOKEN, ID_TOKEN, Reply, TOKEN,
};

#[global_allocator]
static ALLOCATOR: Searching = Searching::new(&[mark!()]);
const START: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

/// Environment whose secrets come from static text.
#[derive(Clone, Copy)]
struct Place {
    variables: &'static [(&'static str, &'static str)],
    /// The content of every file, and the output of every command.
    content: &'static str,
    /// Whether there is a file in the cache.
    is_cached: bool,
}

const EMPTY: Place = Place { variables: &[], content: mark!(), is_cached: false };

impl Clock for Place {
    fn now(&self) -> Now {
        Now::new(START, Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        7
    }
}

impl Environment for Place {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        let found = self.variables.iter().find(|(variable, _)| *variable == name);
        Ok(found.map(|(_, value)| (*value).to_owned()))
    }

    fn read_file(&self, _: &Path) -> io::Result<Body> {
        Ok(Body::from(self.content.as_bytes().to_vec()))
    }

    fn run_command(&self, _: &Command) -> io::Result<CommandOutput> {
        let stdout = Body::from(self.content.as_bytes().to_vec());
        Ok(CommandOutput::new(Some(0), stdout, Body::empty()))
    }

    fn read_private_file(&self, path: &Path) -> io::Result<Body> {
        if self.is_cached { self.read_file(path) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn write_private_file(&self, _: &Path, content: &Body) -> io::Result<()> {
        black_box(content);
        Ok(())
    }

    fn try_lock_file(&self, _: &Path) -> io::Result<Option<FileLock>> {
        Ok(Some(FileLock::new(())))
    }
}

fn show(value: &dyn Debug) {
    black_box(format!("{value:?}"));
}

fn show_error(error: &dyn StdError) {
    black_box(format!("{error:?} {error}"));
    if let Some(cause) = error.source() {
        show_error(cause);
    }
}

/// Drives a state machine that gets these responses, and then the last one again.
fn drive<M: StateMachine>(mut machine: M, replies: &[Reply]) -> Option<M::Output> {
    let mut now = Now::new(START, Duration::ZERO);
    let mut replies = replies.iter();
    let mut last = &(500, mark!());
    loop {
        match machine.step(now) {
            Step::Send(exchange) => {
                show(&exchange);
                drop(exchange);
                last = replies.next().unwrap_or(last);
                let body = Body::from(last.1.as_bytes().to_vec());
                let mut response = Response::builder().status(last.0).body(body).unwrap();
                let token = HeaderValue::from_static(mark!());
                response.headers_mut().insert("x-subject-token", token);
                machine.receive(Ok(response), now);
            }
            Step::Wait(wait) => now = now.after(wait),
            Step::Credentials(_) => panic!("the signer is a part of the provider"),
            Step::Done(Ok(output)) => return Some(output),
            Step::Done(Err(error)) => {
                show_error(&error);
                return None;
            }
        }
    }
}

/// Refreshes with responses that lead to credentials, and with ones that end each step.
#[track_caller]
fn assert_wiped<P>(name: &str, place: Place, provider: impl Fn() -> P, replies: &[Reply])
where
    P: RefreshProvider,
{
    let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
    let refresh = |replies: &[Reply]| {
        let provider = provider();
        provider.validate(&context).unwrap();
        drop(black_box((provider.label(), provider.cache_key())));
        let platform = Platform::new(place, place);
        let issued = drive(provider.begin(&platform, &context).unwrap(), replies);
        show(&issued.as_ref().map(|issued| Arc::clone(issued.credentials())));
        issued.is_some()
    };
    let before = ALLOCATOR.found();
    assert!(refresh(replies), "{name}");
    assert_eq!(ALLOCATOR.found(), before, "{name}");
    for step in 0..replies.len() {
        for (status, body) in [200, 201, 401, 403, 500]
            .into_iter()
            .flat_map(|status| BROKEN.into_iter().map(move |body| (status, body)))
        {
            let mut replies: Vec<Reply> = replies.iter().take(step).copied().collect();
            replies.push((status, body));
            let before = ALLOCATOR.found();
            refresh(&replies);
            assert_eq!(ALLOCATOR.found(), before, "{name}: {status} {body} at {step}");
        }
    }
}

fn own() -> Credentials {
    Credentials::permanent("OWN", mark!()).security_token(mark!())
}

fn oidc(token: IdTokenProvider) -> OidcAgency {
    OidcAgency::with_token("iam::a:oidcProvider:p", "iam::a:agency:x", token)
}

const JOB: Place = Place {
    variables: &[
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://ci.example/idtoken"),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", mark!()),
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::a:oidcProvider:p"),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::a:agency:x"),
        ("GITLAB_TOKEN", mark!()),
    ],
    ..EMPTY
};

type Token = fn() -> IdTokenProvider;

fn id_tokens_are_wiped() {
    let tokens: [(&str, Token); 5] = [
        ("given", || IdTokenProvider::given(mark!())),
        ("variable", || IdTokenProvider::variable("GITLAB_TOKEN")),
        ("file", || IdTokenProvider::file("/token")),
        ("command", || IdTokenProvider::command(Command::new("print"))),
        ("function", || IdTokenProvider::from_fn(|| Ok(Secret::from(mark!())))),
    ];
    for (name, token) in tokens {
        assert_wiped(name, JOB, || oidc(token()), &[ASSUMED]);
        let federation = || IamFederation::with_token("idp", token());
        assert_wiped(name, JOB, federation, &[IAM_TOKEN, CLASSIC]);
        show(&(token(), federation()));
    }
    let job = || IdTokenProvider::actions(Some("sts"));
    assert_wiped("CI job", JOB, || oidc(job()), &[ID_TOKEN, ASSUMED]);
    let federation = || IamFederation::with_token("idp", job());
    assert_wiped("CI job", JOB, federation, &[ID_TOKEN, IAM_TOKEN, CLASSIC]);
    let metadata = || EcsMetadata::at("http://127.0.0.1:1").unwrap();
    let chain = || ProviderChain::default_chain(metadata()).select("ci");
    assert_wiped("chain", JOB, chain, &[ID_TOKEN, ASSUMED]);
}

fn providers_wipe_what_they_request() {
    let agency = || AgencyByName::of_account_name("reader", "account");
    let signed = || ChainedAgency::signing(own(), agency());
    assert_wiped("agency by name", EMPTY, signed, &[CLASSIC]);
    let twice = || ChainedAgency::signing(signed(), agency());
    assert_wiped("chained agency", EMPTY, twice, &[CLASSIC, CLASSIC]);

    let url = "http://127.0.0.1:1/credentials";
    let server = || ContainerCredentials::new(url).unwrap().token(mark!());
    assert_wiped("container", EMPTY, server, &[AWS]);
    let server = || ContainerCredentials::new(url).unwrap().token_file("/token");
    assert_wiped("container", EMPTY, server, &[AWS]);
    let variables = const {
        &[
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/credentials"),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", mark!()),
        ]
    };
    let place = Place { variables, ..EMPTY };
    let server = || ContainerCredentials::from_environment(&place).unwrap();
    assert_wiped("container", place, server, &[AWS]);
    show(&server());

    let metadata = || EcsMetadata::at("http://127.0.0.1:1").unwrap();
    assert_wiped("ECS metadata", EMPTY, metadata, &[(200, mark!()), (200, CLASSIC.1)]);
    let pod = || PodIdentity::new("http://127.0.0.1:1", "/token").unwrap();
    assert_wiped("pod identity", EMPTY, pod, &[(200, CLASSIC.1)]);
}

fn providers_wipe_what_they_read() {
    let printing = Place { content: AWS.1, ..EMPTY };
    let process = || CredentialProcess::new(Command::new("print"));
    assert_wiped("process", printing, process, &[]);
    for content in BROKEN {
        let before = ALLOCATOR.found();
        let place = Place { content, ..EMPTY };
        show_error(&process().read(&place).unwrap_err());
        assert_eq!(ALLOCATOR.found(), before, "process: {content}");
    }
    let before = ALLOCATOR.found();
    drop(black_box(CredentialProcess::output_of(&own())));
    assert_eq!(ALLOCATOR.found(), before, "output of a process");

    let cache = || FileCache::new(oidc(IdTokenProvider::given(mark!())), "/cache", "a");
    assert_wiped("file cache", EMPTY, cache, &[ASSUMED]);
    assert_wiped("file cache", Place { is_cached: true, ..printing }, cache, &[]);
    for content in BROKEN {
        let broken = Place { content, is_cached: true, ..EMPTY };
        assert_wiped("file cache", broken, cache, &[ASSUMED]);
    }
    show(&cache());

    let variables = &[
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", mark!()),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", mark!()),
        ("HW_ACCESS_KEY", "AK"),
        ("HW_SECRET_KEY", mark!()),
        ("HW_SECURITY_TOKEN", mark!()),
        ("HOME", "/home/u"),
        ("USERPROFILE", "/home/u"),
    ];
    let place = Place { variables, ..EMPTY };
    assert_wiped("environment", place, || EnvironmentVariables, &[]);
    assert_wiped("Terraform", place, TerraformVariables::new, &[]);
    let content = concat!("[basic]\nak = AK\nsk = ", mark!(), "\nsecurity_token = ", mark!());
    assert_wiped("profile file", Place { content, ..place }, ProfileFile::new, &[]);
    let content = concat!(
        r#"{"authEncrypt":"false","current":"a","profiles":[{"name":"a","accessKeyId":"AK",
        "secretAccessKey":""#,
        mark!(),
        r#"","securityToken":""#,
        mark!(),
        r#""}]}"#
    );
    assert_wiped("KooCLI", Place { content, ..place }, HcloudProfile::new, &[]);
}

fn sign_ins_are_wiped() {
    let assigned = || {
        let token = AccessToken::new(mark!(), datetime!(2026-03-05 15:08:09 UTC));
        IdentityCenterCredentials::new(token, "0a1b", "iam::0a1b:agency:a")
    };
    assert_wiped("Identity Center", EMPTY, assigned, &[ASSIGNED]);
    show(&assigned());

    let before = ALLOCATOR.found();
    let center = IdentityCenter::new(Region::CN_NORTH_4, "https://center.example/portal");
    let kept = || Registration::new("kept", mark!(), START + time::Duration::hours(2));
    drive(center.start(Some(kept()), 7), &[DEVICE]).unwrap();
    let sign_in = drive(center.start(None, 7), &[CLIENT, DEVICE]).unwrap();
    show(&(&sign_in, sign_in.poll(), kept()));
    show(&drive(sign_in.poll(), &[TOKEN]).unwrap());
    assert_eq!(ALLOCATOR.found(), before, "sign-in");
    for body in BROKEN {
        drive(center.start(None, 7), &[(200, body)]);
        drive(center.start(Some(kept()), 7), &[(200, body)]);
        for status in [200, 400, 401, 500] {
            drive(sign_in.poll(), &[(status, body)]);
        }
        assert_eq!(ALLOCATOR.found(), before, "sign-in: {body}");
    }
    drop(sign_in);
    assert_eq!(ALLOCATOR.found(), before, "sign-in");
}

fn iam_tokens_are_wiped() {
    let before = ALLOCATOR.found();
    let endpoint = Endpoint::from(Region::CN_NORTH_4);
    let caller = IamCaller::token(Secret::from(mark!()));
    let request = KeystoneListProjects::all().to_request(&endpoint, &caller).unwrap();
    show(&(&caller, request.headers()));
    drop((caller, request));
    assert_eq!(ALLOCATOR.found(), before, "IAM token");
}

/// A single test, so that no other code frees blocks meanwhile.
#[test]
fn no_freed_block_contains_a_secret() {
    let before = ALLOCATOR.found();
    drop(black_box(JOB.variable("GITLAB_TOKEN").unwrap()));
    assert_eq!(ALLOCATOR.found(), before + 1, "the search works");
    show(&EMPTY.content);
    assert!(ALLOCATOR.found() > before + 1, "the search finds secrets in texts");

    id_tokens_are_wiped();
    providers_wipe_what_they_request();
    providers_wipe_what_they_read();
    sign_ins_are_wiped();
    iam_tokens_are_wiped();
}
