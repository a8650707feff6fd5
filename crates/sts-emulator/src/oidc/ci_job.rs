//! ID tokens for CI jobs, in the protocol of GitHub Actions.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};
use sts_proto::Secret;

use super::id_token::IdToken;
use super::issuer::OidcIssuer;
use super::provider::{OidcProvider, TrustedIssuer};

/// Audience of request tokens, so that they are not accepted as ID tokens.
const REQUEST_AUDIENCE: &str = "sts-emulator:ci-job-request-token";

/// Lifetimes of the tokens, in seconds. Those of GitHub were about the same in 2024 and 2025.
const REQUEST_TOKEN_LIFETIME: i64 = 6 * 3600;
const ID_TOKEN_LIFETIME: i64 = 300;

/// The subject of jobs without another one.
const SUBJECT: &str = "repo:octo-org/octo-repo:ref:refs/heads/main";

/// Claims that belong to a token itself.
const OF_TOKEN: [&str; 5] = ["iss", "aud", "iat", "nbf", "exp"];

impl OidcIssuer {
    /// Returns the URL for the variable `ACTIONS_ID_TOKEN_REQUEST_URL` of a CI job. The issuer must
    /// listen, see [`Builder::oidc_issuer`](crate::Builder::oidc_issuer).
    #[must_use]
    pub fn actions_request_url(&self) -> String {
        format!("{}/actions/id-token?api-version=2.0", self.url())
    }

    /// Returns a token for the variable `ACTIONS_ID_TOKEN_REQUEST_TOKEN` of a CI job, valid for six
    /// hours on the emulator's clock.
    ///
    /// The ID tokens of the job have these claims, a map or a struct; by default the `sub` is
    /// `repo:octo-org/octo-repo:ref:refs/heads/main`. Returns `None` if the claims are not a JSON
    /// object.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use sts_emulator::{Emulator, builtin};
    ///
    /// let emulator = Emulator::builder().oidc_issuer("127.0.0.1:0").start_blocking()?;
    /// let issuer = emulator.oidc_issuer();
    /// let claims = BTreeMap::from([("sub", "repo:example/app:environment:production")]);
    /// let request_token = issuer.actions_request_token(claims).expect("a map");
    /// // Set the two variables, or take the ID token directly.
    /// let id_token = issuer.actions_id_token(
    ///     request_token.expose_secret(),
    ///     Some(builtin::OIDC_CLIENT_ID),
    /// );
    /// assert!(id_token.is_some());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn actions_request_token(&self, claims: impl Serialize) -> Option<Secret> {
        let Ok(Value::Object(mut claims)) = serde_json::to_value(claims) else { return None };
        claims.retain(|name, _| !OF_TOKEN.contains(&name.as_str()));
        claims.entry("sub").or_insert_with(|| SUBJECT.into());
        Some(self.mint_for(claims, REQUEST_AUDIENCE, REQUEST_TOKEN_LIFETIME))
    }

    /// Returns the ID token that a job with this request token gets, valid for five minutes. Without
    /// an audience it is `https://github.com/` and the owner of the repository. Returns `None` if
    /// the request token is not valid.
    #[must_use]
    pub fn actions_id_token(&self, request_token: &str, audience: Option<&str>) -> Option<Secret> {
        let provider = OidcProvider {
            account: String::new(),
            name: String::new(),
            client_ids: vec![REQUEST_AUDIENCE.to_owned()],
            issuer: TrustedIssuer::Own,
        };
        let verified = IdToken::read(request_token, &provider, self, self.now()).ok()?;
        let default = || {
            let repository = verified.subject.strip_prefix("repo:").unwrap_or(&verified.subject);
            let owner = repository.split(['/', '@', ':']).next().unwrap_or_default();
            format!("https://github.com/{owner}")
        };
        let audience = audience.map_or_else(default, str::to_owned);
        let claims = request_token.split('.').nth(1)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
        let mut claims: Map<String, Value> = serde_json::from_slice(&claims).ok()?;
        claims.retain(|name, _| !OF_TOKEN.contains(&name.as_str()));
        Some(self.mint_for(claims, &audience, ID_TOKEN_LIFETIME))
    }

    fn mint_for(&self, mut claims: Map<String, Value>, audience: &str, lifetime: i64) -> Secret {
        let end = self.now().unix_timestamp().saturating_add(lifetime);
        claims.insert("aud".to_owned(), audience.into());
        claims.insert("exp".to_owned(), end.into());
        self.mint(claims)
    }
}
