//! The words of a file that people read: prose of Markdown, comments, and texts in code.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Lit, LitStr, Macro, Meta};

use crate::files;

/// Words that stand together: a paragraph, a comment or a text.
#[derive(Debug)]
pub(crate) struct Line {
    /// The number of its first line in the file.
    pub(crate) number: usize,
    /// Whether it is a doc comment.
    pub(crate) is_doc: bool,
    /// In lower case, without code.
    pub(crate) words: Vec<String>,
}

/// What people read in a file.
pub(crate) fn lines(path: &Path) -> Result<Vec<Line>, String> {
    let text = files::read(path)?;
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    if path.extension().is_some_and(|extension| extension == "md") {
        return Ok(paragraphs(numbered.map(|(number, line)| (number, false, line))));
    }
    let comments = numbered.map(|(number, line)| {
        let line = line.trim_start();
        let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        let comment = doc.or_else(|| line.strip_prefix("//"));
        (number, doc.is_some(), comment.unwrap_or_default())
    });
    let mut lines = paragraphs(comments);
    let parsed = syn::parse_file(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut texts = Texts(Vec::new());
    texts.visit_file(&parsed);
    lines.append(&mut texts.0);
    Ok(lines)
}

/// Joins lines to paragraphs, code blocks left out.
fn paragraphs<'a>(lines: impl Iterator<Item = (usize, bool, &'a str)>) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    let mut is_code = false;
    let mut is_open = false;
    for (number, is_doc, line) in lines {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
            is_open = false;
            continue;
        }
        if is_code || line.trim().is_empty() {
            // A comment that ends inside a code block ends the block.
            is_code &= !line.is_empty() || !is_doc;
            is_open = false;
            continue;
        }
        let mut new = words(line);
        match found.last_mut().filter(|last| is_open && last.is_doc == is_doc) {
            Some(last) => last.words.append(&mut new),
            None => found.push(Line { number, is_doc, words: new }),
        }
        is_open = true;
    }
    found
}

/// The words of a text in lower case. What stands between back-ticks is code.
pub(crate) fn words(text: &str) -> Vec<String> {
    let prose: String = text
        .split('`')
        .enumerate()
        .map(|(at, part)| if at % 2 == 0 { part } else { " _ " })
        .collect();
    prose
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The texts in code: literals of more than two words, those of macros and attributes included.
struct Texts(Vec<Line>);

impl Texts {
    fn add(&mut self, literal: &LitStr) {
        let words = words(&literal.value());
        if words.len() > 2 {
            let number = literal.span().start().line;
            self.0.push(Line { number, is_doc: false, words });
        }
    }

    fn add_all(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.add_all(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Lit::Str(literal) = Lit::new(literal) {
                        self.add(&literal);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_lit_str(&mut self, literal: &'ast LitStr) {
        self.add(literal);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.add_all(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        match &attribute.meta {
            // Doc comments are read as comments.
            Meta::NameValue(meta) if meta.path.is_ident("doc") => {}
            Meta::List(list) => self.add_all(list.tokens.clone()),
            _ => visit::visit_attribute(self, attribute),
        }
    }
}
