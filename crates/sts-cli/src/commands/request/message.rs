//! The request of the user.

use std::fs::File;
use std::io;

use clap::Args;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use huaweicloud_sts::Endpoint;
use huaweicloud_sts::proto::Body;
use huaweicloud_sts::sign::Scope;

use crate::failure::Failure;
use crate::input;

/// Limit of a body, in bytes. A body is signed in memory.
const LARGEST_BODY: u64 = 64 << 20;

/// Limit of a file of headers, in bytes.
const LARGEST_HEADERS: u64 = 1 << 20;

/// Headers whose values contain no secrets.
const SHOWN: [HeaderName; 7] = [
    ACCEPT,
    CONTENT_TYPE,
    HOST,
    USER_AGENT,
    HeaderName::from_static("x-project-id"),
    HeaderName::from_static("x-domain-id"),
    HeaderName::from_static("x-sdk-date"),
];

/// Headers that the signature or the transport sets.
const RESERVED: [HeaderName; 5] = [
    AUTHORIZATION,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    HeaderName::from_static("x-sdk-date"),
    HeaderName::from_static("x-security-token"),
];

#[derive(Debug, Args)]
pub(super) struct MessageOptions {
    /// URL of the service, https; plain http for loopback only
    url: String,
    /// Method [default: GET, or POST with --data]
    #[arg(long, short = 'X')]
    method: Option<Method>,
    /// Header, or @FILE with one in each line; repeatable
    #[arg(long, short = 'H', value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Body, or @FILE, or @- for standard input; JSON unless Content-Type is set
    #[arg(long, short)]
    data: Option<String>,
    /// Sign with V11-HMAC-SHA256, such as --v11 cn-north-4/ecs
    #[arg(long, value_name = "REGION/SERVICE", value_parser = scope)]
    v11: Option<Scope>,
}

/// A request that is not signed yet.
pub(super) struct Message {
    pub(super) request: Request<Body>,
    pub(super) scope: Option<Scope>,
}

impl Message {
    /// Returns method and URL without its query, which may contain secrets.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.request.method(), without_query(&self.request.uri().to_string()))
    }
}

impl MessageOptions {
    pub(super) fn read(self) -> Result<Message, Failure> {
        let uri = uri(&self.url)?;
        if self.header.iter().chain(&self.data).filter(|value| *value == "@-").count() > 1 {
            let message = "standard input is read once: @- is for one --header or for --data";
            return Err(Failure::usage(message));
        }
        let headers = headers(&self.header)?;
        let data = self.data.as_deref().map(data).transpose()?;
        let default = if data.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::new(Body::from(data.unwrap_or_default()));
        *request.method_mut() = self.method.unwrap_or(default);
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        if !request.body().is_empty() {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().entry(CONTENT_TYPE).or_insert(json);
        }
        Ok(Message { request, scope: self.v11 })
    }
}

fn scope(text: &str) -> Result<Scope, String> {
    let is_part = |part: &str| {
        let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b",/".contains(&byte);
        !part.is_empty() && part.bytes().all(is_allowed)
    };
    match text.split_once('/') {
        Some((region, service)) if is_part(region) && is_part(service) => {
            Ok(Scope::new(region, service))
        }
        _ => Err("expected REGION/SERVICE, such as cn-north-4/ecs".to_owned()),
    }
}

fn uri(url: &str) -> Result<Uri, Failure> {
    let shown = without_secrets(url);
    let (url, _) = url.split_once('#').unwrap_or((url, ""));
    let invalid = |why: &str| Failure::usage(format!("invalid URL {shown:?}: {why}"));
    if !url.contains("://") {
        return Err(invalid("expected https://HOST/PATH"));
    }
    let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| {
        let advice = "percent-encode spaces, quotes and other special characters";
        invalid(&error.to_string()).advice(advice)
    })?;
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return Err(invalid("expected https://HOST/PATH"));
    };
    if authority.as_str().contains('@') {
        return Err(invalid("must not contain user info")
            .advice("omit it: the request is signed with the credentials of the provider"));
    }
    let base = Endpoint::parse_allowing_http(&format!("{scheme}://{authority}"))
        .map_err(Failure::usage)?;
    if !base.is_https() && !base.is_loopback() {
        return Err(
            invalid("plain http is allowed for loopback addresses only").advice("use https")
        );
    }
    Ok(uri)
}

/// Returns a URL that may be invalid without its user info, query and fragment.
fn without_secrets(url: &str) -> &str {
    let (shown, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    match shown.rsplit_once('@') {
        // The password may contain both characters.
        Some(_) if rest.contains('@') => "...",
        Some((_, host)) => host,
        // It may be a password with a question mark or a number sign.
        None if rest.contains('@') => {
            let password = shown.rsplit_once(':').filter(|(_, rest)| !rest.starts_with("//"));
            password.map_or(shown, |(before, _)| before)
        }
        None => shown,
    }
}

fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(before, _)| before)
}

fn headers(given: &[String]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for given in given {
        match given.strip_prefix('@') {
            None => add_header(&mut headers, given)?,
            Some(path) => {
                let text = String::from_utf8(read(path, LARGEST_HEADERS)?)
                    .map_err(|_| Failure::usage(format!("--header @{path}: not valid UTF-8")))?;
                for line in text.lines().filter(|line| !line.trim().is_empty()) {
                    add_header(&mut headers, line)?;
                }
            }
        }
    }
    Ok(headers)
}

fn add_header(headers: &mut HeaderMap, line: &str) -> Result<(), Failure> {
    // The line may contain a secret: only its name is shown.
    let Some((name, value)) = line.split_once(':') else {
        return Err(Failure::usage("invalid header: expected `NAME: VALUE`"));
    };
    let name: HeaderName = name
        .trim()
        .parse()
        .map_err(|_| Failure::usage(format!("invalid name of a header: {:?}", name.trim())))?;
    if RESERVED.contains(&name) {
        let message = format!("header {name} is set by the signature or the transport");
        return Err(Failure::usage(message).advice("omit it"));
    }
    let mut value = HeaderValue::from_str(value.trim())
        .map_err(|_| Failure::usage(format!("header {name}: invalid value")))?;
    value.set_sensitive(!SHOWN.contains(&name));
    headers.append(name, value);
    Ok(())
}

fn data(given: &str) -> Result<Vec<u8>, Failure> {
    match given.strip_prefix('@') {
        None => Ok(given.as_bytes().to_vec()),
        Some(path) => read(path, LARGEST_BODY),
    }
}

/// Reads a file, or standard input for `-`.
fn read(path: &str, limit: u64) -> Result<Vec<u8>, Failure> {
    let result = match path {
        "-" => input::read(io::stdin().lock(), limit),
        path => File::open(path).and_then(|file| input::read(file, limit)),
    };
    result.map_err(|error| Failure::usage(format!("@{path}: {error}")))
}

/// Returns the headers of a signed request without the values that may be secret.
pub(super) fn shown_headers(request: &Request<Body>) -> Vec<String> {
    let shown = |name: &HeaderName, value: &HeaderValue| {
        let is_shown = SHOWN.contains(name) && !value.is_sensitive();
        let value = value.to_str().ok().filter(|_| is_shown).unwrap_or("[redacted]");
        format!("{name}: {value}")
    };
    request.headers().iter().map(|(name, value)| shown(name, value)).collect()
}
