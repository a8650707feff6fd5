//! The usual mistakes of signers.

use http::Request;
use sha2::{Digest as _, Sha256};
use sts_proto::Body;

use super::canonical::{Canonical, hex};

/// The received request.
pub(super) struct Context<'a> {
    path: &'a str,
    query: &'a str,
    body: &'a [u8],
}

impl<'a> Context<'a> {
    pub(super) fn new(request: &'a Request<Body>) -> Self {
        Self {
            path: request.uri().path(),
            query: request.uri().query().unwrap_or_default(),
            body: request.body().as_ref(),
        }
    }
}

/// The part of the canonical request that a mistake changes. Two mistakes in the same part are not
/// tried together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Method,
    Uri,
    Query,
    Host,
    ContentType,
    Headers,
    Payload,
    Layout,
}

/// A mistake of signers, or a change of the request on its way.
pub(super) struct Mistake {
    pub(super) part: Part,
    pub(super) cause: &'static str,
    /// Makes the mistake. Returns `None` if it would change nothing.
    pub(super) apply: fn(&mut Canonical, &Context<'_>) -> Option<()>,
}

const fn mistake(
    part: Part,
    cause: &'static str,
    apply: fn(&mut Canonical, &Context<'_>) -> Option<()>,
) -> Mistake {
    Mistake { part, cause, apply }
}

/// In the order in which they are tried.
pub(super) const MISTAKES: &[Mistake] = &[
    mistake(Part::Uri, "the canonical URI was signed without the slash at its end", |c, _| {
        let uri = c.uri.strip_suffix('/')?.to_owned();
        replace(&mut c.uri, uri)
    }),
    mistake(
        Part::Uri,
        "the canonical URI was signed with its escapes encoded once more",
        |c, _| {
            let uri = c.uri.replace('%', "%25");
            replace(&mut c.uri, uri)
        },
    ),
    mistake(Part::Uri, "the canonical URI was signed decoded", |c, x| {
        let path = percent_decoded(x.path)?;
        replace(&mut c.uri, if path.ends_with('/') { path } else { path + "/" })
    }),
    mistake(Part::Uri, "the canonical URI was signed as in the URL", |c, x| {
        replace(&mut c.uri, x.path.to_owned())
    }),
    mistake(
        Part::Query,
        "the query was signed as in the URL; it must be sorted and encoded",
        |c, x| replace(&mut c.query, x.query.to_owned()),
    ),
    mistake(Part::Query, "the query was not signed", |c, _| replace(&mut c.query, String::new())),
    mistake(Part::Query, "the query was signed with its question mark", |c, x| {
        replace(&mut c.query, format!("?{}", x.query))
    }),
    mistake(Part::Payload, "the body was signed as empty", |c, _| payload(c, b"")),
    mistake(Part::Payload, "the body was signed as `{}`", |c, _| payload(c, b"{}")),
    mistake(Part::Payload, "the body was signed without white space at its end", |c, x| {
        payload(c, x.body.trim_ascii_end())
    }),
    mistake(Part::Payload, "the body was signed with a line feed at its end", |c, x| {
        payload(c, &[x.body, b"\n"].concat())
    }),
    mistake(Part::Payload, "the body was signed as JSON without white space", |c, x| {
        payload(c, &json(x.body, b"", b"")?)
    }),
    mistake(Part::Payload, "the body was signed as JSON with a space after `:` and `,`", |c, x| {
        payload(c, &json(x.body, b" ", b" ")?)
    }),
    mistake(
        Part::Payload,
        "the payload was signed as UNSIGNED-PAYLOAD without the header",
        |c, _| replace(&mut c.payload, "UNSIGNED-PAYLOAD".to_owned()),
    ),
    mistake(Part::Payload, "the payload hash was signed in upper case", |c, _| {
        let payload = c.payload.to_ascii_uppercase();
        replace(&mut c.payload, payload)
    }),
    mistake(Part::Payload, "the payload hash was not signed", |c, _| {
        replace(&mut c.payload, String::new())
    }),
    mistake(Part::Host, "the host was signed without its port", |c, _| {
        let host = c.header("host")?;
        let (name, _) = host.rsplit_once(':')?;
        let name = name.to_owned();
        replace(host, name)
    }),
    mistake(Part::Host, "the host was signed with port 443", |c, _| with_port(c, "443")),
    mistake(Part::Host, "the host was signed with port 80", |c, _| with_port(c, "80")),
    mistake(Part::ContentType, CONTENT_TYPE, |c, _| {
        let value = c.header("content-type")?;
        let essence = value.split(';').next()?.trim().to_owned();
        replace(value, essence)
    }),
    mistake(Part::ContentType, CONTENT_TYPE, |c, _| content_type(c, "application/json")),
    mistake(Part::ContentType, CONTENT_TYPE, |c, _| {
        content_type(c, "application/json;charset=UTF-8")
    }),
    mistake(Part::ContentType, CONTENT_TYPE, |c, _| {
        content_type(c, "application/json; charset=UTF-8")
    }),
    mistake(Part::ContentType, CONTENT_TYPE, |c, _| {
        content_type(c, "application/json;charset=utf-8")
    }),
    mistake(Part::ContentType, CONTENT_TYPE, |c, _| {
        content_type(c, "application/json; charset=utf-8")
    }),
    mistake(Part::Method, "the method was signed in lower case", |c, _| {
        let method = c.method.to_ascii_lowercase();
        replace(&mut c.method, method)
    }),
    mistake(Part::Headers, "the names of headers were signed with capital letters", |c, _| {
        for (name, _) in &mut c.headers {
            *name = capitalized(name);
        }
        Some(())
    }),
    mistake(Part::Headers, "the headers were not signed in the order of their names", |c, _| {
        c.headers.reverse();
        (c.headers.len() > 1).then_some(())
    }),
    mistake(Part::Headers, "the values of headers were signed in lower case", |c, _| {
        for (_, value) in &mut c.headers {
            *value = value.to_ascii_lowercase();
        }
        Some(())
    }),
    mistake(Part::Layout, "the empty line after the headers was not signed", |c, _| {
        c.after_headers = "";
        Some(())
    }),
    mistake(
        Part::Layout,
        "the canonical request was signed with a line feed at its end",
        |c, _| {
            c.end = "\n";
            Some(())
        },
    ),
    mistake(Part::Layout, "the lines of the canonical request were signed with CR LF", |c, _| {
        c.line_end = "\r\n";
        Some(())
    }),
];

const CONTENT_TYPE: &str =
    "the Content-Type was changed after signing, for example by the HTTP library";

fn replace(part: &mut String, other: String) -> Option<()> {
    if *part == other {
        return None;
    }
    *part = other;
    Some(())
}

fn payload(canonical: &mut Canonical, body: &[u8]) -> Option<()> {
    replace(&mut canonical.payload, hex(&Sha256::digest(body)))
}

fn content_type(canonical: &mut Canonical, value: &str) -> Option<()> {
    replace(canonical.header("content-type")?, value.to_owned())
}

fn with_port(canonical: &mut Canonical, port: &str) -> Option<()> {
    let host = canonical.header("host")?;
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let other = format!("{name}:{port}");
    replace(host, other)
}

fn capitalized(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let escaped =
            after.split_at_checked(2).filter(|_| *first == b'%').and_then(|(hex, tail)| {
                let byte = u8::from_str_radix(str::from_utf8(hex).ok()?, 16).ok()?;
                rest = tail;
                Some(byte)
            });
        bytes.push(escaped.unwrap_or(*first));
    }
    String::from_utf8(bytes).ok()
}

/// Returns the JSON text with other white space between its tokens, which signers add or remove
/// when they serialize the body again.
fn json(body: &[u8], after_colon: &[u8], after_comma: &[u8]) -> Option<Vec<u8>> {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).ok()?;
    let mut text = Vec::with_capacity(body.len());
    let mut is_string = false;
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_string = !is_string,
            b'\\' if is_string => {
                text.push(*byte);
                text.extend(bytes.next());
                continue;
            }
            _ if !is_string && byte.is_ascii_whitespace() => continue,
            _ => {}
        }
        text.push(*byte);
        match byte {
            b':' if !is_string => text.extend(after_colon),
            b',' if !is_string => text.extend(after_comma),
            _ => {}
        }
    }
    Some(text)
}
