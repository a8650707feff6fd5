//! The proofs in requests: the secret of the server, or a token that it has issued.

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use huaweicloud_sts::proto::secret_json;
use huaweicloud_sts::proto::server::AnyOperation;
use huaweicloud_sts::sts_client::Secret;
use serde::Deserialize;

const AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-security-token");

#[derive(Deserialize)]
struct IdTokenRequest {
    auth: IdTokenAuth,
}

#[derive(Deserialize)]
struct IdTokenAuth {
    id_token: Token,
}

#[derive(Deserialize)]
struct Token {
    #[serde(deserialize_with = "secret_json::deserialize")]
    id: Secret,
}

#[derive(Deserialize)]
struct AccessKeyRequest {
    auth: AccessKeyAuth,
}

#[derive(Deserialize)]
struct AccessKeyAuth {
    identity: Identity,
}

#[derive(Deserialize)]
struct Identity {
    methods: Option<Vec<String>>,
    token: Option<OptionalToken>,
}

#[derive(Deserialize)]
struct OptionalToken {
    #[serde(default, deserialize_with = "secret_json::deserialize_option")]
    id: Option<Secret>,
}

/// Returns the ID token of `CreateTokenWithIdToken`.
pub(super) fn id_token(body: &[u8]) -> Option<Secret> {
    let request: IdTokenRequest = serde_json::from_slice(body).ok()?;
    Some(request.auth.id_token.id)
}

/// Returns the IAM token of `CreateTemporaryAccessKeyByToken`, from the header or from the body. The
/// requested lifetime and policy are ignored: the credentials exist already.
pub(super) fn iam_token(headers: &HeaderMap, body: &[u8]) -> Option<Secret> {
    let request: Option<AccessKeyRequest> = serde_json::from_slice(body).ok();
    let identity = request.map(|request| request.auth.identity);
    let other_method = |methods: &Vec<String>| !methods.iter().all(|method| method == "token");
    if identity.as_ref().is_some_and(|identity| identity.methods.as_ref().is_some_and(other_method))
    {
        return None;
    }
    if headers.contains_key(AUTH_TOKEN) {
        return single(headers, &AUTH_TOKEN);
    }
    identity?.token?.id
}

/// Returns the ID token of `AssumeAgencyWithOIDC`.
pub(super) fn oidc_token(body: &[u8]) -> Option<Secret> {
    match AnyOperation::from_json("AssumeAgencyWithOIDC", body) {
        Ok(AnyOperation::AssumeAgencyWithOidc(operation)) => Some(operation.id_token),
        _ => None,
    }
}

/// Returns the value of `Authorization`.
pub(super) fn authorization(headers: &HeaderMap) -> Option<Secret> {
    single(headers, &AUTHORIZATION)
}

/// Returns the bearer token in `Authorization`.
pub(super) fn bearer_token(headers: &HeaderMap) -> Option<Secret> {
    let value = authorization(headers)?;
    value.expose_secret().strip_prefix("Bearer ").map(Secret::from)
}

/// Returns the security token of a signed request.
pub(super) fn security_token(headers: &HeaderMap) -> Option<Secret> {
    single(headers, &SECURITY_TOKEN)
}

/// Returns the value of a header that occurs once.
fn single(headers: &HeaderMap, name: &HeaderName) -> Option<Secret> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    HeaderValue::to_str(value).ok().map(Secret::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exposed(secret: Option<Secret>) -> Option<String> {
        secret.map(|secret| secret.expose_secret().to_owned())
    }

    fn headers(values: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn an_id_token_is_in_the_body() {
        let body = br#"{"auth":{"id_token":{"id":"abc"}}}"#;
        assert_eq!(exposed(id_token(body)).as_deref(), Some("abc"));
        for body in [
            "",
            "{}",
            "abc",
            r#"{"auth":{"id_token":{"id":null}}}"#,
            r#"{"auth":{"id_token":{"id":"a","id":"abc"}}}"#,
            r#"{"auth":{"id_token":"abc"}}"#,
            r#"{"auth":{"id_token":{"id":"abc"}}} x"#,
        ] {
            assert_eq!(exposed(id_token(body.as_bytes())), None, "{body}");
        }
    }

    #[test]
    fn an_iam_token_is_in_the_body_or_in_a_header() {
        let body = br#"{"auth":{"identity":{"methods":["token"],
            "token":{"id":"abc","duration_seconds":21600}}}}"#;
        let header = headers(&[("x-auth-token", "def")]);
        assert_eq!(exposed(iam_token(&HeaderMap::new(), body)).as_deref(), Some("abc"));
        assert_eq!(exposed(iam_token(&header, body)).as_deref(), Some("def"));
        let duration = br#"{"auth":{"identity":{"methods":["token"],
            "token":{"duration_seconds":21600}}}}"#;
        assert_eq!(exposed(iam_token(&header, duration)).as_deref(), Some("def"));
        assert_eq!(exposed(iam_token(&HeaderMap::new(), duration)), None);
        let two = headers(&[("x-auth-token", "def"), ("x-auth-token", "def")]);
        assert_eq!(exposed(iam_token(&two, body)), None);
        let agency = br#"{"auth":{"identity":{"methods":["assume_role"],
            "token":{"id":"abc"}}}}"#;
        assert_eq!(exposed(iam_token(&HeaderMap::new(), agency)), None);
    }

    #[test]
    fn a_header_must_not_be_repeated() {
        let one = headers(&[("authorization", "Bearer abc")]);
        assert_eq!(exposed(bearer_token(&one)).as_deref(), Some("abc"));
        assert_eq!(exposed(authorization(&one)).as_deref(), Some("Bearer abc"));
        let two = headers(&[("authorization", "Bearer abc"), ("authorization", "x")]);
        assert_eq!(exposed(bearer_token(&two)), None);
        assert_eq!(exposed(authorization(&two)), None);
        assert_eq!(exposed(bearer_token(&headers(&[("authorization", "abc")]))), None);
        assert_eq!(exposed(security_token(&HeaderMap::new())), None);
    }

    #[test]
    fn the_id_token_of_sts_is_a_field() {
        let body = br#"{"provider_urn":"any","agency_urn":"any","agency_session_name":"run",
            "id_token":"abcd","duration_seconds":3600}"#;
        assert_eq!(exposed(oidc_token(body)).as_deref(), Some("abcd"));
        assert_eq!(exposed(oidc_token(br#"{"id_token":"abcd"}"#)), None);
    }
}
