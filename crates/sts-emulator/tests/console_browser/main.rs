//! The console in a real browser.
//!
//! `--screenshot=FILE` writes an image of the page, for the documentation.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "it is a runner of tests")]

#[expect(dead_code, reason = "parts of it are for official clients")]
#[path = "../official_clients/runner.rs"]
mod runner;

mod browser;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use runner::{Client, Outcome, Test, run_tests};
use serde_json::{Value, json};
use sts_emulator::{Emulator, builtin};

use self::browser::Browser;

const TESTS: [Test; 6] = [
    ("a_wrong_signature_appears_within_a_second_with_its_difference", 0, |outcome| {
        succeeded(&outcome[0])
    }),
    ("a_fault_switched_on_in_the_page_changes_the_next_response", 0, |outcome| {
        succeeded(&outcome[1])
    }),
    ("hostile_texts_are_shown_as_texts", 0, |outcome| succeeded(&outcome[2])),
    ("the_page_is_usable_by_keyboard", 0, |outcome| succeeded(&outcome[3])),
    ("the_page_is_complete_without_its_script", 0, |outcome| succeeded(&outcome[4])),
    ("an_approval_completes_a_sign_in", 0, |outcome| succeeded(&outcome[5])),
];

/// Time in which an event must appear.
const A_SECOND: Duration = Duration::from_secs(1);

/// Whether a test succeeded, whose outcome is `true` or the text of an error.
fn succeeded(outcome: &Value) -> Result<(), String> {
    match outcome {
        Value::Bool(true) => Ok(()),
        error => Err(error.as_str().unwrap_or("no outcome").to_owned()),
    }
}

fn main() -> ExitCode {
    run_tests(&[Client { name: "a browser for the console", run }], &TESTS)
}

/// Runs the tests in one browser.
fn run() -> Outcome {
    let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser-profile");
    let mut browser = Browser::start(&profile)?;
    let tests =
        [wrong_signature, fault_in_the_page, hostile_texts, keyboard, without_script, approval];
    let outcomes = tests.map(|test| test(&mut browser).map_or_else(Value::from, |()| true.into()));
    Ok(Ok(outcomes.into_iter().collect()))
}

fn start() -> Result<Emulator, String> {
    let builder = Emulator::builder().control("127.0.0.1:0");
    builder.start_blocking().map_err(|error| error.to_string())
}

fn open(browser: &mut Browser, emulator: &Emulator) -> Result<(), String> {
    let url = format!("{}/_emulator/", emulator.control_url().unwrap_or_default());
    let is_ready = format!(
        "location.href === {} && document.documentElement.classList.contains('scripted')",
        json!(url)
    );
    browser.open(&url, &is_ready)
}

/// Sends a request that is signed without the body that it has, and returns the status.
fn send_wrong_signature(emulator: &Emulator) -> Result<u16, String> {
    use sts_proto::{AssumeAgency, Operation as _};

    let operation = AssumeAgency::new(builtin::AGENCY_URN, "build-42");
    let mut request = operation.to_request(emulator.endpoint()).map_err(|e| e.to_string())?;
    let body = std::mem::take(request.body_mut());
    sign(&mut request)?;
    *request.body_mut() = body;
    send(emulator, &request)
}

fn send_right_signature(emulator: &Emulator) -> Result<u16, String> {
    use sts_proto::{AssumeAgency, Operation as _};

    let operation = AssumeAgency::new(builtin::AGENCY_URN, "build-42");
    let mut request = operation.to_request(emulator.endpoint()).map_err(|e| e.to_string())?;
    sign(&mut request)?;
    send(emulator, &request)
}

fn sign(request: &mut http::Request<sts_proto::Body>) -> Result<(), String> {
    let signer = sts_sign::Signer::from_parts(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY);
    let signer = signer.map_err(|error| error.to_string())?;
    signer.sign(request, time::OffsetDateTime::now_utc()).map_err(|error| error.to_string())
}

/// Sends a request over a connection of its own, and returns the status.
fn send(emulator: &Emulator, request: &http::Request<sts_proto::Body>) -> Result<u16, String> {
    respond(emulator, request).map(|(status, _)| status)
}

/// Sends a request over a connection of its own, and returns the status and the body.
fn respond(
    emulator: &Emulator,
    request: &http::Request<sts_proto::Body>,
) -> Result<(u16, Value), String> {
    use std::io::{Read as _, Write as _};

    let failed = |error: std::io::Error| error.to_string();
    let mut stream = std::net::TcpStream::connect(emulator.address()).map_err(failed)?;
    let path = request.uri().path();
    let mut head = format!("{} {path} HTTP/1.1\r\nConnection: close\r\n", request.method());
    if !request.headers().contains_key("host") {
        let _ = write!(head, "Host: {}\r\n", emulator.address());
    }
    for (name, value) in request.headers() {
        let _ = write!(head, "{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", request.body().len());
    stream.write_all(head.as_bytes()).map_err(failed)?;
    stream.write_all(request.body().as_ref()).map_err(failed)?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).map_err(failed)?;
    let text = String::from_utf8_lossy(&response);
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    // Not all bodies are JSON.
    let body = serde_json::from_str(body).unwrap_or_default();
    Ok((status.ok_or_else(|| format!("invalid response: {text}"))?, body))
}

