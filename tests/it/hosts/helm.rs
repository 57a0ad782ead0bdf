//! Helm 3 and Helm 4 with the post-renderer of `contrib/helm`, on a chart that has hooks and a subchart.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use super::root;
use crate::support::helm::{Helm, Helmed};
use crate::support::{Lack, skipped};

/// The packed plugin, which is made once: the program in it is large. The next run of the tests replaces it.
static PACKED: LazyLock<PathBuf> = LazyLock::new(|| {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tempfile::tempdir_in(target).unwrap();
    pack(Path::new(env!("CARGO_BIN_EXE_injector")), folder.path());
    fs::rename(archive(folder.path()), archive(target)).unwrap();
    archive(target)
});

fn archive(folder: &Path) -> PathBuf {
    folder.join(format!("injector-{}.tgz", env!("CARGO_PKG_VERSION")))
}

fn pack(program: &Path, folder: &Path) {
    let ran = Command::new(root().join("contrib/helm/pack")).args([program, folder]).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(String::from_utf8(ran.stdout).unwrap(), format!("{}\n", archive(folder).display()));
}

fn unpack(archive: &Path, folder: &Path) {
    let mut command = Command::new("tar");
    assert!(command.arg("-xzf").arg(archive).arg("-C").arg(folder).status().unwrap().success());
}

/// A version of Helm that has the post-renderer, and the folder where it runs.
pub(crate) struct Host {
    pub(crate) helm: Helm,
    pub(super) folder: TempDir,
    pub(super) renderer: String,
}

impl Host {
    /// One for each version of Helm; none where Helm is not there, and then `test` is skipped.
    pub(crate) fn all(test: &str) -> Vec<Self> {
        Helm::all(test).into_iter().map(Self::of).collect()
    }

    fn of(helm: Helm) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(root().join("testdata/examples/tail.yaml"), folder.path().join("tail.yaml")).unwrap();
        let helm = helm.within(folder.path());
        let renderer = if helm.name == "helm4" {
            let said = helm.ok(["plugin", "install", "--verify=false", PACKED.to_str().unwrap()]);
            assert!(said.ends_with("Installed plugin: injector\n"), "{said}");
            "injector"
        } else {
            unpack(&PACKED, folder.path());
            "./injector/post-renderer"
        };
        Self { helm, folder, renderer: renderer.to_owned() }
    }

    /// The settings of the folder: the profile `tail`.
    pub(crate) fn with_settings(self) -> Self {
        let settings = "apiVersion: sidecar-injector/v1\nkind: Config\nspec:\n  profiles: [./tail.yaml]\n";
        fs::write(self.folder.path().join(".injector.yaml"), settings).unwrap();
        self
    }

    /// The same, with this cluster.
    pub(crate) fn of_cluster(mut self, kubeconfig: PathBuf) -> Self {
        self.helm = self.helm.of(kubeconfig);
        self
    }

    fn env(mut self, name: &'static str, value: &str) -> Self {
        self.helm = self.helm.env(name, value);
        self
    }

    /// The arguments that make Helm use the post-renderer, for the chart of these tests.
    pub(crate) fn args<'a>(&'a self, verb: &'a str, name: &'a str) -> [&'a str; 6] {
        const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/hosts/chart");
        [verb, name, CHART, "--post-renderer", &self.renderer, "--post-renderer-args=--namespace=shop"]
    }

    /// `helm template shop CHART ARGS…`, with the post-renderer.
    fn template(&self, args: &[&str]) -> Helmed {
        self.helm.run(self.args("template", "shop").iter().chain(args))
    }

    fn is_helm_3(&self) -> bool {
        self.helm.name == "helm3"
    }

    /// A file of the folder where Helm runs.
    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.path().join(name)).ok()
    }
}

