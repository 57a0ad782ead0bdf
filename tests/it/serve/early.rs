//! Answers that are given before the body has come.

use std::process::Command;

use super::client::{Client, Identity};
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

/// curl shows it only on a busy machine: a client that has the answer and still sends finds the connection as it was.
#[tokio::test]
async fn a_connection_goes_on_after_an_early_answer() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = Server::start(settings(files.tls()));
    let mut client = Client::connect(server.address, &authority, &Identity::Nobody).await.unwrap();
    for _ in 0..2 {
        let head = "POST /nowhere HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n";
        client.send(format!("{head}{}", "a".repeat(10_000))).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.status, 404, "{answer:?}");
        for _ in 0..99 {
            client.send("a".repeat(10_000)).await.unwrap();
        }
    }
    assert_eq!(client.get("/nowhere").await.unwrap().status, 404);
}
