//! The five operations through a client: the request arrives as it was signed.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Request};
use sts_client::{Client, ProvideCredentials};
use sts_proto::{AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Credentials, Endpoint};
use sts_sign::{Signer, verify};
use time::OffsetDateTime;

use crate::server::{Received, Server};
use crate::stop::{Stop, expect_eq};
use crate::subject::Subject;
use crate::trial::Trial;

const ACCESS_KEY_ID: &str = "HSTEXAMPLE0000000001";
const SECRET: &str = "planted-secret";
const TOKEN: &str = "planted-security-token";
const AGENCY: &str = "iam::0a1b2c3d:agency:reader";
const SESSION: &str = "sts::0a1b2c3d:assumed-agency:reader/suite";
const PROVIDER: &str = "iam::0a1b2c3d:identity-provider:company";
const TOLERANCE: Duration = Duration::from_secs(900);

pub(crate) async fn assume_agency_is_signed(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(assumed(""))?;
    let client = client(trial, &server)?;
    let output = client.assume_agency(AssumeAgency::new(AGENCY, "suite")).await?;
    expect_eq("the session", output.assumed_agency.urn.as_str(), SESSION)?;
    let request = server.finish_one()?;
    expect_eq("the request", request.request_line(), "POST /v5/agencies/assume HTTP/1.1")?;
    expect_verified(&request)
}

pub(crate) async fn assume_agency_with_oidc_is_unsigned(trial: &Trial<'_>) -> Result<(), Stop> {
    let more = r#","audience":"a","provider":"p","subject_from_id_token":"s""#;
    let server = Server::responding(assumed(more))?;
    let client = client(trial, &server)?;
    let operation = AssumeAgencyWithOidc::new(PROVIDER, AGENCY, "suite", "planted-id-token");
    let output = client.assume_agency_with_oidc(operation).await?;
    expect_eq("the session", output.assumed_agency.urn.as_str(), SESSION)?;
    expect_unsigned(&server.finish_one()?)
}

pub(crate) async fn assume_agency_with_saml_is_unsigned(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(assumed(r#","issuer":"https://idp.example""#))?;
    let client = client(trial, &server)?;
    let operation = AssumeAgencyWithSaml::new(PROVIDER, AGENCY, "cGxhbnRlZA==");
    let output = client.assume_agency_with_saml(operation).await?;
    expect_eq("the session", output.assumed_agency.urn.as_str(), SESSION)?;
    expect_unsigned(&server.finish_one()?)
}

pub(crate) async fn decode_authorization_message_is_signed(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(json(r#"{"decoded_message":"{}"}"#))?;
    let decoded = client(trial, &server)?.decode_authorization_message("aGVsbG8=").await?;
    expect_eq("the message", decoded.as_str(), "{}")?;
    expect_verified(&server.finish_one()?)
}

pub(crate) async fn caller_identity_is_signed(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(json(
        r#"{"account_id":"0a1b2c3d","principal_urn":"iam::0a1b2c3d:user:u","principal_id":"p"}"#,
    ))?;
    let identity = client(trial, &server)?.caller_identity().await?;
    expect_eq("the account", identity.account_id.as_str(), "0a1b2c3d")?;
    let request = server.finish_one()?;
    expect_eq("the request", request.request_line(), "GET /v5/caller-identity HTTP/1.1")?;
    expect_verified(&request)
}

fn client(
    trial: &Trial<'_>,
    server: &Server,
) -> Result<Client<Subject, impl ProvideCredentials + use<>>, Stop> {
    let credentials = Credentials::permanent(ACCESS_KEY_ID, SECRET).security_token(TOKEN);
    Ok(Client::builder(trial.transport()?)
        .endpoint(Endpoint::parse_allowing_http(&server.url(""))?)
        .credentials(credentials)
        .build()?)
}

fn assumed(more: &str) -> String {
    json(&format!(
        r#"{{"assumed_agency":{{"urn":"{SESSION}","id":"id:suite"}},"credentials":{{
            "access_key_id":"HST","secret_access_key":"planted","security_token":"planted",
            "expiration":"2099-01-01T00:00:00Z"}}{more}}}"#
    ))
}

fn json(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The signature must match the received request.
fn expect_verified(received: &Received) -> Result<(), Stop> {
    let mut line = received.request_line().split(' ');
    let (method, target) = (line.next().unwrap_or_default(), line.next().unwrap_or_default());
    let mut request =
        Request::builder().method(method).uri(target).body(received.body.as_slice())?;
    for (name, value) in received.headers() {
        let name = HeaderName::from_bytes(name.as_bytes())?;
        request.headers_mut().append(name, HeaderValue::from_str(value)?);
    }
    let signer = Signer::from_parts(ACCESS_KEY_ID, SECRET)?.security_token(TOKEN)?;
    let now = OffsetDateTime::now_utc();
    verify(&request, |_| Some(&signer), now, TOLERANCE).map_err(|error| {
        Stop::Failed(format!("the received request does not match its signature: {error}"))
    })?;
    Ok(())
}

fn expect_unsigned(request: &Received) -> Result<(), Stop> {
    for name in ["authorization", "x-security-token"] {
        expect_eq(name, request.values(name), Vec::<&str>::new())?;
    }
    Ok(())
}
