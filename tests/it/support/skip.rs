//! What happens when a test needs something that this machine lacks: the test is skipped, and one block at the end says
//! which tests were skipped, why, and which line runs them. Where `INJECTOR_TESTS_REQUIRE_ALL` is set, as in CI, a skipped
//! test is a failed one.
//!
//! libtest has no hook for "after the last test". So the first skip starts a shell that waits at a pipe from this process.
//! The pipe closes when this process ends, however it ends, and then the shell prints the block. This needs no order among
//! the tests and no count of them, and it works for a single test as for all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Mutex;

/// What a test did not find.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lack {
    /// `KUBEBUILDER_ASSETS` is not set.
    ControlPlane,
    /// `K8S_ORACLE` is not set.
    Oracle,
    /// `INJECTOR_HELM` is not set.
    #[cfg(feature = "watch")] // as the tests of the chart
    Helm,
    /// `INJECTOR_ACTIONLINT` is not set.
    #[cfg(feature = "watch")]
    Actionlint,
    /// `INJECTOR_PRE_COMMIT` is not set.
    #[cfg(feature = "watch")] // as the tests of hosts
    PreCommit,
    /// `INJECTOR_KUSTOMIZE` is not set.
    #[cfg(feature = "watch")]
    Kustomize,
    /// `kpt fn`, which `contrib/kpt/build` builds.
    #[cfg(feature = "watch")]
    Kpt,
    /// `INJECTOR_PLAYGROUND` is not set.
    Playground,
    /// `INJECTOR_SARIF_MULTITOOL` is not set.
    SarifMultitool,
    /// `INJECTOR_RELEASE` is not set.
    #[cfg(feature = "watch")] // as the archives
    ReleaseTools,
    /// `INJECTOR_KREW` is not set.
    #[cfg(feature = "watch")]
    Krew,
    /// `INJECTOR_GOLDENS` is not set: results of other projects, which this repository does not have. Not needed in CI.
    Goldens,
    /// A program, and the Debian package that has it.
    Program(&'static str, &'static str),
    /// The rights of root.
    Root,
    /// Something that no package brings, with the reason.
    Machine(String),
}

impl Lack {
    fn why(&self) -> String {
        match self {
            Self::ControlPlane => "KUBEBUILDER_ASSETS is not set".to_owned(),
            Self::Oracle => "K8S_ORACLE is not set".to_owned(),
            #[cfg(feature = "watch")]
            Self::Helm => "INJECTOR_HELM is not set".to_owned(),
            #[cfg(feature = "watch")]
            Self::Actionlint => "INJECTOR_ACTIONLINT is not set".to_owned(),
            #[cfg(feature = "watch")]
            Self::PreCommit => "INJECTOR_PRE_COMMIT is not set".to_owned(),
            #[cfg(feature = "watch")]
            Self::Kustomize => "INJECTOR_KUSTOMIZE is not set".to_owned(),
            #[cfg(feature = "watch")]
            Self::Kpt => "INJECTOR_KPT is not set".to_owned(),
            Self::Playground => "INJECTOR_PLAYGROUND is not set".to_owned(),
            Self::SarifMultitool => "INJECTOR_SARIF_MULTITOOL is not set".to_owned(),
            #[cfg(feature = "watch")]
            Self::ReleaseTools => "INJECTOR_RELEASE is not set".to_owned(),
            #[cfg(feature = "watch")]
            Self::Krew => "INJECTOR_KREW is not set".to_owned(),
            Self::Goldens => {
                "INJECTOR_GOLDENS is not set: the meshes' own results are not in this repository".to_owned()
            }
            Self::Program(program, package) => format!("there is no `{program}` (Debian's package {package})"),
            Self::Root => "they need root, for network namespaces and other users".to_owned(),
            Self::Machine(why) => why.clone(),
        }
    }

