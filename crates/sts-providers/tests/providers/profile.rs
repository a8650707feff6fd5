use std::io;
use std::sync::Arc;

use sts_client::CredentialsError;
use sts_providers::{HcloudProfile, ProfileFile};

use crate::world::{Place, Wire, ask, ask_again, ask_blocking, blocking_client, client, in_full};

const USUAL: &str = "/home/u/.huaweicloud/credentials";

fn place() -> Place {
    Place::default().with_variable("HOME", "/home/u").with_variable("USERPROFILE", "/home/u")
}

fn read(content: &str) -> Result<sts_proto::Credentials, CredentialsError> {
    ProfileFile::new().read(&place().with_file(USUAL, content))
}

#[test]
fn the_section_basic_is_used() {
    let credentials = read("[basic]\nak = AK1\nsk = SK1\nproject_id = p\n").unwrap();
    assert_eq!(
        (&*credentials.access_key_id, credentials.secret_access_key.expose_secret()),
        ("AK1", "SK1")
    );
    assert!(!credentials.is_temporary());

    let credentials = read("[basic]\nak=AK1\nsk=SK1\nsecurity_token = T==\n").unwrap();
    assert_eq!(credentials.security_token.as_ref().unwrap().expose_secret(), "T==");
}

#[test]
fn the_section_global_is_used_without_basic() {
    let global = "[global]\nak = GLOBAL\nsk = s\n";
    assert_eq!(read(global).unwrap().access_key_id, "GLOBAL");
    let both = format!("{global}[basic]\nak = BASIC\nsk = s\n");
    assert_eq!(read(&both).unwrap().access_key_id, "BASIC");
}

#[test]
fn files_that_all_parsers_agree_on_are_read() {
    let file = "\u{feff}# mine\r\n; and old\r\n\r\n[basic]  \r\n  # credentials\r\nak = AK1\r\nsk = S=K/+ \r\n";
    let credentials = read(file).unwrap();
    assert_eq!(
        (&*credentials.access_key_id, credentials.secret_access_key.expose_secret()),
        ("AK1", "S=K/+")
    );
    for file in [
        "[basic]\nak=AK1\nsk=SK1",
        "[basic]\nak\t=\tAK1\t \nsk= SK1\n\n",
        "[basic]\nak =AK1\nsk =S==\n",
        "[basic]\nak = AK1\nsk = A:B,{}$!\n",
        "\n[other]\nak = X\n[basic]\nak = AK1\nsk = SK1\n[more]\nnote = a b # c ; d\n",
        "[basic]\nak = AK1\nsk = SK1\nproject_id = 0\niam_endpoint = https://iam.example/\n",
        "[basic]\nak = AK1\nsk = SK1\nidp_id =\nid_token_file = /f\n",
        "# [other] \"'`\\\n[basic]\nak = AK1\n;sk = X\nsk = SK1\n#",
    ] {
        assert_eq!(read(file).unwrap().access_key_id, "AK1", "{file:?}");
    }
}

