//! Output of responses and of signed requests.

use std::io::{self, IsTerminal as _, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::HeaderMap;
use http::{Request, Response, StatusCode};
use huaweicloud_sts::proto::Body;
use serde::Serialize;
use serde_json::{Map, Value};

use super::explanation::Explained;
use crate::failure::Failure;
use crate::output::{Output, finished};

/// A response to print.
pub(super) struct Reply<'a> {
    pub(super) response: &'a Response<Body>,
    pub(super) attempts: u32,
    pub(super) explanation: Option<&'a Explained>,
}

/// A response in JSON. The fields are documented in docs/cli.md.
#[derive(Serialize)]
struct Json<'a> {
    status: u16,
    headers: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a Explained>,
}

/// A signed request in JSON. The fields are documented in docs/cli.md.
#[derive(Serialize)]
struct SignedJson<'a> {
    method: &'a str,
    url: String,
    headers: Map<String, Value>,
}

impl Reply<'_> {
    /// Prints the body unchanged, or all in JSON.
    pub(super) fn print(&self, output: Output, with_headers: bool) -> Result<(), Failure> {
        let bytes = self.response.body().as_ref();
        if output.is_json() {
            let body = std::str::from_utf8(bytes).ok();
            return print_json(&Json {
                status: self.response.status().as_u16(),
                headers: header_fields(self.response.headers()),
                body,
                body_base64: body.is_none().then(|| STANDARD.encode(bytes)),
                attempts: self.attempts,
                explanation: self.explanation,
            });
        }
        let is_terminal = io::stdout().is_terminal();
        if is_terminal && is_binary(bytes) {
            let message = format!("the body is binary ({} bytes)", bytes.len());
            return Err(Failure::failed(message).advice("redirect the output to a file"));
        }
        let mut head = Vec::new();
        if with_headers {
            writeln!(head, "{}", status_text(self.response.status())).map_err(Failure::failed)?;
            write_headers(&mut head, self.response.headers()).map_err(Failure::failed)?;
            head.push(b'\n');
        }
        let needs_line_end = is_terminal && !bytes.is_empty() && !bytes.ends_with(b"\n");
        let end: &[u8] = if needs_line_end { b"\n" } else { b"" };
        print_bytes(&[&head, bytes, end])
    }
}

/// Returns the code of a status, with its meaning.
pub(super) fn status_text(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// Prints the headers of a signed request in the form that `curl -H @-` reads.
pub(super) fn print_signed(output: Output, request: &Request<Body>) -> Result<(), Failure> {
    if output.is_json() {
        return print_json(&SignedJson {
            method: request.method().as_str(),
            url: request.uri().to_string(),
            headers: header_fields(request.headers()),
        });
    }
    let mut lines = Vec::new();
    write_headers(&mut lines, request.headers()).map_err(Failure::failed)?;
    print_bytes(&[&lines])
}

fn write_headers(out: &mut Vec<u8>, headers: &HeaderMap) -> io::Result<()> {
    for (name, value) in headers {
        write!(out, "{name}: ")?;
        out.extend_from_slice(value.as_bytes());
        out.push(b'\n');
    }
    Ok(())
}

/// Returns the headers as an object. Several values of a header are separated by commas.
fn header_fields(headers: &HeaderMap) -> Map<String, Value> {
    let value = |name| {
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values.map(|it| String::from_utf8_lossy(it.as_bytes())).collect();
        Value::from(values.join(", "))
    };
    headers.keys().map(|name| (name.as_str().to_owned(), value(name))).collect()
}

fn print_json(json: &impl Serialize) -> Result<(), Failure> {
    let mut line = serde_json::to_vec(json).map_err(Failure::failed)?;
    line.push(b'\n');
    print_bytes(&[&line])
}

/// Writes without the filter for colours, which would change bodies.
fn print_bytes(parts: &[&[u8]]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let mut write = || {
        for part in parts {
            out.write_all(part)?;
        }
        out.flush()
    };
    finished(write())
}

/// Whether bytes contain control characters other than white space, or are not text.
fn is_binary(bytes: &[u8]) -> bool {
    let is_control = |c: char| c.is_control() && !"\n\r\t".contains(c);
    std::str::from_utf8(bytes).map_or(true, |text| text.contains(is_control))
}
