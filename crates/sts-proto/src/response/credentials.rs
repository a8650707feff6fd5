//! Deserialization of temporary credentials in a response.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use sts_credentials::{
    Credentials, InvalidCredentials, Secret, validate_access_key_id, validate_secret_access_key,
    validate_security_token,
};
use time::OffsetDateTime;

use crate::response::object;
use crate::{secret, timestamp};

/// Deserializes complete and valid credentials, for
/// `#[serde(deserialize_with = "credentials::deserialize")]`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Credentials, D::Error> {
    let issued: Issued = object::deserialize(deserializer)?;
    Ok(Credentials::temporary(
        issued.access_key_id,
        issued.secret_access_key,
        issued.security_token,
        issued.expiration,
    ))
}

/// Each field is validated when it is read, so that errors contain the path of the field.
#[derive(Deserialize)]
struct Issued {
    #[serde(deserialize_with = "access_key_id")]
    access_key_id: String,
    #[serde(deserialize_with = "secret_access_key")]
    secret_access_key: Secret,
    #[serde(deserialize_with = "security_token")]
    security_token: Secret,
    #[serde(deserialize_with = "timestamp::deserialize")]
    expiration: OffsetDateTime,
}

fn access_key_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let id = String::deserialize(deserializer)?;
    validate_access_key_id(&id).map_err(D::Error::custom)?;
    Ok(id)
}

fn secret_access_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    valid(deserializer, validate_secret_access_key)
}

fn security_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    valid(deserializer, validate_security_token)
}

fn valid<'de, D: Deserializer<'de>>(
    deserializer: D,
    validate: fn(&str) -> Result<(), InvalidCredentials>,
) -> Result<Secret, D::Error> {
    let secret = secret::deserialize(deserializer)?;
    validate(secret.expose_secret()).map_err(D::Error::custom)?;
    Ok(secret)
}
