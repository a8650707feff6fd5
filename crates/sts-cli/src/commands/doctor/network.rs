//! Checks of the way to the endpoint, and of the clock.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http::{Request, Uri};
use huaweicloud_sts::Endpoint;
use huaweicloud_sts::hyper::HyperTransport;
use huaweicloud_sts::proto::{Body, service_date};
use huaweicloud_sts::sts_client::transport::{Proxies, TransportErrorKind};
use huaweicloud_sts::sts_client::{
    Clock as _, Environment as _, Exchange, Limits, SystemClock, SystemEnvironment, Transport as _,
};
use time::OffsetDateTime;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::certificates::Recording;
use super::check::Checks;
use crate::causes;
use crate::context::Context;
use crate::output::rfc3339;

/// Time limit of a name resolution, and of a connection to an address.
const PATIENCE: Duration = Duration::from_secs(5);
/// A certificate that expires in this time is about to be renewed.
const RENEWAL: time::Duration = time::Duration::days(7);
/// Offsets of the clock from which on signatures may fail, and fail.
const LARGE_OFFSET: f64 = 60.0;
const LARGEST_OFFSET: f64 = 600.0;
const CHECKS: [&str; 6] = ["proxy", "dns", "tcp", "tls", "http", "clock"];

/// Checks the way to the endpoint. Returns whether the service responds.
pub(super) async fn reach(
    context: &Context,
    endpoint: Option<&Endpoint>,
    checks: &mut Checks,
) -> bool {
    let uri = endpoint.and_then(|endpoint| endpoint.as_str().parse::<Uri>().ok());
    let Some(uri) = uri else {
        checks.skip(&CHECKS, "endpoint");
        return false;
    };
    let [_, ref after_proxy @ ..] = CHECKS;
    let Some(hop) = proxy(&uri, checks) else {
        checks.skip(after_proxy, "proxy");
        return false;
    };
    let [_, _, ref after_dns @ ..] = CHECKS;
    let is_proxied = hop != uri;
    let Some(addresses) = resolve(&hop, is_proxied, checks).await else {
        checks.skip(after_dns, "dns");
        return false;
    };
    let [_, _, _, ref after_tcp @ ..] = CHECKS;
    if !connect(&addresses, is_proxied, checks).await {
        checks.skip(after_tcp, "tcp");
        return false;
    }
    exchange(context, &uri, checks).await
}

/// Returns the host of the first connection: the proxy or the endpoint.
fn proxy(uri: &Uri, checks: &mut Checks) -> Option<Uri> {
    let proxies = Proxies::from_environment(&SystemEnvironment);
    match proxies.for_target(uri) {
        Ok(Some(proxy)) => {
            let variable = proxy.variable().unwrap_or("the program");
            let address = proxy.uri().to_string();
            checks.ok("proxy", format!("{} (from {variable})", address.trim_end_matches('/')));
            Some(proxy.uri().clone())
        }
        Ok(None) => {
            let is_set = |name: &str| matches!(SystemEnvironment.variable(name), Ok(Some(value)) if !value.is_empty());
            let why = if Proxies::is_local(uri) {
                "the endpoint is on this machine or link-local"
            } else if is_set("REQUEST_METHOD") {
                "REQUEST_METHOD is set, as in a CGI program"
            } else if proxies.by_scheme().any(|(scheme, _)| Some(&scheme) == uri.scheme()) {
                "NO_PROXY contains the host"
            } else {
                "HTTPS_PROXY and ALL_PROXY are not set"
            };
            checks.ok("proxy", format!("none ({why})"));
            Some(uri.clone())
        }
        Err(error) => {
            checks.fail("proxy", causes::line(&error), "correct the variable, or unset it");
            None
        }
    }
}

async fn resolve(uri: &Uri, is_proxied: bool, checks: &mut Checks) -> Option<Vec<SocketAddr>> {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    let found = timeout(PATIENCE, lookup_host((host, uri.port_u16().unwrap_or(default)))).await;
    let found = found.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    match found.map(Iterator::collect::<Vec<_>>) {
        Ok(addresses) if !addresses.is_empty() => {
            let shown: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
            let whose = if is_proxied { "; the proxy resolves the endpoint" } else { "" };
            let shown = shown.join(", ");
            let is_address = shown == host;
            let text = if is_address {
                format!("{host} is an address")
            } else {
                format!("{host} is {shown}")
            };
            checks.ok("dns", format!("{text}{whose}"));
            Some(addresses)
        }
        found => {
            let why =
                found.err().map_or_else(|| "no address".to_owned(), |error| error.to_string());
            let remedy = if is_proxied {
                "check the name of the proxy, and the name servers"
            } else {
                "check the name of the region or endpoint, and the name servers; in a network that \
                 needs a proxy, set HTTPS_PROXY"
            };
            checks.fail("dns", format!("cannot resolve {host}: {why}"), remedy);
            None
        }
    }
}

