//! Answers that are given before the body has come.

use std::process::Command;

use super::{Authority, Files, Server, settings};
use crate::support::{Lack, skipped};

#[tokio::test]
async fn an_early_answer_reaches_a_client_that_still_sends() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = Server::start(settings(files.tls()));
    let folder = tempfile::tempdir().unwrap();
    let body = folder.path().join("body");
    std::fs::write(&body, "a".repeat(1_000_000)).unwrap();
    for protocol in ["--http2", "--http1.1"] {
        let mut curl = Command::new("curl");
        curl.args(["-sSk", protocol, "-w", " %{http_code}", "--data-binary"])
            .arg(format!("@{}", body.display()))
            .arg(format!("https://{}/nowhere", server.address));
        let Ok(output) = tokio::task::spawn_blocking(move || curl.output()).await.unwrap() else {
            return skipped("an_early_answer_reaches_a_client_that_still_sends", &Lack::Program("curl", "curl"));
        };
        let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.ends_with(" 404"), "{protocol}: {said}{wrong}");
    }
}
