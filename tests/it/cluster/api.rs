//! The API server over one connection that stays open: a battery asks thousands of times, and a process for each would be
//! most of its time.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use crate::support::control_plane::{ControlPlane, TOKEN};

type Stream = BufReader<StreamOwned<ClientConnection, TcpStream>>;

/// A client of one control plane.
pub(super) struct Api<'a> {
    plane: &'a ControlPlane,
    config: Arc<ClientConfig>,
    stream: Option<Stream>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The texts of the header `Warning`.
    pub(super) warnings: Vec<String>,
    pub(super) body: Value,
}

impl<'a> Api<'a> {
    pub(super) fn new(plane: &'a ControlPlane) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&plane.certificates()) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        Self { plane, config: Arc::new(config), stream: None }
    }

    /// Asks. A connection that the server has closed meanwhile is opened again, once.
    pub(super) fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let is_fresh = self.stream.is_none();
        match self.attempt(method, path, body) {
            Err(_) if !is_fresh => {
                self.stream = None;
                self.attempt(method, path, body).unwrap()
            }
            answer => answer.unwrap(),
        }
    }

    /// The same, which has to succeed; the body of the answer.
    pub(super) fn ok(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answer = self.call(method, path, body);
        assert!(answer.status < 300, "{method} {path}: {answer:?}");
        answer.body
    }

    /// What there is to say of a pod's creation, which does not happen.
    pub(super) fn would_create(&mut self, namespace: &str, pod: &Value) -> Answer {
        self.call("POST", &format!("/api/v1/namespaces/{namespace}/pods?dryRun=All"), Some(pod))
    }

    fn attempt(&mut self, method: &str, path: &str, body: Option<&Value>) -> io::Result<Answer> {
        if self.stream.is_none() {
            self.stream = Some(self.connect()?);
        }
        let stream = self.stream.as_mut().unwrap();
        let body = body.map(Value::to_string).unwrap_or_default();
        let ty = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nAccept: application/json\r\nContent-Type: {ty}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.get_mut().write_all(format!("{head}{body}").as_bytes())?;
        stream.get_mut().flush()?;
        let (answer, stays) = read(stream)?;
        if !stays {
            self.stream = None;
        }
        Ok(answer)
    }

    fn connect(&self) -> io::Result<Stream> {
        let address = self.plane.address();
        let tcp = TcpStream::connect(address)?;
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(Duration::from_secs(60)))?;
        let name = ServerName::from(address.ip());
        let session = ClientConnection::new(Arc::clone(&self.config), name).map_err(io::Error::other)?;
        Ok(BufReader::new(StreamOwned::new(session, tcp)))
    }
}

/// Reads an answer, and whether the connection stays open.
fn read(stream: &mut Stream) -> io::Result<(Answer, bool)> {
    let head = line(stream)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no answer of HTTP: {head:?}")))?;
    let (mut length, mut stays, mut warnings) = (None, true, Vec::new());
    loop {
        let header = line(stream)?;
        let Some((name, value)) = header.split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse::<usize>().ok(),
            "connection" => stays = value.trim() != "close",
            "warning" => warnings.extend(warning(value.trim())),
            _ => {}
        }
    }
    let mut body = Vec::new();
    match length {
        Some(length) => {
            body.resize(length, 0);
            stream.read_exact(&mut body)?;
        }
        None => chunks(stream, &mut body)?,
    }
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body)));
    Ok((Answer { status, warnings, body }, stays))
}

fn line(stream: &mut Stream) -> io::Result<String> {
    let mut line = Vec::new();
    if stream.read_until(b'\n', &mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn chunks(stream: &mut Stream, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let length = usize::from_str_radix(&line(stream)?, 16).map_err(io::Error::other)?;
        let start = body.len();
        body.resize(start + length, 0);
        stream.read_exact(&mut body[start..])?;
        line(stream)?;
        if length == 0 {
            return Ok(());
        }
    }
}

/// The text of `299 - "TEXT"`.
fn warning(value: &str) -> Option<String> {
    let quoted = value.split_once('"')?.1.strip_suffix('"')?;
    let mut text = String::new();
    let mut characters = quoted.chars();
    while let Some(c) = characters.next() {
        text.push(if c == '\\' { characters.next()? } else { c });
    }
    Some(text)
}

#[test]
fn a_warning_is_read_without_its_quotes() {
    assert_eq!(warning(r#"299 - "a \"b\" c\\d""#).as_deref(), Some(r#"a "b" c\d"#));
    assert_eq!(warning("299"), None);
}
