//! How many libraries some programs are built from, counted in what `cargo tree` prints for the whole workspace.

use std::collections::{HashMap, HashSet};

/// What `cargo tree` is asked: each line is a depth, a package and its features.
pub(super) const QUESTION: [&str; 10] =
    ["tree", "--workspace", "--color", "never", "--edges", "normal,build", "--prefix", "depth", "--format", "{p}|{f}"];

/// A tree that was read. One package with two sets of features is two libraries.
#[derive(Default)]
pub(super) struct Tree {
    /// What each library depends on.
    dependencies: HashMap<String, HashSet<String>>,
    /// From the workspace down to the library that was read last.
    path: Vec<String>,
}

impl Tree {
    pub fn read(&mut self, line: &str) {
        // A package whose dependencies were already printed has this mark.
        let line = line.trim_end_matches(" (*)");
        let library = line.trim_start_matches(|character: char| character.is_ascii_digit());
        let Ok(depth) = line[..line.len() - library.len()].parse() else { return };
        self.path.truncate(depth);
        if let Some(parent) = self.path.last() {
            self.dependencies.entry(parent.clone()).or_default().insert(library.to_owned());
        }
        self.path.push(library.to_owned());
        self.dependencies.entry(library.to_owned()).or_default();
    }

    /// How many libraries programs are built of, their own included. A program is named as its package is.
    pub fn libraries_of(&self, programs: &[&str]) -> usize {
        let is_theirs = |library: &&str| programs.iter().any(|program| name(library) == *program);
        let mut ahead: Vec<&str> = self.dependencies.keys().map(String::as_str).filter(is_theirs).collect();
        let mut met: HashSet<&str> = ahead.iter().copied().collect();
        while let Some(library) = ahead.pop() {
            let below = self.dependencies.get(library).into_iter().flatten();
            ahead.extend(below.map(String::as_str).filter(|dependency| met.insert(dependency)));
        }
        met.len()
    }
}

fn name(library: &str) -> &str {
    library.split(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn libraries_are_counted_once_for_each_set_of_features() {
        const PRINTED: &str = "\
0local v0.1.0 (/x/infra/local)|
1serde v1.0.229|default,derive
2serde_derive v1.0.229 (proc-macro)|default
3syn v3.0.10|default,full
1tokio v1.54.1|full
2syn v3.0.10|default

0login v0.1.0 (/x/functions/login)|
1serde v1.0.229|default,derive (*)
1url v2.5.8|

0tests v0.1.0 (/x/tests)|
1hayro v0.9.0|
";
        let mut tree = Tree::default();
        PRINTED.lines().for_each(|line| tree.read(line));
        assert_eq!(tree.libraries_of(&["local"]), 6);
        assert_eq!(tree.libraries_of(&["login"]), 5);
        assert_eq!(tree.libraries_of(&["local", "login"]), 8);
        assert_eq!(tree.libraries_of(&["nobody"]), 0);
    }
}
