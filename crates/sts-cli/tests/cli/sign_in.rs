//! Sign-ins with the Identity Center of an emulator.

use std::path::PathBuf;
use std::process::Command;

use insta::{allow_duplicates, assert_snapshot};
use sts_emulator::Emulator;

use crate::support::Cloud;

const START_URL: &str = "https://idcenter.example.com/d-0123456789/portal";

/// A cloud in which alice may assume two agencies in one account and one in another.
pub(crate) fn config(identity_center: &str, second: &str) -> String {
    format!(
        "[identity_center]\ninterval = 1\n{identity_center}\n\
         [[accounts]]\nid = \"0011\"\n[[accounts.users]]\nname = \"alice\"\n\
         [[accounts.agencies]]\nname = \"reader\"\n{second}"
    )
}

pub(crate) const AUTO: &str = "auto_approve = \"iam::0011:user:alice\"";
pub(crate) const OTHER: &str = "[[accounts.agencies]]\nname = \"writer\"\n\
    [[accounts]]\nid = \"0022\"\n[[accounts.agencies]]\nname = \"auditor\"\n\
    trust = [\"iam::0011:user:alice\"]\n";

pub(crate) fn cloud(config: &str) -> Cloud {
    Cloud::of(Emulator::builder().config(config.parse().unwrap()))
}

/// Returns the program with the endpoints of Identity Center.
pub(crate) fn sts(cloud: &Cloud, arguments: &[&str]) -> Command {
    let mut command = cloud.bare();
    for service in ["IDENTITYCENTEROIDC", "IDENTITYCENTERPORTALAPI"] {
        let name = format!("HUAWEICLOUD_SDK_REGION_{service}_CN_NORTH_4");
        command.env(name, cloud.emulator.url());
    }
    command.args(arguments);
    command
}

pub(crate) fn login(cloud: &Cloud, arguments: &[&str]) -> Command {
    let mut command =
        sts(cloud, &["login", "--start-url", START_URL, "--sso-region", "cn-north-4"]);
    command.args(arguments);
    command
}

/// Checks the output of the first sign-in of alice, in which `CODE` replaces the code.
pub(crate) fn assert_signed_in(output: &str) {
    allow_duplicates! {
        assert_snapshot!(output, @"
        exit code Some(0)
        portal      https://idcenter.example.com/d-0123456789/portal
        account     0011
        permissions reader
        agency      iam::0011:agency:reader
        expires at  TIME
        ---
        note: the sign-in with Identity Center is experimental: the responses of the service to a sign-in that is not finished are not published
        open http://127.0.0.1:PORT/device?user_code=CODE
        the page must show the code CODE
        ");
    }
}

pub(crate) fn file(cloud: &Cloud) -> PathBuf {
    cloud.home().join(".config/sts/identity-center.json")
}
