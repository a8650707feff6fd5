//! Accounts and their projects.

use sts_proto::Region;

use crate::model::identifier::stable_id;

/// An account, which classic IAM calls a domain.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `None`: one project for each region, with a derived id.
    pub(crate) projects: Option<Vec<Project>>,
}

/// A project. Its name usually is the id of a region.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Account {
    /// Returns the projects with this name, or all projects.
    pub(crate) fn projects(&self, name: Option<&str>) -> Vec<Project> {
        let has_name = |project: &Project| name.is_none_or(|name| project.name == name);
        match (&self.projects, name) {
            (Some(projects), _) => projects.iter().filter(|p| has_name(p)).cloned().collect(),
            (None, Some(name)) => {
                Region::new(name).is_ok().then(|| self.default_project(name)).into_iter().collect()
            }
            (None, None) => {
                Region::KNOWN.iter().map(|region| self.default_project(region.as_str())).collect()
            }
        }
    }

    /// Whether the account has a project with this id and name. At least one of them is required.
    #[cfg(feature = "oidc")]
    pub(crate) fn has_project(&self, id: Option<&str>, name: Option<&str>) -> bool {
        (id.is_some() || name.is_some())
            && self.projects(name).iter().any(|project| id.is_none_or(|id| project.id == id))
    }

    fn default_project(&self, name: &str) -> Project {
        Project { id: stable_id("project", &self.id, name), name: name.to_owned() }
    }
}
