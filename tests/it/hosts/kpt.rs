//! Real `kpt fn` runs injector on the files of a package.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{copy, root};
use crate::support::{Lack, injector, skipped};

const WEB: &str = "\
# What customers see.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # the name
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        # The application.
        - name: web
          image: \"web:1\" # pinned
";
const TOOL: &str = "\
# Never applied.
apiVersion: v1
kind: Pod
metadata:
  name: tool
  annotations: {config.kubernetes.io/local-config: \"true\"}
spec: {containers: [{name: a, image: b}]}
";
const KPTFILE: &str = "\
apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: shop
pipeline:
  mutators:
    - exec: injector fn
      configPath: inject.yaml
  validators:
    - exec: injector fn check
      configPath: inject.yaml
";
const CONFIG: &str = "\
apiVersion: sidecar-injector/v1
kind: Config
metadata:
  name: inject
  annotations: {config.kubernetes.io/local-config: \"true\"}
spec:
  profiles: [nginx]
  set: {nginx: {upstreamPort: \"9000\"}}
  namespaces:
    - {name: default, labels: {sidecar-inject: enabled}}
";

struct Package<'k> {
    kpt: &'k Path,
    folder: TempDir,
}

impl<'k> Package<'k> {
    fn new(kpt: &'k Path, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("web.yaml", WEB), ("tool.yaml", TOOL)].iter().chain(files) {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self { kpt, folder }
    }

    fn run(&self, args: &[&str]) -> Output {
        let programs = Path::new(env!("CARGO_BIN_EXE_injector")).parent().unwrap();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(self.kpt);
        command.args(["fn"]).args(args).env("PATH", path).env_remove("INJECTOR_PROFILE");
        command.current_dir(self.folder.path()).output().unwrap()
    }

    /// The same, where it has to succeed.
    fn succeeds(&self, args: &[&str]) {
        let output = self.run(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

#[test]
fn kpt_keeps_comments_order_and_what_is_left_alone() {
    let Some(kpt) = std::env::var_os("INJECTOR_KPT") else {
        return skipped("kpt_keeps_comments_order_and_what_is_left_alone", &Lack::Kpt);
    };
    let package = Package::new(Path::new(&kpt), &[]);
    assert!(!package.run(&["eval", ".", "--exec", "injector fn check"]).status.success());
    assert_eq!((package.read("web.yaml"), package.read("tool.yaml")), (WEB.to_owned(), TOOL.to_owned()));
    package.succeeds(&["eval", ".", "--exec", "injector fn", "--results-dir", "results"]);
    let web = package.read("web.yaml");
    let mut rest = web.lines();
    // Every line is there, in its order, with what was added between.
    assert!(WEB.lines().all(|line| rest.any(|other| other == line)), "{web}");
    assert_eq!(web.matches("- name: proxy-sidecar").count(), 1, "{web}");
    assert_eq!(package.read("tool.yaml"), TOOL);
    let results = package.read("results/results.yaml");
    assert!(results.contains("severity: warning") && results.contains("path: web.yaml"), "{results}");
    package.succeeds(&["eval", ".", "--exec", "injector fn check"]);
    package.succeeds(&["eval", ".", "--exec", "injector fn"]);
    assert_eq!(package.read("web.yaml"), web, "a second time changes nothing");
    let undone = injector(["uninject", "web.yaml"]).file("web.yaml", &web).succeeds().stdout;
    assert_eq!(undone, WEB);
}

#[test]
fn a_pipeline_of_kpt_injects_and_checks_as_its_config_says() {
    let Some(kpt) = std::env::var_os("INJECTOR_KPT") else {
        return skipped("a_pipeline_of_kpt_injects_and_checks_as_its_config_says", &Lack::Kpt);
    };
    let package = Package::new(Path::new(&kpt), &[("Kptfile", KPTFILE), ("inject.yaml", CONFIG)]);
    package.succeeds(&["render", ".", "--allow-exec"]);
    let web = package.read("web.yaml");
    assert!(web.contains("- name: nginx-sidecar") && web.contains("9000") && web.contains("# pinned"), "{web}");
    assert_eq!((package.read("tool.yaml"), package.read("inject.yaml")), (TOOL.to_owned(), CONFIG.to_owned()));

    let wrong = CONFIG.replace("9000", "none");
    let package = Package::new(Path::new(&kpt), &[("Kptfile", KPTFILE), ("inject.yaml", &wrong)]);
    let output = package.run(&["render", ".", "--allow-exec"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("`none`"), "{told}");
    assert_eq!(package.read("web.yaml"), WEB);
}

#[test]
fn kpt_leaves_the_settings_alone_and_they_count_for_each_file() {
    let Some(kpt) = std::env::var_os("INJECTOR_KPT") else {
        return skipped("kpt_leaves_the_settings_alone_and_they_count_for_each_file", &Lack::Kpt);
    };
    let package = Package { kpt: Path::new(&kpt), folder: tempfile::tempdir().unwrap() };
    let folder = package.folder.path();
    copy(&root().join("testdata/examples/shop"), folder);
    let settings = package.read(".injector.yaml").replace("*.tmpl.yaml", "store.yaml");
    fs::write(folder.join(".injector.yaml"), &settings).unwrap();
    let eval = ["eval", ".", "--exec", "injector fn"];
    let output = package.run(&eval);
    assert!(String::from_utf8_lossy(&output.stderr).contains("resource must have `metadata.name`"), "{output:?}");
    fs::write(folder.join(".krmignore"), ".injector.yaml\nprofiles\n").unwrap();
    package.succeeds(&eval);
    for (file, level) in
        [("base/web.yaml", Some("warning")), ("staging/web.yaml", Some("debug")), ("base/store.yaml", None)]
    {
        let text = package.read(file);
        assert_eq!(text.contains("level="), level.is_some(), "{text}");
        assert!(level.is_none_or(|level| text.contains(&format!("level={level}"))), "{text}");
    }
    injector(["check", "-R", "."]).within(folder).succeeds();

    // The same file without `.krmignore`, as an object of the package that is never applied.
    fs::remove_file(folder.join(".krmignore")).unwrap();
    let local = "metadata: {name: settings, annotations: {config.kubernetes.io/local-config: \"true\"}}\nspec:";
    let settings = settings.replacen("spec:", local, 1);
    fs::write(folder.join(".injector.yaml"), &settings).unwrap();
    package.succeeds(&eval);
    assert_eq!(package.read(".injector.yaml"), settings);
}
