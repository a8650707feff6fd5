//! Where requests go: regions and endpoints.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that goes wrong panics")]

use sts_proto::{Endpoint, GetCallerIdentity, InvalidEndpoint, Operation, Region};

/// What the STS tables of the official SDKs say.
#[rustfmt::skip]
const REGIONS: [(Region, &str, &str); 12] = [
    (Region::CN_NORTH_4, "cn-north-4", "https://sts.cn-north-4.myhuaweicloud.com"),
    (Region::CN_SOUTH_1, "cn-south-1", "https://sts.cn-south-1.myhuaweicloud.com"),
    (Region::CN_EAST_3, "cn-east-3", "https://sts.cn-east-3.myhuaweicloud.com"),
    (Region::CN_SOUTHWEST_2, "cn-southwest-2", "https://sts.cn-southwest-2.myhuaweicloud.com"),
    (Region::AP_SOUTHEAST_1, "ap-southeast-1", "https://sts.ap-southeast-1.myhuaweicloud.com"),
    (Region::AP_SOUTHEAST_2, "ap-southeast-2", "https://sts.ap-southeast-2.myhuaweicloud.com"),
    (Region::AP_SOUTHEAST_3, "ap-southeast-3", "https://sts.ap-southeast-3.myhuaweicloud.com"),
    (Region::AP_SOUTHEAST_4, "ap-southeast-4", "https://sts.ap-southeast-4.myhuaweicloud.com"),
    (Region::SA_BRAZIL_1, "sa-brazil-1", "https://sts.sa-brazil-1.myhuaweicloud.com"),
    (Region::LA_SOUTH_2, "la-south-2", "https://sts.la-south-2.myhuaweicloud.com"),
    (Region::AF_SOUTH_1, "af-south-1", "https://sts.af-south-1.myhuaweicloud.com"),
    (Region::TR_WEST_1, "tr-west-1", "https://sts.tr-west-1.myhuaweicloud.com"),
];

fn refused(url: &str) -> InvalidEndpoint {
    Endpoint::parse_allowing_http(url).expect_err(url)
}

fn uri(endpoint: &Endpoint) -> String {
    GetCallerIdentity::new().to_request(endpoint).unwrap().uri().to_string()
}

#[test]
fn the_known_regions_are_those_of_the_official_sdks() {
    for (region, id, url) in REGIONS {
        assert_eq!(region.as_str(), id);
        assert_eq!(region.to_string(), id);
        assert_eq!(region, id.parse().unwrap());
        let endpoint = Endpoint::from(&region);
        assert_eq!(endpoint.to_string(), url);
        assert_eq!(endpoint, Endpoint::parse(url).unwrap());
        assert_eq!(uri(&endpoint), format!("{url}/v5/caller-identity"));
    }
    let known: Vec<_> = REGIONS.into_iter().map(|(region, ..)| region).collect();
    assert_eq!(Region::KNOWN, known);
}

#[test]
fn any_id_of_the_form_of_one_is_a_region() {
    for id in [
        "cn-north-1",
        "cn-north-9",
        "cn-east-2",
        "me-east-1",
        "na-mexico-1",
        "la-north-2",
        "ae-ad-1",
        "eu-west-101",
        "my-kualalumpur-1",
        "ru-northwest-2",
        "xx-a-b-c-0",
    ] {
        let region = Region::new(id).unwrap();
        let host = format!("sts.{id}.myhuaweicloud.com");
        assert_eq!(Endpoint::from(region).host(), host);
    }
}

#[test]
fn what_has_not_the_form_of_a_region_id_is_refused() {
    let long = format!("cn-{}-4", "n".repeat(60));
    for id in [
        "",
        "cn",
        "cn-north",
        "cn-4",
        "c-north-4",
        "CN-NORTH-4",
        "cn_north_4",
        "cn-north-4 ",
        "cn-north-4.evil.example",
        "cn-north-4/x",
        "cn--4",
        "cn-north-",
        "cn-north-4444",
        "cn-nörth-4",
        "cn-north-4\n",
        "4-north-cn",
        &long,
    ] {
        let error = Region::new(id).expect_err(id);
        assert!(error.to_string().contains("cn-north-4; give other hosts as an endpoint URL"));
    }
    let error = Region::new("x\u{1b}".repeat(10_000)).unwrap_err().to_string();
    assert!(error.len() < 200 && !error.contains('\u{1b}'), "{error}");
}

