//! Guides
