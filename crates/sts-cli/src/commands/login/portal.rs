//! What the portal assigns to a person.

use huaweicloud_sts::Endpoint;
use huaweicloud_sts::hyper::HyperTransport;
use huaweicloud_sts::providers::identity_center::{
    AccessToken, Account, AssignedAgency, ListAccountAgencies, ListAccounts, Message, MessageCall,
};
use huaweicloud_sts::sts_client::{Client, Clock as _, NoCredentials, SystemClock};

use crate::failure::Failure;

/// The most pages of a list.
const MOST_PAGES: usize = 100;

/// The portal, for the holder of an access token.
pub(super) struct Portal {
    client: Client<HyperTransport, NoCredentials>,
    endpoint: Endpoint,
}

impl Portal {
    pub(super) fn new(transport: HyperTransport, endpoint: &Endpoint) -> Result<Self, Failure> {
        let client = transport.client().endpoint(endpoint.clone());
        let client = client.build().map_err(Failure::usage)?;
        Ok(Self { client, endpoint: endpoint.clone() })
    }

    /// Returns the accounts in which an agency is assigned to the person.
    pub(super) async fn accounts(&self, token: &AccessToken) -> Result<Vec<Account>, Failure> {
        let mut accounts = Vec::new();
        let mut request = ListAccounts::new(token.token.clone());
        for _ in 0..MOST_PAGES {
            let page = self.call(request.clone()).await?;
            accounts.extend(page.accounts);
            let Some(marker) = page.next_marker else { break };
            request = request.marker(marker);
        }
        Ok(accounts)
    }

    /// Returns the agencies of an account that are assigned to the person.
    pub(super) async fn agencies(
        &self,
        token: &AccessToken,
        account_id: &str,
    ) -> Result<Vec<AssignedAgency>, Failure> {
        let mut agencies = Vec::new();
        let mut request = ListAccountAgencies::new(token.token.clone(), account_id);
        for _ in 0..MOST_PAGES {
            let page = self.call(request.clone()).await?;
            agencies.extend(page.agencies);
            let Some(marker) = page.next_marker else { break };
            request = request.marker(marker);
        }
        Ok(agencies)
    }

    async fn call<M: Message>(&self, message: M) -> Result<M::Output, Failure> {
        let call = MessageCall::new(self.endpoint.clone(), message, SystemClock.seed());
        self.client.drive(call).await.map_err(Failure::of_provider)
    }
}
