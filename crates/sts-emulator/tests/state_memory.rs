//! The memory of the state that clients add to, by an allocator that counts bytes.
#![expect(unsafe_code, reason = "an allocator cannot be written without")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use serde_json::{Value, json};
use sts_emulator::{Clock as _, Emulator, InProcess, TestClock, builtin};
use sts_proto::{AssumeAgency, Body, Credentials, Endpoint, GetCallerIdentity, Operation, Region};
use sts_sign::Signer;
use time::macros::datetime;

/// Bytes that are allocated now.
static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes on to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::SeqCst);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::SeqCst);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Held during a test, so that no other one allocates meanwhile.
static TURN: Mutex<()> = Mutex::new(());

/// Bytes that 1,000 waiting sign-ins, 10,000 revoked access tokens and 10,000 access keys with
/// signature failures may take together.
const LIMIT: usize = 8 * 1024 * 1024;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

struct Sts {
    emulator: InProcess,
    clock: TestClock,
    endpoint: Endpoint,
    start: usize,
}

impl Sts {
    fn send(&self, path: &str, token: Option<&str>, body: &Value) -> Response<Body> {
        let method = if body.is_null() { "GET" } else { "POST" };
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("access-token", token);
        }
        self.emulator.respond(request.body(Body::from(body.to_string().into_bytes())).unwrap())
    }

    fn json(&self, path: &str, token: Option<&str>, body: &Value) -> Value {
        let response = self.send(path, token, body);
        assert_eq!(response.status(), 200, "{:?}", response.body().as_ref());
        serde_json::from_slice(response.body().as_ref()).unwrap()
    }

    fn call<O: Operation>(&self, credentials: &Credentials, operation: &O) -> Response<Body> {
        let mut request = operation.to_request(&self.endpoint).unwrap();
        Signer::new(credentials).unwrap().sign(&mut request, self.clock.now()).unwrap();
        self.emulator.respond(request)
    }

    fn register(&self, name: &str) -> Value {
        let registration = json!({
            "client_name": name,
            "client_type": "public",
            "token_endpoint_auth_method": "client_secret_post",
            "grant_types": [GRANT],
            "response_types": ["code"],
        });
        self.json("/v1/clients", None, &registration)["client_info"].take()
    }

    fn start_body(client: &Value) -> Value {
        json!({
            "client_id": client["client_id"],
            "client_secret": client["client_secret"],
            "start_url": "https://idcenter.example.com/portal",
        })
    }

    /// Signs in, and returns the access token.
    fn sign_in(&self, client: &Value, user: &str) -> String {
        let authorization = self.json("/v1/device/authorize", None, &Self::start_body(client));
        let code = authorization["user_code"].as_str().unwrap();
        assert!(self.emulator.identity_center().approve(code, user));
        let body = json!({
            "client_id": client["client_id"],
            "client_secret": client["client_secret"],
            "grant_type": GRANT,
            "device_code": authorization["device_code"],
        });
        let token = self.json("/v1/tokens", None, &body);
        token["token_info"]["access_token"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn check(&self, what: &str, limit: usize) {
        let growth = LIVE.load(Ordering::SeqCst).saturating_sub(self.start);
        assert!(growth <= limit, "{what}: {growth} bytes");
    }
}

#[test]
fn the_state_that_clients_add_to_is_bounded() {
    check(4000, 50);
}

#[test]
#[ignore = "takes minutes without optimization"]
fn the_state_is_bounded_after_100_000_requests_of_each_kind() {
    check(100_000, 10_050);
}

/// Sends `many` requests of each kind, except that `some` access tokens are revoked and `some` access
/// keys have failures.
fn check(many: usize, some: usize) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let clock = TestClock::new(datetime!(2026-03-05 07:08:09 UTC));
    let emulator = Emulator::builder().clock(clock.clone()).in_process().unwrap();
    let endpoint = Endpoint::from(Region::CN_NORTH_4);
    let mut sts = Sts { emulator, clock, endpoint, start: 0 };
    let (root, agency) = (builtin::credentials(), AssumeAgency::new(builtin::AGENCY_URN, "s1"));
    let user = format!("iam::{}:user:{}", builtin::ACCOUNT_ID, builtin::USER_NAME);
    // What is allocated once.
    let client = sts.register("first");
    sts.sign_in(&client, &user);
    sts.call(&root, &agency);
    sts.start = LIVE.load(Ordering::SeqCst);

    for _ in 0..many {
        sts.register("tests");
    }
    sts.check("registrations", 64 * 1024);
    for _ in 0..many {
        assert_eq!(sts.call(&root, &agency).status(), 200);
    }
    sts.check("sessions", 64 * 1024);
    for _ in 0..many {
        sts.emulator.oidc_issuer().actions_request_token(json!({})).unwrap();
    }
    sts.check("tokens of CI jobs", 64 * 1024);

    // The longest names. The others are rejected until the first expire.
    let longest = sts.register(&"\u{10ffff}".repeat(1024));
    let start = Sts::start_body(&longest);
    for number in 0..many {
        let status = sts.send("/v1/device/authorize", None, &start).status();
        assert_eq!(status.as_u16(), if number % 10_000 < 1000 { 200 } else { 400 });
        if number % 10_000 == 9999 {
            sts.clock.advance(Duration::from_secs(600));
        }
    }
    sts.check("device authorizations", LIMIT);
    sts.clock.advance(Duration::from_secs(600));

    let first = sts.sign_in(&client, &user);
    for number in 0..some {
        let token = if number == 0 { first.clone() } else { sts.sign_in(&client, &user) };
        let status = sts.send("/v1/logout", Some(&token), &json!({})).status();
        assert_eq!(status.as_u16(), if number < 10_000 { 200 } else { 400 }, "{number}");
    }
    assert_eq!(sts.send("/v1/assigned-accounts", Some(&first), &Value::Null).status(), 401);
    sts.check("revoked access tokens", LIMIT);

    let session = || AssumeAgency::read(&sts.call(&root, &agency)).unwrap().credentials;
    let sessions: Vec<_> = std::iter::repeat_with(session).take(some).collect();
    sts.start = LIVE.load(Ordering::SeqCst);
    let wrong = |credentials: &Credentials| {
        let mut wrong = credentials.clone();
        wrong.secret_access_key = "wrong".into();
        assert_eq!(sts.call(&wrong, &GetCallerIdentity::new()).status(), 401);
    };
    wrong(&root);
    sessions.iter().for_each(wrong);
    sts.check("access keys with failures", LIMIT);
    // The failures of a user who had one before them still count.
    (0..5).for_each(|_| wrong(&root));
    assert_eq!(sts.call(&root, &GetCallerIdentity::new()).status(), 401);
}