fn expect(what: &str, found: &Value, expected: &Value) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: expected {expected}, found {found}"))
}

fn wrong_signature(browser: &mut Browser) -> Result<(), String> {
    let emulator = start()?;
    open(browser, &emulator)?;
    send_right_signature(&emulator)?;
    browser.wait_until("document.querySelector('#request-1') !== null", A_SECOND)?;
    expect("status", &send_wrong_signature(&emulator)?.into(), &401.into())?;
    let took = browser.wait_until("document.querySelector('#request-2') !== null", A_SECOND)?;
    println!("the wrong signature appeared after {took:?}");
    let text = |selector: &str| format!("document.querySelector('{selector}').textContent");
    expect("verdict", &browser.evaluate(&text("#request-2 strong"))?, &"401 rejected".into())?;
    expect(
        "cause",
        &browser.evaluate(&text("#request-2-signature summary"))?,
        &"the body was signed as empty".into(),
    )?;
    let marked = "[...document.querySelectorAll('#request-2-signature tr.difference mark')].map((m) => m.textContent)";
    let marked = browser.evaluate(marked)?;
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let marks: Vec<_> = marked.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let [signed, expected] = marks[..] else { return Err(format!("marks: {marked}")) };
    if !empty.ends_with(signed) || signed == expected {
        return Err(format!("difference: {signed} and {expected}"));
    }
    // Announced to screen readers.
    let announcement = "document.querySelector('[aria-live=polite]').textContent.includes('401')";
    browser.wait_until(announcement, A_SECOND)?;
    let sessions = browser.evaluate("document.querySelectorAll('#sessions tr[id]').length")?;
    expect("sessions", &sessions, &1.into())?;
    screenshot(browser, &emulator)
}

/// Writes an image of the page, if this is requested.
fn screenshot(browser: &mut Browser, emulator: &Emulator) -> Result<(), String> {
    let file =
        std::env::args().find_map(|word| Some(word.strip_prefix("--screenshot=")?.to_owned()));
    let Some(file) = file else { return Ok(()) };
    let fault = json!({"fault": "throttling", "retry_after": 2, "times": 3});
    browser.evaluate(&format!(
        "fetch('v1/faults', {{method: 'POST', headers: {{'content-type': 'application/json'}}, \
         body: {}}}).then((r) => r.status)",
        json!(fault.to_string())
    ))?;
    send_right_signature(emulator)?;
    browser.wait_until("document.querySelector('#request-3') !== null", A_SECOND)?;
    browser.evaluate("document.querySelector('#request-2-signature details').open = true")?;
    browser.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    )?;
    let image = browser.call("Page.captureScreenshot", &json!({"format": "png"}))?;
    let image = STANDARD.decode(image["data"].as_str().unwrap_or_default());
    std::fs::write(&file, image.map_err(|error| error.to_string())?)
        .map_err(|error| format!("{file}: {error}"))
}

fn fault_in_the_page(browser: &mut Browser) -> Result<(), String> {
    let emulator = start()?;
    open(browser, &emulator)?;
    expect("status", &send_right_signature(&emulator)?.into(), &200.into())?;
    browser.evaluate(
        "(() => { const form = document.getElementById('fault-form');
            form.elements.fault.value = 'server_error';
            form.elements.fault.dispatchEvent(new Event('change'));
            form.elements.status.value = '502';
            form.querySelector('button').click(); })()",
    )?;
    browser.wait_until("document.querySelector('#fault-1') !== null", A_SECOND)?;
    expect("status", &send_right_signature(&emulator)?.into(), &502.into())?;
    browser.evaluate("document.querySelector('#fault-1 button').click()")?;
    browser.wait_until("document.querySelector('#fault-1') === null", A_SECOND)?;
    expect("status", &send_right_signature(&emulator)?.into(), &200.into())
}

