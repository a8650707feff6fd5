//! IAM Identity Center: people sign in with a browser, and get temporary credentials of the
//! agencies that are assigned to them. **Experimental.**
//!
//! No public source shows how the service responds while a person has not finished the sign-in, or
//! how it rejects an expired access token. The implementation follows RFC 8628 and the published
//! error table. Every error contains the last response, and the API can change in any version. If a
//! sign-in fails, please report the response in the error.
//!
//! 1. [`IdentityCenter::start`] registers the program, or uses a [`Registration`] that was kept, and
//!    requests a device code. Show its URL and its user code to the person.
//! 2. [`SignIn::poll`] waits until the person has approved it, and returns an [`AccessToken`].
//! 3. [`IdentityCenterCredentials`] is a provider of the credentials of one assigned agency.
//!    [`ListAccounts`] and [`ListAccountAgencies`] return the assigned accounts and agencies.
//! 4. [`SavedSignIn`] keeps the sign-in in a file, and [`SavedAgency`] is the provider of its agency.
//!
//! All of them are state machines without IO, which `drive` of a client runs:
//!
//! ```
//! use sts_client::proto::Region;
//! use sts_client::transport::Transport;
//! use sts_client::{Client, Error, ProvideCredentials};
//! use sts_providers::identity_center::{AccessToken, IdentityCenter};
//!
//! async fn sign_in<T, S>(client: &Client<T, S>) -> Result<AccessToken, Error>
//! where
//!     T: Transport,
//!     S: ProvideCredentials,
//! {
//!     let portal = "https://idcenter.huaweicloud.com/d-0123456789/portal";
//!     let center = IdentityCenter::new(Region::CN_NORTH_4, portal);
//!     let sign_in = client.drive(center.start(None, 7)).await?;
//!     println!("open {} and enter {}", sign_in.verification_uri(), sign_in.user_code());
//!     client.drive(sign_in.poll()).await
//! }
//! ```
//!
//! The messages of the two services are [`RegisterClient`], [`StartDeviceAuthorization`] and
//! [`CreateToken`], and [`ListAccounts`], [`ListAccountAgencies`], [`GetAgencyCredentials`] and
//! [`Logout`]. None of their requests is signed.

mod call;
mod credentials;
mod instant;
mod message;
mod oidc;
mod poll;
mod poll_response;
mod portal;
mod saved;
mod saved_agency;
mod sign_in;

pub use self::call::MessageCall;
pub use self::credentials::{AgencyCredentialsRefresh, IdentityCenterCredentials};
pub use self::message::Message;
pub use self::oidc::{
    CreateToken, DeviceAuthorization, IssuedToken, RegisterClient, Registration,
    StartDeviceAuthorization,
};
pub use self::poll::{AccessToken, PollSignIn};
pub use self::portal::{
    Account, Accounts, Agencies, AssignedAgency, GetAgencyCredentials, ListAccountAgencies,
    ListAccounts, Logout, PORTAL_ENDPOINT,
};
pub use self::saved::{ChosenAgency, SavedSignIn};
pub use self::saved_agency::SavedAgency;
pub use self::sign_in::{IdentityCenter, SignIn, StartSignIn};
