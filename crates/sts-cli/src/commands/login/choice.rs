//! The choice of the account and of the permission set.

use std::io::{self, BufRead, IsTerminal as _, Write};

use huaweicloud_sts::providers::identity_center::{Account, AssignedAgency};

use crate::failure::Failure;
use crate::printable;

/// Something to choose.
trait Item {
    const WHAT: &'static str;
    const WHATS: &'static str;
    const OPTION: &'static str;

    /// Whether the value of the option names it.
    fn is_named(&self, name: &str) -> bool;

    /// Returns it in a line.
    fn line(&self) -> String;
}

impl Item for Account {
    const WHAT: &'static str = "account";
    const WHATS: &'static str = "accounts";
    const OPTION: &'static str = "--account";

    fn is_named(&self, name: &str) -> bool {
        self.account_id == name || self.account_name.as_deref() == Some(name)
    }

    fn line(&self) -> String {
        let id = printable::line(&self.account_id);
        let name = self.account_name.as_deref().map(printable::line).filter(|name| *name != id);
        name.map_or_else(|| id.clone(), |name| format!("{id} ({name})"))
    }
}

impl Item for AssignedAgency {
    const WHAT: &'static str = "permission set";
    const WHATS: &'static str = "permission sets";
    const OPTION: &'static str = "--permission-set";

    fn is_named(&self, name: &str) -> bool {
        self.agency_urn == name
            || self.permission_set_name.as_deref() == Some(name)
            || self.agency_name.as_deref() == Some(name)
    }

    fn line(&self) -> String {
        let name = self.permission_set_name.as_deref().or(self.agency_name.as_deref());
        printable::line(name.unwrap_or(&self.agency_urn))
    }
}

/// Returns the account to use.
pub(super) fn account(accounts: Vec<Account>, named: Option<&str>) -> Result<Account, Failure> {
    choose(accounts, named)
}

/// Returns the agency to use.
pub(super) fn agency(
    agencies: Vec<AssignedAgency>,
    named: Option<&str>,
) -> Result<AssignedAgency, Failure> {
    choose(agencies, named)
}

fn choose<I: Item>(mut items: Vec<I>, named: Option<&str>) -> Result<I, Failure> {
    if items.is_empty() {
        let what = I::WHAT;
        let failure = Failure::failed(format!("no {what} is assigned to you"));
        return Err(failure.advice("ask the administrator of Identity Center"));
    }
    if let Some(name) = named {
        let found = items.iter().position(|item| item.is_named(name));
        let index = found.ok_or_else(|| {
            let message = format!("unknown {} {name:?}", I::WHAT);
            Failure::usage(message).advice(expected(&items))
        })?;
        return Ok(items.swap_remove(index));
    }
    if items.len() == 1 {
        return Ok(items.swap_remove(0));
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let message = format!("several {} are assigned to you", I::WHATS);
        return Err(Failure::usage(message).advice(expected(&items)));
    }
    let index = ask(&items, &mut io::stdin().lock(), &mut anstream::stderr());
    let index = index.map_err(Failure::failed)?;
    let index = index.ok_or_else(|| Failure::usage(format!("no {} was chosen", I::WHAT)))?;
    Ok(items.swap_remove(index))
}

fn expected<I: Item>(items: &[I]) -> String {
    let lines: Vec<String> = items.iter().map(Item::line).collect();
    format!("pass {} with one of: {}", I::OPTION, lines.join(", "))
}

/// Asks for the number of an item until there is one; `None` at the end of the input.
fn ask<I: Item>(
    items: &[I],
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> io::Result<Option<usize>> {
    for (index, item) in items.iter().enumerate() {
        writeln!(out, "{:>3}  {}", index + 1, item.line())?;
    }
    let mut line = String::new();
    loop {
        write!(out, "number of the {} (1-{}): ", I::WHAT, items.len())?;
        out.flush()?;
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let number: Option<usize> = line.trim().parse().ok();
        let index = number.and_then(|number| number.checked_sub(1));
        if let Some(index) = index.filter(|index| *index < items.len()) {
            return Ok(Some(index));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Letter(char);

    impl Item for Letter {
        const WHAT: &'static str = "letter";
        const WHATS: &'static str = "letters";
        const OPTION: &'static str = "--letter";

        fn is_named(&self, name: &str) -> bool {
            name == self.0.to_string()
        }

        fn line(&self) -> String {
            self.0.to_string()
        }
    }

    #[test]
    fn the_prompt_is_repeated_until_the_number_is_valid() {
        let asked = |input: &str| {
            let mut out = Vec::new();
            let index = ask(&[Letter('a'), Letter('b')], &mut input.as_bytes(), &mut out).unwrap();
            (index, String::from_utf8(out).unwrap())
        };
        assert_eq!(asked("2\n").1, "  1  a\n  2  b\nnumber of the letter (1-2): ");
        assert_eq!(asked("0\nx\n\n3\n-1\n 2 \n").0, Some(1));
        assert_eq!(asked("1").0, Some(0));
        assert_eq!(asked("0\n").0, None);
        assert_eq!(asked("").0, None);
    }
}
