//! STS clients over this transport.

use sts_client::{ClientBuilder, NoCredentials};

use crate::transport::ReqwestTransport;

/// [`sts_client::Client`] over [`ReqwestTransport`].
pub type Client<S = NoCredentials> = sts_client::Client<ReqwestTransport, S>;

impl ReqwestTransport {
    /// Returns a client builder with the clocks and the randomness of the operating system.
    ///
    /// ```no_run
    /// use sts_client::proto::Credentials;
    /// use sts_reqwest::ReqwestTransport;
    ///
    /// let client = ReqwestTransport::new()?
    ///     .client()
    ///     .region("cn-north-4")
    ///     .credentials(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3"))
    ///     .build()?;
    /// // client.assume_agency(...).await
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn client(self) -> ClientBuilder<Self> {
        Client::builder(self)
    }
}
