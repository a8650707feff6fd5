//! Two canonical requests side by side.

use crate::diagnosis::SignatureDiagnosis;
use crate::html::Html;

/// Appends the explanation of a signature mismatch.
pub(super) fn write(html: Html, diagnosis: &SignatureDiagnosis) -> Html {
    let expected: Vec<_> = diagnosis.canonical_request.split('\n').collect();
    let signed: Option<Vec<_>> =
        diagnosis.signed_request.as_deref().map(|s| s.split('\n').collect());
    let html = html
        .raw("<details><summary>")
        .text(&diagnosis.cause)
        .raw("</summary><table class=\"comparison\"><thead><tr><th scope=\"col\">Line</th>")
        .raw("<th scope=\"col\">Signed by the client</th>")
        .raw("<th scope=\"col\">Expected by the emulator</th></tr></thead><tbody>");
    let length = signed.as_ref().map_or(0, Vec::len).max(expected.len());
    let html = (0..length).fold(html, |html, index| {
        let is_first = diagnosis.first_difference == Some(index + 1);
        let expected = expected.get(index).copied();
        let signed = match &signed {
            Some(lines) => lines.get(index).copied(),
            None => Some(if index == 0 { "unknown" } else { "" }),
        };
        let number = (index + 1).to_string();
        let html = html.raw(if is_first { "<tr class=\"difference\">" } else { "<tr>" });
        let html = html.raw("<th scope=\"row\">").text(&number);
        let html = html.raw(if is_first { " first difference" } else { "" }).raw("</th><td>");
        if is_first {
            let (signed, expected) = (signed.unwrap_or_default(), expected.unwrap_or_default());
            let same = common_prefix(signed, expected);
            let html = marked(html, signed, same).raw("</td><td>");
            marked(html, expected, same)
        } else {
            html.text(signed.unwrap_or_default())
                .raw("</td><td>")
                .text(expected.unwrap_or_default())
        }
        .raw("</td></tr>")
    });
    html.raw("</tbody></table></details>")
}

/// Appends a line in which all from `same` on is marked.
fn marked(html: Html, line: &str, same: usize) -> Html {
    let (before, rest) = line.split_at_checked(same).unwrap_or((line, ""));
    let html = html.text(before).raw("<mark>");
    if rest.is_empty() { html.raw("(end of the line)") } else { html.text(rest) }.raw("</mark>")
}

/// Returns the number of bytes at the beginning in which the texts are equal.
fn common_prefix(left: &str, right: &str) -> usize {
    let pairs = left.chars().zip(right.chars());
    pairs.take_while(|(left, right)| left == right).map(|(left, _)| left.len_utf8()).sum()
}
