//! Signing keys, one file per algorithm.

mod error;
mod hmac_key;
mod hmac_sha256;
#[cfg(feature = "p256")]
mod p256;
#[cfg(any(feature = "p256", feature = "sm2"))]
mod private_key;
mod remote;
#[cfg(feature = "sm2")]
mod sm2;
#[cfg(feature = "sm3")]
mod sm3;
mod v11;

use std::sync::Arc;

use ctutils::CtEq;

pub use self::error::SigningKeyError;
pub(crate) use self::hmac_sha256::HmacSha256Key;
#[cfg(feature = "p256")]
pub(crate) use self::p256::P256Key;
pub use self::remote::RemoteKey;
#[cfg(feature = "sm2")]
pub(crate) use self::sm2::Sm2Key;
#[cfg(feature = "sm3")]
pub(crate) use self::sm3::HmacSm3Key;
pub(crate) use self::v11::V11Key;
use crate::algorithm::Algorithm;
use crate::hex;
use crate::scope::Scope;
use crate::signature::Signature;
use crate::string_to_sign::StringToSign;

/// Key that signs: in memory, in a hardware security module (HSM), or in a certified module for SM2
/// and SM3.
///
/// [`Signer::from_key`](crate::Signer::from_key) creates a signer from it, so the key need
/// not be in the memory of the process. The trait is synchronous, like the APIs of most modules. If the key is
/// in a service with an async API, such as a key management service (KMS), use
/// [`Signer::prepare`](crate::Signer::prepare) and sign between its two steps.
///
/// ```
/// use sts_sign::{Algorithm, Signature, Signer, SigningKey, SigningKeyError, StringToSign};
/// # struct Session;
/// # impl Session {
/// #     fn hmac_sha256(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, std::io::Error> {
/// #         Ok(vec![0; 32])
/// #     }
/// # }
///
/// /// Key in an HSM, with its label.
/// struct HsmKey {
///     session: Session,
///     label: String,
/// }
///
/// impl SigningKey for HsmKey {
///     fn algorithm(&self) -> Algorithm {
///         Algorithm::HmacSha256
///     }
///
///     fn sign(&self, text: &StringToSign) -> Result<Signature, SigningKeyError> {
///         let code = self.session.hmac_sha256(&self.label, &text.to_bytes());
///         Ok(Signature::from_bytes(&code.map_err(SigningKeyError::new)?))
///     }
/// }
///
/// let key = HsmKey { session: Session, label: "deploy".to_owned() };
/// let signer = Signer::from_key("HSTEXAMPLE0000000001", key)?;
/// # let _ = signer;
/// # Ok::<(), sts_sign::SignerError>(())
/// ```
pub trait SigningKey: Send + Sync {
    /// Returns the algorithm of the key.
    fn algorithm(&self) -> Algorithm;

    /// Returns the scope of a derived key, for [`Algorithm::V11HmacSha256`] only.
    fn scope(&self) -> Option<&Scope> {
        None
    }

    /// Signs `text`.
    ///
    /// # Errors
    ///
    /// The key is not available.
    fn sign(&self, text: &StringToSign) -> Result<Signature, SigningKeyError>;

    /// Returns whether `signature`, in bytes, is a signature of `text`. Only the
    /// [verification](crate::verify) of requests calls it.
    ///
    /// The default signs `text` and compares both in constant time, which is correct for MACs.
    /// Implement it for algorithms with random signatures.
    ///
    /// # Errors
    ///
    /// The key is not available.
    fn verify(&self, text: &StringToSign, signature: &[u8]) -> Result<bool, SigningKeyError> {
        let mut presented = vec![0; 2 * signature.len()];
        hex::write(signature, &mut presented);
        Ok(self.sign(text)?.as_hex().ct_eq(&*presented).to_bool())
    }
}

impl<K: SigningKey + ?Sized> SigningKey for Arc<K> {
    fn algorithm(&self) -> Algorithm {
        (**self).algorithm()
    }

    fn scope(&self) -> Option<&Scope> {
        (**self).scope()
    }

    fn sign(&self, text: &StringToSign) -> Result<Signature, SigningKeyError> {
        (**self).sign(text)
    }

    fn verify(&self, text: &StringToSign, signature: &[u8]) -> Result<bool, SigningKeyError> {
        (**self).verify(text, signature)
    }
}
