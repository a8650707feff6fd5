//! `sts login` and `sts logout`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use insta::assert_snapshot;
use sts_emulator::{Emulator, TestClock};
use time::OffsetDateTime;

use crate::sign_in::{AUTO, OTHER, assert_signed_in, cloud, config, file, login, sts};
use crate::support::{Cloud, Run, with_filters};

fn check(run: &mut Command) -> String {
    let run = Run::of(run).snapshot();
    let (before, rest) = run.split_once("user_code=").unwrap_or((&run, ""));
    let rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    let rest = match rest.split_once("the code ") {
        Some((_, rest)) => format!("the page must show the code CODE{}", &rest[9..]),
        None => rest.to_owned(),
    };
    if rest.is_empty() { before.to_owned() } else { format!("{before}user_code=CODE\n{rest}") }
}

#[test]
fn a_sign_in_provides_credentials_until_it_ends() {
    let cloud = cloud(&config(AUTO, ""));
    with_filters(|| {
        assert_signed_in(&check(&mut login(&cloud, &[])));
        let whoami = Run::of(&mut sts(&cloud, &["whoami"]));
        assert_snapshot!(whoami.stdout.lines().filter(|line| !line.starts_with("access") && !line.starts_with("id")).collect::<Vec<_>>().join("\n"), @"
        account     0011
        principal   sts::0011:assumed-agency:reader/alice
        provider    identity-center
        expires at  TIME
        ");
        let path = file(&cloud);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
        // The sign-in is used again, without a browser.
        assert_snapshot!(check(&mut sts(&cloud, &["login", "--output", "json"])), @r#"
        exit code Some(0)
        {"start_url":"https://idcenter.example.com/d-0123456789/portal","account_id":"0011","permission_set":"reader","agency_urn":"iam::0011:agency:reader","expires_at":"TIME"}
        ---
        "#);

        assert_snapshot!(Run::of(&mut sts(&cloud, &["logout"])).snapshot(), @"
        exit code Some(0)
        signed out of https://idcenter.example.com/d-0123456789/portal
        ---
        ");
        assert!(!path.exists());
        assert_snapshot!(Run::of(&mut sts(&cloud, &["logout", "--output", "json"])).snapshot(), @r#"
        exit code Some(0)
        {"start_url":null}
        ---
        "#);
        assert_snapshot!(Run::of(&mut sts(&cloud, &["login"])).snapshot(), @"
        exit code Some(2)
        ---
        error: no earlier sign-in: pass --start-url and --sso-region
        ");
        let whoami = Run::of(&mut sts(&cloud, &["whoami", "--provider", "identity-center"]));
        assert_snapshot!(whoami.snapshot(), @"
        exit code Some(3)
        ---
        error: GetCallerIdentity: the selected provider identity-center is not configured
          caused by: no sign-in in HOME/.config/sts/identity-center.json
          help: run `sts login`
        ");
    });
}

#[test]
fn a_choice_in_a_pipe_is_made_by_options() {
    let cloud = cloud(&config(AUTO, OTHER));
    with_filters(|| {
        assert_snapshot!(check(&mut login(&cloud, &[])), @"
        exit code Some(2)
        ---
        note: the sign-in with Identity Center is experimental: the responses of the service to a sign-in that is not finished are not published
        open http://127.0.0.1:PORT/device?user_code=CODE
        the page must show the code CODE
        error: several accounts are assigned to you
          help: pass --account with one of: 0011, 0022
        ");
        // The sign-in itself is kept, so that only the choice is left.
        let without_choice = Run::of(&mut sts(&cloud, &["whoami"]));
        assert_snapshot!(without_choice.snapshot(), @"
        exit code Some(3)
        ---
        error: GetCallerIdentity: provider identity-center is configured but failed
          caused by: no account and permission set is chosen in HOME/.config/sts/identity-center.json
          help: run `sts login`
        ");
        let account = sts(&cloud, &["login", "--account", "0011"]);
        assert_snapshot!(check(&mut { account }), @"
        exit code Some(2)
        ---
        error: several permission sets are assigned to you
          help: pass --permission-set with one of: reader, writer
        ");
        let unknown = &["login", "--account", "0011", "--permission-set", "admin"];
        assert_snapshot!(check(&mut sts(&cloud, unknown)), @r#"
        exit code Some(2)
        ---
        error: unknown permission set "admin"
          help: pass --permission-set with one of: reader, writer
        "#);
        let writer = &["login", "--account", "0011", "--permission-set", "writer"];
        assert_snapshot!(check(&mut sts(&cloud, writer)), @"
        exit code Some(0)
        portal      https://idcenter.example.com/d-0123456789/portal
        account     0011
        permissions writer
        agency      iam::0011:agency:writer
        expires at  TIME
        ---
        ");
        let other = &["login", "--account", "0022"];
        assert_eq!(Run::of(&mut sts(&cloud, other)).code, Some(0));
        let whoami = Run::of(&mut sts(&cloud, &["whoami"])).stdout;
        assert!(whoami.contains("auditor"), "{whoami}");
    });
}

#[test]
fn an_expired_sign_in_is_named() {
    let clock = TestClock::new(OffsetDateTime::now_utc());
    let builder = Emulator::builder().config(config(AUTO, "").parse().unwrap());
    let cloud = Cloud::of(builder.clock(clock.clone()));
    assert_eq!(Run::of(&mut login(&cloud, &[])).code, Some(0));
    with_filters(|| {
        // By the clock of the service.
        clock.advance(Duration::from_secs(9 * 3600));
        assert_snapshot!(Run::of(&mut sts(&cloud, &["whoami"])).snapshot(), @"
        exit code Some(3)
        ---
        error: GetCallerIdentity: provider identity-center is configured but failed
          caused by: Identity Center does not accept the access token; sign in again
          caused by: credentials rejected: IIC.1001: Access denied: the access token is invalid, has expired or was revoked (HTTP status 401, request id HEX)
          help: run `sts login`
        ");
        // By the clock of this machine.
        let path = file(&cloud);
        let content = fs::read_to_string(&path).unwrap();
        let (before, after) = content.split_once("\"expires_at\":").unwrap();
        let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        fs::write(&path, format!("{before}\"expires_at\":1700000000{rest}")).unwrap();
        assert_snapshot!(Run::of(&mut sts(&cloud, &["whoami"])).snapshot(), @"
        exit code Some(3)
        ---
        error: GetCallerIdentity: provider identity-center is configured but failed
          caused by: the sign-in expired at TIME; sign in again
          help: run `sts login`
        ");
        assert_snapshot!(Run::of(&mut sts(&cloud, &["providers"])).stdout.lines().nth(6).unwrap(), @"  identity-center  failed          the sign-in expired at TIME; sign in again");
        // The first representable time.
        fs::write(&path, format!("{before}\"expires_at\":-377705116800{rest}")).unwrap();
        assert_eq!(Run::of(&mut sts(&cloud, &["login"])).code, Some(0));
        fs::write(&path, "{").unwrap();
        assert_snapshot!(Run::of(&mut sts(&cloud, &["whoami"])).snapshot(), @"
        exit code Some(3)
        ---
        error: GetCallerIdentity: provider identity-center is configured but failed
          caused by: invalid sign-in in HOME/.config/sts/identity-center.json: not valid at line 1; remove the file
          help: run `sts login`
        ");
    });
}

/// Replaces the endpoint of the portal by one that is not reachable, and returns the content of the file.
fn without_portal(cloud: &Cloud) -> String {
    let content = fs::read_to_string(file(cloud)).unwrap();
    let url = cloud.emulator.url();
    let portal = format!("\"portal_endpoint\":\"{url}\"");
    assert!(content.contains(&portal), "{content}");
    let content = content.replace(&portal, "\"portal_endpoint\":\"http://127.0.0.1:9\"");
    fs::write(file(cloud), &content).unwrap();
    content
}

#[test]
fn a_sign_in_is_removed_without_a_portal() {
    let cloud = cloud(&config(AUTO, ""));
    assert_eq!(Run::of(&mut login(&cloud, &[])).code, Some(0));
    without_portal(&cloud);
    with_filters(|| {
        assert_snapshot!(Run::of(&mut sts(&cloud, &["logout"])).snapshot(), @"
        exit code Some(1)
        ---
        error: no response from Identity Center
          caused by: cannot connect (the request was not sent)
          caused by: connecting to 127.0.0.1:PORT failed
          caused by: tcp connect error
          caused by: Connection refused (os error 111)
          help: the sign-in was removed from this machine; its access token stays valid until TIME
        ");
    });
    assert!(!file(&cloud).exists());
}

#[test]
fn an_unreachable_portal_does_not_begin_another_sign_in() {
    let cloud = cloud(&config(AUTO, ""));
    assert_eq!(Run::of(&mut login(&cloud, &[])).code, Some(0));
    let content = without_portal(&cloud);
    with_filters(|| {
        assert_snapshot!(Run::of(&mut sts(&cloud, &["login"])).snapshot(), @"
        exit code Some(1)
        ---
        error: no response from Identity Center
          caused by: cannot connect (the request was not sent)
          caused by: connecting to 127.0.0.1:PORT failed
          caused by: tcp connect error
          caused by: Connection refused (os error 111)
          help: run `sts doctor` to check endpoint, proxy and certificates
        ");
    });
    assert_eq!(fs::read_to_string(file(&cloud)).unwrap(), content);
}

#[test]
fn a_revoked_sign_in_begins_another_one() {
    let clock = TestClock::new(OffsetDateTime::now_utc());
    let builder = Emulator::builder().config(config(AUTO, "").parse().unwrap());
    let cloud = Cloud::of(builder.clock(clock.clone()));
    assert_eq!(Run::of(&mut login(&cloud, &[])).code, Some(0));
    // By the clock of the service only.
    clock.advance(Duration::from_secs(9 * 3600));
    let again = Run::of(&mut sts(&cloud, &["login"]));
    assert!(again.stderr.contains("the page must show the code"), "{again:?}");
}

#[test]
fn a_sign_in_that_has_expired_by_the_local_clock_is_a_warning() {
    let clock = TestClock::new(OffsetDateTime::now_utc() - Duration::from_secs(10 * 3600));
    let builder = Emulator::builder().config(config(AUTO, "").parse().unwrap());
    let cloud = Cloud::of(builder.clock(clock));
    let run = Run::of(&mut login(&cloud, &[]));
    assert_eq!(run.code, Some(0), "{run:?}");
    let warning = "warning: by the clock of this machine, the sign-in has expired already";
    assert!(run.stderr.contains(warning), "{run:?}");

    // The portal still accepts the token.
    let saved: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(file(&cloud)).unwrap()).unwrap();
    let header = format!("access-token: {}", saved["access_token"]["token"].as_str().unwrap());
    let list = || cloud.run(&["request", "-H", &header, &cloud.url("/v1/assigned-accounts")]);
    assert_eq!(list().code, Some(0), "{:?}", list());
    assert_eq!(Run::of(&mut sts(&cloud, &["logout"])).code, Some(0));
    assert!(list().stdout.contains("IIC.1001"), "{:?}", list());

    assert_eq!(Run::of(&mut login(&cloud, &[])).code, Some(0));
    without_portal(&cloud);
    let offline = Run::of(&mut sts(&cloud, &["logout"]));
    assert_eq!((offline.code, &*offline.stderr), (Some(0), ""));
}

#[test]
fn an_access_token_that_is_rejected_for_credentials_alone_has_to_be_removed() {
    let cloud = cloud(&config(AUTO, OTHER));
    let reader = &["--account", "0011", "--permission-set", "reader"];
    assert_eq!(Run::of(&mut login(&cloud, reader)).code, Some(0));
    let deny = "[[deny]]\nprincipal = \"iam::0011:user:alice\"\n\
                resource = \"iam::0011:agency:reader\"\n";
    cloud.emulator.reload(config(AUTO, &format!("{OTHER}{deny}")).parse().unwrap());
    with_filters(|| {
        assert_snapshot!(Run::of(&mut sts(&cloud, &["whoami"])).snapshot(), @"
        exit code Some(3)
        ---
        error: GetCallerIdentity: provider identity-center is configured but failed
          caused by: Identity Center does not accept the access token; sign in again
          caused by: access denied: IIC.1001: access denied: a deny rule denies the action (HTTP status 403, request id HEX)
          help: run `sts logout`, then `sts login`
        ");
    });
    // The portal accepts the token for the list of accounts.
    let again = Run::of(&mut sts(&cloud, &["login", "--account", "0022"]));
    assert!(!again.stderr.contains("the page must show the code"), "{again:?}");
}

#[test]
fn a_sign_in_needs_standard_error() {
    let cloud = cloud(&config(AUTO, ""));
    let mut child =
        login(&cloud, &[]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(!file(&cloud).exists());
}

#[test]
fn usage_and_network_failures() {
    let cloud = cloud(&config(AUTO, ""));
    with_filters(|| {
        let url = &["login", "--start-url", "file:///etc/passwd", "--sso-region", "cn-north-4"];
        assert_snapshot!(Run::of(&mut sts(&cloud, url)).snapshot(), @r#"
        exit code Some(2)
        ---
        error: --start-url "file:///etc/passwd" is not an https URL
        "#);
        let mut closed = login(&cloud, &[]);
        closed.env("HUAWEICLOUD_SDK_REGION_IDENTITYCENTEROIDC_CN_NORTH_4", "http://127.0.0.1:9");
        assert_snapshot!(Run::of(&mut closed).snapshot(), @"
        exit code Some(1)
        ---
        note: the sign-in with Identity Center is experimental: the responses of the service to a sign-in that is not finished are not published
        error: no response from Identity Center
          caused by: cannot connect (the request was not sent)
          caused by: connecting to 127.0.0.1:PORT failed
          caused by: tcp connect error
          caused by: Connection refused (os error 111)
          help: run `sts doctor` to check endpoint, proxy and certificates
        ");
    });
}
