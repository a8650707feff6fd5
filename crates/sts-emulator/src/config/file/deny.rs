//! `[[deny]]`

use serde::Deserialize;
use toml::Spanned;

use super::agency::read_principal;
use super::reference;
use super::text::Problem;
use crate::config::Config;
use crate::model::action;
use crate::model::deny_rule::DenyRule;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DenyTable {
    principal: Spanned<String>,
    action: Option<Spanned<String>>,
    resource: Option<Spanned<String>>,
}

pub(super) fn read(config: &Config, table: &DenyTable) -> Result<DenyRule, Problem> {
    if let Some(name) = &table.action
        && !action::ALL.contains(&name.as_ref().as_str())
    {
        return Err((
            name.span(),
            "must be sts:agencies:assume, sts:agencies:assumeWithOIDC, \
             sts:agencies:assumeWithSAML, sts::tagSession, sts::setSourceIdentity or \
             sts::decodeAuthorizationMessage",
        ));
    }
    let principal = read_principal(&table.principal)?;
    reference::check(config, &table.principal)?;
    if let Some(resource) = &table.resource
        && config.agency(resource.as_ref()).is_none()
    {
        return Err((resource.span(), "must be the URN of an agency in this file"));
    }
    Ok(DenyRule {
        principal,
        action: table.action.as_ref().map(|name| name.as_ref().clone()),
        resource: table.resource.as_ref().map(|urn| urn.as_ref().clone()),
    })
}
