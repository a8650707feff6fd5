//! The page on which people approve or deny a sign-in. It works without scripts.

use http::{Request, Response, StatusCode};
use sts_proto::Body;

use super::reply::PAGE;
use crate::html::Html;
use crate::server::html_response;
use crate::service::{RequestTime, Service};
use crate::sign_ins::{Decision, typed_code};

/// Shows the form, with the code in the query filled in.
pub(super) fn show(
    service: &Service,
    request: &Request<Body>,
    time: RequestTime,
) -> Response<Body> {
    let query = request.uri().query().unwrap_or_default();
    let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "user_code");
    let code = code.map(|(_, code)| code).unwrap_or_default();
    let typed = typed_code(&code);
    let waiting = service.sign_ins.waiting(time.now, |sign_in| {
        (sign_in.user_code == typed).then(|| sign_in.client_name.clone())
    });
    let client = waiting.into_iter().flatten().next();
    let content = Html::default();
    let content = match client {
        Some(name) => {
            content.raw("<p>The program <b>").text(&name).raw("</b> asks to sign in.</p>")
        }
        None => content.raw("<p>Enter the code that the program shows.</p>"),
    };
    let content = content
        .raw("<form method=\"post\" action=\"")
        .raw(PAGE)
        .raw("\"><p><label for=\"user_code\">Code</label><br>")
        .raw("<input id=\"user_code\" name=\"user_code\" value=\"")
        .text(&code)
        .raw("\" required autocomplete=\"off\"></p><p><label for=\"user\">User</label><br>")
        .raw("<select id=\"user\" name=\"user\">");
    let content = service
        .config
        .users()
        .fold(content, |content, user| content.raw("<option>").text(&user.urn()).raw("</option>"));
    let content = content
        .raw("</select></p><p><button name=\"decision\" value=\"approve\">Approve</button> ")
        .raw("<button name=\"decision\" value=\"deny\">Deny</button></p></form>");
    html(StatusCode::OK, &content.into_string())
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
