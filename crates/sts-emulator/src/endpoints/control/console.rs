//! The console: a page that shows requests, faults and sessions.
//!
//! The page is complete without its script, which only keeps it up to date and sends the forms. All
//! texts are inserted by [`Html`], which escapes them.

mod comparison;

use std::fmt::Write as _;

use http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_FRAME_OPTIONS,
};
use http::{Response, StatusCode};
use sts_proto::Body;

use super::clock::rfc3339;
use super::state::ControlledState;
use crate::clock::Clock as _;
use crate::faults::{InjectionConfig, NAMES};
use crate::history::Entry;
use crate::html::Html;
use crate::identity_center::PAGE as APPROVAL;
use crate::model::operation;
use crate::server::text_response;

/// Maximum number of requests and of sessions in the page.
const MAX_ROWS: usize = 100;

/// Nothing from other hosts, no inline scripts, no frames, no forms without the script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Returns the page or one of its files.
pub(super) fn respond(state: &ControlledState, path: &str) -> Option<Response<Body>> {
    let (content_type, text) = match path {
        "/_emulator/" => ("text/html; charset=utf-8", page(state)),
        "/_emulator/console.css" => {
            ("text/css; charset=utf-8", include_str!("console/console.css").to_owned())
        }
        "/_emulator/console.js" => {
            ("text/javascript; charset=utf-8", include_str!("console/console.js").to_owned())
        }
        _ => return None,
    };
    let mut response = text_response(StatusCode::OK, &text);
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Some(response)
}

fn page(state: &ControlledState) -> String {
    let entries = state.history.newest(MAX_ROWS);
    let last = entries.first().map_or(0, |entry| entry.id);
    // The template contains each placeholder once, and texts are inserted in one pass, so a text that
    // looks like a placeholder stays a text.
    let mut page = String::new();
    for (index, part) in include_str!("console/index.html").split("{{").enumerate() {
        let (name, rest) = if index == 0 { ("", part) } else { split_placeholder(part) };
        match name {
            "status" => page += &status(state).into_string(),
            "last" => page += &last.to_string(),
            "requests" => page += &rows(entries.iter().map(|entry| request(entry)), "requests"),
            "kinds" => page += &options(NAMES.iter().copied()).into_string(),
            "operations" => page += &options(operation::names()).into_string(),
            "faults" => page += &faults(state),
            "sessions" => page += &sessions(state),
            "sign-ins" => page += &sign_ins(state),
            _ => {}
        }
        page += rest;
    }
    page
}

fn split_placeholder(part: &str) -> (&str, &str) {
    part.split_once("}}").unwrap_or(("", part))
}

/// Returns the rows of a table, or one that states that there are none.
fn rows(rows: impl Iterator<Item = Html>, what: &str) -> String {
    let rows: String = rows.map(Html::into_string).collect();
    if !rows.is_empty() {
        return rows;
    }
    Html::default().raw("<tr><td colspan=\"4\">No ").text(what).raw(".</td></tr>").into_string()
}

fn options(names: impl Iterator<Item = &'static str>) -> Html {
    names.fold(Html::default(), |html, name| html.raw("<option>").text(name).raw("</option>"))
}

