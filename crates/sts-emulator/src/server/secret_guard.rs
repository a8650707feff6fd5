//! Authentication of requests with a shared secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ctutils::CtEq as _;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use sha2::{Digest as _, Sha256};
use sts_proto::{Body, Secret};
use zeroize::Zeroizing;

use super::response::error_response;

/// Rejects requests without the secret, if there is one. `Authorization` contains it as a bearer
/// token, or as the password of any user, which browsers ask for.
pub(crate) struct SecretGuard {
    /// The digest, which has the same length as those of other texts.
    digest: Option<[u8; 32]>,
}

impl SecretGuard {
    pub(crate) fn new(secret: Option<&Secret>) -> Self {
        Self { digest: secret.map(|secret| digest(secret.expose_secret().as_bytes())) }
    }

    /// Returns the response to a request without the secret.
    pub(crate) fn rejection(&self, headers: &HeaderMap) -> Option<Response<Body>> {
        let expected = self.digest?;
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next().filter(|_| values.next().is_none());
        let presented = value.and_then(presented);
        if presented.is_some_and(|presented| digest(&presented).ct_eq(&expected).to_bool()) {
            return None;
        }
        let problem =
            "Authorization: must be Bearer or Basic with the secret of the control endpoint";
        let mut response = error_response(StatusCode::UNAUTHORIZED, problem);
        let challenge = HeaderValue::from_static("Basic realm=\"sts-emulator\", charset=\"UTF-8\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        Some(response)
    }
}

fn presented(value: &HeaderValue) -> Option<Zeroizing<Vec<u8>>> {
    let (scheme, parameter) = value.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Zeroizing::new(parameter.trim().as_bytes().to_vec()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = Zeroizing::new(STANDARD.decode(parameter.trim()).ok()?);
    let colon = pair.iter().position(|byte| *byte == b':')?;
    Some(Zeroizing::new(pair.get(colon + 1..)?.to_vec()))
}

fn digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(authorization: &[&str]) -> u16 {
        let guard = SecretGuard::new(Some(&Secret::from("0123456789abcdef")));
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        guard.rejection(&headers).map_or(200, |response| response.status().as_u16())
    }

    #[test]
    fn only_the_secret_is_accepted() {
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        assert_eq!(status(&["Bearer 0123456789abcdef"]), 200);
        assert_eq!(status(&["bearer 0123456789abcdef"]), 200);
        assert_eq!(status(&[&basic("any user:0123456789abcdef")]), 200);
        assert_eq!(status(&[&basic(":0123456789abcdef")]), 200);
        for value in [
            "Bearer 0123456789abcdeF",
            "Bearer 0123456789abcde",
            "Bearer 0123456789abcdef0",
            "Bearer ",
            "0123456789abcdef",
            "Basic 0123456789abcdef",
            "Digest 0123456789abcdef",
            &basic("0123456789abcdef"),
            &basic("0123456789abcdef:"),
            &basic("a:b:0123456789abcdef"),
        ] {
            assert_eq!(status(&[value]), 401, "{value}");
        }
        assert_eq!(status(&[]), 401);
        assert_eq!(status(&["Bearer 0123456789abcdef", "Bearer x"]), 401);
        assert!(SecretGuard::new(None).rejection(&HeaderMap::new()).is_none());
    }
}
