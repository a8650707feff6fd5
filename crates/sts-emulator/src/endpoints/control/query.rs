//! Parameters of a query.

/// Returns the values of these parameters, which are numbers. Other, duplicate and invalid parameters
/// are rejected.
pub(super) fn numbers<const N: usize>(
    query: Option<&str>,
    names: [&str; N],
) -> Result<[Option<u64>; N], String> {
    let mut values = [None; N];
    for parameter in query.unwrap_or_default().split('&').filter(|text| !text.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let slot = names.iter().zip(&mut values).find(|(known, _)| **known == name);
        let Some((name, slot)) = slot else {
            return Err(format!("unknown parameter; must be {}", names.join(", ")));
        };
        let is_number = value.bytes().all(|b| b.is_ascii_digit());
        let Some(number) = value.parse().ok().filter(|_| is_number) else {
            return Err(format!("{name}: must be a number"));
        };
        if slot.replace(number).is_some() {
            return Err(format!("{name}: duplicate parameter"));
        }
    }
    Ok(values)
}
