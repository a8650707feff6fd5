//! The handlers of the protocols, in virtual time.

use http::Request;
use huaweicloud_sts::proto::server::AnyOperation;
use huaweicloud_sts::proto::{AssumeAgencyWithOidc, Operation as _};
use huaweicloud_sts::sts_client::test_util::TestClock;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;

const START: OffsetDateTime = datetime!(2026-03-05 07:00:00.123_456 UTC);
const END: OffsetDateTime = datetime!(2026-03-05 08:00:00.168_999 UTC);
const SECRET: &str = "local-secret";
const TOKEN: &str = "security-token";

const ALL: [Protocol; 4] = [Protocol::Iam, Protocol::Sts, Protocol::Pod, Protocol::Container];

/// A provider that returns the same outcome each time.
struct Given(Result<Credentials, CredentialsError>);

impl huaweicloud_sts::ProvideCredentials for Given {
    async fn credentials(
        &self,
        _: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        self.0.clone().map(Arc::new)
    }
}

struct Server {
    service: Service,
    clock: TestClock,
}

/// Status, headers and body of a response.
struct Received {
    status: u16,
    headers: http::HeaderMap,
    body: Value,
}

impl Server {
    fn new(outcome: Result<Credentials, CredentialsError>) -> Self {
        let clock = TestClock::new(START);
        let service = Service {
            guard: Guard::new("127.0.0.1:8099".parse().unwrap()),
            protocols: ALL.to_vec(),
            secret: SecretDigest::of(SECRET.as_bytes()),
            credentials: SharedCredentials::new(Given(outcome)),
            clock: Arc::new(clock.clone()),
            project_id: Some("project".to_owned()),
            domain_id: None,
            tokens: SingleUseTokens::default(),
            served: ServedTokens::default(),
        };
        Self { service, clock }
    }

    fn working() -> Self {
        Self::new(Ok(Credentials::temporary("HSTA", "secret-key", TOKEN, END)))
    }

    fn send(&self, request: &Request<String>) -> Received {
        let (head, ()) = request.clone().map(drop).into_parts();
        let response = match self.service.route(&head) {
            None => rejection(),
            Some(route) => {
                let body = request.body().as_bytes();
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                runtime.unwrap().block_on(self.service.respond(route, &head, body))
            }
        };
        let (head, body) = response.into_parts();
        let body = serde_json::from_slice(body.as_ref()).unwrap();
        Received { status: head.status.as_u16(), headers: head.headers, body }
    }

    fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Received {
        self.send(&request("POST", path, headers, &body.to_string()))
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Received {
        self.send(&request("GET", path, headers, ""))
    }

    fn iam_token(&self) -> String {
        let body = json!({"auth": {"id_token": {"id": SECRET}}});
        let received = self.post("/v3.0/OS-AUTH/id-token/tokens", &[], &body);
        assert_eq!(received.status, 201);
        received.headers["x-subject-token"].to_str().unwrap().to_owned()
    }

    fn access_key(&self, token: &str) -> Received {
        let token = json!({"id": token, "duration_seconds": 21600});
        let body = json!({"auth": {"identity": {"methods": ["token"], "token": token}}});
        self.post("/v3.0/OS-CREDENTIAL/securitytokens", &[], &body)
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<String> {
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8099");
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body.to_owned()).unwrap()
}

#[test]
fn classic_iam_takes_two_requests() {
    let server = Server::working();
    let body = json!({"auth": {"id_token": {"id": SECRET}}});
    let first = server.post("/v3.0/OS-AUTH/id-token/tokens", &[("x-idp-id", "any")], &body);
    assert_eq!(first.status, 201);
    assert_eq!(first.body["token"]["expires_at"], "2026-03-06T07:00:00.123000Z");
    assert_eq!(first.headers["x-request-id"].len(), 32);
    let token = first.headers["x-subject-token"].to_str().unwrap();
    let second = server.access_key(token);
    assert_eq!(second.status, 201);
    let expected = json!({"credential": {"access": "HSTA", "secret": "secret-key",
        "securitytoken": TOKEN, "expires_at": "2026-03-05T08:00:00.168000Z"}});
    assert_eq!(second.body, expected);
    assert_eq!(server.access_key(token).status, 403, "the token is valid once");
}

#[test]
fn an_iam_token_is_not_the_secret_and_expires() {
    let server = Server::working();
    assert_eq!(server.access_key(SECRET).status, 403);
    assert_eq!(server.access_key("").status, 403);
    let token = server.iam_token();
    server.clock.advance(Duration::from_secs(10));
    assert_eq!(server.access_key(&token).status, 403);
    let token = server.iam_token();
    server.clock.advance(Duration::from_secs(9));
    assert_eq!(server.access_key(&token).status, 201);
}

#[test]
fn the_sdk_for_node_sends_both_tokens_in_headers() {
    let server = Server::working();
    let path = "/v3/OS-FEDERATION/identity_providers/sts-local/protocols/oidc/auth";
    let bearer = format!("Bearer {SECRET}");
    let first = server.post(path, &[("authorization", &bearer)], &json!({}));
    assert_eq!(first.status, 201);
    let token = first.headers["x-subject-token"].to_str().unwrap();
    let body = json!({"auth": {"identity": {"methods": ["token"],
        "token": {"duration_seconds": 21600}}}});
    let path = "/v3.0/OS-CREDENTIAL/securitytokens";
    let second = server.post(path, &[("x-auth-token", token)], &body);
    assert_eq!(second.body["credential"]["access"], "HSTA");
    assert_eq!(server.post(path, &[("x-auth-token", token)], &body).status, 403);
}

#[test]
fn look_ups_need_served_credentials() {
    let server = Server::working();
    let path = "/v3/projects?name=cn-north-4";
    assert_eq!(server.get(path, &[("x-security-token", TOKEN)]).status, 403);
    assert_eq!(server.access_key(&server.iam_token()).status, 201);
    let received = server.get(path, &[("x-security-token", TOKEN)]);
    let project = json!({"id": "project", "name": "cn-north-4", "enabled": true});
    assert_eq!(received.body, json!({"projects": [project]}));
    assert_eq!(server.get(path, &[]).status, 403);
    assert_eq!(server.get(path, &[("x-security-token", "another")]).status, 403);
    assert_eq!(server.get(path, &[("authorization", SECRET)]).status, 403);
    let unknown = server.get("/v3/auth/domains", &[("x-security-token", TOKEN)]);
    assert_eq!(unknown.status, 404);
    assert!(unknown.body["error_msg"].as_str().unwrap().contains("HUAWEICLOUD_SDK_DOMAIN_ID"));
}

#[test]
fn sts_has_the_format_of_the_service() {
    let server = Server::working();
    let operation = AssumeAgencyWithOidc::new("any", "any", "oidc-sts-session", SECRET);
    let endpoint = huaweicloud_sts::Region::TR_WEST_1.into();
    let wire = operation.to_request_unvalidated(&endpoint).unwrap();
    assert!(AnyOperation::read(&wire).is_ok());
    let body: Value = serde_json::from_slice(wire.body().as_ref()).unwrap();
    let received = server.post("/v5/agencies/assume-with-oidc", &[], &body);
    assert_eq!(received.status, 200);
    let expected = json!({"access_key_id": "HSTA", "secret_access_key": "secret-key",
        "security_token": TOKEN, "expiration": "2026-03-05T08:00:00.168000000Z"});
    let mut credentials = received.body["credentials"].clone();
    let expiration = credentials["expiration"].as_str().unwrap().to_owned();
    assert_eq!(expiration, "2026-03-05T08:00:00.168Z");
    credentials["expiration"] = expected["expiration"].clone();
    assert_eq!(credentials, expected);
}

#[test]
fn pods_and_containers_send_the_secret_alone() {
    let server = Server::working();
    let pod = |secret: &str| server.post("/pod-identity", &[("authorization", secret)], &json!({}));
    let container =
        |secret: &str| server.get("/container-credentials", &[("authorization", secret)]);
    let expected = json!({"credentials": {"accessKeyId": "HSTA", "secretAccessKey": "secret-key",
        "securityToken": TOKEN, "expiration": "2026-03-05T08:00:00.168000Z"}});
    assert_eq!(pod(SECRET).body, expected);
    let expected = json!({"AccessKeyId": "HSTA", "SecretAccessKey": "secret-key",
        "Token": TOKEN, "Expiration": "2026-03-05T08:00:00Z"});
    assert_eq!(container(SECRET).body, expected);
    for wrong in ["", "local-secreT", "Bearer local-secret", "local-secret-", "local-secre"] {
        assert_eq!(pod(wrong).status, 403, "{wrong}");
        assert_eq!(container(wrong).status, 403, "{wrong}");
    }
}

#[test]
fn all_rejections_are_equal_and_no_response_may_be_cached() {
    let server = Server::working();
    let host = request("GET", "/container-credentials", &[("authorization", SECRET)], "");
    let (mut head, body) = host.into_parts();
    head.headers.insert("host", "evil.example".parse().unwrap());
    let token = json!({"auth": {"id_token": {"id": "wrong"}}});
    let rejections = [
        server.send(&Request::from_parts(head, body)),
        server.get("/container-credentials", &[]),
        server.get("/container-credentials", &[("authorization", "wrong")]),
        server.get("/container-credentials?a", &[("authorization", SECRET)]),
        server.get("/", &[("authorization", SECRET)]),
        server.post("/container-credentials", &[("authorization", SECRET)], &json!({})),
        server.send(&request("OPTIONS", "/pod-identity", &[("authorization", SECRET)], "")),
        server.get("/container-credentials", &[("authorization", SECRET), ("origin", "null")]),
        server.post("/v3.0/OS-AUTH/id-token/tokens", &[], &token),
        server.post("/v3.0/OS-AUTH/id-token/tokens", &[], &json!("no JSON object")),
        server.access_key("wrong"),
    ];
    for rejection in rejections {
        assert_eq!(rejection.status, 403);
        assert_eq!(rejection.body["message"], "request rejected");
        assert_eq!(rejection.body["error_msg"], "request rejected");
        assert_security_headers(&rejection.headers);
    }
    let accepted = server.get("/container-credentials", &[("authorization", SECRET)]);
    assert_eq!(accepted.status, 200);
    assert_security_headers(&accepted.headers);
}

fn assert_security_headers(headers: &http::HeaderMap) {
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
    assert!(names.iter().all(|name| !name.starts_with("access-control-") && *name != "location"));
}

#[test]
fn the_local_clock_does_not_matter() {
    let server = Server::working();
    server.clock.set_wall(END + Duration::from_secs(7 * 24 * 3600));
    let received = server.get("/container-credentials", &[("authorization", SECRET)]);
    assert_eq!(received.status, 200, "the session knows the time of the service");
}

#[test]
fn permanent_credentials_are_not_served() {
    let server = Server::new(Ok(Credentials::permanent("HSTA", "secret-key")));
    let received = server.get("/container-credentials", &[("authorization", SECRET)]);
    assert_eq!(received.status, 502);
    assert!(!received.body.to_string().contains("secret-key"));
}

#[test]
fn a_failure_shows_its_kind_and_code_only() {
    let error = CredentialsError::new("token eyJ of /home/user/token")
        .with_kind(ErrorKind::AccessDenied)
        .with_response(403, Some("STS5.1001"), None);
    let denied = Server::new(Err(error));
    let received = denied.get("/container-credentials", &[("authorization", SECRET)]);
    assert_eq!(received.status, 502);
    assert_eq!(received.body["message"], "no credentials: access denied (STS5.1001)");
    let busy = CredentialsError::new("busy").with_kind(ErrorKind::Throttled);
    let received =
        Server::new(Err(busy)).get("/container-credentials", &[("authorization", SECRET)]);
    assert_eq!(received.status, 503);
}
