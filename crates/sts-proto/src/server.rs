//! Server side of the protocol: reads requests and writes responses and errors.
//!
//! It is intended for emulators, test doubles and proxies. Both sides share their definitions, so
//! values survive a round trip unchanged.
//!
//! ```
//! use sts_proto::server::{AnyOperation, ErrorResponse, ToResponse};
//! use sts_proto::{Endpoint, GetCallerIdentity, GetCallerIdentityOutput, Operation, Region};
//!
//! let request = GetCallerIdentity::new().to_request(&Endpoint::from(Region::TR_WEST_1))?;
//!
//! let response = match AnyOperation::read(&request) {
//!     Ok(AnyOperation::GetCallerIdentity(_)) => {
//!         GetCallerIdentityOutput::new("0a1b", "iam::0a1b:user:alice", "aabb").to_response()
//!     }
//!     Ok(_) => ErrorResponse::new(http::StatusCode::NOT_IMPLEMENTED).to_response(),
//!     Err(error) => ErrorResponse::from(error).to_response(),
//! };
//! assert_eq!(GetCallerIdentity::read(&response)?.account_id, "0a1b");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error_response;
mod request;
mod response;

pub use self::error_response::ErrorResponse;
pub use self::request::{AnyOperation, RequestError};
pub use self::response::ToResponse;
