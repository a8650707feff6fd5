//! Clients that are configured by an environment.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use huaweicloud_sts::proto::Body;
use huaweicloud_sts::sts_client::{Environment, InvalidVariable};
use huaweicloud_sts::{EnvironmentError, Region, endpoints, region_endpoints, service_endpoints};

/// Variables, and files by their paths.
struct Variables(BTreeMap<&'static str, String>, BTreeMap<PathBuf, Result<String, io::ErrorKind>>);

impl Environment for Variables {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        if self.0.get(name).is_some_and(|value| value == "INVALID") {
            return Err(InvalidVariable::new(name));
        }
        Ok(self.0.get(name).cloned())
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        match self.1.get(path) {
            Some(Ok(content)) => Ok(Body::from(content.clone().into_bytes())),
            Some(Err(kind)) => Err((*kind).into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn variables<const N: usize>(variables: [(&'static str, &str); N]) -> Variables {
    Variables(variables.map(|(name, value)| (name, value.to_owned())).into(), BTreeMap::new())
}

impl Variables {
    fn with_file(mut self, path: &str, content: Result<&str, io::ErrorKind>) -> Self {
        self.1.insert(path.into(), content.map(str::to_owned));
        self
    }

    fn urls(&self) -> Result<Vec<String>, EnvironmentError> {
        let endpoints = endpoints(self)?;
        Ok(endpoints.iter().map(|endpoint| endpoint.as_str().to_owned()).collect())
    }
}

fn urls<const N: usize>(of: [(&'static str, &str); N]) -> Result<Vec<String>, EnvironmentError> {
    variables(of).urls()
}

#[test]
fn the_endpoint_takes_precedence_over_the_region() {
    let url = ("HUAWEICLOUD_SDK_STS_ENDPOINT", "https://sts.example.com");
    let region = ("HUAWEICLOUD_SDK_REGION_ID", "cn-north-4");
    assert_eq!(urls([url, region]).unwrap(), ["https://sts.example.com"]);
    assert_eq!(urls([region]).unwrap(), ["https://sts.cn-north-4.myhuaweicloud.com"]);
    let empty = ("HUAWEICLOUD_SDK_STS_ENDPOINT", "");
    let other = ("HW_REGION_NAME", "ap-southeast-3");
    assert_eq!(urls([empty, other]).unwrap(), ["https://sts.ap-southeast-3.myhuaweicloud.com"]);
    assert_eq!(urls([other, region]).unwrap(), ["https://sts.cn-north-4.myhuaweicloud.com"]);
}

#[test]
fn a_region_can_have_several_endpoints() {
    let region = ("HUAWEICLOUD_SDK_REGION_ID", "eu-west-101");
    let own = "https://a.example.com, https://b.example.com";
    let urls = urls([region, ("HUAWEICLOUD_SDK_REGION_STS_EU_WEST_101", own)]).unwrap();
    assert_eq!(urls, ["https://a.example.com", "https://b.example.com"]);
}

#[test]
fn the_endpoints_of_a_chosen_region_depend_on_its_own_variable_alone() {
    let environment = variables([
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", "https://other.example.com"),
        ("HUAWEICLOUD_SDK_REGION_ID", "cn-north-4"),
        ("HUAWEICLOUD_SDK_REGION_STS_EU_WEST_101", "https://a.example.com"),
    ]);
    let url = |id: &str| {
        let endpoints = region_endpoints(&environment, Region::new(id.to_owned()).unwrap());
        endpoints.unwrap()[0].as_str().to_owned()
    };
    assert_eq!(url("eu-west-101"), "https://a.example.com");
    assert_eq!(url("ap-southeast-3"), "https://sts.ap-southeast-3.myhuaweicloud.com");
}

const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
const REGION: (&str, &str) = ("HUAWEICLOUD_SDK_REGION_ID", "xy-east-1");
const PUBLIC: &str = "https://sts.xy-east-1.myhuaweicloud.com";

#[test]
fn a_file_has_the_endpoints_of_regions() {
    let file = "sts:\n- id: xy-east-1\n  endpoints: [https://a.example.com, b.example.com]\n\
                iam:\n- id: xy-east-1\n  endpoint: https://iam.example.com\n";
    let of_file = ["https://a.example.com", "https://b.example.com"];
    let named = variables([REGION, ("HUAWEICLOUD_SDK_REGIONS_FILE", "/etc/regions.yaml")])
        .with_file("/etc/regions.yaml", Ok(file));
    assert_eq!(named.urls().unwrap(), of_file);
    let usual = variables([REGION, (HOME, "/home/me")])
        .with_file("/home/me/.huaweicloud/regions.yaml", Ok(file));
    assert_eq!(usual.urls().unwrap(), of_file);

    // The variable of the region takes precedence; other services have their own endpoints.
    let own = ("HUAWEICLOUD_SDK_REGION_STS_XY_EAST_1", "own.example.com");
    let both = variables([REGION, (HOME, "/home/me"), own])
        .with_file("/home/me/.huaweicloud/regions.yaml", Ok(file));
    assert_eq!(both.urls().unwrap(), ["https://own.example.com"]);
    let region = Region::new("xy-east-1").unwrap();
    let iam = service_endpoints(&both, "IAM", &region).unwrap().unwrap();
    assert_eq!(iam[0].as_str(), "https://iam.example.com");
    assert!(service_endpoints(&both, "ECS", &region).unwrap().is_none());
    let other = Region::new("xy-east-2").unwrap();
    assert!(service_endpoints(&both, "IAM", &other).unwrap().is_none());
}

#[test]
fn only_a_named_regions_file_must_exist() {
    for home in ["/home/me", "INVALID", "", ".", "me"] {
        // Not from the current directory, which may be that of another user.
        let own = format!("{home}/.huaweicloud/regions.yaml");
        let path = if home == "/home/me" { "/elsewhere" } else { own.trim_start_matches('/') };
        let foreign = "sts: [{id: xy-east-1, endpoint: https://foreign.example.com}]";
        let environment = variables([REGION, (HOME, home)]).with_file(path, Ok(foreign));
        assert_eq!(environment.urls().unwrap(), [PUBLIC], "{home}");
    }
    let name = ("HUAWEICLOUD_SDK_REGIONS_FILE", "/etc/regions.yaml");
    let error = variables([REGION, name]).urls().unwrap_err().to_string();
    assert!(error.starts_with("regions file /etc/regions.yaml: cannot be read: "), "{error}");

    let usual = "/home/me/.huaweicloud/regions.yaml";
    let denied = io::ErrorKind::PermissionDenied;
    let unreadable = variables([REGION, (HOME, "/home/me")])
        .with_file(usual, Err(denied))
        .with_file("/home/me/.huaweicloud", Err(io::ErrorKind::IsADirectory));
    let error = unreadable.urls().unwrap_err().to_string();
    assert!(error.starts_with(&format!("regions file {usual}: cannot be read: ")), "{error}");
    // A home directory of another user, as in containers.
    let closed = unreadable.with_file("/home/me/.huaweicloud", Err(denied));
    assert_eq!(closed.urls().is_ok(), cfg!(unix));
}

#[test]
fn an_invalid_regions_file_is_an_error_that_does_not_quote_it() {
    let name = ("HUAWEICLOUD_SDK_REGIONS_FILE", "/etc/regions.yaml");
    for (content, fault) in [
        ("[PLANTED", "regions file /etc/regions.yaml: line 1: not a YAML map of services"),
        ("sts: PLANTED", "regions file /etc/regions.yaml: STS is not a list of regions"),
        (
            "sts: [{id: xy-east-1, endpoint: 'http://sts.example.com'}]",
            "regions file /etc/regions.yaml: STS in xy-east-1: ",
        ),
    ] {
        let file = variables([REGION, name]).with_file("/etc/regions.yaml", Ok(content));
        let error = file.urls().unwrap_err();
        assert!(!error.is_missing_endpoint());
        let error = error.to_string();
        assert!(error.starts_with(fault) && !error.contains("PLANTED"), "{error}");
    }
}

#[test]
fn a_url_without_a_scheme_uses_https() {
    for (url, expected) in [
        ("sts.example.com", "https://sts.example.com"),
        ("sts.example.com:8443", "https://sts.example.com:8443"),
        ("127.0.0.1:8080", "https://127.0.0.1:8080"),
    ] {
        assert_eq!(urls([("HUAWEICLOUD_SDK_STS_ENDPOINT", url)]).unwrap(), [expected]);
    }
}

#[test]
fn white_space_around_a_value_is_removed() {
    let region = ("HUAWEICLOUD_SDK_REGION_ID", " cn-north-4\r\n");
    let usual = ["https://sts.cn-north-4.myhuaweicloud.com"];
    assert_eq!(urls([region]).unwrap(), usual);
    // A file of variables may leave a line end of an empty value.
    let blank =
        [("HUAWEICLOUD_SDK_STS_ENDPOINT", "\r"), ("HUAWEICLOUD_SDK_REGION_STS_CN_NORTH_4", " ")];
    assert_eq!(urls([region, blank[0], blank[1]]).unwrap(), usual);
    assert!(urls([blank[0]]).unwrap_err().is_missing_endpoint());
    let url = ("HUAWEICLOUD_SDK_STS_ENDPOINT", "https://sts.example.com\n");
    assert_eq!(urls([url]).unwrap(), ["https://sts.example.com"]);
}

#[test]
fn errors_name_the_variable() {
    let message = |error: EnvironmentError| error.to_string();
    let missing = urls([]).unwrap_err();
    assert!(missing.is_missing_endpoint());
    assert!(message(missing).starts_with("missing endpoint: set HUAWEICLOUD_SDK_"));
    let invalid = urls([("HW_REGION_NAME", "not a region")]).unwrap_err();
    assert!(!invalid.is_missing_endpoint());
    let error = message(invalid);
    assert!(error.starts_with("HW_REGION_NAME: "), "{error}");
    let error =
        message(urls([("HUAWEICLOUD_SDK_STS_ENDPOINT", "http://sts.example.com")]).unwrap_err());
    assert!(
        error.starts_with("HUAWEICLOUD_SDK_STS_ENDPOINT: ") && error.contains("https"),
        "{error}"
    );
}

#[test]
fn only_loopback_may_use_http() {
    for url in ["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080"] {
        assert_eq!(urls([("HUAWEICLOUD_SDK_STS_ENDPOINT", url)]).unwrap(), [url]);
    }
    for url in ["http://10.0.0.1", "http://localhost.example.com", "http://[::2]"] {
        assert!(urls([("HUAWEICLOUD_SDK_STS_ENDPOINT", url)]).is_err(), "{url}");
    }
}

#[cfg(feature = "hyper")]
#[test]
fn a_client_finds_endpoint_and_credentials() {
    use huaweicloud_sts::hyper::HyperTransport;
    use huaweicloud_sts::{AssumeAgency, Client};
    use sts_emulator::{Emulator, builtin};

    let emulator = Emulator::builder().start_blocking().unwrap();
    let environment = variables([
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", emulator.url()),
        ("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID),
        ("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY),
    ]);
    let client = Client::from_environment(HyperTransport::new().unwrap(), environment).unwrap();
    let session = client.session(AssumeAgency::new(builtin::AGENCY_URN, "from-env")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let credentials = runtime.block_on(session.credentials()).unwrap();
    assert!(credentials.security_token.is_some());
}

#[cfg(feature = "blocking")]
#[test]
fn a_blocking_client_finds_endpoint_and_credentials() {
    use huaweicloud_sts::blocking;
    use sts_emulator::{Emulator, builtin};

    let emulator = Emulator::builder().start_blocking().unwrap();
    let environment = variables([
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", emulator.url()),
        ("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID),
        ("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY),
    ]);
    let client = blocking::Client::from_environment(environment).unwrap();
    assert!(client.caller_identity().unwrap().principal_urn.contains(":user:"));
}
