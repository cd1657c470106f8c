//! Source files as text: which module each is, which paths of this crate it names, and which
//! tables its SQL writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// One file under `src/`.
pub struct Source {
    /// Its path below `src/`.
    pub name: String,
    /// Its module's path below the crate's root; `main` for the program, empty for the library.
    pub module: Vec<String>,
    /// All of it.
    pub text: String,
    /// What is left without comments and the contents of string literals.
    code: String,
}

/// Every Rust file under `src/`, in order.
pub fn sources() -> Vec<Source> {
    let files = files("rs");
    assert!(files.len() > 50, "only {} files", files.len());
    files.into_iter().map(|(name, text)| Source::new(&name, text)).collect()
}

/// Every table that a file under `src/` writes with SQL of its own, with the file's name.
pub fn statements() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, text) in files("rs").into_iter().chain(files("sql")) {
        let lines = text.lines().map(str::trim_start);
        let code: Vec<&str> = lines.filter(|line| !line.starts_with("//") && !line.starts_with("--")).collect();
        let code = code.join("\n").to_lowercase();
        let words: Vec<&str> = code.split(|c: char| !is_word(c) && c != '.').filter(|word| !word.is_empty()).collect();
        for three in words.windows(3) {
            let table = match three {
                ["insert" | "merge", "into", table] | ["delete", "from", table] => table,
                ["update" | "copy" | "truncate", table, _] => table,
                _ => continue,
            };
            let table = table.strip_prefix("public.").unwrap_or(table);
            found.push((name.clone(), table.to_owned()));
        }
    }
    found
}

/// Names below `src/` and texts of the files with an extension, in order.
fn files(extension: &str) -> Vec<(String, String)> {
    fn collect(root: &Path, folder: &Path, extension: &str, files: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder of sources can be read") {
            let path = entry.expect("its entries too").path();
            if path.is_dir() {
                collect(root, &path, extension, files);
            } else if path.extension().is_some_and(|found| found == extension) {
                let name = path.strip_prefix(root).expect("it is below the root");
                let text = fs::read_to_string(&path).expect("a source file is UTF-8");
                files.push((name.to_str().expect("its name too").to_owned(), text));
            }
        }
    }
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut files = Vec::new();
    collect(root, root, extension, &mut files);
    files.sort();
    files
}

/// The macros of the crate's root, with the room each is written in.
pub fn macros() -> BTreeMap<String, String> {
    let mut macros = BTreeMap::new();
    for source in sources() {
        for after in source.code.split("#[macro_export]").skip(1) {
            let (_, after) = after.split_once("macro_rules!").expect("only those are exported");
            macros.insert(identifier(after.trim_start()).to_owned(), source.room().to_owned());
        }
    }
    macros
}

impl Source {
    fn new(name: &str, text: String) -> Self {
        let stem = name.strip_suffix(".rs").unwrap_or(name);
        let mut module: Vec<String> = stem.split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| last == "mod" || last == "lib") {
            module.pop();
        }
        let code = without_comments_and_strings(&text);
        Self { name: name.to_owned(), module, text, code }
    }

    /// The room it belongs to.
    pub fn room(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }

    /// The folder whose door it is; none for other files.
    pub fn folder(&self) -> Option<String> {
        self.name.ends_with("/mod.rs").then(|| self.module.join("::"))
    }

    /// The words of its code, keywords too.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.code.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
    }

    /// The paths into this crate that it names, from the crate's root, imported or written out.
    ///
    /// `$crate::` in a macro belongs to whoever calls the macro and is left out. A name imported
    /// from the crate's root is followed to what is named through it.
    pub fn paths(&self) -> BTreeSet<Vec<String>> {
        let mut paths = self.paths_after("crate", &[]);
        if self.module == ["main"] {
            paths.extend(self.paths_after("searxng_cool_music", &[]));
        }
        let parent = &self.module[..self.module.len().saturating_sub(1)];
        paths.extend(self.supers(parent));
        let (mut paths, roots): (BTreeSet<_>, BTreeSet<_>) =
            paths.into_iter().filter(|path| !path.is_empty()).partition(|path| path.len() > 1);
        for root in roots {
            let through = self.paths_after(&root[0], &root);
            if through.is_empty() {
                paths.insert(root);
            }
            paths.extend(through);
        }
        paths
    }

    /// Paths that begin with `super::`. Tests at the end of a file mean the file by it.
    fn supers(&self, parent: &[String]) -> Vec<Vec<String>> {
        let code = self.code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let mut found = Vec::new();
        for at in starts(code, "super") {
            let (mut parent, mut rest) = (parent, &code[at..]);
            while let Some(after) = rest.strip_prefix("super::") {
                parent = &parent[..parent.len().saturating_sub(1)];
                rest = after;
            }
            read_tree(&mut Cursor(rest), parent.to_vec(), &mut found);
        }
        found
    }

    fn paths_after(&self, root: &str, prefix: &[String]) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        for at in starts(&self.code, root) {
            read_tree(&mut Cursor(&self.code[at..]), prefix.to_vec(), &mut found);
        }
        found
    }
}

