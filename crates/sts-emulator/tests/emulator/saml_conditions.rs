//! Conditions of SAML responses (SAML core, 2.5.1; profiles, 4.1.4).

use crate::saml::{assert_rejected, assume, federated, trusting, vector};

const RESTRICTION: &str = "<saml:AudienceRestriction><saml:Audience>https://sp.example/metadata\
                           </saml:Audience></saml:AudienceRestriction>";

/// The assertion of the vectors, with these conditions in place of its own.
fn with_conditions(conditions: &str) -> String {
    let xml = vector("signed_assertion");
    assert!(xml.contains(RESTRICTION));
    xml.replace(RESTRICTION, conditions)
}

fn audiences(names: &[&str]) -> String {
    let names: Vec<_> =
        names.iter().map(|name| format!("<saml:Audience>{name}</saml:Audience>")).collect();
    let names = names.concat();
    format!("<saml:AudienceRestriction>{names}</saml:AudienceRestriction>")
}

const OURS: &str = "https://sp.example/metadata";

#[tokio::test]
async fn each_audience_restriction_has_to_hold() {
    let sts = trusting().await;
    let (ours, theirs) = (audiences(&[OURS]), audiences(&["https://other.example"]));
    let both = audiences(&["https://other.example", OURS]);
    for conditions in [ours.clone(), both.clone(), format!("{ours}{both}")] {
        assume(&sts, &with_conditions(&conditions)).await.unwrap();
    }
    for conditions in [
        String::new(),
        theirs.clone(),
        audiences(&[]),
        format!("{ours}{theirs}"),
        format!("{theirs}{ours}"),
        format!("{both}{theirs}"),
        format!("{ours}{}", audiences(&[])),
        audiences(&[&format!("{OURS}/")]),
        audiences(&[&OURS.to_uppercase()]),
    ] {
        assert_rejected(assume(&sts, &with_conditions(&conditions)).await, "audience");
    }
}

#[tokio::test]
async fn conditions_that_are_not_understood_are_rejected() {
    let sts = trusting().await;
    let with = |more: &str| with_conditions(&format!("{}{more}", audiences(&[OURS])));
    for more in ["<saml:OneTimeUse/>", "<saml:ProxyRestriction Count='0'/>"] {
        assume(&sts, &with(more)).await.unwrap();
        assert_rejected(assume(&sts, &with(&more.repeat(2))).await, "condition");
    }
    for more in [
        "<saml:Condition xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='x'/>",
        "<x:Delegate xmlns:x='urn:x'/>",
        "<AudienceRestriction/>",
        "<x:OneTimeUse xmlns:x='urn:x'/>",
    ] {
        assert_rejected(assume(&sts, &with(more)).await, "condition");
    }
}

#[tokio::test]
async fn form_version_and_issuers_are_checked() {
    let sts = trusting().await;
    let xml = vector("signed_assertion");
    let issuer = "<saml:Issuer>https://idp.example/metadata</saml:Issuer>";
    let form = "not a SAML 2.0 response";
    for (old, new, why) in [
        ("ID=\"_r1\" Version=\"2.0\"", "ID=\"_r1\" Version=\"1.1\"", form),
        ("ID=\"_a1\" Version=\"2.0\"", "ID=\"_a1\"", form),
        ("NotBefore=\"2026-03-05T07:07:00Z\"", "NotBefore=\"2026-03-05T07:13:00Z\"", form),
        (
            "SubjectConfirmationData ",
            "SubjectConfirmationData NotBefore=\"2026-01-01T00:00:00Z\" ",
            form,
        ),
        (">alice@corp.example<", "> <", form),
    ] {
        assert!(xml.contains(old), "{old}");
        assert_rejected(assume(&sts, &xml.replace(old, new)).await, why);
    }
    let status = "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>\
                  </samlp:Status>";
    assert!(xml.contains(status));
    assert_rejected(assume(&sts, &xml.replace(status, &status.repeat(2))).await, "Success");
    // Of the response's own issuer and of the assertion's.
    for change in [
        |xml: &str, issuer: &str| xml.replacen(issuer, "<saml:Issuer>x</saml:Issuer>", 1),
        |xml: &str, issuer: &str| {
            let (before, after) = xml.rsplit_once(issuer).unwrap();
            format!("{before}<saml:Issuer>x</saml:Issuer>{after}")
        },
    ] {
        assert_rejected(assume(&sts, &change(&xml, issuer)).await, "issuer");
    }
    assume(&sts, &xml.replacen(issuer, "", 1)).await.unwrap();
}

