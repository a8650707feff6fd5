//! Limits on the cost of a document, checked in one pass over its text before it is parsed.
//!
//! Parsers compare each attribute of an element with its others, and canonicalization copies the
//! namespaces in scope at each element. Without limits, small documents take seconds.

use super::error::AssertionError;

/// Depth of elements.
const LEVELS: usize = 64;
/// Elements, comments, processing instructions and CDATA sections together.
const NODES: usize = 8_000;
/// Attributes of an element, including namespace declarations.
const ATTRIBUTES: usize = 64;
/// Namespace declarations in scope at one element.
const NAMESPACES: usize = 64;
/// Steps of canonicalization, as counted by [`check`].
const STEPS: usize = 2_000_000;

/// Returns the cost of parsing and canonicalizing `xml` in steps: the bytes of the document, and
/// for each element the bytes of all namespace declarations in scope.
///
/// The count may be wrong for text that is not well-formed, which the parser rejects early.
pub(super) fn check(xml: &str) -> Result<usize, AssertionError> {
    let mut steps = xml.len();
    let mut nodes = 0_usize;
    // Declarations in scope at each open element, and their bytes.
    let mut scopes: Vec<Scope> = Vec::new();
    let mut rest = xml;
    while let Some((_, markup)) = rest.split_once('<') {
        nodes += usize::from(!markup.starts_with('/'));
        rest = if let Some(section) = markup.strip_prefix("!--") {
            after(section, "-->")?
        } else if let Some(section) = markup.strip_prefix("![CDATA[") {
            after(section, "]]>")?
        } else if let Some(section) = markup.strip_prefix('?') {
            after(section, "?>")?
        } else if let Some(end_tag) = markup.strip_prefix('/') {
            scopes.pop();
            after(end_tag, ">")?
        } else {
            let outer = scopes.last().copied().unwrap_or_default();
            let tag = Tag::read(markup, outer)?;
            steps = steps.saturating_add(tag.scope.bytes);
            if !tag.is_empty {
                scopes.push(tag.scope);
            }
            if scopes.len() > LEVELS {
                return Err(AssertionError::Xml);
            }
            tag.rest
        };
        if nodes > NODES || steps > STEPS {
            return Err(AssertionError::Size);
        }
    }
    Ok(steps)
}

fn after<'a>(text: &'a str, end: &str) -> Result<&'a str, AssertionError> {
    text.split_once(end).map(|(_, rest)| rest).ok_or(AssertionError::Xml)
}

/// Namespace declarations in scope at an element.
#[derive(Clone, Copy, Default)]
struct Scope {
    declarations: usize,
    bytes: usize,
}

/// A start tag.
struct Tag<'a> {
    scope: Scope,
    /// Whether it is an empty-element tag.
    is_empty: bool,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    fn read(markup: &'a str, outer: Scope) -> Result<Self, AssertionError> {
        let (mut scope, mut attributes) = (outer, 0);
        let mut rest = markup;
        loop {
            let end = rest.find(['"', '\'', '>']).ok_or(AssertionError::Xml)?;
            let (before, delimiter) = rest.split_at(end);
            let Some(quote) = delimiter.chars().next().filter(|c| *c != '>') else {
                let rest = delimiter.get(1..).unwrap_or_default();
                return Ok(Self { scope, is_empty: before.ends_with('/'), rest });
            };
            let value = delimiter.get(1..).unwrap_or_default();
            let (value, following) = value.split_once(quote).ok_or(AssertionError::Xml)?;
            rest = following;
            attributes += 1;
            // Before the quote are white space, a name and an equals sign; before the first quote
            // also the name of the element.
            let name = before.trim_end().trim_end_matches('=').split_ascii_whitespace().next_back();
            let name = name.unwrap_or_default();
            if name == "xmlns" || name.starts_with("xmlns:") {
                scope.declarations += 1;
                scope.bytes += name.len() + value.len();
            }
            if attributes > ATTRIBUTES || scope.declarations > NAMESPACES {
                return Err(AssertionError::Size);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// Returns a document with `count` elements below `namespaces` declarations, 16 at each level.
    fn document(namespaces: usize, count: usize, uri: &str) -> String {
        let levels = namespaces.div_ceil(16);
        let mut xml = String::new();
        for level in 0..levels {
            xml.push_str("<l");
            for index in (level * 16..namespaces).take(16) {
                write!(xml, " xmlns:n{index}='{uri}{index}'").unwrap();
            }
            xml.push('>');
        }
        xml.push_str(&"<n0:e/>".repeat(count));
        xml.push_str(&"</l>".repeat(levels));
        xml
    }

    #[test]
    fn steps_grow_with_the_size_of_a_document() {
        for namespaces in [1, 8, 32, 64] {
            let steps = |count| check(&document(namespaces, count, "urn:")).unwrap();
            for count in [10, 100, 500, 1000] {
                let (once, twice) = (steps(count), steps(2 * count));
                assert!(2 * twice <= 5 * once, "{namespaces} {count}: {once}, then {twice}");
            }
        }
    }

    #[test]
    fn namespaces_elements_attributes_and_depth_are_limited() {
        let attributes = |count: usize| {
            let list: Vec<_> = (0..count).map(|index| format!("a{index}=\"'>\"")).collect();
            format!("<e {}/>", list.join(" "))
        };
        let levels = |count| "<e>".repeat(count) + &"</e>".repeat(count);
        for (xml, is_accepted) in [
            (document(64, 10, "urn:"), true),
            (document(65, 10, "urn:"), false),
            (document(2_000, 8_000, "u"), false),
            (document(1, 7_990, "u"), true),
            (document(1, 8_000, "u"), false),
            (document(1, 2_000, &"u".repeat(900)), true),
            // Many elements amplify one long name.
            (document(1, 2_000, &"u".repeat(2_000)), false),
            (attributes(64), true),
            (attributes(65), false),
            (attributes(65).replace("\"'>\"", "'\">'"), false),
            (attributes(65).replace('=', " \n= "), false),
            ("<!-- <a> -->".repeat(8_001), false),
            ("<?p a='?>".repeat(8_001), false),
            ("<![CDATA[<]]>".repeat(8_001), false),
            (levels(64), true),
            (levels(65), false),
        ] {
            let outcome = check(&xml);
            assert_eq!(outcome.is_ok(), is_accepted, "{outcome:?}: {xml:.60}");
        }
        assert_eq!(check(&levels(65)), Err(AssertionError::Xml));
        // Markup inside comments, sections, instructions and values is not counted.
        let hidden = "<a b='<c xmlns:d=\"\">'/><!-- xmlns:x='' --><?p xmlns:y=''?>";
        assert_eq!(check(hidden), Ok(hidden.len()));
    }

    #[test]
    fn malformed_text_is_rejected_or_counted() {
        for xml in ["<", "<a", "<a b='", "<a b='c", "<!--", "<![CDATA[", "<?", "</", "<a b=\"'"] {
            assert_eq!(check(xml), Err(AssertionError::Xml), "{xml}");
        }
        for xml in ["", "text", "</a></a>", "<>", "<a '' ''>"] {
            check(xml).unwrap();
        }
    }
}
