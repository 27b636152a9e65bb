//! Accepts connections until told to stop, then lets running requests end.

use crate::guard::Peer;
use crate::router::router;
use crate::stalled::Stalled;
use crate::state::Web;
use crate::unheard::Worded;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// Connections at once; more wait in the system's queue.
const CONNECTIONS: usize = 4_096;
/// A client that needs longer for its headers is cut off.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// Running requests get this long after the word to stop.
const FAREWELL: Duration = Duration::from_secs(15);

/// Serves `web` on `listener` until `shutdown` is done. When that says that another takes over, the listener is given
/// back: whoever calls meanwhile waits.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(listener: TcpListener, web: Web, shutdown: impl Future<Output = bool>) -> io::Result<Option<TcpListener>> {
    let app = router(web.clone());
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    let goes_on = loop {
        let Ok(place) = places.clone().acquire_owned().await else { break false };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(cause) => {
                    // out of file handles and the like: others may close meanwhile
                    tracing::warn!(%cause, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            next = &mut shutdown => break next,
        };
        let _ = stream.set_nodelay(true);
        let stream = Worded::new(Stalled::new(stream, web.config.patience()), web.clone());
        let app = app.clone();
        let service = service_fn(move |mut req: hyper::Request<Incoming>| {
            req.extensions_mut().insert(Peer(peer.ip()));
            app.clone().oneshot(req.map(Body::new))
        });
        let connection =
            http1::Builder::new().timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(cause) = connection.await {
                tracing::debug!(%cause, "a connection ended early");
            }
            drop(place);
        });
    };
    let listener = goes_on.then_some(listener);
    web.streams.close();
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still running and have been cut off");
    }
    Ok(listener)
}
