//! The Dockerfile and the manifests speak of the same program.

use std::fs;
use std::path::Path;

use injector::internals::install;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The arguments of an instruction, each time that it stands there; a line that ends in `\` goes on.
fn instructions(name: &str) -> Vec<String> {
    let text = file("Dockerfile").replace("\\\n", " ");
    text.lines().filter_map(|line| line.strip_prefix(&format!("{name} "))).map(|rest| rest.trim().to_owned()).collect()
}

#[test]
fn the_image_is_the_binary_alone_as_the_manifests_expect_it() {
    assert_eq!(instructions("USER"), [format!("{0}:{0}", install::USER)]);
    assert_eq!(instructions("EXPOSE"), [format!("{}/tcp {}/tcp", install::WEBHOOK_PORT, install::PROBE_PORT)]);
    // That of the KRM function comes first: without a target, the last image is built.
    assert_eq!(instructions("ENTRYPOINT"), [r#"["/injector", "fn"]"#, r#"["/injector"]"#]);
    assert_eq!(instructions("CMD"), [r#"["serve"]"#]);
    assert_eq!(instructions("FROM")[1..], ["scratch AS binary", "binary AS fn", "binary"]);
    assert!(instructions("ARG").contains(&format!("VERSION={}", env!("CARGO_PKG_VERSION"))));
    let built = instructions("RUN").join("\n");
    assert!(built.contains("--release --locked") && built.contains("--target"), "{built}");
    assert_eq!(instructions("ENV"), [r#"RUSTFLAGS="-C target-feature=+crt-static""#]);
    let labels = instructions("LABEL").join(" ");
    for label in ["title", "description", "licenses", "version", "revision"] {
        assert!(labels.contains(&format!("org.opencontainers.image.{label}=")), "{label}");
    }
}

#[test]
fn the_image_is_built_with_the_toolchain_of_the_repository() {
    let toolchain = file("rust-toolchain.toml");
    let channel = toolchain.lines().find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"')).unwrap();
    let from = &instructions("FROM")[0];
    let tag = from
        .strip_prefix("rust:")
        .and_then(|rest| rest.strip_suffix("-slim AS build"))
        .unwrap_or_else(|| panic!("{from}"));
    assert!(channel == tag || channel.starts_with(&format!("{tag}.")), "{channel} is not {tag}");
}

#[test]
fn all_that_the_build_copies_is_sent_to_it_and_no_registry_is_named() {
    let sent = file(".dockerignore");
    let sent: Vec<_> = sent.lines().filter_map(|line| line.strip_prefix('!')).collect();
    for copied in instructions("COPY").iter().filter(|line| !line.starts_with("--from")) {
        let words: Vec<_> = copied.split_whitespace().filter(|word| !word.starts_with("--")).collect();
        for path in &words[..words.len() - 1] {
            assert!(sent.contains(path), "{path} is not sent");
        }
    }
    for from in instructions("FROM") {
        let image = from.split(' ').next().unwrap();
        assert!(!image.contains('/'), "{image}");
    }
}
