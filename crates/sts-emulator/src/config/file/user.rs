//! `[[accounts.users]]`

use serde::Deserialize;
use sts_proto::Secret;
use sts_sign::Signer;
use toml::Spanned;

use super::text::{Problem, part, text};
use crate::config::Config;
use crate::model::principal::{MfaDevice, User};
use crate::table::Table;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserTable {
    pub(super) name: Spanned<String>,
    id: Option<Spanned<String>>,
    #[serde(default)]
    access_keys: Vec<Table<AccessKeyTable>>,
    #[serde(default)]
    mfa_devices: Vec<Table<DeviceTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessKeyTable {
    access_key_id: Spanned<String>,
    secret_access_key: Spanned<Secret>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceTable {
    serial_number: Spanned<String>,
    code: Spanned<Secret>,
}

/// Adds a user's access keys.
pub(super) fn add(config: &mut Config, account: &str, table: &UserTable) -> Result<(), Problem> {
    let mut devices: Vec<MfaDevice> = Vec::new();
    for Table(device) in &table.mfa_devices {
        let serial_number = device.serial_number.as_ref();
        if devices.iter().any(|earlier| earlier.serial_number == *serial_number) {
            let problem = "duplicate serial number in the devices of this user";
            return Err((device.serial_number.span(), problem));
        }
        devices.push(read_device(device)?);
    }
    let id = table.id.as_ref().map(text).transpose()?;
    let user = User::new(account, part(&table.name)?, id);
    let user = User { mfa_devices: devices, ..user };
    config.add_user(user.clone());
    for Table(key) in &table.access_keys {
        let access_key_id = key.access_key_id.as_ref();
        if access_key_id.is_empty() || !access_key_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err((key.access_key_id.span(), "must consist of ASCII letters and digits"));
        }
        let secret = key.secret_access_key.get_ref();
        let signer = Signer::from_parts(access_key_id, secret.expose_secret()).map_err(|_| {
            let problem = "must not be empty or have leading or trailing white space";
            (key.secret_access_key.span(), problem)
        })?;
        if !config.add_access_key(&user, signer, secret.clone()) {
            return Err((key.access_key_id.span(), "duplicate access key id"));
        }
    }
    Ok(())
}

fn read_device(table: &DeviceTable) -> Result<MfaDevice, Problem> {
    let code = table.code.get_ref();
    let digits = code.expose_secret().as_bytes();
    if digits.len() != 6 || !digits.iter().all(u8::is_ascii_digit) {
        return Err((table.code.span(), "must be a string of six digits"));
    }
    Ok(MfaDevice { serial_number: text(&table.serial_number)?, code: code.clone() })
}
