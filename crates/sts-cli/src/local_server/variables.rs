//! Variables that direct programs to the server.

use std::path::Path;

use super::protocol::Protocol;
use super::route::{CONTAINER_PATH, POD_IDENTITY_PATH};
use crate::variables::{DOMAIN_ID, LOCAL_IDP, LOCAL_OIDC_PROVIDER, PROJECT_ID, is_another_account};

/// A URN that the server does not read, but clients require.
const AGENCY_URN: &str = "iam::local:agency:sts-local";

/// Loopback hosts for lists of hosts that are reached without a proxy.
const DIRECT_HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "::1"];

/// A variable to set, or to remove if it has no value.
pub(crate) type Variable = (&'static str, Option<String>);

/// What the variables of a server depend on.
pub(super) struct Settings<'a> {
    pub(super) url: &'a str,
    pub(super) secret_file: &'a Path,
    pub(super) protocols: &'a [Protocol],
    pub(super) project_id: Option<&'a str>,
    pub(super) domain_id: Option<&'a str>,
}

impl Settings<'_> {
    /// Returns the variables for a program that inherits the variables of `inherited`.
    pub(super) fn variables(&self, inherited: impl Fn(&str) -> Option<String>) -> Vec<Variable> {
        let file = || Some(self.secret_file.to_string_lossy().into_owned());
        let url = || Some(self.url.to_owned());
        let mut variables: Vec<Variable> = Vec::new();
        let is_served = |protocol| self.protocols.contains(&protocol);
        if is_served(Protocol::Iam) {
            variables.extend([
                ("HUAWEICLOUD_SDK_IAM_ENDPOINT", url()),
                set(LOCAL_IDP),
                ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", file()),
            ]);
        }
        if is_served(Protocol::Sts) {
            variables.extend([
                ("HUAWEICLOUD_SDK_STS_ENDPOINT", url()),
                set(LOCAL_OIDC_PROVIDER),
                ("HUAWEICLOUD_OIDC_AGENCY_URN", Some(AGENCY_URN.to_owned())),
                ("HUAWEICLOUD_OIDC_TOKEN_FILE", file()),
                // They take precedence, or are validated by the client.
                ("HUAWEICLOUD_OIDC_ID_TOKEN", None),
                ("HUAWEICLOUD_OIDC_SESSION_NAME", None),
                ("HUAWEICLOUD_OIDC_DURATION_SECONDS", None),
                ("HUAWEICLOUD_OIDC_POLICY", None),
                ("HUAWEICLOUD_OIDC_POLICY_IDS", None),
            ]);
        } else if is_served(Protocol::Iam) {
            // With them, the official SDK for Python assumes an agency of its own.
            variables.extend([
                ("HUAWEICLOUD_OIDC_PROVIDER_URN", None),
                ("HUAWEICLOUD_OIDC_AGENCY_URN", None),
                ("HUAWEICLOUD_OIDC_ID_TOKEN", None),
                ("HUAWEICLOUD_OIDC_TOKEN_FILE", None),
            ]);
        }
        if is_served(Protocol::Iam) || is_served(Protocol::Sts) {
            // The program must not get the credentials of its parent.
            variables.extend([
                ("HUAWEICLOUD_SDK_AK", None),
                ("HUAWEICLOUD_SDK_SK", None),
                ("HUAWEICLOUD_SDK_SECURITY_TOKEN", None),
                ("HUAWEICLOUD_STS_PROVIDER", None),
            ]);
            let is_foreign = self
                .domain_id
                .is_some_and(|id| is_another_account(id, inherited(DOMAIN_ID).as_deref()));
            if self.project_id.is_some() || is_foreign {
                variables.push((PROJECT_ID, self.project_id.map(str::to_owned)));
            }
            if let Some(id) = self.domain_id {
                variables.push((DOMAIN_ID, Some(id.to_owned())));
            }
        }
        if is_served(Protocol::Pod) {
            variables.extend([
                (
                    "HC_CONTAINER_CREDENTIALS_FULL_URI",
                    Some(format!("{}{POD_IDENTITY_PATH}", self.url)),
                ),
                ("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", file()),
            ]);
        }
        if is_served(Protocol::Container) {
            variables.extend([
                (
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                    Some(format!("{}{CONTAINER_PATH}", self.url)),
                ),
                ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file()),
                // They take precedence.
                ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", None),
                ("AWS_CONTAINER_AUTHORIZATION_TOKEN", None),
            ]);
        }
        variables.extend(without_proxy(inherited));
        variables
    }
}