#[tokio::test]
async fn one_confirmation_for_a_bearer_has_to_hold() {
    let sts = trusting().await;
    let xml = vector("signed_assertion");
    let start = xml.find("<saml:SubjectConfirmation ").unwrap();
    let end =
        xml.find("</saml:SubjectConfirmation>").unwrap() + "</saml:SubjectConfirmation>".len();
    let good = &xml[start..end];
    let expired = good.replace("07:13:00Z", "07:08:00Z");
    let other = good.replace("cm:bearer", "cm:holder-of-key");
    for (confirmations, is_accepted) in [
        (format!("{expired}{good}"), true),
        (format!("{other}{good}"), true),
        (format!("{expired}{other}"), false),
        (expired, false),
    ] {
        let outcome = assume(&sts, &xml.replace(good, &confirmations)).await;
        assert_eq!(outcome.is_ok(), is_accepted, "{outcome:?}");
    }
}

#[tokio::test]
async fn the_shortest_authentication_statement_ends_the_session() {
    let sts = trusting().await;
    let xml = vector("signed_assertion");
    let statement = |end: &str| {
        format!(
            "<saml:AuthnStatement AuthnInstant=\"2026-03-05T07:08:00Z\" SessionNotOnOrAfter=\"{end}\"/>"
        )
    };
    let before = "  <saml:AuthnStatement";
    let with = |end: &str| xml.replacen(before, &format!("{}{before}", statement(end)), 1);
    let session = assume(&sts, &with("2026-03-05T07:18:09.512Z")).await.unwrap();
    let left = session.credentials.expiration.unwrap() - sts_emulator::Clock::now(&sts.clock);
    assert_eq!(left.whole_seconds(), 600);
    assert_rejected(assume(&sts, &with("2026-03-05T07:08:09Z")).await, "expired");
}

#[tokio::test]
async fn a_response_for_another_destination_is_rejected() {
    let sts = federated().await;
    // The assertion alone is signed, so the response around it can be changed.
    let xml = vector("signed_assertion");
    let elsewhere =
        xml.replace("Destination=\"https://sp.example/acs\"", "Destination=\"https://x.example\"");
    assert_rejected(assume(&sts, &elsewhere).await, "recipient");
    assume(&sts, &xml.replace(" Destination=\"https://sp.example/acs\"", "")).await.unwrap();
}

/// A response that would be canonicalized: all but the signature is in order. `begin` stands in
/// the start tag of the assertion, `content` in its first attribute value.
fn hostile(begin: &str, content: &str) -> String {
    let xml = vector("signed_assertion");
    let xml = xml.replacen("<saml:Assertion ", &format!("<saml:Assertion {begin} "), 1);
    xml.replacen(">7200<", &format!(">{content}<"), 1)
}

#[tokio::test]
async fn documents_that_would_cost_much_are_rejected_before_they_do() {
    let sts = federated().await;
    let namespaces = |count: usize| -> String {
        let all: Vec<_> = (0..count).map(|index| format!("xmlns:n{index:x}='u'")).collect();
        all.join(" ")
    };
    let attributes: Vec<_> = (0..6_000).map(|index| format!("a{index:x}=''")).collect();
    let attributes = attributes.join(" ");
    let nested = format!("<l {}>", namespaces(60)).repeat(40) + &"<e/>".repeat(500);
    for (xml, why) in [
        (hostile(&namespaces(2_000), &"<e/>".repeat(8_000)), "too many elements"),
        (hostile(&namespaces(65), ""), "too many elements"),
        (hostile("", &"<e/>".repeat(9_000)), "too many elements"),
        (hostile("", &format!("<e {attributes}/>")), "too many elements"),
        (
            hostile(&format!("xmlns:n='{}'", "u".repeat(20_000)), &"<n:e/>".repeat(4_000)),
            "too many elements",
        ),
        (hostile("", &nested), "too many elements"),
        (hostile("", &"<!---->".repeat(9_000)), "too many elements"),
        (hostile("", &("<e>".repeat(80) + &"</e>".repeat(80))), "not base64 of XML"),
        // As much as is borne: the signature is still the first thing that is missed.
        (hostile(&namespaces(50), &"<e/>".repeat(3_000)), "digest mismatch"),
    ] {
        assert!(xml.len() < 75_000, "{}", xml.len());
        assert_rejected(assume(&sts, &xml).await, why);
    }
    // A reference with many transforms, many references, and a long list of prefixes.
    let xml = vector("signed_assertion");
    let transform = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    assert!(xml.contains(transform));
    let start = xml.find("<ds:Reference").unwrap();
    let end = xml.find("</ds:Reference>").unwrap() + "</ds:Reference>".len();
    let prefixes: Vec<_> = (0..5_000).map(|index| format!("p{index}")).collect();
    let prefixes = prefixes.join(" ");
    let list = format!(
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><x:InclusiveNamespaces \
         xmlns:x=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{prefixes}\"/></ds:Transform>"
    );
    for changed in [
        xml.replace(transform, &transform.repeat(200)),
        xml.replace(&xml[start..end], &xml[start..end].repeat(50)),
        xml.replace("</ds:SignedInfo>", &format!("{}</ds:SignedInfo>", "<ds:Object/>".repeat(100))),
    ] {
        assert_rejected(assume(&sts, &changed).await, "unsupported form or algorithm");
    }
    assert_rejected(assume(&sts, &xml.replace(transform, &list)).await, "signature mismatch");
}
