//! Limits on memory and time.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use sts_emulator::Emulator;
use sts_proto::{AssumeAgencyWithSaml, GetCallerIdentity, Operation as _};

use crate::saml::{assert_rejected, assume, federated, vector};

/// Longer than anything here takes on a busy machine, and shorter than the time for a body.
const PATIENCE: Duration = Duration::from_secs(30);

fn connect(emulator: &Emulator) -> TcpStream {
    let stream = TcpStream::connect(emulator.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A connection with a body that never arrives in full.
fn stall(emulator: &Emulator, announced: usize, sent: usize) -> TcpStream {
    let mut stream = connect(emulator);
    let path = AssumeAgencyWithSaml::PATH;
    let head = format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {announced}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&vec![b' '; sent]).unwrap();
    stream
}

/// The first line of the response to a request with a body of this length.
fn post(emulator: &Emulator, length: usize) -> String {
    let mut stream = stall(emulator, length, length);
    let mut response = [0; 12];
    stream.read_exact(&mut response).unwrap();
    String::from_utf8(response.to_vec()).unwrap()
}

#[track_caller]
fn assert_closed(stream: &mut TcpStream) {
    let outcome = stream.read(&mut [0]);
    let is_open = outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
    assert!(!is_open, "{outcome:?}");
}

#[test]
fn bodies_that_stall_do_not_keep_others_from_arriving() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let stalled: Vec<_> = (0..64).map(|_| stall(&emulator, 200_000, 100_000)).collect();
    for _ in 0..4 {
        assert_eq!(post(&emulator, 100_000), "HTTP/1.1 400");
    }
    drop(stalled);
}

#[test]
fn the_memory_of_all_bodies_has_one_bound() {
    const MB: usize = 1024 * 1024;
    let emulator = Emulator::builder().start_blocking().unwrap();
    let mut stalled: Vec<_> = (0..8).map(|_| stall(&emulator, 12 * MB, 11 * MB)).collect();
    // They hold more than the bound of 64 MiB, so those that began first gave way.
    assert_closed(&mut stalled[0]);
    assert_eq!(post(&emulator, 11 * MB), "HTTP/1.1 400");
}

/// A SAML response of 95 KB that was costly to canonicalize: many elements below many namespaces.
fn hostile() -> String {
    let xml = vector("signed_assertion");
    let namespaces: Vec<_> = (0..2_000).map(|index| format!("xmlns:n{index:x}='u'")).collect();
    let namespaces = namespaces.join(" ");
    let xml = xml.replacen("<saml:Assertion ", &format!("<saml:Assertion {namespaces} "), 1);
    xml.replacen(">7200<", &format!(">{}<", "<e/>".repeat(8_000)), 1)
}

/// The largest that is canonicalized at all.
fn large() -> String {
    let xml = vector("signed_assertion");
    xml.replacen(">7200<", &format!(">{}<", "<e/>".repeat(7_000)), 1)
}

#[tokio::test]
async fn requests_are_served_while_hostile_ones_are() {
    let sts = federated().await;
    let hostile = async {
        let bodies = [hostile(), large()];
        for body in bodies.iter().cycle().take(20) {
            assert_rejected(assume(&sts, body).await, "invalid SAML response");
        }
    };
    let others = async {
        for _ in 0..20 {
            let error = sts.call(GetCallerIdentity::new()).await.unwrap_err();
            assert_eq!(error.status(), 401);
        }
    };
    let ((), served) = tokio::join!(hostile, tokio::time::timeout(PATIENCE, others));
    served.unwrap();
}

#[test]
fn stopping_it_does_not_wait_for_clients() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let mut stalled = stall(&emulator, 200_000, 100_000);
    drop(emulator);
    assert_closed(&mut stalled);
}
