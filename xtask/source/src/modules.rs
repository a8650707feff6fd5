//! The modules of a crate: what each defines, re-exports and imports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, UseTree, Visibility};

use crate::files;

/// A module by its path from the crate root, whose own path is empty.
pub(crate) type ModulePath = Vec<String>;

/// A path of names in the source, with the line it stands on.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// One module of a crate.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    /// Items that are defined here, child modules not included.
    pub(crate) items: BTreeSet<String>,
    /// Names that are imported or re-exported here, and what they stand for.
    pub(crate) names: BTreeMap<String, Vec<String>>,
    /// Modules whose names are all imported here.
    pub(crate) globs: Vec<Vec<String>>,
    /// What code here refers to: imports that are not re-exported, and paths in code.
    pub(crate) references: Vec<Reference>,
}

/// The modules of the crate whose root is this file.
pub(crate) fn read(root: &Path) -> Result<BTreeMap<ModulePath, Module>, String> {
    let mut modules = BTreeMap::new();
    let directory = root.parent().unwrap_or(Path::new(".")).to_path_buf();
    read_file(root, &directory, Vec::new(), &mut modules)?;
    Ok(modules)
}

fn read_file(
    file: &Path,
    directory: &Path,
    path: ModulePath,
    modules: &mut BTreeMap<ModulePath, Module>,
) -> Result<(), String> {
    let parsed = syn::parse_file(&files::read(file)?)
        .map_err(|error| format!("{}: {error}", file.display()))?;
    read_items(&parsed.items, file, directory, path, modules)
}

fn read_items(
    items: &[Item],
    file: &Path,
    directory: &Path,
    path: ModulePath,
    modules: &mut BTreeMap<ModulePath, Module>,
) -> Result<(), String> {
    let mut module = Module { file: file.to_path_buf(), ..Module::default() };
    let children: BTreeSet<String> = items
        .iter()
        .filter_map(|item| match item {
            Item::Mod(child) => Some(child.ident.to_string()),
            _ => None,
        })
        .collect();
    let scope = Scope { module: &path, children: &children };
    for item in items {
        if attributes(item).iter().any(is_for_tests) {
            continue;
        }
        match item {
            Item::Mod(child) => {
                let name = child.ident.to_string();
                let inner = [path.clone(), vec![name.clone()]].concat();
                let below = directory.join(&name);
                if let Some((_, items)) = &child.content {
                    read_items(items, file, &below, inner, modules)?;
                } else {
                    let flat = directory.join(format!("{name}.rs"));
                    let file = if flat.is_file() { flat } else { below.join("mod.rs") };
                    read_file(&file, &below, inner, modules)?;
                }
            }
            Item::Use(import) => {
                let is_exported = !matches!(import.vis, Visibility::Inherited);
                let line = import.span().start().line;
                let mut names = Vec::new();
                flatten(&import.tree, &mut Vec::new(), &mut names);
                for (target, name) in names {
                    let Some(target) = scope.absolute(&target) else { continue };
                    if !is_exported {
                        module.references.push(Reference { path: target.clone(), line });
                    }
                    match name {
                        Some(name) => drop(module.names.insert(name, target)),
                        None => module.globs.push(target),
                    }
                }
            }
            item => {
                if let Some(name) = name_of(item) {
                    module.items.insert(name);
                }
                let mut paths = Paths { scope, found: Vec::new() };
                paths.visit_item(item);
                module.references.append(&mut paths.found);
            }
        }
    }
    modules.insert(path, module);
    Ok(())
}

/// Paths in code that name something of this crate.
struct Paths<'a> {
    scope: Scope<'a>,
    found: Vec<Reference>,
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(target) = self.scope.absolute(&names).filter(|_| names.len() > 1) {
            self.found.push(Reference { path: target, line: path.span().start().line });
        }
        visit::visit_path(self, path);
    }
}

/// Where a path stands in the source.
#[derive(Clone, Copy)]
struct Scope<'a> {
    module: &'a ModulePath,
    children: &'a BTreeSet<String>,
}

impl Scope<'_> {
    /// The path from the crate root; none for a path into another crate.
    fn absolute(self, path: &[String]) -> Option<Vec<String>> {
        let mut base = self.module.clone();
        let mut rest = path;
        match rest.split_first()? {
            (first, tail) if first == "crate" => {
                base.clear();
                rest = tail;
            }
            (first, tail) if first == "self" => rest = tail,
            (first, _) if first == "super" => {
                while let Some(tail) = rest.strip_prefix(&["super".to_owned()]) {
                    base.pop()?;
                    rest = tail;
                }
            }
            (first, _) if self.children.contains(first) => {}
            _ => return None,
        }
        base.extend_from_slice(rest);
        Some(base)
    }
}

/// The paths of an import with the names they get; no name for `*`.
fn flatten(
    tree: &UseTree,
    prefix: &mut Vec<String>,
    found: &mut Vec<(Vec<String>, Option<String>)>,
) {
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, found);
            prefix.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            found.push((prefix.clone(), prefix.last().cloned()));
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            found.push(([prefix.clone(), vec![name.clone()]].concat(), Some(name)));
        }
        UseTree::Rename(rename) => {
            let target = [prefix.clone(), vec![rename.ident.to_string()]].concat();
            found.push((target, Some(rename.rename.to_string())));
        }
        UseTree::Glob(_) => found.push((prefix.clone(), None)),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, prefix, found);
            }
        }
    }
}

fn name_of(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::TraitAlias(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        _ => return None,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string().replace(' ', "");
            condition == "test" || condition.starts_with("all(test,")
        }
        _ => false,
    }
}
