//! Meanings of HTTP statuses in the documentation of the service.

use http::StatusCode;

/// Returns the meaning of `status` in the documentation, or the meaning of its class.
#[expect(
    clippy::match_overlapping_arm,
    reason = "documented codes first, then the rest of the class"
)]
pub(crate) fn meaning(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100 => "continue: the first part of the request was received",
        101 => "switching to another protocol version",
        200 => "success",
        201 => "success: resource created",
        202 => "accepted, not completed",
        203 => "success, from an intermediary",
        204 => "success without a body",
        205 => "success; reset the form",
        206 => "success: part of the content",
        300 => "multiple locations",
        301 => "moved permanently",
        302 => "moved temporarily",
        303 => "see another location",
        304 => "not modified, no content",
        305 => "accessible only through a proxy",
        306 => "code no longer used",
        307 => "moved temporarily, with the same method",
        308 => "moved permanently, with the same method",
        400 => "invalid request or parameter, or expired credentials",
        401 => "authentication failed: signature, access key or token rejected",
        402 => "reserved",
        403 => "access denied: missing permission or denied by a policy",
        404 => "resource or path not found",
        405 => "method not allowed, or app quota exhausted",
        406 => "requested content format not available",
        407 => "proxy authentication required",
        408 => "timeout while the server waited for the request",
        409 => "resource already exists, or conflicting change",
        410 => "permanently deleted",
        411 => "missing Content-Length",
        412 => "precondition failed",
        413 => "request too large; temporary if Retry-After is present",
        414 => "URI too long",
        415 => "unsupported body format",
        416 => "invalid range",
        417 => "Expect header cannot be satisfied",
        422 => "well-formed, but semantically invalid",
        429 => "rate limit exceeded; Retry-After may contain the wait",
        494 => "headers too large, for example because of a long security token",
        500 => "internal server error",
        501 => "function not supported",
        502 => "invalid response from the backend",
        503 => "service unavailable",
        504 => "backend timeout",
        505 => "HTTP version not supported",
        ..200 => "interim response",
        200..300 => "success, not documented by the service",
        300..400 => "redirect",
        400..500 => "error in the request",
        500..600 => "error of the service or an intermediary",
        600.. => "status not assigned by HTTP",
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    #[test]
    fn every_status_has_a_meaning_and_each_documented_one_its_own() {
        let documented = (100..=101)
            .chain(200..=206)
            .chain(300..=306)
            .chain(400..=417)
            .chain([422, 429, 494])
            .chain(500..=505);
        let meaning = |status| StatusCode::from_u16(status).map_or("", super::meaning);
        let of_classes = [199, 299, 399, 499, 599, 999].map(meaning);
        let mut own = std::collections::BTreeSet::new();
        for status in documented {
            assert!(!of_classes.contains(&meaning(status)), "{status}");
            assert!(own.insert(meaning(status)), "{status}");
        }
        for status in 100..=999 {
            let class = usize::from(status / 100 - 1).min(5);
            assert!(
                own.contains(meaning(status))
                    || meaning(status) == of_classes[class]
                    || matches!(status, 307 | 308),
                "{status}"
            );
        }
        assert!(meaning(429).contains("Retry-After") && meaning(413).contains("Retry-After"));
        assert!(meaning(494).contains("security token"));
    }
}
