//! One repository with one `.injector.yaml`: injector itself, pre-commit, kpt, kustomize and both versions of Helm say the same of
//! each of its workloads. Settings for some files count for those that have files: the first three.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::helm::Host;
use super::pre_commit::Repository;
use crate::support::{Lack, skipped};

const TEST: &str = "every_program_says_the_same_of_each_workload";

const FILES: [&str; 7] = [
    "base/web.yaml",
    "base/api.yaml",
    "base/store.yaml",
    "jobs/report.yaml",
    "jobs/migrate.yaml",
    "jobs/second.yaml",
    "namespaces.yaml",
];

/// Without settings of its own, so that those of the repository count.
const TRANSFORMER: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: inject
  annotations:
    config.kubernetes.io/function: |
      exec:
        path: PROGRAM
        args: [fn]
";

/// What a report says of each workload: that it is injected, or is to be, or the rule that skips it.
fn said(report: &str) -> BTreeMap<String, String> {
    let lines = report.lines().filter_map(|line| line.split_once("): "));
    let of_workload = lines.filter(|(workload, _)| workload.contains('/') && workload.contains(" ("));
    of_workload.map(|(workload, rest)| (workload.to_owned(), rest.replace("not injected", "injected"))).collect()
}

/// A chart of the same files, beside the repository.
fn chart(shop: &Path, chart: &Path) {
    fs::create_dir_all(chart.join("templates")).unwrap();
    fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 0.1.0\n").unwrap();
    for file in FILES {
        let name = file.replace('/', "-");
        fs::copy(shop.join(file), chart.join("templates").join(name)).unwrap();
    }
}

#[test]
fn every_program_says_the_same_of_each_workload() {
    let Some(kustomize) = std::env::var_os("INJECTOR_KUSTOMIZE") else { return skipped(TEST, &Lack::Kustomize) };
    let Some(kpt) = std::env::var_os("INJECTOR_KPT") else { return skipped(TEST, &Lack::Kpt) };
    let Some(repository) = Repository::with("injector-check", TEST) else { return };
    let shop = repository.path("shop");
    // The other programs have no files, and get the workloads without settings of their own.
    let settings = fs::read_to_string(shop.join(".injector.yaml")).unwrap();
    let own = settings.replace("    - files: staging/**\n", "    - files: staging/**\n      namespace: batch\n");
    fs::write(shop.join(".injector.yaml"), own).unwrap();
    let job = fs::read_to_string(shop.join("jobs/migrate.yaml")).unwrap();
    let second = job.replace("  name: migrate\n", "  name: second\n  namespace: batch\n");
    fs::write(shop.join("jobs/second.yaml"), second).unwrap();
    let program = env!("CARGO_BIN_EXE_injector");
    let mut wanted = said(&repository.run(program, "shop", "check -R .").text);
    assert_eq!(wanted.len(), 7, "{wanted:?}");
    assert!(wanted.values().any(|said| said == "injected by audit"), "{wanted:?}");

    assert!(repository.run("git", "shop", "add --all").success);
    assert_eq!(said(&repository.pre_commit("run --all-files --verbose").text), wanted, "pre-commit");

    fs::write(shop.join(".krmignore"), ".*.yaml\nprofiles\n").unwrap();
    let mut command = Command::new(kpt);
    command.args(["fn", "eval", ".", "--exec", &format!("{program} fn check")]).current_dir(&shop);
    command.env_remove("INJECTOR_PROFILE").env("INJECTOR_REPORT_FILE", "kpt.txt").output().unwrap();
    assert_eq!(said(&fs::read_to_string(shop.join("kpt.txt")).unwrap()), wanted, "kpt");

    let of_staging = wanted.remove("deployment/web (batch");
    assert!(of_staging.is_some_and(|said| said.starts_with("skipped: ")), "{wanted:?}");

    for host in Host::all(TEST) {
        chart(&shop, &repository.path("chart"));
        let renderer = host.renderer.replace("./", &format!("{}/", host.folder.path().display()));
        let name = host.helm.name;
        let helm = host.helm.within(&shop);
        helm.ok(["template", "shop", "../chart", "--post-renderer", &renderer]);
        let report = fs::read_to_string(shop.join("injector-report.txt")).unwrap();
        fs::remove_file(shop.join("injector-report.txt")).unwrap();
        assert_eq!(said(&report), wanted, "{name}");
    }

    fs::write(
        shop.join("kustomization.yaml"),
        format!("resources: [{}]\ntransformers: [inject.yaml]\n", FILES.join(", ")),
    )
    .unwrap();
    fs::write(shop.join("inject.yaml"), TRANSFORMER.replace("PROGRAM", program)).unwrap();
    let mut command = Command::new(kustomize);
    command.args(["build", "--enable-alpha-plugins", "--enable-exec", "."]).current_dir(&shop);
    let built = command.env_remove("INJECTOR_PROFILE").output().unwrap();
    assert!(built.status.success(), "{built:?}");
    assert_eq!(said(&String::from_utf8(built.stderr).unwrap()), wanted, "kustomize");
}