/// Returns the error for a file, whose lines are counted from 1.
const FAULTS: [(&str, &str); 52] = [
    // Section headers.
    ("[staging] # owner=me\nsecurity_token = SECRET", "line 4: invalid section header"),
    ("[staging] ; owner=me", "line 4: invalid section header"),
    ("[staging]x", "line 4: invalid section header"),
    ("[staging", "line 4: invalid section header"),
    ("[]", "line 4: invalid section header"),
    ("[ staging]", "line 4: invalid section header"),
    ("[staging ]", "line 4: invalid section header"),
    ("[stag ing]", "line 4: invalid section header"),
    ("[[staging]]", "line 4: invalid section header"),
    ("[DEFAULT]\nsk = SECRET", "line 4: invalid section header"),
    ("[Basic]", "line 4: invalid section header"),
    ("[staging-2]\nak = SECRET", "line 4: invalid section header"),
    ("[staging]\u{a0}", "line 4: invalid section header"),
    ("[st\u{e4}ging]", "line 4: invalid section header"),
    ("[basic]", "line 4: duplicate section [basic]"),
    ("[x]\n[y]\n[x]", "line 6: duplicate section [x]"),
    // Indented lines.
    ("  SECRET", "line 4: indented"),
    ("\tsk = SECRET", "line 4: indented"),
    (" [staging]", "line 4: indented"),
    // Entries.
    ("SECRET", "line 4: expected `key = value`"),
    ("security_token: SECRET", "line 4: expected `key = value`"),
    ("\u{a0}", "line 4: expected `key = value`"),
    ("export", "line 4: expected `key = value`"),
    ("security_token: SEC=RET", "line 4: invalid key"),
    ("Security_Token = SECRET", "line 4: invalid key"),
    ("SECURITY_TOKEN = SECRET", "line 4: invalid key"),
    ("security token = SECRET", "line 4: invalid key"),
    ("\"security_token\" = SECRET", "line 4: invalid key"),
    ("`security_token` = SECRET", "line 4: invalid key"),
    ("security_token\u{a0}= SECRET", "line 4: invalid key"),
    ("-= SECRET", "line 4: invalid key"),
    ("= SECRET", "line 4: invalid key"),
    ("1 = SECRET", "line 4: invalid key"),
    ("security_token  = SECRET", "line 4: more than one blank"),
    ("security_token = \tSECRET", "line 4: more than one blank"),
    ("security_token= =SECRET", "line 4: `=` in the value needs a blank before"),
    ("security_token=SECRET==", "line 4: `=` in the value needs a blank before"),
    ("ak = SECRET", "line 4: duplicate key"),
    ("[basica]\nk = SECRET", "line 5: duplicate key"),
    ("[basi]\ncsk = SECRET", "line 5: duplicate key"),
    // Values.
    ("security_token = \"SECRET\"", "line 4: quote, `\\` or `%` in the value"),
    ("security_token = 'SECRET'", "line 4: quote, `\\` or `%` in the value"),
    ("[x]\ny = `\nz = SECRET`", "line 5: quote, `\\` or `%` in the value"),
    ("project_id = %x", "line 4: quote, `\\` or `%` in the value"),
    ("project_id = x\\", "line 4: quote, `\\` or `%` in the value"),
    ("security_token = SEC%%RET", "line 4: quote, `\\` or `%` in the value"),
    ("security_token = SECRET # mine", "line 4: the value of security_token contains"),
    ("security_token = SEC;RET", "line 4: the value of security_token contains"),
    ("security_token = SECR\u{c9}T", "line 4: the value of security_token contains"),
    ("security_token =", "line 4: the value of security_token is empty"),
    // Characters.
    ("# x\rsecurity_token = SECRET", "line 4: control character"),
    ("security_token = SEC\0RET", "line 4: control character"),
];

#[test]
fn files_that_parsers_disagree_on_are_an_error_that_names_the_line() {
    for (lines, fault) in FAULTS {
        for end in ["", "\n", "\nproject_id = p\n"] {
            let error = read(&format!("[basic]\nak = AK1\nsk = SK1\n{lines}{end}")).unwrap_err();
            let text = in_full(&error);
            assert!(text.starts_with(&format!("profile file {USUAL}: {fault}")), "{lines}: {text}");
            assert!(!text.contains("SEC"), "{text}");
            assert!(!error.is_not_configured());
        }
    }
    let fault = |content: &str| {
        let text = read(content).unwrap_err().to_string();
        text.strip_prefix(&format!("profile file {USUAL}: ")).unwrap().to_owned()
    };
    assert_eq!(fault("ak = AK1\n[basic]\n"), "line 1: entry before the first section");
    assert_eq!(fault("\u{feff}\u{feff}[basic]\n"), "line 1: expected `key = value`");
    assert_eq!(fault("[basic]\nak =\n"), "line 2: the value of ak is empty; remove the line");
    assert_eq!(
        fault("[basic]\nak = A\nsk =\n"),
        "line 3: the value of sk is empty; remove the line"
    );
    assert_eq!(
        fault("[basic]\nak = A,B\nsk = S"),
        "section [basic]: access key id contains a character that is not allowed; allowed: visible \
         ASCII except comma and slash"
    );
}