async fn connect(addresses: &[SocketAddr], is_proxied: bool, checks: &mut Checks) -> bool {
    let mut failures = Vec::new();
    for address in addresses {
        let begin = Instant::now();
        let connected = timeout(PATIENCE, TcpStream::connect(address)).await;
        match connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(_) => {
                let millis = begin.elapsed().as_millis();
                checks.ok("tcp", format!("connected to {address} in {millis} ms"));
                return true;
            }
            Err(error) => failures.push(format!("{address}: {error}")),
        }
    }
    let remedy = if is_proxied {
        "check the address of the proxy, and whether it runs"
    } else {
        "check the network and its firewall; in a network that needs a proxy, set HTTPS_PROXY"
    };
    checks.fail("tcp", format!("cannot connect to {}", failures.join("; ")), remedy);
    false
}

/// Sends a request that is not signed. Returns whether there is a response.
async fn exchange(context: &Context, uri: &Uri, checks: &mut Checks) -> bool {
    let recording = match Recording::new(context) {
        Ok(recording) => recording,
        Err(failure) => {
            let text = failure.texts().join(": ");
            checks.fail("tls", text, "correct --ca-file, SSL_CERT_FILE or SSL_CERT_DIR");
            checks.skip(&["http", "clock"], "tls");
            return false;
        }
    };
    let builder = HyperTransport::builder().rustls_config(recording.config.clone());
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri.clone();
    let sent = SystemClock.now();
    let outcome = match builder.build() {
        Ok(transport) => transport.send(Exchange::new(request, Limits::default())).await,
        Err(error) => {
            checks.fail("tls", causes::line(&error), "report this error");
            checks.skip(&["http", "clock"], "tls");
            return false;
        }
    };
    let received = SystemClock.now();
    let took = received.monotonic.saturating_sub(sent.monotonic);
    let failed = outcome.as_ref().err();
    let is_tls = failed.is_some_and(|error| error.kind() == TransportErrorKind::Tls);
    if let Some(error) = failed
        && !is_tls
        && uri.scheme_str() == Some("https")
        && recording.presented().is_none()
    {
        checks.fail("tls", causes::line(error), remedy(error.kind()));
        checks.skip(&["http", "clock"], "tls");
        return false;
    }
    if !tls(uri, &recording, failed.filter(|_| is_tls).map(|error| causes::line(error)), checks) {
        checks.skip(&["http", "clock"], "tls");
        return false;
    }
    let response = match outcome {
        Ok(response) => response,
        Err(error) => {
            checks.fail("http", causes::line(&error), remedy(error.kind()));
            checks.skip(&["clock"], "http");
            return false;
        }
    };
    let (status, millis) = (response.status().as_u16(), took.as_millis());
    checks.ok("http", format!("the service responds in {millis} ms (status {status} to GET /)"));
    clock(service_date(response.headers()), sent.wall + took / 2, checks);
    true
}

/// What to do if no response arrives.
const fn remedy(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::Proxy => "check the user, the password and the rules of the proxy",
        _ => "check the proxy and the firewall, or try again later",
    }
}

fn tls(uri: &Uri, recording: &Recording, failed: Option<String>, checks: &mut Checks) -> bool {
    if uri.scheme_str() == Some("http") {
        checks.ok("tls", "not used: plain http on this machine");
        return true;
    }
    let roots = &recording.roots;
    let presented = recording.presented();
    let shown = presented.as_ref().map(|presented| {
        let end = rfc3339(presented.not_after);
        format!("{} is certified by {} until {end}", presented.subject, presented.issuer)
    });
    let shown = shown.unwrap_or_else(|| "no certificate was presented".to_owned());
    if let Some(why) = failed {
        let remedy = if why.contains("UnknownIssuer") || why.contains("BadSignature") {
            "if a proxy or a private cloud has its own certificates, pass the root by --ca-file or \
             SSL_CERT_FILE"
        } else if why.contains("xpired") || why.contains("NotValidYet") {
            "check the clock of this machine; otherwise the operator has to renew the certificate"
        } else if why.contains("NotValidForName") {
            "check the host name of the endpoint, and whether a proxy intercepts the connection"
        } else if why.contains("InvalidContentType") {
            "check the port: the program behind it, or a proxy on the way, does not use TLS"
        } else {
            "check whether a proxy or a firewall intercepts the connection"
        };
        checks.fail("tls", format!("{why}; {shown}; {roots}"), remedy);
        return false;
    }
    let is_close =
        presented.is_some_and(|presented| presented.not_after - RENEWAL < SystemClock.now().wall);
    let text = format!("{shown}; {roots}");
    if is_close {
        checks.warn("tls", text, "the operator of the endpoint has to renew the certificate soon");
    } else {
        checks.ok("tls", text);
    }
    true
}

/// Compares the clocks, at the midpoint of the exchange.
fn clock(service: Option<OffsetDateTime>, midpoint: OffsetDateTime, checks: &mut Checks) {
    let Some(service) = service else {
        let remedy = "compare the clock of this machine with another one";
        checks.warn("clock", "the response has no valid Date header", remedy);
        return;
    };
    // The header omits the fraction of a second.
    let offset = (midpoint - service).as_seconds_f64() - 0.5;
    let direction = if offset < 0.0 { "behind" } else { "ahead of" };
    let seconds = offset.abs();
    let text = format!("{seconds:.0} s {direction} the service");
    let remedy = "set the clock of this machine, for example by NTP";
    if seconds >= LARGEST_OFFSET {
        checks.fail("clock", text, remedy);
    } else if seconds >= LARGE_OFFSET {
        checks.warn("clock", text, remedy);
    } else {
        checks.ok("clock", text);
    }
}
