//! The program as a plugin of kubectl: a link to the same binary, whose name says so.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::control_plane::ControlPlane;
use crate::support::{Lack, skipped};

/// The name that a link for `kubectl sidecar-inject` has.
const NAME: &str = "kubectl-sidecar_inject";

/// A folder with links to the binary.
struct Links(TempDir);

impl Links {
    fn new(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            symlink(env!("CARGO_BIN_EXE_injector"), folder.path().join(name)).unwrap();
        }
        Self(folder)
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `NAME ARGS…` in the folder.
    fn run(&self, name: &str, args: &str) -> Output {
        let path = std::env::var_os("PATH").unwrap();
        let mut command = Command::new(self.path(name));
        command.args(args.split_whitespace()).current_dir(self.folder()).env_clear().env("PATH", path).output().unwrap()
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Whether a line calls the program by its own name.
fn calls_itself(line: &str) -> bool {
    ["inject ", "uninject", "check", "diff", "explain", "profile", "install", "certs", "serve", "man", "completions"]
        .iter()
        .any(|command| line.contains(&format!(" injector {command}")) || line.contains(&format!("`injector {command}")))
}

#[test]
fn help_and_usage_are_in_the_words_of_the_plugin() {
    let links = Links::new(&[NAME, "kubectl-inject"]);
    let mut todo = vec![String::new()];
    let mut seen = 0;
    while let Some(command) = todo.pop() {
        let help = text(&links.run(NAME, &format!("{command} --help")));
        let usage = format!("Usage: kubectl sidecar-inject{command} ");
        assert!(help.lines().any(|line| format!("{line} ").starts_with(&usage)), "{command}: {help}");
        let wrong: Vec<_> = help.lines().filter(|line| calls_itself(&format!(" {line}"))).collect();
        assert!(wrong.is_empty(), "{command}: {wrong:?}");
        let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        todo.extend(commands.filter_map(|line| Some(format!("{command} {}", line.split_whitespace().next()?))));
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
    assert!(text(&links.run("kubectl-inject", "")).contains("Usage: kubectl inject "));
}

#[test]
fn version_errors_and_hints_are_in_the_words_of_the_plugin() {
    let links = Links::new(&[NAME, "injector"]);
    let version = concat!("kubectl sidecar-inject ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(text(&links.run(NAME, "--version")), version);
    assert_eq!(text(&links.run("injector", "version")), concat!("injector ", env!("CARGO_PKG_VERSION"), "\n"));
    for (args, expected) in [
        ("check -i", "Usage: kubectl sidecar-inject check "),
        ("injekt", "Usage: kubectl sidecar-inject "),
        ("inject -i -", "Usage: kubectl sidecar-inject "),
        ("inject --dry-run", "see `kubectl sidecar-inject diff`"),
        ("inject https://a.example/b", "hint: `curl -fsSL https://a.example/b | kubectl sidecar-inject …`"),
        (
            "inject --report json https://a.example/b",
            r#""hint":"`curl -fsSL https://a.example/b | kubectl sidecar-inject …`""#,
        ),
    ] {
        let output = links.run(NAME, args);
        assert_eq!(output.status.code(), Some(2), "{args}");
        let compact = text(&output).replace("\": \"", "\":\"");
        assert!(compact.contains(expected), "{args}: {compact}");
    }
}

/// The words of the pipeline for `deploy/web`.
fn pipeline(words: &str, command: &str, flags: &str) -> String {
    format!(
        "patch=$(kubectl get deploy/web -n shop -o yaml | {words} {command} -o patch{flags}) \
         && printf %s \"$patch\" | kubectl patch deploy/web -n shop --type=json --patch-file=/dev/stdin\n"
    )
}

#[test]
fn an_object_of_the_cluster_becomes_one_command_line() {
    let links = Links::new(&[NAME]);
    let flags = " -p nginx -p ./a.yaml --set port=8081 --reinject";
    let quoted = " --set 'a=it'\\''s $HOME'";
    for (args, command, passed) in [
        (&["deploy/web", "-n", "shop"][..], "inject", ""),
        (&["inject", "deploy/web", "-n", "shop"], "inject", ""),
        (&["-n", "shop", "deploy/web"], "inject", ""),
        (&["deploy", "web", "-nshop"], "inject", ""),
        (&["inject", "deploy", "web", "--namespace=shop", "-o", "patch"], "inject", ""),
        (&["deploy/web", "-n", "shop", "-p", "nginx,./a.yaml", "--reinject", "--set=port=8081"], "inject", flags),
        (&["deploy/web", "-n", "shop", "--set", "a=it's $HOME"], "inject", quoted),
        (&["uninject", "deploy/web", "-n", "shop", "--force", "-p", "nginx"], "uninject", " -p nginx --force"),
    ] {
        let output =
            Command::new(links.path(NAME)).args(args).current_dir(links.folder()).env_clear().output().unwrap();
        let expected = pipeline("kubectl sidecar-inject", command, passed);
        assert_eq!((text(&output), output.status.code()), (expected, Some(0)), "{args:?}");
    }
    let two = text(&links.run(NAME, "deploy/web sts/db -o json"));
    let shown = |name| format!("kubectl get {name} -o yaml | kubectl sidecar-inject inject -o json\n");
    assert_eq!(two, shown("deploy/web") + &shown("sts/db"));
}

#[test]
fn what_is_no_object_of_the_cluster_stays_what_it_is() {
    let links = Links::new(&[NAME, "injector"]);
    let manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: i}]}\n";
    std::fs::create_dir(links.path("deploy")).unwrap();
    std::fs::write(links.path("deploy/web"), manifest).unwrap();
    std::fs::write(links.path("pod.yaml"), manifest).unwrap();
    // A file wins, and the plugin needs no command before one.
    for args in ["deploy/web", "inject deploy/web", "pod.yaml", "inject pod.yaml", "-q pod.yaml", "-f pod.yaml"] {
        let output = links.run(NAME, args);
        assert!(text(&output).contains("proxy-sidecar"), "{args}: {}", text(&output));
    }
    for (name, args, expected) in [
        // Elsewhere the line is a hint: nothing else would be printed by a command that checks, or by another name.
        (
            "injector",
            "inject deploy/api -n shop -p nginx",
            "error: the input has no `deploy/api`\n  hint: for the object of the cluster: `patch=$(kubectl get deploy/api -n shop -o yaml | \
             injector inject -o patch -p nginx) && printf %s \"$patch\" | kubectl patch deploy/api -n shop --type=json --patch-file=/dev/stdin`\n",
        ),
        (
            NAME,
            "check deploy/api",
            "error: the input has no `deploy/api`\n  hint: for the object of the cluster: `kubectl get deploy/api -o yaml | \
             kubectl sidecar-inject check`\n",
        ),
        ("injector", "explain pod/api", "`kubectl get pod/api -o yaml | injector explain`"),
        ("injector", "inject manifests/web", "error: manifests/web: there is no such file\n"),
        (
            NAME,
            "pod/api",
            "error: the API server does not let the containers of a pod change\n  hint: inject the owner of the pod",
        ),
        (
            "injector",
            "uninject po/api",
            "error: the input has no `po/api`\n  hint: for the object of the cluster: the API server does not let",
        ),
        (NAME, "inject job/api", "error: the API server does not let the pod template of this kind change\n"),
        (NAME, "inject -i deploy/api", "error: '--in-place' is for files, and `deploy/api` is an object\n"),
        (NAME, "inject deploy/api pod.yaml", "error: the input has no `deploy/api`\nnote: "),
        (NAME, "inject deploy/api.yaml", "error: deploy/api.yaml: there is no such file\n"),
        (NAME, "injcet", "error: unrecognized subcommand 'injcet'"),
    ] {
        let output = links.run(name, args);
        assert_eq!(output.status.code(), Some(2), "{args}");
        assert!(text(&output).contains(expected), "{args}: {}", text(&output));
        assert!(output.stdout.is_empty(), "{args}");
    }
}

/// The printed line, run by a shell, does what it says on a real API server.
#[test]
fn the_command_line_changes_the_object_of_the_cluster() {
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else {
        return skipped("the_command_line_changes_the_object_of_the_cluster", &Lack::ControlPlane);
    };
    let plane = ControlPlane::start(Path::new(&assets));
    plane.namespace("shop", &[]);
    plane.ok("create deployment web --image=images.example/web:1 -n shop", "");
    let links = Links::new(&[NAME]);
    symlink(Path::new(&assets).join("kubectl"), links.path("kubectl")).unwrap();
    let run = |line: &str| {
        let path = format!("{}:{}", links.folder().display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).env_clear().env("PATH", path).env("KUBECONFIG", plane.kubeconfig());
        let output = shell.env("HOME", links.folder()).output().unwrap();
        assert!(output.status.success(), "{line}: {}", text(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let spec = || plane.get("deployment web -n shop")["spec"]["template"].clone();
    let names = || {
        let containers = spec()["spec"]["containers"].as_array().unwrap().clone();
        containers.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let settled = || {
        // The controller writes the status soon after each change, and a patch is for the version that was read.
        plane.eventually("the controller has seen the Deployment", || {
            let object = plane.get("deployment web -n shop");
            (object["status"]["observedGeneration"] == object["metadata"]["generation"]).then_some(())
        });
        std::thread::sleep(std::time::Duration::from_secs(1));
    };
    let before = spec();
    settled();
    let line = run("kubectl sidecar-inject deploy/web -n shop -p cortexflow --native-sidecar false");
    assert_eq!(names(), "web", "printing the line changes nothing");
    assert!(run(&line).contains("deployment.apps/web patched"), "{line}");
    assert_eq!(names(), "web proxy-sidecar");
    settled();
    run(&run("kubectl sidecar-inject uninject deploy web -n shop"));
    assert_eq!(spec(), before);
}
