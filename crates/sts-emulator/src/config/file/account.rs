//! `[[accounts]]`: the account itself.

use std::collections::HashSet;

use serde::Deserialize;
use toml::Spanned;

use super::text::{Problem, text};
use crate::config::Config;
use crate::model::account::{Account, Project};
use crate::table::Table;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectTable {
    name: Spanned<String>,
    id: Spanned<String>,
}

/// Adds an account. Its name is its id by default.
pub(super) fn add(
    config: &mut Config,
    id: &str,
    name: Option<&Spanned<String>>,
    projects: Option<&[Table<ProjectTable>]>,
) -> Result<(), Problem> {
    let name = match name {
        Some(name) if config.account_named(name.as_ref()).is_some() => {
            return Err((name.span(), "duplicate account name"));
        }
        Some(name) => text(name)?,
        None => id.to_owned(),
    };
    let projects = projects.map(read_projects).transpose()?;
    config.add_account(Account { id: id.to_owned(), name, projects });
    Ok(())
}

fn read_projects(tables: &[Table<ProjectTable>]) -> Result<Vec<Project>, Problem> {
    let mut names = HashSet::new();
    let read = |Table(table): &Table<ProjectTable>| {
        if !names.insert(table.name.as_ref().clone()) {
            return Err((table.name.span(), "duplicate project name in this account"));
        }
        Ok(Project { name: text(&table.name)?, id: text(&table.id)? })
    };
    tables.iter().map(read).collect()
}
