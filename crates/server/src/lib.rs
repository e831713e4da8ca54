//! The Studio over HTTP: pages from memory, operations endpoints, graceful drain.
//!
//! ```no_run
//! # async fn example(site: site::Site) -> Result<(), server::Error> {
//! let server = server::Server::new(site);
//! let listener = server::bind("127.0.0.1:8080").await?;
//! server.run(listener, std::future::pending(), server::Drain::default()).await
//! # }
//! ```
//!
//! Read next: [`Server`], then `store.rs` for how pages are kept.

mod answer;
mod compression;
mod computing;
mod operations;
mod store;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

pub use crate::compression::{brotli, gzip};
use crate::computing::Computing;
use crate::operations::Operations;
use crate::store::Store;

/// The server could not start or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// As given.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Accepting connections failed.
    #[error("the server stopped: {0}")]
    Serve(std::io::Error),
}

/// How a server leaves.
#[derive(Clone, Copy, Debug)]
pub struct Drain {
    /// Time between "not ready" and the end of accepting, for balancers to notice.
    pub notice: Duration,
    /// Longest time that open requests may take to end.
    pub patience: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Drain {
            notice: Duration::ZERO,
            patience: Duration::from_secs(10),
        }
    }
}

/// Listens on an address such as `127.0.0.1:8080`.
///
/// # Errors
/// [`Error::Bind`] if the address is taken or cannot be read.
pub async fn bind(address: &str) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|source| Error::Bind {
            address: address.to_owned(),
            source,
        })
}

/// A running Studio. Clones share everything.
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    store: Store,
    operations: Operations,
    computing: Computing,
    ready: AtomicBool,
    changes: tokio::sync::broadcast::Sender<()>,
}

/// Reload events that may wait for a slow reader; one is enough to make it reload.
const CHANGES_WAITING_MAX: usize = 4;

impl Server {
    /// A server that answers from `site`.
    pub fn new(site: site::Site) -> Server {
        let (changes, _) = tokio::sync::broadcast::channel(CHANGES_WAITING_MAX);
        Server {
            shared: Arc::new(Shared {
                store: Store::new(site),
                operations: Operations::new(),
                computing: Computing::new(),
                ready: AtomicBool::new(true),
                changes,
            }),
        }
    }

    /// Answers from another site from now on, and tells open pages to reload.
    pub fn replace(&self, site: site::Site) {
        self.shared.store.replace(site);
        // No open page is no error.
        let _ = self.shared.changes.send(());
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/healthz", get(operations::health))
            .route("/readyz", get(operations::ready))
            .route("/metrics", get(operations::metrics))
            .route("/~watch", get(operations::watch))
            .fallback(answer::answer)
            .with_state(Arc::clone(&self.shared))
    }

    /// Serves until `stop` ends, then drains.
    ///
    /// # Errors
    /// [`Error::Serve`] if accepting fails.
    pub async fn run(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
        drain: Drain,
    ) -> Result<(), Error> {
        let shared = Arc::clone(&self.shared);
        let (drained, mut leaving) = tokio::sync::watch::channel(false);
        let signal = async move {
            stop.await;
            shared.ready.store(false, Ordering::Relaxed);
            tracing::info!(event = "drain", notice_ms = drain.notice.as_millis() as u64);
            tokio::time::sleep(drain.notice).await;
            let _ = drained.send(true);
        };
        let serving = axum::serve(listener, self.router()).with_graceful_shutdown(signal);
        let patience = async move {
            // An error means the sender is gone, which ends the serving side as well.
            let _ = leaving.wait_for(|left| *left).await;
            tokio::time::sleep(drain.patience).await;
        };
        tokio::select! {
            result = serving.into_future() => result.map_err(Error::Serve),
            () = patience => {
                tracing::warn!(event = "drain-cut", patience_ms = drain.patience.as_millis() as u64);
                Ok(())
            }
        }
    }
}