    /// The line that runs the tests that match these filters.
    fn line(&self, filters: &BTreeSet<String>) -> String {
        let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
        let test = format!("cargo test --locked -- {}", filters.join(" "));
        match self {
            Self::ControlPlane => format!("KUBEBUILDER_ASSETS=$(contrib/control-plane) {test}"),
            Self::Oracle => format!("K8S_ORACLE=$(contrib/oracle/build) {test}"),
            #[cfg(feature = "watch")]
            Self::Helm => format!("INJECTOR_HELM=$(contrib/helm-clients) {test}"),
            #[cfg(feature = "watch")]
            Self::Actionlint => format!("INJECTOR_ACTIONLINT=$(contrib/actionlint) {test}"),
            #[cfg(feature = "watch")]
            Self::PreCommit => format!("INJECTOR_PRE_COMMIT=$(contrib/pre-commit) {test}"),
            #[cfg(feature = "watch")]
            Self::Kustomize => format!("INJECTOR_KUSTOMIZE=$(contrib/kustomize) {test}"),
            #[cfg(feature = "watch")]
            Self::Kpt => format!("INJECTOR_KPT=$(contrib/kpt/build) {test}"),
            Self::Playground => format!("INJECTOR_PLAYGROUND=$(contrib/playground/build) {test}"),
            Self::SarifMultitool => format!("INJECTOR_SARIF_MULTITOOL=$(contrib/sarif-multitool) {test}"),
            #[cfg(feature = "watch")]
            Self::ReleaseTools => format!("INJECTOR_RELEASE=$(contrib/release/tools) {test}"),
            #[cfg(feature = "watch")]
            Self::Krew => format!("INJECTOR_KREW=$(contrib/krew) {test}"),
            Self::Goldens => format!("INJECTOR_GOLDENS=FOLDER {test}"),
            Self::Program(_, package) => format!("apt-get install {package} && {test}"),
            Self::Root => format!("sudo env \"PATH=$PATH\" \"HOME=$HOME\" {test}"),
            Self::Machine(_) => test,
        }
    }
}

/// The skipped tests by what they lacked, each with the filter that selects it.
type Skipped = BTreeMap<Lack, BTreeSet<(String, String)>>;

static REPORT: Mutex<Option<Report>> = Mutex::new(None);

/// What the shell prints when this process ends.
struct Report {
    skipped: Skipped,
    file: PathBuf,
    /// Its end is this process's end.
    _pipe: Option<ChildStdin>,
}

impl Report {
    #[expect(
        clippy::zombie_processes,
        reason = "the shell ends after this process, which therefore cannot wait for it"
    )]
    fn start() -> Self {
        let file = std::env::temp_dir().join(format!("injector-skipped-{}", std::process::id()));
        let mut shell = Command::new("/bin/sh")
            .args(["-c", r#"cat >/dev/null; cat "$0" >&2; rm -f "$0""#])
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { skipped: Skipped::new(), file, _pipe: shell.stdin.take() }
    }
}

fn block(skipped: &Skipped) -> String {
    let count: usize = skipped.values().map(BTreeSet::len).sum();
    let mut block = format!("\nskipped: {count} test{}\n", if count == 1 { "" } else { "s" });
    for (lack, tests) in skipped {
        let filters = tests.iter().map(|(_, filter)| filter.clone()).collect();
        let _ = write!(block, "  {} of them: {}. To run them:\n    {}\n", tests.len(), lack.why(), lack.line(&filters));
    }
    block
}

/// Says that `test` is skipped, and why.
///
/// # Panics
///
/// `INJECTOR_TESTS_REQUIRE_ALL` is set, and this is not about results of other projects.
pub(crate) fn skipped(test: &str, lack: &Lack) {
    let may_be = *lack == Lack::Goldens || std::env::var_os("INJECTOR_TESTS_REQUIRE_ALL").is_none();
    assert!(may_be, "{test} may not be skipped here: {}", lack.why());
    // libtest names a test's thread after the test, unless there is only one thread.
    let thread = std::thread::current();
    let module = thread.name().and_then(|name| name.rsplit_once("::"));
    let filter = module.map_or_else(|| test.to_owned(), |(module, _)| format!("{module}::"));
    let mut report = REPORT.lock().unwrap();
    let report = report.get_or_insert_with(Report::start);
    report.skipped.entry(lack.clone()).or_default().insert((test.to_owned(), filter));
    fs::write(&report.file, block(&report.skipped)).unwrap();
}

#[test]
fn the_block_counts_the_tests_and_has_a_line_for_each_lack() {
    let test = |name: &str, filter: &str| (name.to_owned(), filter.to_owned());
    let skipped = Skipped::from([
        (Lack::Oracle, BTreeSet::from([test("a", "laws::"), test("b", "scalar::"), test("c", "scalar::")])),
        (Lack::Program("openssl", "openssl"), BTreeSet::from([test("d", "certs::")])),
        (Lack::Machine("the kernel has no IPv6".to_owned()), BTreeSet::from([test("e", "iptables::")])),
    ]);
    insta::assert_snapshot!(block(&skipped), @"

    skipped: 5 tests
      3 of them: K8S_ORACLE is not set. To run them:
        K8S_ORACLE=$(contrib/oracle/build) cargo test --locked -- laws:: scalar::
      1 of them: there is no `openssl` (Debian's package openssl). To run them:
        apt-get install openssl && cargo test --locked -- certs::
      1 of them: the kernel has no IPv6. To run them:
        cargo test --locked -- iptables::
    ");
}
