//! Explanations of signature mismatches.

mod canonical;
mod mistakes;

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Request;
use http::header::AUTHORIZATION;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sts_proto::{Body, Secret};
use sts_sign::{Algorithm, Explanation};

use self::canonical::{Canonical, hex};
use self::mistakes::{Context, MISTAKES, Mistake};

/// Maximum length of a text, in bytes. The rest is cut off.
const MAX_TEXT: usize = 8 * 1024;

/// Explanation of a signature mismatch. It contains neither the secret key nor the security token, but the
/// query of the request.
///
/// A request does not contain the canonical request that its client signed. The emulator knows the
/// secret key, so it tries the usual mistakes of signers, alone and in pairs, until one of them gives
/// the signature of the client. It does so for SDK-HMAC-SHA256 only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignatureDiagnosis {
    /// Canonical request of the emulator.
    pub canonical_request: String,
    /// String to sign of the emulator.
    pub string_to_sign: String,
    /// Canonical request that the client signed, if a usual mistake gives its signature.
    pub signed_request: Option<String>,
    /// Line in which the two canonical requests differ first, counted from 1.
    pub first_difference: Option<usize>,
    /// The mistake, or what is known about it.
    pub cause: String,
}

impl SignatureDiagnosis {
    /// Examines a request whose signature with `secret` differs from the one that was sent.
    pub(crate) fn of(
        request: &Request<Body>,
        algorithm: Algorithm,
        secret: &Secret,
        explanation: &Explanation,
    ) -> Self {
        let canonical_request = explanation.canonical_request();
        let mut diagnosis = Self {
            canonical_request: cut(canonical_request),
            string_to_sign: cut(explanation.string_to_sign()),
            signed_request: None,
            first_difference: None,
            cause:
                "the secret key differs, or the request was changed after signing in a way that \
                    the emulator does not recognize"
                    .to_owned(),
        };
        if algorithm != Algorithm::HmacSha256 {
            diagnosis.cause = format!("the mistakes of signers with {algorithm} are not examined");
            return diagnosis;
        }
        let Some(attempt) = Attempt::new(request, secret, explanation) else { return diagnosis };
        if let Some(cause) = attempt.mistake_in_secret(secret) {
            cause.clone_into(&mut diagnosis.cause);
        } else if let Some((mistakes, signed)) = attempt.mistakes_in_request() {
            diagnosis.cause =
                mistakes.iter().map(|mistake| mistake.cause).collect::<Vec<_>>().join("; ");
            let lines = canonical_request.split('\n').zip(signed.split('\n'));
            let same = lines.take_while(|(ours, theirs)| ours == theirs).count();
            diagnosis.first_difference = Some(same + 1);
            diagnosis.signed_request = Some(cut(&signed));
        }
        diagnosis
    }
}

/// What is needed to try another canonical request.
struct Attempt<'a> {
    context: Context<'a>,
    /// With the values of secret headers.
    canonical: Canonical,
    redacted: Canonical,
    /// Algorithm and date, with a line feed at the end.
    prefix: &'a str,
    mac: Hmac<Sha256>,
    signature: &'a str,
}

impl<'a> Attempt<'a> {
    fn new(
        request: &'a Request<Body>,
        secret: &Secret,
        explanation: &'a Explanation,
    ) -> Option<Self> {
        let redacted = Canonical::read(explanation.canonical_request())?;
        let canonical = redacted.with_secrets(request.headers());
        let (prefix, hash) = explanation.string_to_sign().rsplit_once('\n')?;
        let prefix = explanation.string_to_sign().get(..=prefix.len())?;
        // Without the actual values of all headers no attempt can succeed.
        if hex(&Sha256::digest(canonical.to_string())) != hash {
            return None;
        }
        let mac = Hmac::new_from_slice(secret.expose_secret().as_bytes()).ok()?;
        let authorization = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
        let (_, signature) = authorization.rsplit_once("Signature=")?;
        let signature = signature.trim();
        Some(Self { context: Context::new(request), canonical, redacted, prefix, mac, signature })
    }

    /// Whether the client has signed this canonical request.
    fn is_signed(&self, canonical_request: &str) -> bool {
        self.is_signed_with(self.mac.clone(), canonical_request)
    }

    fn is_signed_with(&self, mac: Hmac<Sha256>, canonical_request: &str) -> bool {
        let hash = hex(&Sha256::digest(canonical_request));
        let signature = mac.chain_update(self.prefix).chain_update(hash).finalize();
        hex(&signature.into_bytes()).eq_ignore_ascii_case(self.signature)
    }

    /// Tries the secret key as it is read from files.
    fn mistake_in_secret(&self, secret: &Secret) -> Option<&'static str> {
        let text = self.canonical.to_string();
        [
            ("\n", "the secret key was used with a line feed at its end"),
            ("\r\n", "the secret key was used with a carriage return and a line feed at its end"),
            (" ", "the secret key was used with a space at its end"),
        ]
        .into_iter()
        .find_map(|(suffix, cause)| {
            let secret = zeroize::Zeroizing::new(format!("{}{suffix}", secret.expose_secret()));
            let mac = Hmac::new_from_slice(secret.as_bytes()).ok()?;
            self.is_signed_with(mac, &text).then_some(cause)
        })
    }

    /// Returns the mistake, or the two mistakes, that give the signature, and the redacted request
    /// with them.
    fn mistakes_in_request(&self) -> Option<(Vec<&'static Mistake>, String)> {
        let single = MISTAKES.iter().map(|mistake| vec![mistake]);
        let pairs = MISTAKES.iter().enumerate().flat_map(|(index, first)| {
            let others = MISTAKES.iter().skip(index + 1);
            others.filter(|other| other.part != first.part).map(move |other| vec![first, other])
        });
        single.chain(pairs).find_map(|mistakes| {
            let text = self.with(&self.canonical, &mistakes)?;
            self.is_signed(&text)
                .then(|| self.with(&self.redacted, &mistakes))?
                .map(|signed| (mistakes, signed))
        })
    }

    /// Returns the canonical request with the mistakes, if each of them changes it.
    fn with(&self, canonical: &Canonical, mistakes: &[&Mistake]) -> Option<String> {
        let mut canonical = canonical.clone();
        for mistake in mistakes {
            (mistake.apply)(&mut canonical, &self.context)?;
        }
        Some(canonical.to_string())
    }
}

fn cut(text: &str) -> String {
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let end = (0..=MAX_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}…", text.get(..end).unwrap_or_default())
}
