//! `sts cache`, and the option `--cache`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use huaweicloud_sts::SystemEnvironment;
use huaweicloud_sts::sts_client::Environment as _;
use insta::assert_snapshot;
use sts_emulator::builtin;

use crate::support::{Cloud, Run, with_filters};

fn with_all_filters(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\bHST[0-9A-Z]{17}\b", "ACCESS-KEY");
    settings.add_filter(r"[A-Za-z0-9_-]{43}\.json", "KEY.json");
    settings.bind(|| with_filters(check));
}

/// Returns the cached files of an agency, of which there is one.
fn cached(cloud: &Cloud) -> PathBuf {
    let files = fs::read_dir(cloud.home().join(".cache/sts")).unwrap();
    let is_content = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
    let mut files = files.map(|entry| entry.unwrap().path()).filter(is_content);
    let file = files.next().unwrap();
    assert_eq!(files.next(), None);
    file
}

fn access_key(cloud: &Cloud, options: &[&str]) -> String {
    let mut arguments = vec!["assume", builtin::AGENCY_URN, "--output", "json"];
    arguments.extend(options);
    let run = cloud.run(&arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    json["access_key_id"].as_str().unwrap().to_owned()
}

#[test]
fn credentials_are_kept_only_if_requested() {
    let cloud = Cloud::start();
    assert_ne!(access_key(&cloud, &[]), access_key(&cloud, &[]));
    assert!(!cloud.home().join(".cache").exists());
    let first = access_key(&cloud, &["--cache"]);
    assert_eq!(access_key(&cloud, &["--cache"]), first);
    assert_ne!(access_key(&cloud, &[]), first);
    let mode = fs::metadata(cached(&cloud)).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    assert_ne!(access_key(&cloud, &["--cache", "--session-name", "other"]), first);
    let executed = cloud.run(&[
        "exec",
        "--agency",
        builtin::AGENCY_URN,
        "--cache",
        "--",
        "sh",
        "-c",
        "echo $HUAWEICLOUD_SDK_AK",
    ]);
    assert_eq!(executed.stdout.trim(), first);
}

#[test]
fn the_list_has_no_secrets() {
    let cloud = Cloud::start();
    with_all_filters(|| {
        assert_snapshot!(cloud.run(&["cache", "list"]).snapshot(), @"
        exit code Some(0)
        no cached credentials in HOME/.cache/sts
        ---
        ");
        assert_snapshot!(cloud.run(&["cache", "list", "--output", "json"]).snapshot(), @r#"
        exit code Some(0)
        {"directory":"HOME/.cache/sts","files":[]}
        ---
        "#);
        access_key(&cloud, &["--cache"]);
        assert_snapshot!(cloud.run(&["cache", "list"]).snapshot(), @"
        exit code Some(0)
        agency      iam::HEX:agency:demo/sts-cli
        access key  ACCESS-KEY
        expires at  TIME
        file        HOME/.cache/sts/KEY.json
        ---
        ");
        let narrow = Run::of(cloud.sts(&["cache", "list"]).env("COLUMNS", "40"));
        assert_eq!(narrow.code, Some(0));
        assert_snapshot!(cloud.run(&["cache", "list", "--output", "json"]).snapshot(), @r#"
        exit code Some(0)
        {"directory":"HOME/.cache/sts","files":[{"file":"HOME/.cache/sts/KEY.json","label":"iam::HEX:agency:demo/sts-cli","access_key_id":"ACCESS-KEY","expires_at":"TIME","is_expired":false,"error":null}]}
        ---
        "#);
        let file = cached(&cloud);
        let content = fs::read_to_string(&file).unwrap();
        let (before, _) = content.split_once(r#""Expiration":""#).unwrap();
        fs::write(&file, format!(r#"{before}"Expiration":"2020-01-01T00:00:00Z"}}"#)).unwrap();
        assert_snapshot!(cloud.run(&["cache", "list"]).snapshot(), @"
        exit code Some(0)
        access key  ACCESS-KEY
        expires at  TIME (expired)
        file        HOME/.cache/sts/KEY.json
        ---
        ");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_snapshot!(cloud.run(&["cache", "list"]).snapshot(), @"
        exit code Some(0)
        error       cannot read the credential cache HOME/.cache/sts/KEY.json: the file can be accessed by other users; set its mode to 0600 or remove it
        file        HOME/.cache/sts/KEY.json
        ---
        ");
        assert_snapshot!(cloud.run(&["cache", "list", "--output", "json"]).snapshot(), @r#"
        exit code Some(0)
        {"directory":"HOME/.cache/sts","files":[{"file":"HOME/.cache/sts/KEY.json","label":null,"access_key_id":null,"expires_at":null,"is_expired":null,"error":"cannot read the credential cache HOME/.cache/sts/KEY.json: the file can be accessed by other users; set its mode to 0600 or remove it"}]}
        ---
        "#);
    });
}

#[test]
fn clear_removes_only_files_of_the_cache() {
    let cloud = Cloud::start();
    access_key(&cloud, &["--cache"]);
    let file = cached(&cloud);
    let directory = file.parent().unwrap();
    let notes = directory.join("notes.json");
    fs::write(&notes, "{}").unwrap();
    with_all_filters(|| {
        assert_snapshot!(cloud.run(&["cache", "clear", "--expired"]).snapshot(), @"
        exit code Some(0)
        removed 0 files from HOME/.cache/sts
        ---
        ");
        assert!(file.exists());
        assert_snapshot!(cloud.run(&["cache", "clear", "--output", "json"]).snapshot(), @r#"
        exit code Some(0)
        {"directory":"HOME/.cache/sts","removed":["HOME/.cache/sts/KEY.json"]}
        ---
        "#);
        assert_snapshot!(cloud.run(&["cache", "clear"]).snapshot(), @"
        exit code Some(0)
        removed 0 files from HOME/.cache/sts
        ---
        ");
    });
    let left: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [notes]);
}

#[test]
fn clear_can_keep_valid_credentials() {
    let cloud = Cloud::start();
    access_key(&cloud, &["--cache"]);
    let file = cached(&cloud);
    let content = fs::read_to_string(&file).unwrap();
    let (before, _) = content.split_once(r#""Expiration":""#).unwrap();
    fs::write(&file, format!(r#"{before}"Expiration":"2020-01-01T00:00:00Z"}}"#)).unwrap();
    let valid = access_key(&cloud, &["--cache", "--session-name", "other"]);
    let cleared = cloud.run(&["cache", "clear", "--expired"]);
    assert!(cleared.stdout.starts_with("removed 1 file from "), "{cleared:?}");
    assert!(!file.exists());
    assert_eq!(access_key(&cloud, &["--cache", "--session-name", "other"]), valid);
}

#[test]
fn clear_removes_what_terminated_processes_have_left() {
    let cloud = Cloud::start();
    access_key(&cloud, &["--cache"]);
    let file = cached(&cloud);
    let temporary = file.with_extension("json.1-0.tmp");
    let [left, held] = ["A", "B"].map(|letter| file.with_file_name(format!("{letter:A<43}.lock")));
    fs::write(&temporary, "").unwrap();
    fs::write(&left, "").unwrap();
    let lock = SystemEnvironment.try_lock_file(&held).unwrap();
    // The process that holds the lock writes it.
    let written = held.with_extension("json.2-0.tmp");
    fs::write(&written, "").unwrap();
    assert_eq!(cloud.run(&["cache", "clear", "--expired"]).code, Some(0));
    let own = file.with_extension("lock");
    let exist = || [&temporary, &left, &own, &held, &written].map(|path| path.exists());
    assert_eq!(exist(), [true, false, true, true, true], "a lock in use stays");
    assert_eq!(cloud.run(&["cache", "clear"]).code, Some(0));
    assert_eq!(exist(), [false, false, false, true, true]);
    drop(lock);
    assert_eq!(cloud.run(&["cache", "clear"]).code, Some(0));
    assert_eq!(exist(), [false; 5]);
}

#[test]
fn the_directory_follows_the_environment() {
    let cloud = Cloud::start();
    let xdg = cloud.home().join("xdg");
    let mut assume = cloud.sts(&["assume", builtin::AGENCY_URN, "--cache"]);
    assert_eq!(Run::of(assume.env("XDG_CACHE_HOME", &xdg)).code, Some(0));
    assert!(xdg.join("sts").is_dir());
    let mut relative = cloud.sts(&["cache", "list"]);
    let relative = Run::of(relative.env("XDG_CACHE_HOME", "xdg"));
    assert!(relative.stdout.ends_with("/.cache/sts\n"), "{relative:?}");
    with_all_filters(|| {
        let mut homeless = cloud.sts(&["cache", "list"]);
        assert_snapshot!(Run::of(homeless.env_remove("HOME")).snapshot(), @"
        exit code Some(2)
        ---
        error: no directory for cached credentials: set XDG_CACHE_HOME or HOME
        ");
    });
}
