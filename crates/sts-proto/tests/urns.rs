//! URNs of agencies, and URNs in responses.

use sts_proto::{AgencyUrn, AssumeAgency, AssumedAgency, Endpoint, Operation, Region};

fn told(urn: &str) -> Option<(String, String)> {
    let assumed = AssumedAgency::new(urn, "id:session");
    assert_eq!(assumed.urn, urn, "the text is kept as it came");
    let (agency, session) = (assumed.agency(), assumed.session_name());
    assert_eq!(agency.is_some(), session.is_some());
    Some((agency?.to_owned(), session?.to_owned()))
}

#[expect(clippy::unnecessary_wraps, reason = "compared with an optional value")]
fn names(agency: &str, session: &str) -> Option<(String, String)> {
    Some((agency.to_owned(), session.to_owned()))
}

#[test]
fn an_agency_urn_is_built_and_read_back() {
    let urn = AgencyUrn::new("0a1b", "path/reader").unwrap();
    assert_eq!((urn.account(), urn.name()), ("0a1b", "path/reader"));
    assert_eq!(urn.to_string(), "iam::0a1b:agency:path/reader");
    assert_eq!(urn, urn.to_string().parse().unwrap());
    assert_eq!(String::from(&urn), "iam::0a1b:agency:path/reader");
    AssumeAgency::new(&urn, "session").validate().unwrap();
    AssumeAgency::new(urn, "session").validate().unwrap();
}

#[test]
fn parts_that_would_make_another_urn_are_refused() {
    for (account, name) in [
        ("", "n"),
        ("a", ""),
        ("a:b", "n"),
        ("a", "n:m"),
        ("a b", "n"),
        ("a", "n\n"),
        ("a", "\u{0}"),
    ] {
        let error = AgencyUrn::new(account, name).unwrap_err().to_string();
        assert!(error.contains("iam::ACCOUNT:agency:NAME"), "{error}");
    }
}

#[test]
fn text_that_is_no_agency_urn_is_refused() {
    for urn in [
        "",
        "reader",
        "iam::a:agency:",
        "iam:::agency:n",
        "iam:r:a:agency:n",
        "IAM::a:agency:n",
        "iam::a:user:n",
        "sts::a:assumed-agency:n/s",
        "iam::a:agency:n:m",
        " iam::a:agency:n",
    ] {
        urn.parse::<AgencyUrn>().expect_err(urn);
    }
    let error = "\u{1b}".repeat(10_000).parse::<AgencyUrn>().unwrap_err().to_string();
    assert!(error.len() < 400 && !error.contains('\u{1b}'), "{error}");
}

#[test]
fn agency_and_session_are_told_from_five_and_from_six_parts() {
    assert_eq!(told("sts::0a1b:assumed-agency:reader/build-42"), names("reader", "build-42"));
    assert_eq!(told("sts::0a1b::assumed-agency:reader/build-42"), names("reader", "build-42"));
}

#[test]
fn the_session_is_what_follows_the_last_slash() {
    assert_eq!(told("sts::a:assumed-agency:path/to/reader/s"), names("path/to/reader", "s"));
    assert_eq!(
        told("sts::a:assumed-agency:x:assumed-agency:reader/s"),
        names("reader", "s"),
        "what follows the last mark counts"
    );
}

#[test]
fn names_that_cannot_be_told_are_not_made_up() {
    for urn in [
        "",
        "sts",
        "sts::a:assumed-agency:",
        "sts::a:assumed-agency:reader",
        "sts::a:assumed-agency:/s",
        "sts::a:assumed-agency:reader/",
        "iam::a:user:alice/x",
        "sts::a:Assumed-Agency:reader/s",
    ] {
        assert_eq!(told(urn), None, "{urn}");
    }
}

#[test]
fn a_urn_is_a_string_in_every_format() {
    let urn: AgencyUrn = serde_json::from_str("\"iam::0a1b:agency:path/reader\"").unwrap();
    assert_eq!((urn.account(), urn.name()), ("0a1b", "path/reader"));
    assert_eq!(urn.as_ref(), "iam::0a1b:agency:path/reader");
    assert_eq!(serde_json::to_string(&urn).unwrap(), "\"iam::0a1b:agency:path/reader\"");
    assert!(serde_json::from_str::<AgencyUrn>("\"iam::0a1b:user:reader\"").is_err());
}

#[test]
fn errors_show_a_bounded_part_of_what_was_given() {
    let long = "x".repeat(1000);
    let shown = |error: String| error.matches('x').count();
    // The mark of what was cut takes three bytes.
    assert_eq!(shown(format!("{:?}", Region::new(long.clone()).unwrap_err())), 64 - 3);
    assert_eq!(shown(format!("{:?}", long.parse::<AgencyUrn>().unwrap_err())), 256 - 3);
    assert_eq!(shown(format!("{:?}", Endpoint::parse(&long).unwrap_err())), 256 - 3);
    let violations = AssumeAgency::new(long, "session").validate().unwrap_err();
    assert_eq!(shown(violations.violations()[0].given.to_string()), 64 - 3);
}
