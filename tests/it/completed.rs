//! What each shell, and kubectl, completes: asked of the shells themselves.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{Lack, skipped};

/// A folder with links to the binary, and some files.
struct Folder(TempDir);

impl Folder {
    fn new(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bin")).unwrap();
        for name in names {
            symlink(env!("CARGO_BIN_EXE_injector"), folder.path().join("bin").join(name)).unwrap();
        }
        for name in ["nginx-mine.yaml", "other file.yaml"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        Self(folder)
    }

    /// What a program prints, with the links on its `PATH`; `None` where there is no such program.
    fn run(&self, program: &str, args: &[&str]) -> Option<Vec<String>> {
        let path = format!("{}:{}", self.0.path().join("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program);
        command.args(args).current_dir(self.0.path()).env_clear().env("PATH", path).env("HOME", self.0.path());
        let output = command.output().ok()?;
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(name)
}

/// Whether these words are all there is, or are among what there is where the last one is `…`.
fn assert_words(line: &str, found: &[String], expected: &str) {
    let words: Vec<&str> = expected.split('|').filter(|word| !word.is_empty()).collect();
    match words.split_last() {
        Some((&"…", some)) => {
            let missing: Vec<_> = some.iter().filter(|word| !found.iter().any(|one| one == *word)).collect();
            assert!(missing.is_empty(), "{line}: no {missing:?} in {found:?}");
        }
        _ => assert_eq!(found, words, "{line}"),
    }
}

const NAME: &str = "kubectl_complete-sidecar_inject";

#[test]
fn the_answer_is_that_of_cobra() {
    let folder = Folder::new(&["injector", NAME, "kubectl-sidecar_inject"]);
    let nginx = "nginx\tHTTP reverse proxy before the application's port|:0";
    for (program, line, expected) in [
        ("injector", "__complete inj", "inject\tInject sidecars into manifests|:4"),
        (NAME, "inj", "inject\tInject sidecars into manifests|:0"),
        (NAME, "inject --report js", "json\t…|:4"),
        (NAME, "inject --report=gith", "--report=github\t…|:4"),
        (NAME, "inject --rei", "--reinject\tReplace an outdated injection|:4"),
        (NAME, "-n shop --rei", "--reinject\tReplace an outdated injection|:4"),
        (NAME, "inject -n sh", ":4"),
        (NAME, "inject --set x", ":4"),
        (NAME, "inject --deny warn", "warnings\tEvery warning|:4"),
        (NAME, "check --deny=skip", "--deny=skipped\tEach workload that a rule skips|:4"),
        (NAME, "check --allow qos", "qos-changed\t…|:4"),
        (NAME, "check --allow not-ut", ":4"),
        (NAME, "check --kind Pod,Deployment", "Pod,Deployment|Pod,DeploymentConfig|:4"),
        (NAME, "inject -R -f x", ":0"),
        (NAME, "inject x", ":0"),
        (NAME, "inject -- --x", ":0"),
        (NAME, "inject --no-such=x", ":4"),
        (NAME, "profile show ngi", nginx),
        (NAME, "profile lint other.yaml ngi", nginx),
        (NAME, "inject -p ngi", nginx),
        (NAME, "inject -qp ngi", nginx),
        (NAME, "inject --profile=curl,ngi", "--profile=curl,nginx\t…|:0"),
        (NAME, "profile sh", "show\tPrint a profile in full, as a file to start from|:4"),
        (NAME, "completions f", "fish|:4"),
        ("kubectl-sidecar_inject", "__complete uninj", "uninject\tRemove what was injected, to the byte|:0"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let found = folder.run(folder.0.path().join("bin").join(program).to_str().unwrap(), &words).unwrap();
        let expected: Vec<&str> = expected.split('|').collect();
        assert_eq!(found.len(), expected.len(), "{line}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            let same = match expected.split_once('…') {
                Some((head, _)) => found.starts_with(head) && found.len() > head.len(),
                None => found.as_str() == expected || expected.starts_with("nginx\t") && found.starts_with("nginx\t"),
            };
            assert!(same, "{line}: {found} is not {expected}");
        }
    }
    // Each flag and each command has its help.
    for line in ["", "inject --", "profile "] {
        let words: Vec<&str> = line.split(' ').collect();
        let found = folder.run(folder.0.path().join("bin").join(NAME).to_str().unwrap(), &words).unwrap();
        let (_, words) = found.split_last().unwrap();
        assert!(words.len() > 4 && words.iter().all(|word| word.contains('\t')), "{line}: {found:?}");
    }
}

/// In each shell: the words typed, the last one not complete, and what comes.
const TYPED: [(&str, &str); 7] = [
    ("injector uninj", "uninject"),
    ("injector completions ", "bash|fish|zsh|…"),
    ("injector profile show lin", "linkerd"),
    ("injector inject -p ngi", "nginx|nginx-mine.yaml|…"),
    ("injector inject --report sa", "sarif"),
    ("injector inject --keep", "--keep-going"),
    ("injector inject oth", "other file.yaml"),
];

#[test]
fn bash_completes() {
    let folder = Folder::new(&["injector"]);
    let name = script("injector.bash");
    let complete = |line: &str, words: &str| {
        let code = format!(
            "source '{}'; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_LINE='{line}'; \
             COMP_POINT=${{#COMP_LINE}}; _injector; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            name.display()
        );
        folder.run("bash", &["--noprofile", "--norc", "-c", &code])
    };
    let mut typed: Vec<(&str, String, &str)> = Vec::new();
    for (line, expected) in TYPED {
        let words = if line.ends_with(' ') { format!("{line}''") } else { line.to_owned() };
        typed.push((line, words, expected));
    }
    // bash takes these apart at `=` and `:`.
    typed.push(("injector inject --report=sa", "injector inject --report = sa".to_owned(), "sarif"));
    typed.push(("injector inject --report=", "injector inject --report =".to_owned(), "text|json|…"));
    typed.push(("injector inject -p curl,ngi", "injector inject -p curl,ngi".to_owned(), "curl,nginx"));
    for (line, words, expected) in typed {
        let Some(found) = complete(line, &words) else {
            return skipped("bash_completes", &Lack::Program("bash", "bash"));
        };
        assert_words(line, &found, expected);
    }
}

#[test]
fn zsh_completes() {
    let folder = Folder::new(&["injector"]);
    // The completion system needs a terminal. What it is given is shown instead.
    let complete = |line: &str| {
        let words = if line.ends_with(' ') { format!("{line}''") } else { line.to_owned() };
        let code = format!(
            "compdef() {{ :; }}; _describe() {{ print -rl -- ${{(P)3}}; }}; compset() {{ :; }}; \
             _files() {{ local found=(${{words[CURRENT]}}*(N)); (( ! $#found )) || print -rl -- $found; }}; words=({words}); CURRENT=${{#words}}; \
             source '{}'; _injector",
            script("_injector").display()
        );
        folder.run("zsh", &["-f", "-c", &code])
    };
    for (line, expected) in TYPED {
        let Some(found) = complete(line) else { return skipped("zsh_completes", &Lack::Program("zsh", "zsh")) };
        let found: Vec<String> =
            found.iter().map(|word| word.split(':').next().unwrap_or_default().to_owned()).collect();
        assert_words(line, &found, expected);
    }
}

#[test]
fn fish_completes() {
    let folder = Folder::new(&["injector"]);
    for (line, expected) in TYPED {
        let code = format!("source '{}'; complete -C '{line}'", script("injector.fish").display());
        let Some(found) = folder.run("fish", &["--no-config", "-c", &code]) else {
            return skipped("fish_completes", &Lack::Program("fish", "fish"));
        };
        let found: Vec<String> =
            found.iter().map(|word| word.split('\t').next().unwrap_or_default().replace('\\', "")).collect();
        assert_words(line, &found, expected);
    }
}

#[test]
fn kubectl_completes_its_plugin() {
    let folder = Folder::new(&["kubectl-sidecar_inject", NAME]);
    for (line, expected) in [
        ("__complete sidecar-inject uninj", "uninject\tRemove what was injected, to the byte|:0|…"),
        ("__complete sidecar-inject inject --report sar", ":4|…"),
        ("__complete sidecar-inject inject --keep", "--keep-going\tPass on workloads that fail, unchanged|:4|…"),
        ("__complete sidecar-inject profile show linker", ":0|…"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let Some(found) = folder.run("kubectl", &words) else {
            return skipped("kubectl_completes_its_plugin", &Lack::Program("kubectl", "kubernetes-client"));
        };
        assert_words(line, &found, expected);
        assert!(found.len() > 1, "{line}: {found:?}");
    }
}
