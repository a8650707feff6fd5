//! IAM Identity Center: sign-in on a device, and the portal with temporary credentials.
//!
//! The people who sign in are the users of the configuration. A user is assigned the agencies that
//! the user may assume.

mod access_token;
mod handle;
mod page;
mod portal;
mod reply;
mod sign_in;

use http::{Request, Response, StatusCode};
use sts_proto::Body;

pub use self::handle::{IdentityCenter, PendingSignIn};
pub(crate) use self::reply::PAGE;
use crate::model::operation::IdentityCenterOperation;
use crate::rejection::Rejection;
use crate::server::json_response;
use crate::service::{RequestTime, Service};

/// Executes an operation. None of them is signed.
pub(crate) fn execute(
    service: &Service,
    operation: IdentityCenterOperation,
    request: &Request<Body>,
    time: RequestTime,
    caller: &mut Option<String>,
) -> Result<Response<Body>, Rejection> {
    use IdentityCenterOperation as Operation;
    let found = match operation {
        Operation::RegisterClient => sign_in::register_client(service, request, time)?,
        Operation::StartDeviceAuthorization => sign_in::start(service, request, time)?,
        Operation::CreateToken => sign_in::create_token(service, request, time)?,
        Operation::ApprovalPage => return Ok(page::show(service, request, time)),
        Operation::Approve => return Ok(page::decide(service, request, time)),
        Operation::ListAccounts => {
            let session = portal::authenticate(service, request, time, caller)?;
            portal::accounts(service, &session, request.uri())?
        }
        Operation::ListAccountAgencies => {
            let session = portal::authenticate(service, request, time, caller)?;
            portal::agencies(service, &session, request.uri())?
        }
        Operation::GetAgencyCredentials => {
            let session = portal::authenticate(service, request, time, caller)?;
            portal::credentials(service, &session, request.uri(), time)?
        }
        Operation::Logout => {
            let session = portal::authenticate(service, request, time, caller)?;
            let token = &session.token;
            if !service.sign_ins.revoke(&token.id, token.expires(), time.now) {
                return Err(reply::bad_request("too many access tokens are revoked"));
            }
            return Ok(Response::new(Body::empty()));
        }
    };
    Ok(json_response(StatusCode::OK, &found))
}