#[test]
fn an_endpoint_is_made_of_any_text_and_its_complaint_can_be_kept_and_compared() {
    let url = "https://sts.example:8443/a";
    let endpoint = Endpoint::parse(url).unwrap();
    assert_eq!(Endpoint::try_from(url), Ok(endpoint.clone()));
    assert_eq!(Endpoint::try_from(url.to_owned()), Ok(endpoint));

    let plain = Endpoint::try_from("http://127.0.0.1".to_owned()).unwrap_err();
    assert_eq!(Err(plain.clone()), Endpoint::parse("http://127.0.0.1"));
    assert_ne!(plain, refused("https://h?q"));
    assert_eq!(refused("https://[::1"), refused("https://[::1"));
}

#[test]
fn an_endpoint_is_a_scheme_a_host_a_port_and_a_base_path() {
    for (url, shown, host) in [
        ("https://sts.example", "https://sts.example", "sts.example"),
        ("https://sts.example/", "https://sts.example", "sts.example"),
        ("HTTPS://STS.Example:443/", "https://sts.example", "sts.example"),
        ("https://sts.example:8443", "https://sts.example:8443", "sts.example"),
        ("https://sts.example:80", "https://sts.example:80", "sts.example"),
        ("https://192.0.2.1:1", "https://192.0.2.1:1", "192.0.2.1"),
        ("https://[::1]", "https://[::1]", "[::1]"),
        ("https://[2001:DB8::7]:8443", "https://[2001:db8::7]:8443", "[2001:db8::7]"),
        ("https://[2001:db8::7]:443/a", "https://[2001:db8::7]/a", "[2001:db8::7]"),
        ("https://[::ffff:192.0.2.1]", "https://[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]"),
        ("https://h/A/b%20c/", "https://h/A/b%20c", "h"),
        ("https://h//", "https://h", "h"),
    ] {
        let endpoint = Endpoint::parse(url).expect(url);
        assert_eq!((endpoint.to_string().as_str(), endpoint.host()), (shown, host), "{url}");
        assert!(endpoint.is_https());
        assert_eq!(uri(&endpoint), format!("{shown}/v5/caller-identity"));
        assert_eq!(endpoint, shown.parse().unwrap(), "{url}");
    }
}

#[test]
fn plain_http_is_taken_only_when_it_is_asked_for() {
    let url = "http://127.0.0.1:8080/sts";
    for error in [
        Endpoint::parse(url).unwrap_err(),
        url.parse::<Endpoint>().unwrap_err(),
        Endpoint::try_from(url).unwrap_err(),
    ] {
        assert!(error.to_string().contains("use https"), "{error}");
    }
    let endpoint = Endpoint::parse_allowing_http(url).unwrap();
    assert!(!endpoint.is_https());
    assert_eq!(uri(&endpoint), "http://127.0.0.1:8080/sts/v5/caller-identity");
    let default_port = Endpoint::parse_allowing_http("http://h:80").unwrap();
    assert_eq!(default_port.to_string(), "http://h");
    assert!(Endpoint::parse_allowing_http("https://h").unwrap().is_https());
}

