//! The file of the official SDKs with the endpoints of services in regions.

use std::collections::BTreeMap;

use serde::Deserialize;
use yaml_serde::Value;

/// A region of a service. Other fields are ignored, as by the SDKs.
#[derive(Deserialize)]
struct Entry {
    id: String,
    endpoint: Option<String>,
    endpoints: Option<Vec<String>>,
}

/// Returns the URLs of `service` in `region`, none if the file does not contain them. The fault does not
/// quote the file, which may be another one.
pub(crate) fn urls(content: &[u8], service: &str, region: &str) -> Result<Vec<String>, String> {
    let services: Option<BTreeMap<String, Value>> =
        yaml_serde::from_slice(content).map_err(|error| match error.location() {
            Some(place) => format!("line {}: not a YAML map of services", place.line()),
            None => "not a YAML map of services".to_owned(),
        })?;
    let mut urls = Vec::new();
    for (name, regions) in services.unwrap_or_default() {
        if !name.eq_ignore_ascii_case(service) {
            continue;
        }
        let entries: Vec<Entry> = yaml_serde::from_value(regions).map_err(|_| {
            format!("{service} is not a list of regions with `id` and `endpoint` or `endpoints`")
        })?;
        for entry in entries.into_iter().filter(|entry| entry.id == region) {
            let several = entry.endpoints.unwrap_or_default();
            urls.extend(entry.endpoint.into_iter().chain(several));
        }
    }
    Ok(urls)
}

#[cfg(test)]
mod tests {
    use super::urls;

    const FILE: &str = "\
# endpoints of a dedicated cloud
ecs:
  - id: xy-east-1
    endpoint: https://ecs.xy-east-1.example.com
Sts:
  - id: xy-east-1
    endpoint: https://sts.xy-east-1.example.com
    comment: ignored
  - id: xy-east-2
    endpoints: [https://a.example.com, https://b.example.com]
  - id: xy-east-3
other: 7
";

    #[test]
    fn a_service_is_found_in_any_case_and_a_region_by_its_id() {
        let urls = |service, region| urls(FILE.as_bytes(), service, region).unwrap();
        assert_eq!(urls("STS", "xy-east-1"), ["https://sts.xy-east-1.example.com"]);
        assert_eq!(urls("sts", "xy-east-2"), ["https://a.example.com", "https://b.example.com"]);
        assert_eq!(urls("Ecs", "xy-east-1"), ["https://ecs.xy-east-1.example.com"]);
        for (service, region) in [("STS", "xy-east-3"), ("STS", "XY-EAST-1"), ("IAM", "xy-east-1")]
        {
            assert!(urls(service, region).is_empty(), "{service} {region}");
        }
    }

    #[test]
    fn an_empty_file_contains_nothing() {
        for content in ["", "\n", "# nothing\n", "---\n", "{}"] {
            assert!(
                urls(content.as_bytes(), "STS", "xy-east-1").unwrap().is_empty(),
                "{content:?}"
            );
        }
    }

    #[test]
    fn a_fault_does_not_quote_the_file() {
        for (content, fault) in [
            ("PLANTED", "not a YAML map of services"),
            ("- PLANTED", "not a YAML map of services"),
            ("STS:\n  - {PLANTED", "not a YAML map of services"),
            ("STS: PLANTED", "STS is not a list of regions"),
            ("STS:\n  - PLANTED", "STS is not a list of regions"),
            ("STS:\n  - id: 7\n    endpoint: [PLANTED]", "STS is not a list of regions"),
            ("\u{0}PLANTED", "not a YAML map of services"),
        ] {
            let found = urls(content.as_bytes(), "STS", "xy-east-1").unwrap_err();
            assert!(found.contains(fault) && !found.contains("PLANTED"), "{found}");
        }
        urls(b"\xff\xfe", "STS", "xy-east-1").unwrap_err();
    }
}