/// Where what follows `root::` begins, for each place where a path begins with it.
fn starts(code: &str, root: &str) -> Vec<usize> {
    let pattern = format!("{root}::");
    let is_beginning = |at: usize| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| is_word(c) || matches!(c, ':' | '$' | '.'))
    };
    let places = code.match_indices(&pattern).filter(|(at, _)| is_beginning(*at));
    places.map(|(at, _)| at + pattern.len()).collect()
}

/// What is left to read.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    fn take(&mut self, token: &str) -> bool {
        self.0 = self.0.trim_start();
        match self.0.strip_prefix(token) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }
}

/// Reads `a::b`, `a::{b, c::d, self}`, `a::*` and `a as b`; each leaf becomes a path.
fn read_tree(cursor: &mut Cursor, prefix: Vec<String>, found: &mut Vec<Vec<String>>) {
    if cursor.take("{") {
        while !cursor.take("}") && !cursor.0.is_empty() {
            read_tree(cursor, prefix.clone(), found);
            if !cursor.take(",") && !cursor.0.trim_start().starts_with('}') {
                return;
            }
        }
        return;
    }
    if cursor.take("*") {
        found.push(prefix);
        return;
    }
    cursor.0 = cursor.0.trim_start();
    let name = identifier(cursor.0);
    cursor.0 = &cursor.0[name.len()..];
    let mut path = prefix;
    if name != "self" && !name.is_empty() {
        path.push(name.to_owned());
    }
    let goes_on = |rest: &str| rest.starts_with(|c: char| is_word(c) || matches!(c, '{' | '*'));
    match cursor.0.strip_prefix("::") {
        Some(rest) if goes_on(rest) => {
            cursor.0 = rest;
            read_tree(cursor, path, found);
        }
        _ => {
            found.push(path);
            if cursor.take("as ") {
                let alias = identifier(cursor.0.trim_start()).len();
                cursor.0 = &cursor.0.trim_start()[alias..];
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    &text[..end]
}

/// Blanks out comments and what stands between quotes.
fn without_comments_and_strings(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if let Some(length) = raw_string(rest, &code) {
            length
        } else if c == '"' {
            string(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest[1..].find('\'').map_or(1, |at| at + 2).max(3)
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[length..];
    }
    code
}

/// The length of a literal in plain quotes.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `r"…"` or `r#"…"#`; none for anything else.
fn raw_string(text: &str, before: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    if before.chars().next_back().is_some_and(|c| is_word(c) && c != 'b') {
        return None;
    }
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let inside = body.find(&end).unwrap_or(body.len().saturating_sub(end.len()));
    Some(1 + hashes + 1 + inside + end.len())
}

#[test]
fn paths_are_read_as_the_compiler_reads_them() {
    let paths = |name: &str, text: &str| -> Vec<String> {
        let source = Source::new(name, text.to_owned());
        let mut paths: Vec<_> = source.paths().iter().map(|path| path.join("::")).collect();
        paths.sort();
        paths
    };
    assert_eq!(
        paths("a/b.rs", "use crate::{c::{self, d::*, e as f}, g};\nlet x: super::h::I = g::j();"),
        ["a::h::I", "c", "c::d", "c::e", "g::j"]
    );
    assert_eq!(
        paths("a/b/c.rs", "pub(crate) use super::super::d::E;\n// use crate::f;\nlet s = \"crate::g\";"),
        ["a::d::E"]
    );
    assert_eq!(paths("a.rs", "$crate::b::C; crate::d::e::<F>(r#\"\"crate::g\"#); '\"'; crate::h::I"), ["d::e", "h::I"]);
    assert_eq!(paths("a.rs", "#[cfg(test)]\nmod tests {\n    use super::*;\n}"), Vec::<String>::new());
}
