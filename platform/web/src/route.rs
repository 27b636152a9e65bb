//! Addresses and what answers them.
//!
//! axum compiles a dozen functions of its own for each handler a router is given, and runs some of
//! them for every handler as the program starts. Here a router is given one kind, a [`Page`], which
//! knows its handler by address alone: the program is smaller, is compiled sooner, and at its start
//! touches no page's code.

use crate::Web;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use std::marker::PhantomData;
use std::pin::Pin;

/// What every handler comes to.
type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// An async function that takes what it needs out of the request.
pub trait Answers<T>: Handler<T, Web, Future = Answer> + Sync {}

impl<T, H: Handler<T, Web, Future = Answer> + Sync> Answers<T> for H {}

/// A handler as the router sees it.
#[derive(Clone, Copy)]
struct Page(&'static dyn Answering);

trait Answering: Send + Sync {
    fn answer(&self, request: Request, web: Web) -> Answer;
}

struct Of<H, T>(H, PhantomData<fn() -> T>);

impl<T: 'static, H: Answers<T>> Answering for Of<H, T> {
    fn answer(&self, request: Request, web: Web) -> Answer {
        self.0.clone().call(request, web)
    }
}

impl Page {
    /// Handlers live as long as the program; functions take no memory.
    #[inline]
    fn of<T: 'static>(handler: impl Answers<T>) -> Self {
        Self(Box::leak(Box::new(Of(handler, PhantomData))))
    }
}

impl Handler<Page, Web> for Page {
    type Future = Answer;

    fn call(self, request: Request, web: Web) -> Answer {
        self.0.answer(request, web)
    }
}

/// What answers one more method of an address.
macro_rules! besides {
    ($($name:ident $method:ident),*) => { $(
        #[doc = concat!("Besides answers `", stringify!($method), "`.")]
        #[inline]
        #[must_use]
        pub fn $name<T: 'static>(self, handler: impl Answers<T>) -> Self {
            self.on(MethodFilter::$method, Page::of(handler))
        }
    )* };
}

/// The handlers of one address, by method.
#[derive(Clone, Default)]
pub struct Methods(MethodRouter<Web>);

/// Answers `GET` and `HEAD`.
#[inline]
pub fn get<T: 'static>(handler: impl Answers<T>) -> Methods {
    Methods::new().get(handler)
}

/// Answers `POST`.
#[inline]
pub fn post<T: 'static>(handler: impl Answers<T>) -> Methods {
    Methods::new().post(handler)
}

/// Answers every method.
#[inline]
pub fn any<T: 'static>(handler: impl Answers<T>) -> Methods {
    Methods(axum::routing::any(Page::of(handler)))
}

impl Methods {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self(MethodRouter::new())
    }

    fn on(self, method: MethodFilter, page: Page) -> Self {
        Self(self.0.on(method, page))
    }

    besides!(get GET, post POST, put PUT, patch PATCH, delete DELETE, options OPTIONS);

    /// Takes bodies of another size than the others.
    #[must_use]
    pub fn layer(self, limit: DefaultBodyLimit) -> Self {
        Self(self.0.layer(limit))
    }
}

/// Addresses with their handlers.
#[derive(Clone, Default)]
pub struct Router(axum::Router<Web>);

impl Router {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// # Panics
    /// When the address and method are taken, or the address is none axum reads.
    #[must_use]
    pub fn route(self, path: &str, methods: Methods) -> Self {
        Self(self.0.route(path, methods.0))
    }

    /// # Panics
    /// When both answer the same address and method.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self(self.0.merge(other.0))
    }

    /// As axum knows it, for layers around all of it.
    pub fn into_axum(self) -> axum::Router<Web> {
        self.0
    }
}