#[test]
fn user_info_query_and_fragment_are_refused() {
    for (url, why) in [
        ("https://user@h", "user info"),
        ("https://user:secret@h", "user info"),
        ("https://@h", ""),
        ("https://h?x=1", "query"),
        ("https://h/p?x", "query"),
        ("https://h/?", "query"),
        ("https://h#f", "fragment"),
        ("https://h/#", "fragment"),
    ] {
        let error = refused(url).to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn what_is_no_address_is_refused() {
    let too_long = format!("https://h/{}", "p".repeat(70_000));
    for url in [
        "",
        "h",
        "h:80",
        "sts.example",
        "//h",
        "/path",
        "*",
        "https://",
        "https:h",
        "ftp://h",
        "wss://h",
        "https://:443",
        "https://h:",
        "https://h:x",
        "https://h:+80",
        "https://h:-1",
        "https://h:65536",
        "https://h:80:90",
        "https://[::1",
        "https://::1",
        "https://[]",
        "https://[zzz]",
        "https://[::1]x",
        "https://[fe80::1%25eth0]",
        "https://a[::1]",
        "https://h x",
        "https://h/a b",
        "https://h\\x",
        "https://h\n",
        " https://h",
        "https://hé",
        &too_long,
    ] {
        let error = refused(url);
        assert!(error.to_string().len() < 500, "{error}");
    }
}

#[test]
fn an_error_about_a_url_never_shows_a_password() {
    for url in [
        "https://user:PLANTED@h",
        "https://user:PLANTED@h?x",
        "https://PLANTED@h#x",
        "https://user:PLANTED@h:port",
        "https://user:PL@ANTED:PLANTED@h",
        "https://user:PLANTED#x@h",
        "https://user:PLANTED?x@h",
        "https://user:PLANTED/x@h",
        "https://user:PLANTED%40h",
        "https://user:PLANTED",
        "https://user:PLANTED/path",
        "user:PLANTED@h",
        "user:PLANTED",
        "http://user:PLANTED@h",
        "ftp://user:PLANTED@h",
        "https://user:PLANTED@[::1",
        "https://h?token=PLANTED",
        "https://h/path?token=PLANTED#PLANTED",
        "https://h#PLANTED",
        "https://user:PLANTED\n@h",
        "https://h?token=a@PLANTED",
        "https://h/path?token=a%40PLANTED",
        "https://h#a@PLANTED",
        "https://u:p@h?token=a@PLANTED",
        "https://u:p@PLANTED?word@h",
    ] {
        for error in [Endpoint::parse(url).unwrap_err(), refused(url)] {
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("PLANTED"), "{url:?}: {shown}");
            assert!(std::error::Error::source(&error).is_none());
        }
    }
}

#[test]
fn an_error_about_a_url_says_which_one() {
    assert!(refused("https://sts.example:x").to_string().contains("https://sts.example:..."));
    assert!(refused("ftp://sts.example/a").to_string().contains("ftp://sts.example/a"));
    assert!(refused("https://u:p@sts.example/a").to_string().contains("...@sts.example/a"));
    assert!(refused("https://sts.example/a?b@c").to_string().contains("https://sts.example/a..."));
    let digits = refused("https://u:123?word@sts.example").to_string();
    assert!(!digits.contains("123"), "{digits}");
    assert!(refused("https://sts.example/a?b").to_string().contains("https://sts.example/a..."));
}

#[test]
fn each_problem_has_a_text_of_its_own() {
    for (url, why) in [
        ("https://", "missing host"),
        ("https://:443/sts", "missing host"),
        ("https://[::g]/", "invalid IPv6 address"),
        ("https://sts.example:99999", "invalid port; expected a number from 1 to 65535"),
        ("https://sts.example:0", "invalid port"),
        ("https://sts.example:+1", "invalid port"),
        ("sts.example", "missing scheme or host"),
        ("ftp://sts.example", "unsupported scheme; use https"),
        ("https://a:b@sts.example", "pass credentials to the client builder"),
        ("https://sts.example/?a", "must not contain a query or fragment"),
        ("http://sts.example", "http endpoints are rejected by default; use https"),
    ] {
        let error = Endpoint::parse(url).unwrap_err().to_string();
        assert!(error.starts_with("invalid endpoint \""), "{error}");
        assert!(error.contains(why), "{url}: {error}");
    }
}

#[test]
fn regions_and_endpoints_are_strings_in_every_format() {
    let region: Region = serde_json::from_str("\"cn-north-4\"").unwrap();
    assert_eq!(serde_json::to_string(&region).unwrap(), "\"cn-north-4\"");
    assert_eq!(region.as_ref(), "cn-north-4");
    assert!(serde_json::from_str::<Region>("\"Beijing\"").is_err());

    let endpoint: Endpoint = serde_json::from_str("\"https://STS.example:443/a/\"").unwrap();
    assert_eq!(serde_json::to_string(&endpoint).unwrap(), "\"https://sts.example/a\"");
    assert_eq!(endpoint.as_ref(), "https://sts.example/a");
    assert!(serde_json::from_str::<Endpoint>("\"http://sts.example\"").is_err());
}

#[test]
fn spellings_of_one_endpoint_are_equal() {
    let region = Endpoint::from(Region::CN_NORTH_4);
    for url in [
        "https://sts.cn-north-4.myhuaweicloud.com",
        "https://sts.cn-north-4.myhuaweicloud.com/",
        "HTTPS://STS.cn-north-4.MyHuaweiCloud.com:443//",
    ] {
        assert_eq!(Endpoint::parse(url).unwrap(), region, "{url}");
    }
}

#[test]
fn plain_http_is_for_loopback_only() {
    for url in
        ["http://127.0.0.1:8080", "http://127.8.8.8", "http://[::1]:8080", "http://localhost:1"]
    {
        assert_eq!(Endpoint::parse_allowing_loopback_http(url).unwrap().as_str(), url);
    }
    for url in ["http://10.0.0.1", "http://localhost.example.com", "http://[::2]", "http://h"] {
        let error = Endpoint::parse_allowing_loopback_http(url).expect_err(url);
        assert!(error.to_string().ends_with("loopback addresses only; use https"), "{error}");
    }
    assert!(Endpoint::parse_allowing_loopback_http("https://h").unwrap().is_https());
}
