//! A small HTTP/1.1 client that keeps its connection.

use std::io::{Error, ErrorKind, Result};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// One open connection.
pub struct Client {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    /// As sent: packed when the server packed it.
    pub bytes: usize,
}

impl Client {
    pub async fn open(address: &str) -> Result<Client> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Client { stream: BufReader::with_capacity(64 * 1024, stream), line: String::new(), body: Vec::new() })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.get_mut().write_all(request).await?;
        let status = self.head_line().await?.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| broken("status"))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.head_line().await?;
            if line.is_empty() {
                break;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().map_err(|_| broken("length"))?,
                "transfer-encoding" => chunked = value.contains("chunked"),
                _ => {}
            }
        }
        let bytes = if chunked { self.chunks().await? } else { self.take(length).await? };
        Ok(Answer { status, bytes })
    }

    /// The body read last.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    async fn head_line(&mut self) -> Result<String> {
        self.line.clear();
        if self.stream.read_line(&mut self.line).await? == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        Ok(self.line.trim_end().to_string())
    }

    async fn take(&mut self, length: usize) -> Result<usize> {
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).await?;
        Ok(length)
    }

    async fn chunks(&mut self) -> Result<usize> {
        let mut all = Vec::new();
        loop {
            let size = usize::from_str_radix(self.head_line().await?.split(';').next().unwrap_or(""), 16).map_err(|_| broken("chunk"))?;
            let from = all.len();
            all.resize(from + size, 0);
            self.stream.read_exact(&mut all[from..]).await?;
            self.head_line().await?;
            if size == 0 {
                break;
            }
        }
        self.body = all;
        Ok(self.body.len())
    }
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the answer's {what} cannot be read"))
}