#[test]
fn a_file_that_is_not_utf_8_is_an_error_that_names_the_line() {
    for (content, line) in [
        (&b"[basic]\nak = A\nsk = \xff\n"[..], 3),
        (b"\xff\xfe[\0b\0", 1),
        (b"# \xe9\n[basic]", 1),
        (b"[basic]\r\n# x\r\n\r\n\xc3", 4),
    ] {
        let place = place().with_bytes(USUAL, content);
        let error = ProfileFile::new().read(&place).unwrap_err();
        let expected = format!("profile file {USUAL}: line {line}: not valid UTF-8");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_file_has_at_most_64_kib() {
    let profile = "[basic]\nak = AK\nsk = SK\n";
    let file = |size: usize| profile.to_owned() + &"#".repeat(size - profile.len());
    read(&file(1 << 16)).unwrap();
    let error = in_full(&read(&file((1 << 16) + 1)).unwrap_err());
    assert!(error.ends_with("exceeds 64 KiB"), "{error}");
}

#[test]
fn a_file_without_credentials_is_an_error() {
    let complaint = |content| read(content).unwrap_err().to_string();
    assert!(complaint("").ends_with(": missing section [basic] or [global]"));
    assert!(complaint("[basic]\nsk = x").ends_with(": missing ak in section [basic]"));
    let federation = "[basic]\nak = a\nsk = s\nidp_id = i\nid_token_file = /f\n";
    assert!(complaint(federation).contains("classic IAM"));
}

#[test]
fn no_file_in_the_default_location_means_not_configured() {
    let error = ProfileFile::new().read(&place()).unwrap_err();
    assert!(error.is_not_configured());
    assert_eq!(error.to_string(), format!("profile file not found: {USUAL}"));

    let error = ProfileFile::new().read(&Place::default()).unwrap_err();
    assert!(error.is_not_configured());
    assert!(error.to_string().contains("HUAWEICLOUD_SDK_CREDENTIALS_FILE"), "{error}");
}

#[test]
fn an_environment_without_files_means_not_configured_unless_a_file_is_named() {
    let without = |path| place().with_unreadable_file(path, io::ErrorKind::Unsupported);
    assert!(ProfileFile::new().read(&without(USUAL)).unwrap_err().is_not_configured());
    let named = ProfileFile::new().path("/etc/keys");
    assert!(!named.read(&without("/etc/keys")).unwrap_err().is_not_configured());
}

#[test]
fn a_home_that_is_not_a_directory_means_not_configured_unless_a_file_is_named() {
    // As of services, which often have `/dev/null`.
    let kind = io::ErrorKind::NotADirectory;
    let error = ProfileFile::new().read(&place().with_unreadable_file(USUAL, kind)).unwrap_err();
    assert!(error.is_not_configured());
    assert_eq!(error.to_string(), format!("profile file not found: {USUAL}"));
    let named = ProfileFile::new().path("/dev/null/keys");
    let place = place().with_unreadable_file("/dev/null/keys", kind);
    assert!(!named.read(&place).unwrap_err().is_not_configured());
}

#[test]
fn a_home_that_is_closed_to_the_user_means_not_configured_unless_a_file_is_named() {
    // As of containers, which pass on `/root` to other users.
    let denied = io::ErrorKind::PermissionDenied;
    let closed = |path: &str| {
        let (directory, _) = path.rsplit_once('/').unwrap();
        place().with_unreadable_file(path, denied).with_unreadable_file(directory, denied)
    };
    let error = ProfileFile::new().read(&closed(USUAL)).unwrap_err();
    assert_eq!(error.is_not_configured(), cfg!(unix));
    let error = HcloudProfile::new().resolve(&closed("/home/me/.hcloud/config.json")).unwrap_err();
    assert_eq!(error.is_not_configured(), cfg!(unix), "{error}");
    let named = ProfileFile::new().path("/closed/keys");
    assert!(!named.read(&closed("/closed/keys")).unwrap_err().is_not_configured());
}

#[test]
fn a_named_file_must_exist() {
    let place = place().with_variable("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/etc/keys");
    let error = ProfileFile::new().read(&place).unwrap_err();
    assert!(!error.is_not_configured());
    assert_eq!(error.to_string(), "cannot read profile file /etc/keys");

    place.write("/etc/keys", "[basic]\nak = AK1\nsk = SK1\n");
    assert_eq!(ProfileFile::new().read(&place).unwrap().access_key_id, "AK1");
    let place = place.with_file("/own", "[basic]\nak = AK2\nsk = S\n");
    assert_eq!(ProfileFile::new().path("/own").read(&place).unwrap().access_key_id, "AK2");
}

#[test]
fn an_unreadable_file_is_an_error() {
    let place = place().with_unreadable_file(USUAL, io::ErrorKind::PermissionDenied);
    let error = ProfileFile::new().read(&place).unwrap_err();
    assert!(!error.is_not_configured());
    assert!(in_full(&error).contains("permission denied"), "{}", in_full(&error));
}

#[test]
fn rotated_credentials_are_read_when_the_old_ones_are_rejected() {
    let place = place().with_file(USUAL, "[basic]\nak = OLD\nsk = s\n");
    let wire = Wire::dead();
    let session = client(&wire, &place).session(ProfileFile::new()).unwrap();
    let blocking = blocking_client(&wire, &place).session(ProfileFile::new()).unwrap();
    let old = ask(&session).unwrap();
    ask_blocking(&blocking).unwrap();
    place.write(USUAL, "[basic]\nak = NEW\nsk = s\n");
    assert!(Arc::ptr_eq(&ask(&session).unwrap(), &old), "not rejected yet");
    assert_eq!(ask_blocking(&blocking).unwrap(), old, "not rejected yet");
    assert_eq!(ask_again(&session, Arc::clone(&old)).unwrap().access_key_id, "NEW");
    blocking.invalidate(&old);
    assert_eq!(ask_blocking(&blocking).unwrap().access_key_id, "NEW");
}
