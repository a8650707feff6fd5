//! Elements of an XML document, looked up by namespace and name.

use bergshamra_xml::uppsala::Parser;
use bergshamra_xml::{Document, NodeId};

use super::RefusedAssertion;

pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(super) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// An element of a document.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) document: &'a Document<'a>,
    pub(super) id: NodeId,
}

/// Reads a document. One with a document type is refused: SAML forbids it, and entities could make
/// it grow. So is one that is nested deeper than any SAML.
pub(super) fn parse(xml: &str) -> Result<Document<'_>, RefusedAssertion> {
    let parser = Parser::new().with_forbid_dtd(true).with_max_depth(64);
    parser.parse(xml).map_err(|_| RefusedAssertion::Xml)
}

impl<'a> Element<'a> {
    /// The root, if that is its name.
    pub(super) fn root(document: &'a Document<'a>, namespace: &str, name: &str) -> Option<Self> {
        let id = document.document_element()?;
        let is_it = document.element(id)?.matches_name_ns(namespace, name);
        is_it.then_some(Self { document, id })
    }

    pub(super) fn children(self, namespace: &str, name: &str) -> Vec<Self> {
        let ids = self.document.child_elements_by_name_ns(self.id, namespace, name);
        ids.into_iter().map(|id| Self { document: self.document, id }).collect()
    }

    pub(super) fn child(self, namespace: &str, name: &str) -> Option<Self> {
        self.children(namespace, name).into_iter().next()
    }

    /// The only child of that name; none if there are several.
    pub(super) fn only_child(self, namespace: &str, name: &str) -> Option<Self> {
        match *self.children(namespace, name) {
            [child] => Some(child),
            _ => None,
        }
    }

    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        self.document.get_attribute(self.id, name)
    }

    /// All its text, without white space around it.
    pub(super) fn text(self) -> String {
        self.document.text_content_deep(self.id).trim().to_owned()
    }
}
