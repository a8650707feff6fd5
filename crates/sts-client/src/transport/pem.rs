//! Root certificates in PEM, parsed by the same rules for every HTTP stack.

use memchr::memmem;
use thiserror::Error;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Certificates of a PEM text, for transports that load root certificates.
///
/// Each certificate is parsed on its own, so an invalid one does not affect the others. Byte order
/// marks, white space, any line ending, text between the blocks and blocks of other kinds are
/// ignored. The content is never printed: a private key may have been pasted by mistake.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PemCertificates<T> {
    /// The decoded certificates, in the order of the text.
    pub certificates: Vec<T>,
    /// The errors, in the order of the text. Never empty if `certificates` is.
    pub unreadable: Vec<UnreadableCertificate>,
}

/// Error for a certificate, or a whole text, that cannot be parsed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("line {line}: {reason}")]
pub struct UnreadableCertificate {
    line: usize,
    reason: &'static str,
}

impl UnreadableCertificate {
    /// Returns the line on which it begins, counted from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }
}

impl<T> PemCertificates<T> {
    /// Parses all certificates of `pem`.
    ///
    /// `decode` takes each certificate as a PEM block of its own. Its error states why the
    /// certificate cannot be trusted, without any of its content.
    pub fn read(pem: &[u8], decode: impl Fn(&[u8]) -> Result<T, &'static str>) -> Self {
        let mut found = Self { certificates: Vec::new(), unreadable: Vec::new() };
        let mut is_private_key_found = false;
        let mut read = 0;
        while let Some(begin) = find(pem, BEGIN, read) {
            let (end, block) = block(pem, begin);
            read = end;
            let decoded = match block {
                Ok(Block { label: b"CERTIFICATE" | b"X509 CERTIFICATE", base64 }) => {
                    decode(&armored(base64))
                }
                Ok(Block { label: b"TRUSTED CERTIFICATE", .. }) => Err(TRUSTED),
                Ok(Block { label, .. }) => {
                    is_private_key_found |= label.ends_with(b"PRIVATE KEY");
                    continue;
                }
                Err(reason) => Err(reason),
            };
            match decoded {
                Ok(certificate) => found.certificates.push(certificate),
                Err(reason) => found.unreadable.push(UnreadableCertificate {
                    line: count_lines(pem.get(..begin).unwrap_or_default()),
                    reason,
                }),
            }
        }
        if found.certificates.is_empty() && found.unreadable.is_empty() {
            let reason = if is_private_key_found { PRIVATE_KEY } else { reason_for_nothing(pem) };
            found.unreadable.push(UnreadableCertificate { line: 1, reason });
        }
        found
    }

    /// Returns all certificates, if every one is valid.
    ///
    /// # Errors
    ///
    /// Returns the first error.
    pub fn all(self) -> Result<Vec<T>, UnreadableCertificate> {
        self.unreadable.first().map_or(Ok(self.certificates), |unreadable| Err(*unreadable))
    }
}

const TRUSTED: &str = "OpenSSL's form TRUSTED CERTIFICATE is not supported; convert it with \
                       `openssl x509`";
const PRIVATE_KEY: &str = "a private key in place of a certificate";

/// Returns the reason why a text contains no certificate.
fn reason_for_nothing(pem: &[u8]) -> &'static str {
    match pem {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the text is UTF-16; save it as UTF-8",
        [0x30, 0x80..=0xff, ..] => {
            "DER in place of PEM; convert it with `openssl x509 -inform der`"
        }
        _ if pem.trim_ascii().is_empty() => "the text is empty",
        _ => "no certificate found, expected -----BEGIN CERTIFICATE-----",
    }
}

struct Block<'a> {
    label: &'a [u8],
    base64: &'a [u8],
}

/// Returns the block that begins at `begin`, and where to continue.
fn block(pem: &[u8], begin: usize) -> (usize, Result<Block<'_>, &'static str>) {
    let label_start = begin + BEGIN.len();
    let line_end = find(pem, b"\n", label_start).unwrap_or(pem.len());
    let Some(label_end) = find(pem, DASHES, label_start).filter(|end| *end < line_end) else {
        return (label_start, Err("incomplete BEGIN line"));
    };
    let start = label_end + DASHES.len();
    let next = find(pem, BEGIN, start).unwrap_or(pem.len());
    let Some(end) = pem.get(..next).and_then(|pem| find(pem, END, start)) else {
        return (next, Err("missing END line"));
    };
    let label = pem.get(label_start..label_end).unwrap_or_default();
    let base64 = pem.get(start..end).unwrap_or_default();
    let closing = pem.get(end + END.len()..).unwrap_or_default();
    if closing.strip_prefix(label).is_some_and(|rest| rest.starts_with(DASHES)) {
        (end, Ok(Block { label, base64 }))
    } else {
        (end, Err("the END line does not match the BEGIN line"))
    }
}

