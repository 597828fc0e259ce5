//! The rules of every text file: nothing of one machine, nothing of one registry.

use super::Finding;

/// Hosts that a mirror may stand in for. In parts, so that this file does not name them.
const REGISTRY_HOSTS: &[&str] = &[
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("//", "crates.io"),
    concat!("registry.", "npmjs"),
    concat!("npmjs", ".com"),
    concat!("registry.", "yarnpkg"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("arti", "factory"),
];

/// Where machines keep people's files. In parts, for the same reason.
const MACHINE_PATHS: &[&str] =
    &[concat!("/", "work", "/"), concat!("/", "root", "/"), concat!("/", "home", "/"), concat!("/", "Users", "/")];

pub(super) fn check(file: &str, content: &str) -> Vec<Finding> {
    let is_npm_lock = file.ends_with("package-lock.json");
    let mut findings = Vec::new();
    for (at, text) in content.lines().enumerate() {
        if let Some(host) = REGISTRY_HOSTS.iter().find(|host| text.contains(**host)) {
            let advice = format!("`{host}`: name the package, not the host that serves it");
            findings.push(Finding::new(file, at + 1, "no registry hosts", advice));
        }
        if let Some(path) = MACHINE_PATHS.iter().find(|path| has_path(text, path)) {
            let advice = format!("`{path}`: write it relative to the repository, or find it at run time");
            findings.push(Finding::new(file, at + 1, "no paths of one machine", advice));
        }
        if is_npm_lock && text.contains("\"resolved\": \"http") {
            let advice = "put `omit-lockfile-registry-resolved=true` into `.npmrc` beside it and make it anew";
            findings.push(Finding::new(file, at + 1, "no registry hosts", advice));
        }
    }
    findings
}

/// Whether `path` starts a path in `text`, rather than being the middle of one.
fn has_path(text: &str, path: &str) -> bool {
    let continues = |c: char| c.is_alphanumeric() || "._-~}*".contains(c);
    text.match_indices(path).any(|(at, _)| !text[..at].ends_with(continues))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(file: &str, content: &str) -> Vec<(usize, &'static str)> {
        check(file, content).into_iter().map(|finding| (finding.line, finding.rule)).collect()
    }

    #[test]
    fn refuses_registry_hosts_but_not_what_cargo_calls_its_registry() {
        let locked = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        assert_eq!(rules("Cargo.lock", locked), []);
        let named = format!("a\nhttps://{}/x", concat!("index.", "crates.io"));
        assert_eq!(rules("docs/a.md", &named), [(2, "no registry hosts")]);
    }

    #[test]
    fn refuses_paths_of_one_machine() {
        let path = concat!("/", "home", "/");
        assert_eq!(rules("a.md", &format!("see {path}ada/notes")), [(1, "no paths of one machine")]);
        assert_eq!(rules("a.md", &format!("GET https://example.com{path}page")), []);
    }

    #[test]
    fn refuses_locks_that_name_a_host() {
        let lock = "\n  \"resolved\": \"https://example.com/a.tgz\"";
        assert_eq!(rules("tests/package-lock.json", lock), [(2, "no registry hosts")]);
        assert_eq!(rules("tests/package-lock.json", "\"resolved\": \"../../pkg\""), []);
    }
}
