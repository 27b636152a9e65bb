//! Files in a store that speaks the protocol of Amazon S3: Amazon itself, MinIO, Ceph, Cloudflare R2 and others.
//!
//! The protocol is the crate `object_store`; its questions travel through our own HTTP client, as all others do.

use crate::Outbound;
use akrab_engine::file::Shelf;
use akrab_engine::outside::{Call, Outside};
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use hyper::body::Bytes;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use object_store::path::Path as Place;
use object_store::{ObjectStoreExt, PutPayload, RetryConfig, WriteMultipart};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Bytes that travel in one piece.
const PIECE: u64 = 16 << 20;
/// Longest time for one question.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where files are kept.
#[derive(Debug, Clone)]
pub struct S3 {
    pub bucket: String,
    /// `https://s3.example.com`; Amazon's own when absent.
    pub endpoint: Option<String>,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    /// What all names begin with.
    pub prefix: String,
}

/// A bucket.
pub struct S3Shelf {
    store: AmazonS3,
    name: String,
    prefix: String,
}

impl S3Shelf {
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(of: &S3) -> Result<S3Shelf, String> {
        let endpoint = of.endpoint.as_deref().map(|url| url.trim_end_matches('/'));
        let web = Arc::new(Web { outbound: outbound(endpoint)? });
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&of.bucket)
            .with_region(&of.region)
            .with_access_key_id(&of.access_key)
            .with_secret_access_key(&of.secret_key)
            .with_retry(RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(30), ..RetryConfig::default() })
            // one question for each: not every store takes many names at once
            .with_disable_bulk_delete(true)
            .with_http_connector(Connector(web));
        if let Some(endpoint) = endpoint {
            // a store of one's own stands within one's own walls, and seldom has a name for each bucket
            builder = builder.with_endpoint(endpoint).with_allow_http(true).with_virtual_hosted_style_request(false);
        }
        let prefix = of.prefix.trim_matches('/');
        let name = if prefix.is_empty() { format!("s3://{}", of.bucket) } else { format!("s3://{}/{prefix}", of.bucket) };
        Ok(S3Shelf { store: builder.build().map_err(|e| e.to_string())?, name, prefix: prefix.into() })
    }

    fn place(&self, name: &str) -> Place {
        Place::from_iter(self.prefix.split('/').chain(name.split('/')).filter(|part| !part.is_empty()))
    }

    async fn keep(&self, name: &str, from: &Path) -> Result<(), String> {
        let place = self.place(name);
        let mut file = File::open(from).await.map_err(|e| e.to_string())?;
        let size = file.metadata().await.map_err(|e| e.to_string())?.len();
        if size <= PIECE {
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
            file.read_to_end(&mut bytes).await.map_err(|e| e.to_string())?;
            return self.store.put(&place, PutPayload::from(bytes)).await.map(drop).map_err(|e| e.to_string());
        }
        let upload = self.store.put_multipart(&place).await.map_err(|e| e.to_string())?;
        let mut pieces = WriteMultipart::new_with_chunk_size(upload, PIECE as usize);
        let mut bytes = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut bytes).await.map_err(|e| e.to_string())?;
            if read == 0 {
                return pieces.finish().await.map(drop).map_err(|e| e.to_string());
            }
            pieces.wait_for_capacity(2).await.map_err(|e| e.to_string())?;
            pieces.write(&bytes[..read]);
        }
    }

    async fn bring(&self, name: &str, to: &Path) -> Result<bool, String> {
        let place = self.place(name);
        let size = match self.store.head(&place).await {
            Ok(found) => found.size,
            Err(object_store::Error::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error.to_string()),
        };
        let mut file = File::from_std(akrab_engine::private::create_new(to).map_err(|e| e.to_string())?);
        let mut at = 0;
        while at < size {
            let end = size.min(at + PIECE);
            let bytes = self.store.get_range(&place, at..end).await.map_err(|e| e.to_string())?;
            file.write_all(&bytes).await.map_err(|e| e.to_string())?;
            at = end;
        }
        file.flush().await.map_err(|e| e.to_string())?;
        Ok(true)
    }
}

impl Shelf for S3Shelf {
    fn name(&self) -> String {
        self.name.clone()
    }
    fn put<'a>(&'a self, place: &'a str, from: &'a Path) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(self.keep(place, from))
    }
    fn get<'a>(&'a self, place: &'a str, to: &'a Path) -> BoxFuture<'a, Result<bool, String>> {
        Box::pin(self.bring(place, to))
    }
    fn remove<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            match self.store.delete(&self.place(place)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}

/// The operator named the store himself: its port may be reached wherever it stands.
fn outbound(endpoint: Option<&str>) -> Result<Outbound, String> {
    let Some(endpoint) = endpoint else { return Outbound::new(Vec::new()) };
    let url = url::Url::parse(endpoint).map_err(|e| format!("{endpoint}: {e}"))?;
    let port = url.port_or_known_default().ok_or_else(|| format!("{endpoint} is no address of the web"))?;
    let open = [format!("0.0.0.0/0:{port}"), format!("[::/0]:{port}")];
    Outbound::new(open.iter().map(|one| one.parse()).collect::<Result<_, _>>()?)
}

/// Our HTTP client in the clothes of the crate.
struct Web {
    outbound: Outbound,
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Web")
    }
}

#[derive(Debug)]
struct Connector(Arc<Web>);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Caller(self.0.clone())))
    }
}

#[derive(Debug)]
struct Caller(Arc<Web>);

#[async_trait::async_trait]
impl HttpService for Caller {
    async fn call(&self, asked: HttpRequest) -> Result<HttpResponse, HttpError> {
        let wrong = |kind: HttpErrorKind, what: String| HttpError::new(kind, std::io::Error::other(what));
        let (parts, body) = asked.into_parts();
        let method = ["GET", "PUT", "POST", "DELETE", "HEAD"].into_iter().find(|known| parts.method.as_str() == *known);
        let method = method.ok_or_else(|| wrong(HttpErrorKind::Unknown, format!("{} is not asked for", parts.method)))?;
        let body = body.collect().await.map_err(|e| wrong(HttpErrorKind::Unknown, e.to_string()))?.to_bytes();
        let headers = parts.headers.iter().filter(|(name, _)| name.as_str() != "host");
        let headers = headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect();
        let call = Call { method, url: parts.uri.to_string(), headers, body, redirects: 0, patience: PATIENCE, most: (PIECE * 2) as usize };
        let heard = self.0.outbound.call(call).await.map_err(|missed| {
            let kind = match missed.code {
                "outside_timeout" => HttpErrorKind::Timeout,
                "outside_broken" => HttpErrorKind::Interrupted,
                _ => HttpErrorKind::Connect,
            };
            wrong(kind, format!("{} {}", missed.code, missed.detail))
        })?;
        let mut answer = hyper::Response::builder().status(heard.status);
        for (name, value) in &heard.headers {
            answer = answer.header(name, value);
        }
        let body = HttpResponseBody::from(Bytes::from(heard.body));
        answer.body(body).map_err(|e| wrong(HttpErrorKind::Decode, e.to_string()))
    }
}