/// Returns the block in the form that every parser accepts.
fn armored(base64: &[u8]) -> Vec<u8> {
    let mut armored = b"-----BEGIN CERTIFICATE-----\n".to_vec();
    armored.extend(base64.iter().filter(|byte| !byte.is_ascii_whitespace()));
    armored.extend(b"\n-----END CERTIFICATE-----\n");
    armored
}

fn find(text: &[u8], what: &[u8], from: usize) -> Option<usize> {
    memmem::find(text.get(from..)?, what).map(|at| from + at)
}

/// One more than the number of line ends.
fn count_lines(text: &[u8]) -> usize {
    text.split(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pem: impl AsRef<[u8]>) -> PemCertificates<String> {
        PemCertificates::read(pem.as_ref(), |block| {
            let block = String::from_utf8(block.to_vec()).map_err(|_| "not text")?;
            let body = block
                .strip_prefix("-----BEGIN CERTIFICATE-----\n")
                .and_then(|rest| rest.strip_suffix("\n-----END CERTIFICATE-----\n"))
                .ok_or("not armored")?;
            if body.contains('!') { Err("invalid base64") } else { Ok(body.to_owned()) }
        })
    }

    fn certificate(body: &str) -> String {
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----")
    }

    fn reason(pem: impl AsRef<[u8]>) -> String {
        let found = read(pem);
        assert_eq!(found.certificates, [] as [String; 0]);
        found.all().unwrap_err().to_string()
    }

    #[test]
    fn text_around_certificates_is_ignored() {
        let (a, b) = (certificate("QQ=="), certificate("QkJC\nQkJC"));
        let key = "-----BEGIN PRIVATE KEY-----\nplanted!\n-----END PRIVATE KEY-----";
        for pem in [
            format!("{a}\n{b}\n"),
            format!("{a}{b}"),
            format!("\u{feff}{a}\n\u{feff}{b}"),
            format!("{a}\n{b}").replace('\n', "\r\n"),
            format!("{a}\n{b}").replace('\n', "\r"),
            format!("{a}\n{b}").replace('\n', " \n\t "),
            format!("subject=/CN=a\n{a}\n\n# next ----- one\n{b}\n-----"),
            format!("{key}\n{a}\n{key}{b}"),
            format!("{a}\n{}", b.replace("CERTIFICATE", "X509 CERTIFICATE")),
        ] {
            let found = read(&pem);
            assert_eq!(found.certificates, ["QQ==", "QkJCQkJC"], "{pem}");
            assert!(found.unreadable.is_empty(), "{pem}");
        }
    }

    #[test]
    fn an_invalid_certificate_does_not_affect_the_others() {
        let (good, bad) = (certificate("QQ=="), certificate("!"));
        let trusted = good.replace("CERTIFICATE", "TRUSTED CERTIFICATE");
        let unended = "-----BEGIN CERTIFICATE-----\nQQ==\n";
        let mismatched = good.replace("END CERTIFICATE", "END X509 CRL");
        let cut = "-----BEGIN CERTIFICATE\nQQ==\n";
        for (broken, reason) in [
            (&*bad, "line 4: invalid base64"),
            (&trusted, TRUSTED),
            (unended, "line 4: missing END line"),
            (&mismatched, "line 4: the END line does not match the BEGIN line"),
            (cut, "line 4: incomplete BEGIN line"),
        ] {
            let found = read(format!("{good}\n{broken}\n{good}"));
            assert_eq!(found.certificates.len(), 2, "{broken}");
            let unreadable = found.all().unwrap_err();
            assert_eq!(unreadable.line(), 4);
            assert!(unreadable.to_string().ends_with(reason), "{unreadable}");
        }
    }

    #[test]
    fn a_text_without_certificates_has_a_reason() {
        assert_eq!(reason(""), "line 1: the text is empty");
        assert_eq!(reason("\r\n \n"), "line 1: the text is empty");
        assert!(reason([0x30, 0x82, 1, 0x0a]).starts_with("line 1: DER in place of PEM"));
        assert_eq!(reason(b"\xff\xfe-\0-\0"), "line 1: the text is UTF-16; save it as UTF-8");
        let key = "-----BEGIN RSA PRIVATE KEY-----\nplanted\n-----END RSA PRIVATE KEY-----\n";
        assert_eq!(reason(key), format!("line 1: {PRIVATE_KEY}"));
        for text in ["hello planted", "-----", "-----BEGIN\n", "\u{feff}"] {
            let reason = reason(text);
            assert!(reason.contains("expected -----BEGIN CERTIFICATE-----"), "{reason}");
        }
    }

    #[test]
    fn no_text_panics() {
        let pem = format!("{}\n{}", certificate("QQ=="), certificate("!"));
        for end in 0..=pem.len() {
            read(&pem[..end]);
            read(&pem[end..]);
            read([&pem[..end], "-----", &pem[end..]].concat());
        }
    }
}
