//! Agencies that the configuration of other tools describes.

use std::time::Duration;

use sts_client::Environment;
use sts_credentials::CredentialsError;
use sts_proto::{AgencyUrn, AssumeAgency};

use crate::agency_by_name::AgencyByName;
use crate::chained_agency::ChainedAgency;
use crate::shared_provider::SharedProvider;

/// Agency of an account that is known by its id, for STS, or by its name, for classic IAM.
pub(crate) enum ConfiguredAgency {
    Id(Box<AssumeAgency>),
    Name(Box<AgencyByName>),
}

impl ConfiguredAgency {
    /// Returns the agency `name`. Its session is named like the agency, as in Terraform.
    pub(crate) fn of_account_id(account: &str, name: &str) -> Result<Self, String> {
        let urn = AgencyUrn::new(account, name).map_err(|error| error.to_string())?;
        Ok(Self::Id(Box::new(AssumeAgency::new(urn.as_str(), name))))
    }

    /// Returns the agency `name`, at the endpoint of IAM in the environment.
    pub(crate) fn of_account_name(
        account: &str,
        name: &str,
        environment: &dyn Environment,
    ) -> Result<Self, CredentialsError> {
        let agency = AgencyByName::of_account_name(name, account);
        Ok(Self::Name(Box::new(agency.endpoint_from_environment(environment)?)))
    }

    pub(crate) fn duration(self, duration: Duration) -> Self {
        match self {
            Self::Id(agency) => Self::Id(Box::new(agency.duration(duration))),
            Self::Name(agency) => Self::Name(Box::new(agency.duration(duration))),
        }
    }

    /// Returns the provider that assumes the agency with the credentials of `source`.
    pub(crate) fn assumed_with(self, source: SharedProvider) -> SharedProvider {
        SharedProvider::new(match self {
            Self::Id(agency) => ChainedAgency::new(source, *agency),
            Self::Name(agency) => ChainedAgency::signing(source, *agency),
        })
    }
}
