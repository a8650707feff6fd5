//! The console.

use http::{Request, Response};
use hyper_util::rt::TokioIo;
use sts_emulator::{Config, Fault, Injection, builtin};
use sts_proto::{AssumeAgency, Body, Credentials, GetCallerIdentity};
use tokio::net::TcpStream;

use crate::caller::{Sts, send_over, sts_with};

async fn get(sts: &Sts, path: &str) -> Response<Body> {
    let url = sts.emulator.control_url().unwrap();
    let request = Request::get(format!("{url}{path}")).body(Body::empty()).unwrap();
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    send_over(TokioIo::new(stream), request).await
}

async fn page(sts: &Sts) -> String {
    let response = get(sts, "/_emulator/").await;
    assert_eq!(response.status(), 200);
    String::from_utf8(response.body().as_ref().to_vec()).unwrap()
}

async fn controlled() -> Sts {
    sts_with(|builder| builder.control("127.0.0.1:0")).await
}

#[tokio::test]
async fn it_shows_requests_faults_and_sessions_without_a_script() {
    let sts = controlled().await;
    let empty = page(&sts).await;
    for text in
        ["No requests.", "No active faults.", "No sessions.", "No sign-ins.", sts.emulator.url()]
    {
        assert!(empty.contains(text), "{text}: {empty}");
    }
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "build-42");
    sts.call(assume).await.unwrap();
    sts.emulator
        .faults()
        .inject(Injection::new(Fault::Throttling { retry_after: Some(2) }).times(3));
    sts.call(GetCallerIdentity::new()).await.unwrap_err();
    let page = page(&sts).await;
    for text in [
        "<th scope=\"row\">AssumeAgency</th><td>iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:user:emulator</td>",
        "<strong>200 accepted</strong>",
        "<strong>429 rejected</strong> APIGW.0308",
        "[fault: throttling]",
        "<th scope=\"row\">throttling retry_after 2, times 2</th><td>all operations</td>",
        ":assumed-agency:demo/build-42</th>",
        "<strong>valid</strong>",
        "data-last=\"2\"",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("{{") && !page.contains("}}"), "{page}");
}

#[tokio::test]
async fn two_canonical_requests_are_shown_side_by_side() {
    let sts = controlled().await;
    // Signed with another body.
    let mut signed = sts.signed(&builtin::credentials(), &assume("build-42"));
    *signed.body_mut() = Body::from(br#"{"other":1}"#.to_vec());
    sts.send(signed).await;
    let unknown = page(&sts).await;
    assert!(unknown.contains("<summary>the secret key differs"), "{unknown}");
    assert!(unknown.contains("<td>unknown</td><td>POST</td>"), "{unknown}");
    assert!(!unknown.contains("<mark>"), "{unknown}");

    // Signed with a body that ends with a line feed.
    let mut signed = sts.signed(&builtin::credentials(), &assume("build-42"));
    let body = [signed.body().as_ref(), b"\n"].concat();
    *signed.body_mut() = Body::from(body);
    sts.send(signed).await;
    let known = page(&sts).await;
    assert!(
        known.contains("<summary>the body was signed without white space at its end"),
        "{known}"
    );
    assert_eq!(known.matches("first difference").count(), 1, "{known}");
    assert_eq!(known.matches("<mark>").count(), 2, "{known}");
}

fn assume(session_name: &str) -> AssumeAgency {
    AssumeAgency::new(builtin::AGENCY_URN, session_name)
}

#[tokio::test]
async fn hostile_texts_are_escaped_everywhere() {
    const HOSTILE: &str = "<img/src=x'\"&onerror=alert(1)>{{requests}}";
    let escaped = "&lt;img/src=x&#39;&quot;&amp;onerror=alert(1)&gt;{{requests}}";
    let toml = format!(
        "[[accounts]]\nid = \"a\"\n[[accounts.users]]\nname = '''{HOSTILE}'''\n\
         access_keys = [{{ access_key_id = \"HSTALICE\", secret_access_key = \"alice-secret\" }}]\n\
         [[accounts.agencies]]\nname = '''{HOSTILE}'''\n"
    );
    let config: Config = toml.parse().unwrap();
    let sts = sts_with(|builder| builder.control("127.0.0.1:0").config(config)).await;
    let alice = Credentials::permanent("HSTALICE", "alice-secret");
    // The caller.
    sts.call_with(&alice, GetCallerIdentity::new()).await.unwrap();
    // The session.
    let assume = AssumeAgency::new(format!("iam::a:agency:{HOSTILE}"), "build-42");
    sts.call_with(&alice, assume).await.unwrap();
    // The error.
    let assume = AssumeAgency::new(format!("iam::a:agency:x{HOSTILE}"), "build-42");
    sts.call_with(&alice, assume).await.unwrap_err();
    // A header in the canonical request.
    let mut request = sts.signed(&alice, &AssumeAgency::new("iam::a:agency:x", "build-42"));
    request.headers_mut().insert("content-type", HOSTILE.parse().unwrap());
    sts.send(request).await;
    // The access key id.
    let mut request = sts.signed(&alice, &GetCallerIdentity::new());
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let authorization = authorization.replace("HSTALICE", &HOSTILE.replace(',', ""));
    request.headers_mut().insert("authorization", authorization.parse().unwrap());
    sts.send(request).await;
    // The path.
    let url = sts.emulator.url();
    let request = Request::get(format!("{url}/<b>{{{{requests}}}}</b>")).body(Body::empty());
    if let Ok(request) = request {
        sts.send(request).await;
    }
    let page = page(&sts).await;
    assert!(page.matches(escaped).count() >= 5, "{page}");
    for raw in ["<img", "<b>", "onerror=alert(1)>"] {
        assert!(!page.contains(raw), "{raw}: {page}");
    }
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let sts = controlled().await;
    for (path, content_type) in [
        ("/_emulator/", "text/html; charset=utf-8"),
        ("/_emulator/console.css", "text/css; charset=utf-8"),
        ("/_emulator/console.js", "text/javascript; charset=utf-8"),
    ] {
        let response = get(&sts, path).await;
        assert_eq!(response.status(), 200);
        let headers = response.headers();
        assert_eq!(headers["content-type"], content_type);
        let policy = headers["content-security-policy"].to_str().unwrap();
        for directive in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(directive), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "no-store");
        let text = String::from_utf8(response.body().as_ref().to_vec()).unwrap();
        for absent in ["http:", "https:", "//", "innerHTML", "style=", "onclick"] {
            let text = text.replace(sts.emulator.url(), "").replace("  // ", "");
            let text = text.replace(sts.emulator.control_url().unwrap(), "");
            assert!(!text.contains(absent), "{path}: {absent}");
        }
    }
    assert_eq!(get(&sts, "/_emulator/console.map").await.status(), 404);
    for path in ["/", "/_emulator"] {
        let response = get(&sts, path).await;
        assert_eq!(response.status(), 308);
        assert_eq!(response.headers()["location"], "/_emulator/");
    }
}
