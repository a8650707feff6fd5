//! `[[accounts.users]]`

use serde::Deserialize;
use sts_sign::Signer;
use toml::Spanned;

use super::secret_text::SecretText;
use super::{Problem, not_empty, part};
use crate::principal::{MfaDevice, User};
use crate::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserConfig {
    pub(super) name: Spanned<String>,
    id: Option<Spanned<String>>,
    #[serde(default)]
    keys: Vec<KeyConfig>,
    #[serde(default)]
    mfa_devices: Vec<DeviceConfig>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyConfig {
    access_key_id: Spanned<String>,
    secret_access_key: Spanned<SecretText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceConfig {
    serial_number: Spanned<String>,
    code: Spanned<SecretText>,
}

/// Adds the keys of a user.
pub(super) fn add(world: &mut World, account: &str, config: &UserConfig) -> Result<(), Problem> {
    let mut devices: Vec<MfaDevice> = Vec::new();
    for device in &config.mfa_devices {
        let serial_number = device.serial_number.as_ref();
        if devices.iter().any(|earlier| earlier.serial_number == *serial_number) {
            let problem = "is the serial number of an earlier device of the user as well";
            return Err((device.serial_number.span(), problem));
        }
        devices.push(read_device(device)?);
    }
    let id = config.id.as_ref().map(not_empty).transpose()?;
    let user = User::new(account, part(&config.name)?, id);
    let user = User { mfa_devices: devices, ..user };
    for key in &config.keys {
        let access_key_id = key.access_key_id.as_ref();
        if access_key_id.is_empty() || !access_key_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err((key.access_key_id.span(), "must consist of ASCII letters and digits"));
        }
        let secret = &key.secret_access_key.as_ref().0;
        if Signer::from_parts(access_key_id, secret.expose_secret()).is_err() {
            return Err((
                key.secret_access_key.span(),
                "must not be empty and have no white space before or after it",
            ));
        }
        if !world.add_key(&user, access_key_id, secret.clone()) {
            return Err((key.access_key_id.span(), "is the id of an earlier key as well"));
        }
    }
    Ok(())
}

fn read_device(config: &DeviceConfig) -> Result<MfaDevice, Problem> {
    let code = &config.code.as_ref().0;
    let digits = code.expose_secret().as_bytes();
    if digits.len() != 6 || !digits.iter().all(u8::is_ascii_digit) {
        return Err((config.code.span(), "must be six digits in quotes"));
    }
    Ok(MfaDevice { serial_number: not_empty(&config.serial_number)?, code: code.clone() })
}
