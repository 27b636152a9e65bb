//! Requests that are refused before a handler hears of them: address or head too long. The HTTP library
//! answers them with a bare status; here they get words and a code like every other refusal.

use crate::fail::{self, Fail};
use crate::locale::Text;
use crate::state::Web;
use akrab_model::Problem;
use axum::http::{HeaderName, StatusCode, header};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection whose bare refusals are put into words.
pub struct Worded<S> {
    socket: S,
    web: Web,
    /// What is still to be sent in place of a bare refusal.
    left: Vec<u8>,
}

impl<S> Worded<S> {
    pub fn new(socket: S, web: Web) -> Self {
        Self { socket, web, left: Vec::new() }
    }
}

/// What a bare refusal, which is a head and nothing else, is about.
fn refusal(sent: &[u8]) -> Option<(StatusCode, &'static str)> {
    let rest = sent.strip_prefix(b"HTTP/1.1 4")?;
    let (status, code) = match rest.get(..3)? {
        b"14 " => (StatusCode::URI_TOO_LONG, "address_too_long"),
        b"31 " => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_long"),
        _ => return None,
    };
    let head = std::str::from_utf8(rest).ok()?.strip_suffix("\r\n\r\n")?;
    head.split("\r\n").any(|line| line.eq_ignore_ascii_case("content-length: 0")).then_some((status, code))
}

fn worded(web: &Web, status: StatusCode, code: &'static str) -> Vec<u8> {
    let reference = web.reference();
    let fail = Fail::with_status(Problem::malformed(code), status);
    let (kind, body) = fail::as_problem(&web.engine, Text::default(), &fail, &reference);
    let mut answer = format!("HTTP/1.1 {status}\r\n");
    let id = HeaderName::from_static("x-request-id");
    let length = body.len().to_string();
    for (name, value) in [(header::CONTENT_TYPE, kind), (header::CONTENT_LENGTH, &length), (header::CONNECTION, "close"), (id, &reference)]
    {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{answer}\r\n{body}").into_bytes()
}

impl<S: AsyncWrite + Unpin> Worded<S> {
    /// Sends what stands for a bare refusal, if `sent` is one or one is under way.
    fn replace(&mut self, context: &mut Context<'_>, sent: &[u8]) -> Poll<io::Result<Option<usize>>> {
        if self.left.is_empty() {
            let Some((status, code)) = refusal(sent) else { return Poll::Ready(Ok(None)) };
            self.left = worded(&self.web, status, code);
        }
        while !self.left.is_empty() {
            let n = ready!(Pin::new(&mut self.socket).poll_write(context, &self.left))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.left.drain(..n);
        }
        Poll::Ready(Ok(Some(sent.len())))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Worded<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Worded<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, sent: &[u8]) -> Poll<io::Result<usize>> {
        match ready!(self.replace(context, sent))? {
            Some(n) => Poll::Ready(Ok(n)),
            None => Pin::new(&mut self.socket).poll_write(context, sent),
        }
    }
    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, sent: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        match ready!(self.replace(context, sent.first().map_or(&[], |first| first)))? {
            Some(n) => Poll::Ready(Ok(n)),
            None => Pin::new(&mut self.socket).poll_write_vectored(context, sent),
        }
    }
    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn only_a_bare_refusal_is_replaced() {
        let told = |sent: &str| refusal(sent.as_bytes()).map(|(status, _)| status.as_u16());
        assert_eq!(told("HTTP/1.1 414 URI Too Long\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"), Some(414));
        assert_eq!(told("HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n"), Some(431));
        assert_eq!(told("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"), None);
        assert_eq!(told("HTTP/1.1 414 URI Too Long\r\ncontent-length: 7\r\n\r\n{\"a\":1}"), None);
    }
}
