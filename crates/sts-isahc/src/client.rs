//! STS clients over this transport.

use sts_client::{ClientBuilder, NoCredentials};

use crate::transport::IsahcTransport;

/// [`sts_client::Client`] over [`IsahcTransport`].
pub type Client<S = NoCredentials> = sts_client::Client<IsahcTransport, S>;

/// Blocking STS clients over this transport.
pub mod blocking {
    use sts_client::NoCredentials;

    use crate::transport::IsahcTransport;

    /// [`sts_client::blocking::Client`] over [`IsahcTransport`].
    pub type Client<S = NoCredentials> = sts_client::blocking::Client<IsahcTransport, S>;
}

impl IsahcTransport {
    /// Returns a client builder with the clocks and the randomness of the operating system. `build`
    /// creates an async client, `build_blocking` a blocking one.
    ///
    /// ```
    /// use sts_client::proto::Credentials;
    /// use sts_isahc::IsahcTransport;
    ///
    /// let client = IsahcTransport::new()?
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
