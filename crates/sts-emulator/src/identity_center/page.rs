//! The page on which people approve or deny a sign-in. It works without scripts.

use std::fmt::Write as _;

use http::{Request, Response, StatusCode};
use sts_proto::Body;

use super::reply::PAGE;
use crate::server::html_response;
use crate::service::{RequestTime, Service};
use crate::sign_ins::Decision;

/// Shows the form, with the code in the query filled in.
pub(super) fn show(
    service: &Service,
    request: &Request<Body>,
    time: RequestTime,
) -> Response<Body> {
    let query = request.uri().query().unwrap_or_default();
    let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "user_code");
    let code = code.map(|(_, code)| code).unwrap_or_default();
    let waiting = service
        .sign_ins
        .waiting(time.now, |sign_in| (sign_in.user_code.clone(), sign_in.client_name.clone()));
    let client = waiting.iter().find(|(waiting, _)| waiting.eq_ignore_ascii_case(code.trim()));
    let intro = match client {
        Some((_, name)) => {
            format!("<p>The program <b>{}</b> asks to sign in.</p>", Escaped(name))
        }
        None => "<p>Enter the code that the program shows.</p>".to_owned(),
    };
    let mut users = String::new();
    for user in service.config.users() {
        // Writing to a string cannot fail.
        let _ = write!(users, "<option>{}</option>", Escaped(&user.urn()));
    }
    let form = format!(
        "{intro}<form method=\"post\" action=\"{PAGE}\">\
         <p><label for=\"user_code\">Code</label><br>\
         <input id=\"user_code\" name=\"user_code\" value=\"{}\" required autocomplete=\"off\"></p>\
         <p><label for=\"user\">User</label><br>\
         <select id=\"user\" name=\"user\">{users}</select></p>\
         <p><button name=\"decision\" value=\"approve\">Approve</button> \
         <button name=\"decision\" value=\"deny\">Deny</button></p></form>",
        Escaped(&code),
    );
    html(StatusCode::OK, &form)
}

/// Decides about the sign-in of a form.
pub(super) fn decide(
    service: &Service,
    request: &Request<Body>,
    time: RequestTime,
) -> Response<Body> {
    let (mut code, mut user, mut decision) = Default::default();
    for (name, value) in form_urlencoded::parse(request.body().as_ref()) {
        match name.as_ref() {
            "user_code" => code = value,
            "user" => user = value,
            "decision" => decision = value,
            _ => {}
        }
    }
    let decision = match decision.as_ref() {
        "approve" if service.config.user(&user).is_some() => Decision::Approved(user.into_owned()),
        "deny" => Decision::Denied,
        _ => {
            let problem = "<p role=\"alert\">Choose a user, and approve or deny the sign-in.</p>";
            return html(StatusCode::BAD_REQUEST, problem);
        }
    };
    let done = match decision {
        Decision::Denied => "<p role=\"status\">The sign-in was denied.</p>",
        _ => "<p role=\"status\">The sign-in was approved. You can close this page.</p>",
    };
    if service.sign_ins.decide(&code, decision, time.now) {
        return html(StatusCode::OK, done);
    }
    let problem = "<p role=\"alert\">No sign-in with this code waits for approval.</p>";
    html(StatusCode::NOT_FOUND, problem)
}

fn html(status: StatusCode, content: &str) -> Response<Body> {
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>Sign in: sts-emulator</title></head>\
         <body><main><h1>Sign in</h1>{content}</main></body></html>\n"
    );
    html_response(status, &page)
}

/// Text that is escaped for HTML, inside and outside of attributes.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
