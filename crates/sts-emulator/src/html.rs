//! HTML in which texts are escaped.

/// HTML in the making.
#[derive(Default)]
pub(crate) struct Html(String);

impl Html {
    /// Appends markup, which is part of this program.
    pub(crate) fn raw(mut self, markup: &'static str) -> Self {
        self.0.push_str(markup);
        self
    }

    /// Appends a text, or the value of an attribute in double quotes.
    pub(crate) fn text(mut self, text: &str) -> Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // Not permitted in HTML, or invisible: directions that reorder the line.
                '\0'..='\u{8}'
                | '\u{b}'..='\u{1f}'
                | '\u{7f}'..='\u{9f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' => self.0.push('\u{fffd}'),
                other => self.0.push(other),
            }
        }
        self
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let text = "<script>alert('x')</script> \"a\" & b\u{0}\u{202e}\tc\u{1b}";
        let escaped = Html::default().raw("<b>").text(text).raw("</b>").into_string();
        assert_eq!(
            escaped,
            "<b>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;a&quot; &amp; \
             b\u{fffd}\u{fffd}\tc\u{fffd}</b>"
        );
    }
}