fn status(state: &ControlledState) -> Html {
    let mut items = vec![("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    items.extend(state.urls.iter().map(|(name, url)| (name.replace('_', " "), url.clone())));
    let frozen = if state.clock.is_frozen() { " (frozen)" } else { "" };
    let now = state.clock.now();
    let now = now.replace_nanosecond(0).unwrap_or(now);
    items.push(("clock".to_owned(), rfc3339(now) + frozen));
    items.iter().fold(Html::default(), |html, (name, value)| {
        html.raw("<div><dt>").text(name).raw("</dt><dd>").text(value).raw("</dd></div>")
    })
}

fn request(entry: &Entry) -> Html {
    let Entry { id, log } = entry;
    let is_accepted = log.status.is_success();
    let mut verdict = String::new();
    if let Some(error) = &log.error {
        let _ = write!(verdict, " {error}");
    }
    if let Some(note) = &log.note {
        let _ = write!(verdict, " ({note})");
    }
    for fault in &log.faults {
        let _ = write!(verdict, " [fault: {fault}]");
    }
    let class = if is_accepted { "accepted" } else { "rejected" };
    let row = Html::default()
        .raw("<tr class=\"")
        .text(class)
        .raw("\" id=\"request-")
        .text(&id.to_string())
        .raw("\"><td><time>")
        .text(&log.time())
        .raw("</time></td><th scope=\"row\">")
        .text(&log.operation)
        .raw("</th><td>")
        .text(log.caller.as_deref().unwrap_or("-"))
        .raw("</td><td><strong>")
        .text(&format!("{} {class}", log.status.as_u16()))
        .raw("</strong>")
        .text(&verdict)
        .raw("</td></tr>");
    let Some(diagnosis) = &log.diagnosis else { return row };
    let row = row.raw("<tr class=\"signature\" id=\"request-").text(&id.to_string());
    comparison::write(row.raw("-signature\"><td colspan=\"4\">"), diagnosis).raw("</td></tr>")
}

fn faults(state: &ControlledState) -> String {
    let active = state.faults.active();
    let faults = active.iter().map(|(id, injection)| {
        // Cannot fail: the fields are texts and numbers.
        let written = serde_json::to_value(InjectionConfig::from(injection)).unwrap_or_default();
        let of = |key: &str| written.get(key).and_then(|value| value.as_str()).unwrap_or("");
        let keys = written.as_object().into_iter().flatten();
        let keys = keys.filter(|(key, _)| !["fault", "operation"].contains(&key.as_str()));
        let keys: Vec<_> = keys.map(|(key, value)| format!("{key} {value}")).collect();
        let operation = Some(of("operation")).filter(|name| !name.is_empty());
        let (number, version) = (id.to_string(), format!("{written}"));
        Html::default()
            .raw("<tr id=\"fault-")
            .text(&number)
            .raw("\" data-version=\"")
            .text(&version)
            .raw("\"><td>")
            .text(&number)
            .raw("</td><th scope=\"row\">")
            .text(&format!("{} {}", of("fault"), keys.join(", ")))
            .raw("</th><td>")
            .text(operation.unwrap_or("all operations"))
            .raw("</td><td><button class=\"scripted-only\" type=\"button\" data-method=\"DELETE\" ")
            .raw("data-path=\"v1/faults/")
            .text(&number)
            .raw("\" aria-label=\"Switch off fault ")
            .text(&number)
            .raw("\">Switch off</button></td></tr>")
    });
    rows(faults, "active faults")
}

/// Returns the sign-ins of Identity Center with links to the page for approval.
fn sign_ins(state: &ControlledState) -> String {
    let sts = state.urls.iter().find(|(name, _)| *name == "sts");
    let sts = sts.map(|(_, url)| url.as_str()).unwrap_or_default();
    let waiting = state.service.get().sign_ins.waiting(state.clock.now(), |sign_in| {
        Html::default()
            .raw("<tr id=\"sign-in-")
            .text(&sign_in.user_code)
            .raw("\"><td>")
            .text(&sign_in.user_code)
            .raw("</td><th scope=\"row\">")
            .text(&sign_in.client_name)
            .raw("</th><td><time>")
            .text(&rfc3339(sign_in.expires))
            .raw("</time></td><td><a href=\"")
            .text(sts)
            .text(APPROVAL)
            .text("?user_code=")
            .text(&sign_in.user_code)
            .raw("\">Approve or deny</a></td></tr>")
    });
    rows(waiting.into_iter(), "sign-ins")
}

fn sessions(state: &ControlledState) -> String {
    let now = state.clock.now();
    let sessions = state.sessions.newest().into_iter().take(MAX_ROWS).map(|session| {
        let is_valid = now < session.expiration;
        let (class, validity) =
            if is_valid { ("accepted", "valid") } else { ("rejected", "expired") };
        Html::default()
            .raw("<tr class=\"")
            .text(class)
            .raw("\" id=\"session-")
            .text(&session.access_key_id)
            .raw("\" data-version=\"")
            .text(validity)
            .raw("\"><th scope=\"row\">")
            .text(&session.urn)
            .raw("</th><td>")
            .text(&session.access_key_id)
            .raw("</td><td><time>")
            .text(&rfc3339(session.expiration))
            .raw("</time></td><td><strong>")
            .text(validity)
            .raw("</strong></td></tr>")
    });
    rows(sessions, "sessions")
}
