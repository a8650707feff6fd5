//! `[[deny]]`

use serde::Deserialize;
use toml::Spanned;

use super::Problem;
use super::agency::read_who;
use crate::operations::action;
use crate::world::DenyRule;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DenyConfig {
    principal: Spanned<String>,
    action: Option<Spanned<String>>,
    resource: Option<String>,
}

pub(super) fn read(config: &DenyConfig) -> Result<DenyRule, Problem> {
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
    Ok(DenyRule {
        who: read_who(&config.principal)?,
        action: config.action.as_ref().map(|name| name.as_ref().clone()),
        resource: config.resource.clone(),
    })
}
