//! `sts login`: the page on which a person decides.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::sign_in::{assert_signed_in, cloud, config, file, login, sts};
use crate::support::{Cloud, Run, with_filters};

/// Sends the form of the page for approval, as a browser does.
fn submit(cloud: &Cloud, code: &str, decision: &str) {
    let address = cloud.emulator.url().trim_start_matches("http://");
    let form = format!("user_code={code}&user=iam%3A%3A0011%3Auser%3Aalice&decision={decision}");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /device HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
}

/// Runs a sign-in, and decides about it on the page.
fn decided(cloud: &Cloud, command: &mut Command, decision: &str) -> Run {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut text = String::new();
    while !text.contains("the code ") {
        assert_ne!(stderr.read_line(&mut text).unwrap(), 0, "{text}");
    }
    let code = text.trim_end().rsplit(' ').next().unwrap().to_owned();
    submit(cloud, &code, decision);
    stderr.read_to_string(&mut text).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = text.replace(&code, "CODE");
    let stdout = String::from_utf8(output.stdout).unwrap();
    Run { code: output.status.code(), stdout, stderr }
}

#[test]
fn a_person_decides_on_the_page() {
    let cloud = cloud(&config("", ""));
    with_filters(|| {
        let approved = decided(&cloud, &mut login(&cloud, &["--no-browser"]), "approve");
        assert_signed_in(&approved.snapshot());
        assert_eq!(Run::of(&mut sts(&cloud, &["logout"])).code, Some(0));
        let denied = decided(&cloud, &mut login(&cloud, &["--no-browser"]), "deny");
        assert_snapshot!(denied.snapshot(), @"
        exit code Some(1)
        ---
        note: the sign-in with Identity Center is experimental: the responses of the service to a sign-in that is not finished are not published
        open http://127.0.0.1:PORT/device?user_code=CODE
        the page must show the code CODE
        error: the sign-in was denied
          caused by: invalid request: IIC.1404: Access denied: the user denied the sign-in. (HTTP status 400, request id HEX)
          help: if you have approved the sign-in, please report this error with the response in it: the responses of the service are not published
        ");
    });
    assert!(!file(&cloud).exists());
}

#[cfg(unix)]
#[test]
fn the_page_is_opened_in_a_browser() {
    use std::os::unix::fs::PermissionsExt as _;

    let cloud = cloud(&config("", ""));
    let (bin, opened) = (cloud.home().join("bin"), cloud.home().join("opened"));
    fs::create_dir_all(&bin).unwrap();
    let variables = cloud.home().join("variables");
    let (shown, to) = (variables.display(), opened.display());
    let script = format!("#!/bin/sh\nexport -p > {shown}\necho \"$@\" > {to}\n");
    for name in ["xdg-open", "open"] {
        fs::write(bin.join(name), &script).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = login(&cloud, &[]);
    command.env("PATH", &bin).env("DISPLAY", ":0");
    let secrets = ["HUAWEICLOUD_SDK_SK", "HW_SECRET_KEY", "AWS_SESSION_TOKEN"];
    command.envs(secrets.map(|name| (name, "UniqueSecretOfTheEnvironment")));
    let run = decided(&cloud, &mut command, "approve");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let begin = "approve the sign-in in your browser; if no page opens, open http://127.0.0.1:";
    assert!(run.stderr.contains(begin), "{}", run.stderr);
    let url = fs::read_to_string(&opened).unwrap();
    let page = format!("{}/device?user_code=", cloud.emulator.url());
    assert!(url.starts_with(&page), "{url}");
    let variables = fs::read_to_string(&variables).unwrap();
    assert!(variables.contains("DISPLAY"), "{variables}");
    assert!(!variables.contains("UniqueSecret"), "the browser gets a secret:\n{variables}");
}
