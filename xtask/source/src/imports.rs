//! Import cycles between the modules of a crate, and imports through the crate root.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::files;
use crate::modules::{self, Module, ModulePath};

type Modules = BTreeMap<ModulePath, Module>;

/// Checks every crate and prints what it finds. Returns whether that is nothing.
pub(crate) fn check(root: &Path) -> Result<bool, String> {
    let (mut cycles, mut through_root) = (0, 0);
    for directory in files::crates(root)? {
        // A crate without a library is a program.
        let library = directory.join("src/lib.rs");
        let root_file = if library.exists() { library } else { directory.join("src/main.rs") };
        let modules = modules::read(&root_file)?;
        let name = directory.file_name().unwrap_or_default().to_string_lossy();
        for reference in through_the_root(&modules) {
            println!("{name}: {reference}");
            through_root += 1;
        }
        let edges = edges(&modules);
        for cycle in cycles_in(&edges) {
            let names: Vec<_> = cycle.iter().map(|path| shown(path)).collect();
            println!("{name}: import cycle: {}", names.join(", "));
            for (from, to) in within(&edges, &cycle) {
                println!("    {} imports {}", shown(&from), shown(&to));
            }
            cycles += 1;
        }
    }
    println!("{cycles} import cycles, {through_root} imports through a crate root");
    Ok(cycles == 0 && through_root == 0)
}

fn shown(path: &[String]) -> String {
    if path.is_empty() { "the crate root".to_owned() } else { path.join("::") }
}

/// Imports that name the crate root where they could name a module.
fn through_the_root(modules: &Modules) -> Vec<String> {
    let is_child = |name: &String| modules.contains_key(std::slice::from_ref(name));
    let defines = |name: &String| {
        modules.get(&Vec::new()).is_some_and(|root: &Module| root.items.contains(name))
    };
    let mut found = Vec::new();
    for (path, module) in modules {
        for reference in module.references.iter().filter(|_| !path.is_empty()) {
            if let [name, ..] = &reference.path[..]
                && !is_child(name)
                && !defines(name)
            {
                let file = module.file.display();
                found.push(format!("{file}:{}: imports crate::{name}", reference.line));
            }
        }
    }
    found
}

/// Which module uses what another one defines.
fn edges(modules: &Modules) -> BTreeMap<ModulePath, BTreeSet<ModulePath>> {
    let mut edges: BTreeMap<ModulePath, BTreeSet<ModulePath>> = BTreeMap::new();
    for (path, module) in modules {
        let targets = edges.entry(path.clone()).or_default();
        for reference in &module.references {
            if let Some(target) = definer(modules, &reference.path, 0)
                && target != *path
            {
                targets.insert(target);
            }
        }
    }
    edges
}

/// The module that defines what a path names, re-exports followed.
fn definer(modules: &Modules, path: &[String], depth: usize) -> Option<ModulePath> {
    if depth > 16 {
        return None;
    }
    let (module_path, rest) = (0..=path.len())
        .rev()
        .filter_map(|length| path.split_at_checked(length))
        .find(|(module_path, _)| modules.contains_key(*module_path))?;
    let module = modules.get(module_path)?;
    let Some((name, rest)) = rest.split_first() else { return Some(module_path.to_vec()) };
    if module.items.contains(name) {
        return Some(module_path.to_vec());
    }
    if let Some(target) = module.names.get(name) {
        let target = [target.clone(), rest.to_vec()].concat();
        return definer(modules, &target, depth + 1);
    }
    module.globs.iter().find_map(|glob| {
        let target = [glob.clone(), vec![name.clone()], rest.to_vec()].concat();
        definer(modules, &target, depth + 1)
    })
}

/// The strongly connected groups of more than one module, except a type and its builder.
fn cycles_in(edges: &BTreeMap<ModulePath, BTreeSet<ModulePath>>) -> Vec<BTreeSet<ModulePath>> {
    let reaches: BTreeMap<_, _> = edges.keys().map(|from| (from, reachable(edges, from))).collect();
    let mut groups: BTreeSet<BTreeSet<ModulePath>> = BTreeSet::new();
    for (from, targets) in &reaches {
        let group: BTreeSet<_> = targets
            .iter()
            .filter(|to| reaches.get(to).is_some_and(|back| back.contains(*from)))
            .cloned()
            .collect();
        let is_builder = group.len() == 2
            && group.iter().any(|path| path.last().is_some_and(|name| name == "builder"));
        if group.len() > 1 && !is_builder {
            groups.insert(group);
        }
    }
    groups.into_iter().collect()
}

fn reachable(
    edges: &BTreeMap<ModulePath, BTreeSet<ModulePath>>,
    from: &ModulePath,
) -> BTreeSet<ModulePath> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(path) = open.pop() {
        for target in edges.get(path).into_iter().flatten() {
            if found.insert(target.clone()) {
                open.push(target);
            }
        }
    }
    found
}

fn within(
    edges: &BTreeMap<ModulePath, BTreeSet<ModulePath>>,
    cycle: &BTreeSet<ModulePath>,
) -> Vec<(ModulePath, ModulePath)> {
    let inner = |from: &ModulePath| {
        let targets = edges.get(from).into_iter().flatten();
        targets.filter(|to| cycle.contains(*to)).cloned().collect::<Vec<_>>()
    };
    cycle.iter().flat_map(|from| inner(from).into_iter().map(|to| (from.clone(), to))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(sources: &[(&str, &str)]) -> Modules {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/xtask-source");
        let directory = directory.join(std::thread::current().name().unwrap().replace("::", "-"));
        std::fs::create_dir_all(&directory).unwrap();
        for (name, source) in sources {
            std::fs::write(directory.join(name), source).unwrap();
        }
        modules::read(&directory.join("lib.rs")).unwrap()
    }

    #[test]
    fn a_cycle_through_a_re_export_is_found() {
        let modules = modules(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::c::B; pub struct A;"),
            ("b.rs", "use crate::a::A; pub struct B;"),
            ("c.rs", "pub use crate::b::B;"),
        ]);
        let cycles = cycles_in(&edges(&modules));
        assert_eq!(cycles, [BTreeSet::from([vec!["a".to_owned()], vec!["b".to_owned()]])]);
    }

    #[test]
    fn a_type_and_its_builder_may_import_each_other() {
        let modules = modules(&[
            ("lib.rs", "mod client; mod builder;"),
            ("client.rs", "use crate::builder::Builder; pub struct Client;"),
            ("builder.rs", "pub struct Builder; fn build() { crate::client::Client; }"),
        ]);
        assert!(cycles_in(&edges(&modules)).is_empty());
    }

    #[test]
    fn an_import_through_the_crate_root_is_found() {
        let modules = modules(&[
            ("lib.rs", "mod a; mod b; pub use a::A; pub fn at_the_root() {}"),
            ("a.rs", "pub struct A;"),
            ("b.rs", "use crate::A; use crate::a::A as B; use crate::at_the_root;"),
        ]);
        let found = through_the_root(&modules);
        assert!(matches!(&found[..], [found] if found.ends_with("b.rs:1: imports crate::A")));
    }
}
