//! Suggestions for misspelled names.

/// What to say of a name that is none of `known`: the one that was meant, or all of them.
pub(crate) fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, &known) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None if known.is_empty() => "there are none".to_owned(),
        None => format!("expected one of {}", known.join(", ")),
    }
}

/// The one of `known` that is at most a third of its characters away.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    let distance = |known: &str| strsim::osa_distance(&name, &known.to_ascii_lowercase());
    let nearest = known.iter().min_by_key(|known| distance(known))?;
    (distance(nearest) * 3 <= nearest.len()).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_is_recognized() {
        let known = ["duration_seconds", "policy", "policy_ids", "tags", "agency_urn"];
        for (name, meant) in [
            ("duration_second", Some("duration_seconds")),
            ("DurationSeconds", Some("duration_seconds")),
            ("policyIds", Some("policy_ids")),
            ("Policy", Some("policy")),
            ("tag", Some("tags")),
            ("agencyurn", Some("agency_urn")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, &known), meant, "{name}");
        }
        assert_eq!(nearest("name", &[]), None);
    }
}
