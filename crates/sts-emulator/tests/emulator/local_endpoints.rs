//! Local endpoints reject requests of web pages.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use sts_emulator::{Builder, Emulator};

fn emulator() -> Emulator {
    let address = "127.0.0.1:0";
    let builder = Emulator::builder().control(address).metadata(address).oidc_issuer(address);
    builder.start_blocking().unwrap()
}

/// Sends one request with these header lines, and returns the status and the whole response.
fn send(url: &str, line: &str, headers: &[&str], body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let mut request = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    write!(request, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    (response.split(' ').nth(1).unwrap().parse().unwrap(), response)
}

const HOST: &str = "Host: localhost";
const JSON: &str = "Content-Type: application/json";
const FAULT: &str = r#"{"fault":"outage"}"#;

/// Each path with what it does, and a body for it.
fn endpoints(emulator: &Emulator) -> [(&str, &str, &str); 13] {
    let control = emulator.control_url().unwrap();
    let metadata = emulator.metadata_url().unwrap();
    let issuer = emulator.oidc_issuer().url();
    [
        (control, "GET /_emulator/v1/faults", ""),
        (control, "POST /_emulator/v1/faults", FAULT),
        (control, "DELETE /_emulator/v1/faults", ""),
        (control, "GET /_emulator/", ""),
        (control, "GET /_emulator/v1/requests", ""),
        (control, "POST /_emulator/v1/reset", "{}"),
        (metadata, "GET /openstack/latest/securitykey", ""),
        (metadata, "PUT /meta-data/latest/api/token", ""),
        (metadata, "POST /pod-identity", "{}"),
        (issuer, "GET /jwks", ""),
        (issuer, "GET /.well-known/openid-configuration", ""),
        (issuer, "POST /token", r#"{"sub":"run-7","aud":"sts"}"#),
        (issuer, "POST /actions/request-token", "{}"),
    ]
}

const FURTHER: [&str; 2] =
    ["X-Metadata-Token-Ttl-Seconds: 60", "Authorization: emulator-pod-token"];

#[test]
fn programs_on_this_machine_are_served() {
    let emulator = emulator();
    for (url, line, body) in endpoints(&emulator) {
        let authority = url.strip_prefix("http://").unwrap();
        let (host, origin) = (format!("Host: {authority}"), format!("Origin: {url}"));
        for headers in [
            &[HOST][..],
            &[&host],
            // A page of the endpoint itself, and an address that was typed into a browser.
            &[&host, &origin, "Sec-Fetch-Site: same-origin"],
            &[&host, "Sec-Fetch-Site: none"],
            &[HOST, "Origin: http://localhost:3000", "Sec-Fetch-Site: same-site"],
        ] {
            let headers = [headers, &[JSON], &FURTHER].concat();
            let (status, response) = send(url, line, &headers, body);
            let expected = if body == FAULT { 201 } else { 200 };
            assert_eq!(status, expected, "{line} {headers:?}: {response}");
            let response = response.to_lowercase();
            assert!(response.contains("cache-control: no-store"), "{response}");
            assert!(!response.contains("access-control-"), "{response}");
        }
    }
    // A client that was redirected from the address inside the cloud.
    let metadata = emulator.metadata_url().unwrap();
    let inside = ["Host: 169.254.169.254"];
    assert_eq!(send(metadata, "GET /openstack/latest/securitykey", &inside, "").0, 200);
    let control = emulator.control_url().unwrap();
    assert_eq!(send(control, "GET /_emulator/v1/faults", &inside, "").0, 403);
}

#[test]
fn web_pages_of_others_are_rejected_everywhere() {
    let emulator = emulator();
    for (url, line, body) in endpoints(&emulator) {
        for headers in [
            &["Host: evil.example"][..],
            &["Host: 127.0.0.1.evil.example"],
            &["Host: localhost@evil.example"],
            &["Host: localhost", "Host: evil.example"],
            &[],
            &[HOST, "Origin: https://evil.example"],
            &[HOST, "Origin: null"],
            &[HOST, "Origin: http://localhost.evil.example"],
            &[HOST, "Sec-Fetch-Site: cross-site"],
            &[HOST, "Origin: http://localhost", "Sec-Fetch-Site: cross-site"],
        ] {
            let headers = [headers, &[JSON], &FURTHER].concat();
            let (status, response) = send(url, line, &headers, body);
            // A request without a host, or with two, is refused by the HTTP library at times.
            assert!([400, 403].contains(&status), "{line} {headers:?}: {response}");
            assert!(!response.contains("id_token\":"), "{response}");
            assert!(!response.contains("\"secret"), "{response}");
        }
        // The target may name the host, too.
        let (method, path) = line.split_once(' ').unwrap();
        let absolute = format!("{method} http://evil.example{path}");
        assert_eq!(send(url, &absolute, &[&[HOST, JSON][..], &FURTHER].concat(), body).0, 403);
    }
    let control = emulator.control_url().unwrap();
    let (_, faults) = send(control, "GET /_emulator/v1/faults", &[HOST], "");
    assert!(faults.ends_with("{\"faults\":[]}"), "{faults}");
}

#[test]
fn a_body_has_to_be_json() {
    let emulator = emulator();
    for (url, line, body) in endpoints(&emulator) {
        if !line.starts_with("POST") {
            continue;
        }
        for content_type in [
            "Content-Type: text/plain",
            "Content-Type: application/x-www-form-urlencoded",
            "Content-Type: multipart/form-data; boundary=application/json",
            "Content-Type:",
        ] {
            let headers = [&[HOST, content_type][..], &FURTHER].concat();
            let (status, response) = send(url, line, &headers, body);
            assert_eq!(status, 415, "{line} {content_type}: {response}");
        }
        let (status, response) = send(url, line, &[&[HOST][..], &FURTHER].concat(), body);
        // From pod identity nothing is read, so it needs no type.
        let expected = if line.ends_with("/pod-identity") { 200 } else { 415 };
        assert_eq!(status, expected, "{line}: {response}");
    }
    let (_, faults) =
        send(emulator.control_url().unwrap(), "GET /_emulator/v1/faults", &[HOST], "");
    assert!(faults.ends_with("{\"faults\":[]}"), "{faults}");
}

#[test]
fn a_preflight_request_is_not_granted() {
    let emulator = emulator();
    for (url, line, _) in endpoints(&emulator) {
        let (_, path) = line.split_once(' ').unwrap();
        let headers =
            [HOST, "Origin: http://localhost:3000", "Access-Control-Request-Method: POST"];
        let (status, response) = send(url, &format!("OPTIONS {path}"), &headers, "");
        assert!([404, 405].contains(&status), "{response}");
        assert!(!response.to_lowercase().contains("access-control-"), "{response}");
    }
}

#[test]
fn a_name_that_was_given_for_the_address_is_accepted() {
    let start = |configure: fn(Builder) -> Builder| configure(Emulator::builder()).start_blocking();
    let emulator = start(|builder| builder.control("localhost:0")).unwrap();
    let control = emulator.control_url().unwrap();
    assert_eq!(send(control, "GET /_emulator/v1/faults", &["Host: LOCALHOST:1"], "").0, 200);
}
