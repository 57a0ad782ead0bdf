//! What files, pipes and disks do to a run.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::{injector, told};
use crate::support::manifests::{WEB, known};
use crate::support::{Lack, Run, skipped};

fn both(run: impl Fn(&'static str) -> Run) -> String {
    told(&run("--report=text").fails(), run("--report=json"))
}

#[test]
fn a_file_that_is_not_there() {
    assert_snapshot!(both(|report| injector(["inject", report, "web.yaml"])), @"
    error: web.yaml: there is no such file
    codes: file-missing
    ");
    assert_snapshot!(both(|report| injector(["inject", report, "-f", "a/web.yaml"])), @"
    error: a/web.yaml: there is no such file
    codes: file-missing
    ");
    assert_snapshot!(both(|report| injector(["check", report, "-p", "mine.yaml", "web.yaml"]).file("web.yaml", WEB)), @"
    error: mine.yaml: cannot read the profile: there is no such file
    codes: profile
    ");
    assert_snapshot!(both(|report| injector(["check", report, "--namespace-file=ns.yaml", "web.yaml"]).file("web.yaml", WEB)), @"
    error: ns.yaml: there is no such file
    codes: file-missing
    ");
}

#[test]
fn a_link_that_leads_nowhere() {
    let run = |report| {
        let run = injector(["inject", report, "."]).file("a.yaml", WEB);
        symlink("gone.yaml", run.folder().join("b.yaml")).unwrap();
        run
    };
    assert_snapshot!(both(run), @"
    error: ./b.yaml: there is no such file
    codes: file-missing
    ");
}

#[test]
fn a_directory_without_manifests() {
    let run = |report| injector(["inject", report, "docs"]).file("docs/README.md", "");
    assert_snapshot!(both(run), @"
    error: docs: no `.yaml`, `.yml` or `.json` file in this directory
    codes: no-manifests
    ");
    let run = |report| injector(["inject", report, "docs"]).file("docs/below/web.yaml", WEB);
    assert_snapshot!(both(run), @"
    error: docs: no `.yaml`, `.yml` or `.json` file in this directory
      hint: directories below it have some: add `-R`
    codes: no-manifests
    ");
}

#[test]
fn what_is_named_twice() {
    assert_snapshot!(both(|report| injector(["inject", report, "web.yaml", "./web.yaml"]).file("web.yaml", WEB)), @"
    error: ./web.yaml: the same file as `web.yaml`
    codes: named-twice
    ");
    assert_snapshot!(both(|report| injector(["inject", report, "-", "-f", "-"])), @"
    error: standard input is named twice
    codes: named-twice
    ");
}

#[test]
fn an_address() {
    assert_snapshot!(both(|report| injector(["inject", report, "-f", "https://example.com/web.yaml"])), @"
    error: `https://example.com/web.yaml` is an address, and injector does not use the network
      hint: `curl -fsSL https://example.com/web.yaml | injector …`
    codes: not-a-file
    ");
}

/// As another user, since root reads and writes everything.
fn as_nobody(run: &Run, args: &str) -> Option<(Option<i32>, String)> {
    let folder = run.folder();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_injector")])
        .args(args.split(' '))
        .current_dir(folder)
        .env_clear()
        .output()
        .ok()?;
    let stderr = String::from_utf8(output.stderr).unwrap();
    (!stderr.starts_with("setpriv")).then(|| (output.status.code(), stderr))
}

#[test]
fn a_file_that_cannot_be_read_or_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let run = injector(["inject"]).file("secret.yaml", WEB).file("fixed.yaml", WEB).file("free.yaml", WEB);
    let mode =
        |name: &str, mode| fs::set_permissions(run.folder().join(name), fs::Permissions::from_mode(mode)).unwrap();
    mode("secret.yaml", 0o600);
    mode("fixed.yaml", 0o644);
    mode("free.yaml", 0o666);
    mode("", 0o777);
    let Some((status, stderr)) = as_nobody(&run, "inject secret.yaml") else {
        return skipped("a_file_that_cannot_be_read_or_written", &Lack::Root);
    };
    assert_eq!(status, Some(2));
    assert_snapshot!(stderr, @"error: secret.yaml: cannot be read: Permission denied (os error 13)");
    let (status, stderr) = as_nobody(&run, "inject -i -q free.yaml fixed.yaml").unwrap();
    assert_eq!(status, Some(2));
    assert_snapshot!(stderr, @"error: fixed.yaml: cannot be written: Permission denied (os error 13)");
    assert_eq!(fs::read_to_string(run.folder().join("free.yaml")).unwrap(), WEB, "all or nothing");
    mode("", 0o755);
    // The folder takes no new file, so the file itself is overwritten.
    let (status, stderr) = as_nobody(&run, "inject -i -q -n shop free.yaml").unwrap();
    assert_eq!((status, stderr.contains("error")), (Some(0), false), "{stderr}");
    assert!(fs::read_to_string(run.folder().join("free.yaml")).unwrap().contains("name: proxy-sidecar"));
    let (_, stderr) = as_nobody(&run, "inject -q fixed.yaml --output-dir .").unwrap();
    assert_snapshot!(stderr, @"
    error: ./fixed.yaml: the result would overwrite the input `fixed.yaml`
      hint: name another directory, or use `-i` to change the files themselves
    ");
}

#[test]
fn a_file_that_is_a_mount_point_is_overwritten() {
    // A rename to a mount point is refused (EBUSY); the folder of `fixed.yaml` is read-only beside that.
    let script = "set -e; mount --bind web.yaml web.yaml
        mkdir ro; mount -t tmpfs none ro; cp web.yaml ro/fixed.yaml
        mount --bind ro/fixed.yaml ro/fixed.yaml; mount -o remount,ro,bind ro; set +e
        \"$0\" inject -i -q web.yaml ro/fixed.yaml; echo \"status $?\" >&2
        cmp web.yaml ro/fixed.yaml && grep -c proxy-sidecar ro/fixed.yaml >&2; ls -A . ro >&2
        \"$0\" uninject -i -q web.yaml; cmp web.yaml before && echo back >&2
        TMPDIR=/nowhere \"$0\" inject -i -q web.yaml; cmp web.yaml before && echo kept >&2";
    let run = injector(["inject"]).file("web.yaml", WEB).file("before", WEB);
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_injector")])
        .env_remove("GITHUB_ACTIONS")
        .current_dir(run.folder())
        .output();
    let output = match output {
        Ok(output) => String::from_utf8(output.stderr).unwrap(),
        Err(error) => error.to_string(),
    };
    if !output.contains("status") {
        return skipped("a_file_that_is_a_mount_point_is_overwritten", &Lack::Root);
    }
    assert_snapshot!(output, @"
    status 0
    2
    .:
    before
    ro
    web.yaml

    ro:
    fixed.yaml
    back
    error: web.yaml: cannot be replaced: no copy of it can be kept in `/nowhere`: entity not found; name another folder in `TMPDIR`
    kept
    ");
}

#[test]
fn a_full_disk_during_in_place() {
    // A file system with room for the first temporary file, and not for the second one.
    let script = "set -e; mount -t tmpfs -o size=64k none . && cd \"$PWD\"
        cp \"$1/a.yaml\" \"$1/b.yaml\" .; head -c 40000 /dev/zero > fill
        cp a.yaml before; set +e
        \"$0\" inject -i -q a.yaml b.yaml; echo \"status $?\" >&2
        cmp a.yaml before && cmp b.yaml before && ls -A >&2";
    let run = injector(["inject"]).file("in/a.yaml", WEB).file("in/b.yaml", WEB);
    fs::create_dir(run.folder().join("disk")).unwrap();
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_injector")])
        .env_remove("GITHUB_ACTIONS")
        .arg(run.folder().join("in"))
        .current_dir(run.folder().join("disk"))
        .output();
    let output = match output {
        Ok(output) => String::from_utf8(output.stderr).unwrap(),
        Err(error) => error.to_string(),
    };
    if !output.contains("status") {
        return skipped("a_full_disk_during_in_place", &Lack::Root);
    }
    assert_snapshot!(output, @"
    error: b.yaml: cannot be written: No space left on device (os error 28)
    status 2
    a.yaml
    b.yaml
    before
    fill
    ");
}

#[test]
fn a_full_standard_output() {
    let run = injector(["inject"]).file("web.yaml", WEB);
    let output = Command::new(env!("CARGO_BIN_EXE_injector"))
        .args(["inject", "-q", "web.yaml"])
        .env_remove("GITHUB_ACTIONS")
        .current_dir(run.folder())
        .stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"error: standard output cannot be written: No space left on device (os error 28)");
}

#[test]
fn a_reader_that_goes_away_is_success() {
    let run =
        injector(["inject"]).file("web.yaml", WEB.replace("image: web:1", &format!("image: {}", "x".repeat(300_000))));
    let mut child = Command::new(env!("CARGO_BIN_EXE_injector"))
        .args(["inject", "-q", "web.yaml"])
        .env_remove("GITHUB_ACTIONS")
        .current_dir(run.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn a_hundred_megabytes_are_done_in_bounded_time() {
    let config = (0..2000)
        .fold(String::new(), |all, n| all + &format!("  k{n}: |\n    some lines of text that nobody looks at\n"));
    let document = format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: big}}\ndata:\n{config}");
    let mut stream = document.repeat(100_000_000 / document.len() + 1);
    stream.push_str("---\n");
    stream.push_str(WEB);
    let since = Instant::now();
    let ran = known("inject", ["-q", "-o", "yaml"]).stdin(stream).succeeds();
    assert!(since.elapsed() < Duration::from_secs(50), "{:?}", since.elapsed());
    assert!(ran.bytes.len() > 100_000_000);
    assert_eq!(ran.stdout.matches("name: proxy-sidecar").count(), 1);
}
