//! XML signatures as profiled by SAML 2.0 (core, chapter 5): one enveloped reference to the signed
//! element by its ID, canonicalized, signed with RSA.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::NodeSet;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use webpki::EndEntityCert;
use webpki::ring::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
};

use super::element::{Element, SIGNATURE};
use super::error::AssertionError;

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// A `SignedInfo` with one reference and two transforms has at most ten elements.
const SIGNED_INFO_ELEMENTS: usize = 16;
const INCLUSIVE_PREFIXES: usize = 32;

/// Certificate of a provider. Only its key is used; its dates and its issuer are ignored, as in
/// SAML.
#[derive(Clone)]
pub(crate) struct Certificate(Arc<CertificateDer<'static>>);

impl Certificate {
    /// Parses PEM. Returns `None` if it does not contain a certificate.
    pub(crate) fn read(pem: &str) -> Option<Self> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        EndEntityCert::try_from(&der).ok()?;
        Some(Self(Arc::new(der)))
    }

    fn has_signed(
        &self,
        algorithm: &dyn SignatureVerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        EndEntityCert::try_from(&*self.0).is_ok_and(|certificate| {
            certificate.verify_signature(algorithm, message, signature).is_ok()
        })
    }
}

/// Verifies the signatures of the assertion and of the response. At least one must be present.
pub(super) fn verify(
    response: Element<'_>,
    assertion: Element<'_>,
    certificate: &Certificate,
) -> Result<(), AssertionError> {
    let mut is_signed = false;
    for element in [response, assertion] {
        if !element.children(SIGNATURE, "Signature").is_empty() {
            verify_element(element, certificate)?;
            is_signed = true;
        }
    }
    if is_signed { Ok(()) } else { Err(AssertionError::Unsigned) }
}

/// Verifies in order of cost: form, algorithms, the signature over the few elements of
/// `SignedInfo`. The whole element is digested only if that signature is valid.
fn verify_element(element: Element<'_>, certificate: &Certificate) -> Result<(), AssertionError> {
    let algorithm = AssertionError::Algorithm;
    let signature = element.only_child(SIGNATURE, "Signature").ok_or(algorithm)?;
    let signed_info = signature.only_child(SIGNATURE, "SignedInfo").ok_or(algorithm)?;
    if signed_info.count(SIGNED_INFO_ELEMENTS) > SIGNED_INFO_ELEMENTS {
        return Err(algorithm);
    }
    let reference = signed_info.only_child(SIGNATURE, "Reference").ok_or(algorithm)?;

    // The reference must refer to the element that is read afterwards.
    let id = element.attribute("ID").filter(|id| !id.is_empty()).ok_or(algorithm)?;
    if reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) != Some(id) {
        return Err(algorithm);
    }
    let transform = transform(reference).ok_or(algorithm)?;
    let hash = digest_method(reference).ok_or(algorithm)?;
    let method = signed_info.only_child(SIGNATURE, "SignatureMethod").and_then(signature_method);
    let method = method.ok_or(algorithm)?;
    let expected = reference.only_child(SIGNATURE, "DigestValue").and_then(base64_of);
    let expected = expected.ok_or(algorithm)?;
    let value = signature.only_child(SIGNATURE, "SignatureValue").and_then(base64_of);
    let value = value.ok_or(algorithm)?;
    if expected.len() != hash.length() {
        return Err(AssertionError::Digest);
    }

    let canonicalization = signed_info.only_child(SIGNATURE, "CanonicalizationMethod");
    let subtree = NodeSet::tree_without_comments(signed_info.id, signed_info.document);
    let signed = canonicalization.and_then(|method| canonicalize(method, &subtree));
    if !certificate.has_signed(method, &signed.ok_or(algorithm)?, &value) {
        return Err(AssertionError::Signature);
    }
    let content = without(element, signature);
    let content = canonicalize(transform, &content).ok_or(algorithm)?;
    if hash.of(&content) == expected { Ok(()) } else { Err(AssertionError::Digest) }
}

/// Returns the canonicalization transform, which follows the enveloped-signature transform.
fn transform(reference: Element<'_>) -> Option<Element<'_>> {
    let transforms = reference.only_child(SIGNATURE, "Transforms")?;
    let transforms = transforms.children(SIGNATURE, "Transform");
    let [enveloped, canonicalization] = transforms.as_slice() else { return None };
    if enveloped.attribute("Algorithm") != Some(ENVELOPED) {
        return None;
    }
    C14nMode::from_uri(canonicalization.attribute("Algorithm")?)?;
    Some(*canonicalization)
}

/// Returns the nodes of the element without the signature.
fn without(element: Element<'_>, signature: Element<'_>) -> NodeSet {
    let document = element.document;
    let whole = NodeSet::tree_without_comments(element.id, document);
    whole.subtract(&NodeSet::tree_with_comments(signature.id, document))
}

/// Applies the canonicalization that `method` names.
fn canonicalize(method: Element<'_>, nodes: &NodeSet) -> Option<Vec<u8>> {
    let mode = C14nMode::from_uri(method.attribute("Algorithm")?)?;
    let prefixes = method.child(mode.uri(), "InclusiveNamespaces");
    let prefixes = prefixes.and_then(|list| list.attribute("PrefixList")).unwrap_or_default();
    let mut prefixes: Vec<_> = prefixes.split_ascii_whitespace().collect();
    // The library compares each prefix with each element.
    prefixes.sort_unstable();
    prefixes.dedup();
    if prefixes.len() > INCLUSIVE_PREFIXES {
        return None;
    }
    canonicalize_doc(method.document, mode, Some(nodes), &prefixes).ok()
}

/// A hash function.
#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// Length of a hash value, in bytes.
    const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

fn digest_method(reference: Element<'_>) -> Option<Hash> {
    match reference.only_child(SIGNATURE, "DigestMethod")?.attribute("Algorithm")? {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Some(Hash::Sha256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Some(Hash::Sha384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Some(Hash::Sha512),
        _ => None,
    }
}

fn signature_method(method: Element<'_>) -> Option<&'static dyn SignatureVerificationAlgorithm> {
    let name = method.attribute("Algorithm")?;
    match name.strip_prefix("http://www.w3.org/2001/04/xmldsig-more#")? {
        "rsa-sha256" => Some(RSA_PKCS1_2048_8192_SHA256),
        "rsa-sha384" => Some(RSA_PKCS1_2048_8192_SHA384),
        "rsa-sha512" => Some(RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}

fn base64_of(element: Element<'_>) -> Option<Vec<u8>> {
    let text = element.text();
    STANDARD.decode(text.split_ascii_whitespace().collect::<String>()).ok()
}
