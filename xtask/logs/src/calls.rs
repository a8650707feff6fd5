//! Calls with secrets in every place: credentials, requests, responses and proxies.

use std::sync::Arc;

use futures_lite::future::block_on;
use sts_client::{CallPolicy, Client, ClientBuilder, Credentials, Transport, blocking};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Endpoint, ProvidedContext,
};
use sts_reqwest::ReqwestTransport;
use xtask_secrets::{mark, serve};

const ISSUED: &str = concat!(
    "HTTP/1.1 200 OK\r\nconnection: close\r\nx-secret: ",
    mark!(),
    "\r\ncontent-length: 244\r\n\r\n",
    r#"{"assumed_agency":{"urn":"u","id":"i"},"audience":"a","provider":"p","#,
    r#""subject_from_id_token":"s","credentials":{"access_key_id":"HST","secret_access_key":""#,
    mark!(),
    r#"","security_token":""#,
    mark!(),
    r#"","expiration":"2099-03-05T08:08:09Z"}}"#,
);
/// The gateway echoes the token.
const REJECTED: &str = concat!(
    "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 127\r\n\r\n",
    r#"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail,canonicalRequest:POST|/|x-security-token:"#,
    mark!(),
    r#"||"}"#,
);
const FORBIDDEN: &str = concat!(
    "HTTP/1.1 407 Refused\r\nconnection: close\r\nx-secret: ",
    mark!(),
    "\r\ncontent-length: 15\r\n\r\n",
    mark!()
);

fn agency() -> AssumeAgency {
    AssumeAgency::new("iam::0a1b:agency:a", "name")
}

fn context() -> ProvidedContext {
    ProvidedContext::new("iam::0a1b:oidcProvider:c", mark!())
}

fn with_oidc() -> AssumeAgencyWithOidc {
    AssumeAgencyWithOidc::new("iam::0a1b:oidcProvider:p", "iam::0a1b:agency:a", "name", mark!())
}

fn with_saml() -> AssumeAgencyWithSaml {
    AssumeAgencyWithSaml::new("iam::0a1b:samlProvider:p", "iam::0a1b:agency:a", mark!())
}

fn configured<T>(transport: T, url: &str) -> ClientBuilder<T, Arc<Credentials>> {
    let credentials = Credentials::permanent("EXAMPLEAK00000000001", mark!());
    let endpoint = Endpoint::parse_allowing_http(url).expect("a URL");
    let client = Client::builder(transport).endpoint(endpoint);
    // Further attempts log the same, after waits.
    let client = client.policy(CallPolicy::default().attempts(1));
    client.credentials(credentials.security_token(mark!()))
}

/// Makes calls over each transport: issued and rejected credentials, directly and through a proxy
/// with a password. With `isahc_may_fail`, calls over isahc need not succeed, because the transport
/// rejects them where a logger would get secrets.
///
/// # Panics
///
/// Panics if a call fails that should succeed.
pub fn make_calls(isahc_may_fail: bool) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = |response| format!("http://{}", serve(response));
    let (issued, rejected) = (url(ISSUED), url(REJECTED));
    let behind = |url: &str| url.replace("http://", concat!("http://ab:", mark!(), "@"));
    let (proxy, refusing) = (behind(&issued), behind(&url(FORBIDDEN)));
    let elsewhere = "http://sts.example".to_owned();
    for (url, proxy, is_served) in [
        (&issued, None, true),
        (&rejected, None, false),
        (&elsewhere, Some(&proxy), true),
        (&elsewhere, Some(&refusing), false),
    ] {
        let hyper = HyperTransport::builder();
        let hyper =
            proxy.map_or_else(|| HyperTransport::builder().no_proxy(), |url| hyper.proxy(url));
        run(call(hyper.build().expect("hyper"), url, is_served));
        let reqwest = ReqwestTransport::builder();
        let reqwest =
            proxy.map_or_else(|| ReqwestTransport::builder().no_proxy(), |url| reqwest.proxy(url));
        run(call(reqwest.clone().build().expect("reqwest"), url, is_served));
        call_blocking(reqwest.build_blocking().expect("reqwest"), url, is_served);
        let isahc = IsahcTransport::builder();
        let isahc =
            proxy.map_or_else(|| IsahcTransport::builder().no_proxy(), |url| isahc.proxy(url));
        let isahc = isahc.build().expect("isahc");
        let is_served = is_served && !isahc_may_fail;
        block_on(call(isahc.clone(), url, is_served));
        call_blocking(isahc, url, is_served);
    }
}

fn run(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future);
}

async fn call<T: Transport + Send + Sync + 'static>(transport: T, url: &str, is_served: bool) {
    let client = configured(transport, url).build().expect("a client");
    let with_context = agency().provided_contexts([context()]);
    let outcomes = [
        client.assume_agency(with_context).await.map(|_| ()),
        client.assume_agency_with_oidc(with_oidc()).await.map(|_| ()),
        client.assume_agency_with_saml(with_saml()).await.map(|_| ()),
    ];
    assert!(!is_served || outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let session = client.session(agency()).expect("a session");
    if let Ok(issued) = session.credentials().await {
        session.invalidate(&issued);
    }
}

fn call_blocking<T: blocking::Transport + Send + Sync + 'static>(
    transport: T,
    url: &str,
    is_served: bool,
) {
    let client = configured(transport, url).build_blocking().expect("a client");
    let with_context = agency().provided_contexts([context()]);
    let outcomes = [
        client.assume_agency(with_context).map(|_| ()),
        client.assume_agency_with_oidc(with_oidc()).map(|_| ()),
        client.assume_agency_with_saml(with_saml()).map(|_| ()),
    ];
    assert!(!is_served || outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let session = client.session(agency()).expect("a session");
    if let Ok(issued) = session.credentials() {
        session.invalidate(&issued);
    }
}