fn set((name, value): (&'static str, &str)) -> Variable {
    (name, Some(value.to_owned()))
}

/// Returns the lists of hosts that are reached without a proxy, with loopback hosts added. Programs
/// read the name in lower case or in upper case; on Windows they are the same variable.
fn without_proxy(inherited: impl Fn(&str) -> Option<String>) -> Vec<Variable> {
    let [lower, upper] = ["no_proxy", "NO_PROXY"].map(inherited);
    let extended = |own: &Option<String>, other: &Option<String>| {
        Some(with_direct_hosts(own.as_deref().or(other.as_deref()).unwrap_or_default()))
    };
    let mut variables = vec![("NO_PROXY", extended(&upper, &lower))];
    if cfg!(not(windows)) {
        variables.push(("no_proxy", extended(&lower, &upper)));
    }
    variables
}

fn with_direct_hosts(list: &str) -> String {
    let hosts = || list.split(',').map(str::trim).filter(|host| !host.is_empty());
    // Some programs read an asterisk only if it is alone.
    if hosts().any(|host| host == "*") {
        return list.to_owned();
    }
    let missing = DIRECT_HOSTS.into_iter().filter(|direct| !hosts().any(|host| host == *direct));
    hosts().chain(missing).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn variables(
        protocols: &[Protocol],
        inherited: &[(&str, &str)],
    ) -> BTreeMap<&'static str, Option<String>> {
        let settings = Settings {
            url: "http://127.0.0.1:8099",
            secret_file: Path::new("/run/sts/token"),
            protocols,
            project_id: Some("project"),
            domain_id: None,
        };
        let inherited: BTreeMap<_, _> = inherited.iter().copied().collect();
        let variables =
            settings.variables(|name| inherited.get(name).map(|value| (*value).to_owned()));
        let count = variables.len();
        let map: BTreeMap<_, _> = variables.into_iter().collect();
        assert_eq!(map.len(), count, "a variable occurs twice");
        map
    }

    fn value<'a>(map: &'a BTreeMap<&str, Option<String>>, name: &str) -> Option<&'a str> {
        map.get(name)?.as_deref()
    }

    #[test]
    fn each_protocol_has_its_variables() {
        let iam = variables(&[Protocol::Iam], &[]);
        assert_eq!(value(&iam, "HUAWEICLOUD_SDK_IAM_ENDPOINT"), Some("http://127.0.0.1:8099"));
        assert_eq!(value(&iam, "HUAWEICLOUD_SDK_ID_TOKEN_FILE"), Some("/run/sts/token"));
        assert_eq!(value(&iam, "HUAWEICLOUD_SDK_PROJECT_ID"), Some("project"));
        assert!(!iam.contains_key("HUAWEICLOUD_SDK_DOMAIN_ID"));
        assert!(!iam.contains_key("HUAWEICLOUD_SDK_STS_ENDPOINT"));
        assert_eq!(iam.get("HUAWEICLOUD_OIDC_AGENCY_URN"), Some(&None));
        assert_eq!(iam.get("HUAWEICLOUD_SDK_SK"), Some(&None));
        // It may select another provider than the one that requests from the server.
        assert_eq!(iam.get("HUAWEICLOUD_STS_PROVIDER"), Some(&None));
        let sts = variables(&[Protocol::Sts, Protocol::Iam], &[]);
        assert_eq!(value(&sts, "HUAWEICLOUD_SDK_STS_ENDPOINT"), Some("http://127.0.0.1:8099"));
        assert_eq!(value(&sts, "HUAWEICLOUD_OIDC_AGENCY_URN"), Some(AGENCY_URN));
        assert_eq!(sts.get("HUAWEICLOUD_OIDC_ID_TOKEN"), Some(&None));
        let pod = variables(&[Protocol::Pod, Protocol::Container], &[]);
        assert_eq!(
            value(&pod, "HC_CONTAINER_CREDENTIALS_FULL_URI"),
            Some("http://127.0.0.1:8099/pod-identity")
        );
        assert_eq!(
            value(&pod, "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
            Some("http://127.0.0.1:8099/container-credentials")
        );
        assert_eq!(pod.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), Some(&None));
        assert!(!pod.contains_key("HUAWEICLOUD_SDK_SK"));
    }

    #[test]
    fn loopback_is_never_reached_through_a_proxy() {
        const ADDED: &str = "127.0.0.1,localhost,::1";
        for (lower, upper, expected_lower, expected_upper) in [
            (None, None, ADDED.to_owned(), ADDED.to_owned()),
            (Some("a, b"), None, format!("a,b,{ADDED}"), format!("a,b,{ADDED}")),
            (None, Some("c"), format!("c,{ADDED}"), format!("c,{ADDED}")),
            (Some("a"), Some("c"), format!("a,{ADDED}"), format!("c,{ADDED}")),
            (Some("*"), None, "*".to_owned(), "*".to_owned()),
            (
                Some("localhost,a"),
                Some(""),
                "localhost,a,127.0.0.1,::1".to_owned(),
                ADDED.to_owned(),
            ),
        ] {
            let inherited: Vec<_> = [("no_proxy", lower), ("NO_PROXY", upper)]
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect();
            let map = variables(&[], &inherited);
            assert_eq!(value(&map, "NO_PROXY"), Some(&*expected_upper));
            if cfg!(not(windows)) {
                assert_eq!(value(&map, "no_proxy"), Some(&*expected_lower));
            }
        }
    }
}
