//! The control endpoint: the control API, and the console for people.

mod clock;
mod console;
mod faults;
mod query;
mod requests;
mod responses;
mod sessions;
mod state;

use http::header::{HeaderValue, LOCATION};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::json;
use sts_proto::Body;

use self::responses::{bad_request, ok, unknown_path};
use self::state::Reload;
pub(crate) use self::state::{ConfigLoader, ControlledState};
use crate::server::{
    BodyReader, Connection, ConnectionError, LoopbackGuard, Respond, SecretGuard, error_response,
    json_response, reject_other_than_json,
};

/// Maximum size of a request body, in bytes.
const MAX_BODY: usize = 16 * 1024;

/// Path of the console.
const CONSOLE: &str = "/_emulator/";

pub(crate) struct Control {
    state: ControlledState,
    guard: LoopbackGuard,
    secret: SecretGuard,
    bodies: BodyReader,
}

impl Control {
    pub(crate) const fn new(
        state: ControlledState,
        guard: LoopbackGuard,
        secret: SecretGuard,
    ) -> Self {
        Self { state, guard, secret, bodies: BodyReader::new(MAX_BODY) }
    }

    async fn respond_to(&self, head: &Parts, body: &Body) -> Response<Body> {
        let path = head.uri.path();
        let (method, state) = (&head.method, &self.state);
        let Some(resource) = path.strip_prefix("/_emulator/v1/") else {
            return match (method, path) {
                (&Method::GET, "/" | "/_emulator") => redirect(),
                (&Method::GET, _) => console::respond(state, path).unwrap_or_else(unknown_path),
                _ => unknown_path(),
            };
        };
        if head.uri.query().is_some() && resource != "requests" {
            return bad_request("unexpected query: this path has no parameters");
        }
        if method == Method::POST
            && let Some(rejection) = reject_other_than_json(&head.headers)
        {
            return rejection;
        }
        match (method, resource) {
            (&Method::GET, "health") => health(),
            (&Method::GET, "ready") => ready(state),
            (&Method::POST, "reset") => {
                state.reset();
                ok()
            }
            (&Method::POST, "reload") => reload(state).await,
            (&Method::GET, "requests") => requests::list(state, head.uri.query()).await,
            (&Method::DELETE, "requests") => {
                state.history.clear();
                ok()
            }
            (&Method::GET, "sessions") => sessions::list(state),
            (&Method::GET, "clock") => clock::show(state),
            (&Method::POST, "clock/freeze") => clock::freeze(state, body),
            (&Method::POST, "clock/advance") => clock::advance(state, body),
            (&Method::POST, "clock/unfreeze") => clock::unfreeze(state),
            (&Method::GET, "faults") => faults::list(state),
            (&Method::POST, "faults") => faults::inject(state, body),
            (&Method::DELETE, "faults") => faults::clear(state),
            (&Method::DELETE, _) if resource.starts_with("faults/") => {
                faults::remove(state, resource)
            }
            _ if METHODS.iter().any(|(known, _)| *known == resource) => {
                method_not_allowed(resource)
            }
            _ => unknown_path(),
        }
    }
}

/// The methods of each resource.
const METHODS: &[(&str, &str)] = &[
    ("health", "GET"),
    ("ready", "GET"),
    ("reset", "POST"),
    ("reload", "POST"),
    ("requests", "GET, DELETE"),
    ("sessions", "GET"),
    ("clock", "GET"),
    ("clock/freeze", "POST"),
    ("clock/advance", "POST"),
    ("clock/unfreeze", "POST"),
    ("faults", "GET, POST, DELETE"),
];

impl Respond for Control {
    async fn respond(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> Result<Response<Body>, ConnectionError> {
        let (head, body) = request.into_parts();
        let Some(body) = self.bodies.read(body, connection).await? else {
            return Ok(error_response(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
        };
        if let Some(rejection) = self.guard.rejection(&head.headers, &head.uri) {
            return Ok(rejection);
        }
        // Health checks of container runtimes have no secret.
        let is_public = matches!(head.uri.path(), "/_emulator/v1/health" | "/_emulator/v1/ready");
        if let Some(rejection) = self.secret.rejection(&head.headers).filter(|_| !is_public) {
            return Ok(rejection);
        }
        Ok(self.respond_to(&head, &body).await)
    }
}

fn health() -> Response<Body> {
    let version = env!("CARGO_PKG_VERSION");
    json_response(StatusCode::OK, &json!({"status": "ok", "version": version}))
}

/// Reports whether the STS can accept a connection, and the URLs of all listeners.
fn ready(state: &ControlledState) -> Response<Body> {
    if state.slots.available_permits() == 0 {
        let problem = "the maximum number of connections is open";
        return error_response(StatusCode::SERVICE_UNAVAILABLE, problem);
    }
    let urls = state.urls.iter().map(|(name, url)| ((*name).to_owned(), url.as_str().into()));
    let urls: serde_json::Map<_, _> = urls.collect();
    json_response(StatusCode::OK, &json!({"status": "ready", "urls": urls}))
}

async fn reload(state: &ControlledState) -> Response<Body> {
    let state = state.clone();
    // Reading a file would block the event loop.
    match tokio::task::spawn_blocking(move || state.reload()).await {
        Ok(Ok(())) => ok(),
        Ok(Err(Reload::NoFile)) => error_response(
            StatusCode::CONFLICT,
            "the emulator was started without a configuration file",
        ),
        Ok(Err(Reload::Invalid(error))) => bad_request(&error.to_string()),
        Err(_) => error_response(StatusCode::INTERNAL_SERVER_ERROR, "reading the file failed"),
    }
}

fn redirect() -> Response<Body> {
    let mut response = json_response(StatusCode::PERMANENT_REDIRECT, &json!({"console": CONSOLE}));
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(CONSOLE));
    response
}

fn method_not_allowed(resource: &str) -> Response<Body> {
    let methods = METHODS.iter().find(|(known, _)| *known == resource);
    let methods = methods.map(|(_, methods)| *methods).unwrap_or_default();
    let problem = format!("unexpected method: must be {methods}");
    let mut response = error_response(StatusCode::METHOD_NOT_ALLOWED, &problem);
    if let Ok(methods) = HeaderValue::from_str(methods) {
        response.headers_mut().insert(http::header::ALLOW, methods);
    }
    response
}
