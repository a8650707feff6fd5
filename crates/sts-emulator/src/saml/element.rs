//! Elements of an XML document, looked up by namespace and name.

use bergshamra_xml::uppsala::Parser;
use bergshamra_xml::{Document, NodeId};

use super::bounds;
use super::error::AssertionError;

pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(super) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// An element of a document.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) document: &'a Document<'a>,
    pub(super) id: NodeId,
}

/// Parses a document within the [limits](bounds::check). Document types are rejected: SAML forbids
/// them, and entities could expand the document.
pub(super) fn parse(xml: &str) -> Result<Document<'_>, AssertionError> {
    bounds::check(xml)?;
    let parser = Parser::new().with_forbid_dtd(true).with_max_depth(64);
    parser.parse(xml).map_err(|_| AssertionError::Xml)
}

impl<'a> Element<'a> {
    /// Returns the root element, if it has this name.
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

    /// Returns the only child of this name; `None` if there are several.
    pub(super) fn only_child(self, namespace: &str, name: &str) -> Option<Self> {
        match *self.children(namespace, name) {
            [child] => Some(child),
            _ => None,
        }
    }

    /// Returns the value of an attribute without a namespace.
    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        let attributes = &self.document.element(self.id)?.attributes;
        let attribute = attributes
            .iter()
            .find(|attribute| attribute.name.prefix.is_none() && attribute.name.local_name == name);
        Some(&*attribute?.value)
    }

    /// Returns the namespaces and names of the child elements.
    pub(super) fn child_names(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let children = self.document.children_iter(self.id);
        children.filter_map(move |child| {
            let name = &self.document.element(child)?.name;
            Some((name.namespace_uri.as_deref().unwrap_or_default(), &*name.local_name))
        })
    }

    /// Counts the elements in it, including itself, up to `limit` + 1.
    pub(super) fn count(self, limit: usize) -> usize {
        let (mut open, mut count) = (vec![self.id], 0);
        while let Some(id) = open.pop() {
            count += 1;
            if count > limit {
                break;
            }
            let children = self.document.children_iter(id);
            open.extend(children.filter(|child| self.document.element(*child).is_some()));
        }
        count
    }

    /// Returns all text without surrounding white space.
    pub(super) fn text(self) -> String {
        self.document.text_content_deep(self.id).trim().to_owned()
    }
}