fn hostile_texts(browser: &mut Browser) -> Result<(), String> {
    let emulator = start()?;
    open(browser, &emulator)?;
    let hostile = "<img/src=x/onerror=document.title='hostile'>";
    let request = http::Request::get("/")
        .header(
            "authorization",
            format!(
                "SDK-HMAC-SHA256 Access={hostile}, SignedHeaders=host;x-sdk-date, Signature={}",
                "0".repeat(64)
            ),
        )
        .header("x-sdk-date", "20260305T070809Z");
    let request = request.uri(<sts_proto::GetCallerIdentity as sts_proto::Operation>::PATH);
    let request = request.body(sts_proto::Body::default()).map_err(|error| error.to_string())?;
    send(&emulator, &request)?;
    browser.wait_until("document.querySelector('#request-1') !== null", A_SECOND)?;
    expect("images", &browser.evaluate("document.images.length")?, &0.into())?;
    expect("title", &browser.evaluate("document.title")?, &"sts-emulator console".into())?;
    // The policy forbids scripts in the page.
    let inline = "(() => { const script = document.createElement('script');
        script.textContent = 'document.title = \"inline\"'; document.body.append(script);
        return document.title; })()";
    expect("title", &browser.evaluate(inline)?, &"sts-emulator console".into())
}

fn keyboard(browser: &mut Browser) -> Result<(), String> {
    let emulator = start()?;
    open(browser, &emulator)?;
    send_wrong_signature(&emulator)?;
    browser
        .wait_until("document.querySelector('#request-1-signature summary') !== null", A_SECOND)?;
    // From the beginning of the page, the third stop is the explanation of the first request.
    browser.evaluate("document.querySelector('.skip').focus()")?;
    browser.press("Tab", "")?;
    let focused =
        "document.activeElement === document.querySelector('#request-1-signature summary')";
    expect("focus on the explanation", &browser.evaluate(focused)?, &true.into())?;
    browser.press("Enter", "\r")?;
    browser.wait_until("document.querySelector('#request-1-signature details').open", A_SECOND)?;
    // A new request moves neither the focus nor the open explanation.
    send_right_signature(&emulator)?;
    browser.wait_until("document.querySelector('#request-2') !== null", A_SECOND)?;
    expect("focus after an update", &browser.evaluate(focused)?, &true.into())?;
    let open = browser.evaluate("document.querySelector('#request-1-signature details').open")?;
    expect("open explanation", &open, &true.into())?;
    // Every field and button has a name.
    let nameless = "[...document.querySelectorAll('input, select, button')].filter((e) =>
        !(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label'))).length";
    expect("fields without a name", &browser.evaluate(nameless)?, &0.into())
}

fn without_script(browser: &mut Browser) -> Result<(), String> {
    let emulator = start()?;
    send_wrong_signature(&emulator)?;
    browser.call("Emulation.setScriptExecutionDisabled", &json!({"value": true}))?;
    let url = format!("{}/_emulator/", emulator.control_url().unwrap_or_default());
    browser.call("Page.navigate", &json!({"url": url}))?;
    // The protocol evaluates expressions all the same.
    browser.wait_until(
        "document.querySelector('#request-1-signature summary') !== null",
        A_SECOND * 10,
    )?;
    let scripted = browser.evaluate("document.documentElement.classList.contains('scripted')")?;
    expect("script", &scripted, &false.into())?;
    let hidden = "getComputedStyle(document.getElementById('fault-form')).display";
    expect("form", &browser.evaluate(hidden)?, &"none".into())?;
    browser.call("Emulation.setScriptExecutionDisabled", &json!({"value": false})).map(drop)
}

fn approval(browser: &mut Browser) -> Result<(), String> {
    const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

    let emulator = start()?;
    open(browser, &emulator)?;
    let post = |path: &str, body: &Value| {
        let request = http::Request::post(path).header("content-type", "application/json");
        let request = request.body(sts_proto::Body::from(body.to_string().into_bytes()));
        respond(&emulator, &request.map_err(|error| error.to_string())?)
    };
    let registration = json!({
        "client_name": "sts", "client_type": "public", "grant_types": [GRANT],
        "token_endpoint_auth_method": "client_secret_post", "response_types": ["code"],
    });
    let (_, client) = post("/v1/clients", &registration)?;
    let mut body = json!({
        "client_id": client["client_info"]["client_id"],
        "client_secret": client["client_info"]["client_secret"],
        "start_url": "https://idcenter.example.com/d-0123456789/portal",
    });
    let (_, device) = post("/v1/device/authorize", &body)?;
    browser.wait_until("document.querySelector('#sign-ins a') !== null", A_SECOND)?;
    let code = browser.evaluate("document.querySelector('#sign-ins td').textContent")?;
    expect("code", &code, &device["user_code"])?;
    browser.evaluate("document.querySelector('#sign-ins a').click()")?;
    browser
        .wait_until("document.querySelector('button[value=approve]') !== null", A_SECOND * 10)?;
    browser.evaluate("document.querySelector('button[value=approve]').click()")?;
    let gone = "document.querySelector('button[value=approve]') === null && document.body !== null";
    browser.wait_until(gone, A_SECOND * 10)?;
    body["grant_type"] = GRANT.into();
    body["device_code"] = device["device_code"].clone();
    let (status, token) = post("/v1/tokens", &body)?;
    if status == 200 && token["token_info"]["access_token"].is_string() {
        return Ok(());
    }
    Err(format!("{status}: {token}"))
}
