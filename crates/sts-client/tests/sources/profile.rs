use std::io;
use std::sync::Arc;

use sts_client::source::{ProfileFile, SourceError};

use crate::world::{Place, ask, ask_again, ask_blocking, in_full};

const USUAL: &str = "/home/u/.huaweicloud/credentials";

fn place() -> Place {
    Place::default().with_variable("HOME", "/home/u").with_variable("USERPROFILE", "/home/u")
}

fn read(content: &str) -> Result<Arc<sts_proto::Credentials>, SourceError> {
    ask(&ProfileFile::new(place().with_file(USUAL, content)))
}

#[test]
fn the_section_basic_gives_the_keys() {
    let keys = read("[basic]\nak = AK1\nsk = SK1\nproject_id = p\n").unwrap();
    assert_eq!((&*keys.access_key_id, keys.secret_access_key.expose_secret()), ("AK1", "SK1"));
    assert!(!keys.is_temporary());

    let keys = read("[basic]\nak=AK1\nsk=SK1\nsecurity_token=T==\n").unwrap();
    assert_eq!(keys.security_token.as_ref().unwrap().expose_secret(), "T==");
}

#[test]
fn the_section_global_gives_them_when_there_is_no_basic() {
    let global = "[global]\nak = GLOBAL\nsk = s\n";
    assert_eq!(read(global).unwrap().access_key_id, "GLOBAL");
    let both = format!("{global}[basic]\nak = BASIC\nsk = s\n");
    assert_eq!(read(&both).unwrap().access_key_id, "BASIC");
}

#[test]
fn what_all_readers_take_is_taken() {
    let file =
        "\u{feff}# mine\r\n; and old\r\n\r\n[basic]  \r\n# keys\r\nak = AK1\r\nsk = S=K/+\r\n";
    let keys = read(file).unwrap();
    assert_eq!((&*keys.access_key_id, keys.secret_access_key.expose_secret()), ("AK1", "S=K/+"));
    // What other sections hold is for others.
    assert!(read("[other]\n  odd % \"\n[basic]\nak = AK1\nsk = SK1\n[more]\n*").is_ok());
    assert!(read("[basic]\nak = AK1\nsk = SK1\nsecurity_token =\n").is_ok());
}

#[test]
fn what_readers_take_for_different_keys_is_refused_with_its_line() {
    for (line, complaint) in [
        ("sk = \"SECRET\"", "line 3: the value of sk has quotes"),
        ("sk = SEC%%RET", "line 3: the value of sk has"),
        ("sk = SECRET # mine", "line 3: the value of sk has"),
        ("sk = SEC;RET", "line 3: the value of sk has"),
        ("sk = SEC RET", "line 3: the value of sk has"),
        ("sk = SEC\\RET", "line 3: the value of sk has"),
        ("sk = SECRÉT", "line 3: the value of sk has"),
        ("  sk = SECRET", "line 3 is indented"),
        ("sk: SECRET", "line 3 is no `key = value`"),
        ("ak = SECRET", "line 3 is the second entry of its key"),
        ("[basic]", "line 3 begins the section [basic] again"),
        ("sk =", "sk is missing in the section [basic]"),
    ] {
        let error = read(&format!("[basic]\nak = AK1\n{line}\n")).unwrap_err();
        let text = in_full(&error);
        assert!(text.starts_with(&format!("the profile file {USUAL}: {complaint}")), "{text}");
        assert!(!text.contains("SEC"), "{text}");
        assert!(!error.is_not_configured());
    }
}

#[test]
fn a_file_without_keys_is_an_error() {
    let complaint = |content| read(content).unwrap_err().to_string();
    assert!(complaint("").ends_with("it has neither a section [basic] nor [global]"));
    assert!(complaint("[basic]\nsk = x").ends_with("ak is missing in the section [basic]"));
    let federation = "[basic]\nak = a\nsk = s\nidp_id = i\nid_token_file = /f\n";
    assert!(complaint(federation).contains("classic IAM"));
}

#[test]
fn no_file_in_the_usual_place_means_not_configured() {
    let error = ask(&ProfileFile::new(place())).unwrap_err();
    assert!(error.is_not_configured());
    assert_eq!(error.to_string(), format!("there is no profile file {USUAL}"));

    let error = ask(&ProfileFile::new(Place::default())).unwrap_err();
    assert!(error.is_not_configured());
    assert!(error.to_string().contains("HUAWEICLOUD_SDK_CREDENTIALS_FILE"), "{error}");
}

#[test]
fn a_file_that_is_named_has_to_be_there() {
    let place = place().with_variable("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/etc/keys");
    let source = ProfileFile::new(place.clone());
    let error = ask(&source).unwrap_err();
    assert!(!error.is_not_configured());
    assert_eq!(error.to_string(), "the profile file /etc/keys cannot be read");

    place.write("/etc/keys", "[basic]\nak = AK1\nsk = SK1\n");
    assert_eq!(ask_blocking(&source).unwrap().access_key_id, "AK1");
    let other = ProfileFile::new(place.with_file("/own", "[basic]\nak = AK2\nsk = S\n")).at("/own");
    assert_eq!(ask(&other).unwrap().access_key_id, "AK2");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let place = place().with_unreadable_file(USUAL, io::ErrorKind::PermissionDenied);
    let error = ask(&ProfileFile::new(place)).unwrap_err();
    assert!(!error.is_not_configured());
    assert!(in_full(&error).contains("permission denied"), "{}", in_full(&error));
}

#[test]
fn rotated_keys_are_picked_up_when_the_old_ones_are_refused() {
    let place = place().with_file(USUAL, "[basic]\nak = OLD\nsk = s\n");
    let source = ProfileFile::new(place.clone());
    let old = ask(&source).unwrap();
    place.write(USUAL, "[basic]\nak = NEW\nsk = s\n");
    assert!(Arc::ptr_eq(&ask(&source).unwrap(), &old), "nobody complained yet");
    assert_eq!(ask_again(&source, old).unwrap().access_key_id, "NEW");
}
