//! Clients that are configured by an environment.

use std::collections::BTreeMap;

use huaweicloud_sts::sts_client::{Environment, InvalidVariable};
use huaweicloud_sts::{EnvironmentError, Region, endpoints, region_endpoints};

struct Variables(BTreeMap<&'static str, String>);

impl Environment for Variables {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        Ok(self.0.get(name).cloned())
    }
}

fn variables<const N: usize>(variables: [(&'static str, &str); N]) -> Variables {
    Variables(variables.map(|(name, value)| (name, value.to_owned())).into())
}

fn urls<const N: usize>(of: [(&'static str, &str); N]) -> Result<Vec<String>, EnvironmentError> {
    let endpoints = endpoints(&variables(of))?;
    Ok(endpoints.iter().map(|endpoint| endpoint.as_str().to_owned()).collect())
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
