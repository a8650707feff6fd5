//! Progress of cargo-mutants, by the lists that it extends after each mutant.

use std::fs;
use std::path::PathBuf;

/// The lists, one for each outcome, with a line for each mutant.
const SURVIVORS: &str = "missed.txt";
const OTHERS: [&str; 3] = ["caught.txt", "timeout.txt", "unviable.txt"];

/// The mutants of a group that have been tested so far.
pub(super) struct Tested {
    lists: PathBuf,
    count: usize,
    survivors: usize,
}

/// What has been tested since the last look.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct News {
    /// The number of mutants.
    pub(super) count: usize,
    /// Descriptions of the survivors among them.
    pub(super) survivors: Vec<String>,
}

impl Tested {
    /// Follows a run that writes its lists to this directory, which does not exist yet.
    pub(super) fn new(lists: PathBuf) -> Self {
        Self { lists, count: 0, survivors: 0 }
    }

    pub(super) fn news(&mut self) -> News {
        let all = self.lines(SURVIVORS);
        let others: usize = OTHERS.iter().map(|list| self.lines(list).len()).sum();
        let count = all.len() + others;
        let survivors = all.get(self.survivors..).unwrap_or_default().to_vec();
        let news = News { count: count.saturating_sub(self.count), survivors };
        (self.count, self.survivors) = (count, all.len());
        news
    }

    /// Returns the lines of a list that are complete.
    fn lines(&self, list: &str) -> Vec<String> {
        let text = fs::read_to_string(self.lists.join(list)).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clone;
    use crate::tools::root;

    #[test]
    fn each_tested_mutant_is_counted_once_and_each_survivor_named_once() {
        let lists = root().join("target/tmp/tested");
        clone::remove(&lists).unwrap();
        let mut tested = Tested::new(lists.clone());
        assert_eq!(tested.news(), News { count: 0, survivors: Vec::new() });

        fs::create_dir_all(&lists).unwrap();
        fs::write(lists.join("missed.txt"), "a.rs:1: one\na.rs:2: tw").unwrap();
        fs::write(lists.join("caught.txt"), "a.rs:3: three\na.rs:4: four\n").unwrap();
        let survivors = vec!["a.rs:1: one".to_owned()];
        assert_eq!(tested.news(), News { count: 3, survivors });

        fs::write(lists.join("missed.txt"), "a.rs:1: one\na.rs:2: two\n").unwrap();
        fs::write(lists.join("unviable.txt"), "a.rs:5: five\n").unwrap();
        let survivors = vec!["a.rs:2: two".to_owned()];
        assert_eq!(tested.news(), News { count: 2, survivors });
        assert_eq!(tested.news(), News { count: 0, survivors: Vec::new() });
    }
}