/// For each object its containers, by kind and name.
fn containers(stream: &str) -> BTreeMap<String, Vec<String>> {
    use serde::Deserialize as _;
    let mut found = BTreeMap::new();
    for document in serde_yaml::Deserializer::from_str(stream) {
        let object = Value::deserialize(document).unwrap();
        let pod = if object["kind"] == "Pod" { &object["spec"] } else { &object["spec"]["template"]["spec"] };
        let lists = [&pod["initContainers"], &pod["containers"]].into_iter().filter_map(Value::as_array);
        let names = lists.flatten().map(|container| container["name"].as_str().unwrap().to_owned()).collect();
        let name = format!("{}/{}", object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
        found.insert(name, names);
    }
    found
}

#[test]
fn the_plugin_has_the_version_of_the_program() {
    let text = fs::read_to_string(root().join("contrib/helm/plugin.yaml")).unwrap();
    let plugin: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(plugin["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_same_program_is_packed_into_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    fs::write(&program, "not large").unwrap();
    let [first, second] = ["first", "second"].map(|name| {
        let to = folder.path().join(name);
        pack(&program, &to);
        to
    });
    assert_eq!(fs::read(archive(&first)).unwrap(), fs::read(archive(&second)).unwrap());
    unpack(&archive(&first), &first);
    let mut names: Vec<_> =
        fs::read_dir(first.join("injector")).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["LICENSE", "injector", "plugin.yaml", "post-renderer"]);
    assert_eq!(fs::read_to_string(first.join("injector/injector")).unwrap(), "not large");
}

#[test]
fn helm_4_injects_hooks_and_subcharts_and_helm_3_injects_no_hooks() {
    for host in Host::all("helm_4_injects_hooks_and_subcharts_and_helm_3_injects_no_hooks") {
        let host = host.with_settings();
        let ran = host.template(&[]);
        assert!(ran.success, "{ran:#?}");
        assert_eq!(ran.stderr, "", "Helm shows no report when all goes well");
        assert!(ran.stdout.contains("# writes /logs/shop.log"), "comments stay: {}", ran.stdout);
        let hooks: [&[&str]; 2] =
            if host.is_helm_3() { [&["migrate"], &["test"]] } else { [&["tail", "migrate"], &["tail", "test"]] };
        let found = containers(&ran.stdout);
        for (name, expected) in [
            ("Deployment/shop", &["shop", "tail"][..]),
            ("StatefulSet/shop-cache", &["cache", "tail"]),
            ("Job/shop-migrate", hooks[0]),
            ("Pod/shop-test", hooks[1]),
        ] {
            assert_eq!(found[name], expected, "{}: {name}", host.helm.name);
        }
        let report = host.read("injector-report.txt").unwrap();
        assert!(report.contains("deployment/shop (shop): injected by tail\n"), "{report}");
        let count = if host.is_helm_3() { "2 workloads: 2 injected\n" } else { "4 workloads: 4 injected\n" };
        assert!(report.ends_with(count), "{report}");
    }
}

#[test]
fn without_settings_helm_injects_the_default_profile() {
    for host in Host::all("without_settings_helm_injects_the_default_profile") {
        let ran = host.template(&[]);
        assert!(ran.success, "{ran:#?}");
        let shop = &containers(&ran.stdout)["Deployment/shop"];
        assert!(shop.contains(&"proxy-sidecar".to_owned()), "{shop:?}");
    }
}

#[test]
fn a_rejected_workload_fails_helm_and_the_report_file_has_the_reason() {
    for host in Host::all("a_rejected_workload_fails_helm_and_the_report_file_has_the_reason") {
        let host = host.with_settings();
        let ran = host.template(&["--set", "lines=many"]);
        assert!(!ran.success, "{ran:#?}");
        assert_eq!(ran.stdout.trim(), "", "{}", host.helm.name);
        let reason = "annotation `tail.example/lines`: `many` is not a whole number\n";
        let report = host.read("injector-report.txt").unwrap();
        assert!(report.contains("deployment/shop (shop): rejected by tail\n") && report.contains(reason), "{report}");
        let failed = "Error: error while running post render on files: ";
        assert!(ran.stderr.starts_with(failed), "{ran:#?}");
        assert_eq!(ran.stderr.contains(reason), host.is_helm_3(), "Helm 4 hides the reason: {ran:#?}");
    }
}

#[test]
fn a_report_file_of_ones_own_wins_and_an_empty_one_is_none() {
    for host in Host::all("a_report_file_of_ones_own_wins_and_an_empty_one_is_none") {
        let host = host.with_settings().env("INJECTOR_REPORT_FILE", "own/report.txt");
        assert!(host.template(&[]).success);
        assert!(host.read("own/report.txt").unwrap().contains("injected by tail"));
        assert_eq!(host.read("injector-report.txt"), None);
        let host = host.env("INJECTOR_REPORT_FILE", "");
        let ran = host.template(&[]);
        assert!(ran.success, "{ran:#?}");
        assert_eq!(host.read("injector-report.txt"), None);
    }
}

#[test]
fn a_folder_without_write_access_gets_no_report_file() {
    let test = "a_folder_without_write_access_gets_no_report_file";
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    // Another user reads it, too.
    mode(folder.path(), 0o755);
    fs::create_dir(path("closed")).unwrap();
    fs::copy(root().join("contrib/helm/post-renderer"), path("post-renderer")).unwrap();
    fs::write(path("injector"), "#!/bin/sh\necho \"${INJECTOR_REPORT_FILE-none}\"\n").unwrap();
    mode(&path("injector"), 0o755);
    let run = |within: &Path| {
        // Root may write everywhere.
        let user = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        let mut command = Command::new(if is_root { "setpriv" } else { "env" });
        let ran = command.args(if is_root { &user[..] } else { &[] }).arg(path("post-renderer")).current_dir(within);
        ran.env_remove("INJECTOR_REPORT_FILE").output()
    };
    mode(&path("closed"), 0o555);
    let Ok(ran) = run(&path("closed")) else { return skipped(test, &Lack::Program("setpriv", "util-linux")) };
    assert_eq!(String::from_utf8(ran.stdout).unwrap(), "none\n", "{}", String::from_utf8_lossy(&ran.stderr));
    mode(&path("closed"), 0o777);
    assert_eq!(run(&path("closed")).unwrap().stdout, b"injector-report.txt\n");
}

#[test]
fn the_program_on_the_path_counts_where_the_folder_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_injector"));
    let mut command = Command::new(root().join("contrib/helm/post-renderer"));
    command.arg("--version").env_clear().env("PATH", program.parent().unwrap()).current_dir(folder.path());
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert!(String::from_utf8(ran.stdout).unwrap().contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn helm_3_complains_of_the_plugin_of_helm_4() {
    let mut both = Host::all("helm_3_complains_of_the_plugin_of_helm_4").into_iter();
    let (Some(three), Some(four)) = (both.next(), both.next()) else { return };
    let shared = Host { helm: three.helm.env("HELM_DATA_HOME", four.helm.data()), ..three };
    let ran = shared.with_settings().template(&[]);
    assert!(ran.success, "it goes on: {ran:#?}");
    assert!(ran.stderr.contains("failed to load plugins"), "{ran:#?}");
}
