//! The service's side of the same definitions: requests are read, answers and errors written.
//!
//! For emulators, test doubles and proxies. What a client writes is read back equal, and the
//! other way round.
//!
//! ```
//! use sts_proto::server::{self, AnyOperation};
//! use sts_proto::{Endpoint, GetCallerIdentity, GetCallerIdentityOutput, Operation, Region};
//!
//! let request = GetCallerIdentity::new().to_request(&Endpoint::from(Region::TR_WEST_1))?;
//!
//! let response = match AnyOperation::read(&request) {
//!     Ok(AnyOperation::GetCallerIdentity(_)) => {
//!         &GetCallerIdentityOutput::new("0a1b", "iam::0a1b:user:alice", "aabb").to_response()
//!     }
//!     Ok(_) => server::ErrorResponse::new(http::StatusCode::NOT_IMPLEMENTED).to_response(),
//!     Err(unreadable) => server::ErrorResponse::from(unreadable).to_response(),
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
