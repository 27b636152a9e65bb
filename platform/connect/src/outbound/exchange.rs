//! One question and its answer over a connection of its own.

use super::target::Target;
use akrab_engine::outside::{Heard, Missed};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// Proves who the other side is, by the certificates browsers trust.
pub(super) struct Tls(TlsConnector);

impl Tls {
    /// `own` holds certificates of authorities of one's own (PEM), beside those browsers trust.
    pub fn new(own: &[u8]) -> Result<Tls, String> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in CertificateDer::pem_slice_iter(own) {
            roots.add(certificate.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
        }
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|e| e.to_string())?;
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls(TlsConnector::from(Arc::new(config))))
    }
}

/// What is asked.
pub(super) struct Asked<'a> {
    pub method: &'static str,
    pub target: &'a Target,
    pub headers: &'a [(String, String)],
    pub body: &'a Bytes,
    /// Most of an answer that is read, in bytes.
    pub most: usize,
}

/// Asks at the first of `places` that takes the connection. Nothing was sent when it fails with `outside_unreachable`
/// or `outside_tls`.
pub(super) async fn exchange(tls: &Tls, places: &[SocketAddr], asked: &Asked<'_>) -> Result<Heard, Missed> {
    let stream = connect(places).await?;
    if !asked.target.is_tls() {
        return send(stream, asked).await;
    }
    let untrusted = |e: &dyn std::fmt::Display| Missed::new("outside_tls", e);
    let name = ServerName::try_from(asked.target.host().to_string()).map_err(|e| untrusted(&e))?;
    let stream = tls.0.connect(name, stream).await.map_err(|e| untrusted(&e))?;
    send(stream, asked).await
}

async fn connect(places: &[SocketAddr]) -> Result<TcpStream, Missed> {
    let mut last = None;
    for place in places {
        match TcpStream::connect(place).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => last = Some(error),
        }
    }
    Err(Missed::new("outside_unreachable", last.map(|e| e.to_string()).unwrap_or_default()))
}

async fn send(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, asked: &Asked<'_>) -> Result<Heard, Missed> {
    let broken = |e: hyper::Error| Missed::new("outside_broken", e);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let driver = Driver(tokio::spawn(async move {
        // what goes wrong is told to whoever waits for the answer
        let _ = connection.await;
    }));
    let mut request = hyper::Request::builder().method(asked.method).uri(asked.target.path()).header("host", asked.target.authority());
    for (name, value) in asked.headers {
        request = request.header(name.as_str(), value.as_str());
    }
    let request = request.body(Full::new(asked.body.clone())).map_err(|e| Missed::new("outside_url", e))?;
    let answer = sender.send_request(request).await.map_err(broken)?;
    let status = answer.status().as_u16();
    let told = answer.headers().iter();
    let headers = told.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect();
    let (body, whole) = read(answer.into_body(), asked.most).await.map_err(broken)?;
    drop(driver);
    Ok(Heard { status, headers, body, whole })
}

/// Reads the body to its end or to `most` bytes; says whether it was all.
async fn read(mut body: hyper::body::Incoming, most: usize) -> Result<(Vec<u8>, bool), hyper::Error> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            let room = most - bytes.len();
            bytes.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                return Ok((bytes, false));
            }
        }
    }
    Ok((bytes, true))
}

/// The task that moves the bytes; it ends with whoever waits for the answer.
struct Driver(tokio::task::JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}
