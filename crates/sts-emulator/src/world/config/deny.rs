//! `[[deny]]`

use serde::Deserialize;
use toml::Spanned;

use super::agency::read_who;
use super::{Problem, reference};
use crate::operations::action;
use crate::world::{DenyRule, World};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DenyConfig {
    principal: Spanned<String>,
    action: Option<Spanned<String>>,
    resource: Option<Spanned<String>>,
}

pub(super) fn read(world: &World, config: &DenyConfig) -> Result<DenyRule, Problem> {
    if let Some(name) = &config.action
        && !action::ALL.contains(&name.as_ref().as_str())
    {
        return Err((
            name.span(),
            "must be sts:agencies:assume, sts:agencies:assumeWithOIDC, \
             sts:agencies:assumeWithSAML, sts::tagSession, sts::setSourceIdentity or \
             sts::decodeAuthorizationMessage",
        ));
    }
    let who = read_who(&config.principal)?;
    reference::check(world, &config.principal)?;
    if let Some(resource) = &config.resource
        && world.agency(resource.as_ref()).is_none()
    {
        return Err((resource.span(), "must be the URN of an agency in this file"));
    }
    Ok(DenyRule {
        who,
        action: config.action.as_ref().map(|name| name.as_ref().clone()),
        resource: config.resource.as_ref().map(|urn| urn.as_ref().clone()),
    })
}
