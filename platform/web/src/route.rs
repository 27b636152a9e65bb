//! Addresses and what answers them.
//!
//! axum compiles a dozen functions of its own for each handler a router is given, and runs some of
//! them for every handler as the program starts. Here a router is given one kind, a [`Page`], which
//! knows its handler by address alone, and what handlers take out of a request is taken by one function
//! for all that take the same: the program is smaller, is compiled sooner, and at its start touches no
//! page's code. What registers the pages is inlined into one function, so that the start reads it from one place.

use crate::Web;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use std::marker::PhantomData;
use std::pin::Pin;

/// What is on its way.
type Coming<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// What every handler comes to.
type Answer = Coming<Response>;

/// An async function that takes what it needs out of the request, as axum has it: `T` is how the last of it is taken,
/// and all of it.
pub trait Answers<T>: Send + Sync + 'static {
    type Taken: Taken<T> + Send + 'static;
    type Reply: IntoResponse + 'static;

    fn begin(&self, taken: Self::Taken) -> Coming<Self::Reply>;
}

/// All that a handler takes out of a request.
pub trait Taken<T>: Sized {
    fn take(request: Request, web: Web) -> Coming<Result<Self, Response>>;
}

macro_rules! taken {
    ($($part:ident),* ; $last:ident) => {
        impl<M, $($part,)* $last> Taken<(M, $($part,)* $last)> for ($($part,)* $last,)
        where
            $($part: FromRequestParts<Web> + Send + 'static,)*
            $last: FromRequest<Web, M> + Send + 'static,
        {
            #[allow(non_snake_case, unused_mut)]
            fn take(request: Request, web: Web) -> Coming<Result<Self, Response>> {
                Box::pin(async move {
                    let (mut parts, body) = request.into_parts();
                    $(let $part = $part::from_request_parts(&mut parts, &web).await.map_err(IntoResponse::into_response)?;)*
                    let request = Request::from_parts(parts, body);
                    let $last = $last::from_request(request, &web).await.map_err(IntoResponse::into_response)?;
                    Ok(($($part,)* $last,))
                })
            }
        }

        impl<F, Fut, R, M, $($part,)* $last> Answers<(M, $($part,)* $last)> for F
        where
            F: Fn($($part,)* $last) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoResponse + 'static,
            $($part: FromRequestParts<Web> + Send + 'static,)*
            $last: FromRequest<Web, M> + Send + 'static,
        {
            type Taken = ($($part,)* $last,);
            type Reply = R;

            #[allow(non_snake_case)]
            fn begin(&self, ($($part,)* $last,): Self::Taken) -> Coming<R> {
                Box::pin(self($($part,)* $last))
            }
        }
    };
}

taken!(; L);
taken!(A; L);
taken!(A, B; L);
taken!(A, B, C; L);
taken!(A, B, C, D; L);
taken!(A, B, C, D, E; L);

impl Taken<()> for () {
    fn take(_: Request, _: Web) -> Coming<Result<Self, Response>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl<F, Fut, R> Answers<()> for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: IntoResponse + 'static,
{
    type Taken = ();
    type Reply = R;

    fn begin(&self, (): ()) -> Coming<R> {
        Box::pin(self())
    }
}

/// A handler, known by what it takes and gives alone.
trait Begins<A, R>: Send + Sync {
    fn begin(&self, taken: A) -> Coming<R>;
}

/// A handler as the router sees it.
#[derive(Clone, Copy)]
struct Page(&'static dyn Answering);

trait Answering: Send + Sync {
    fn answer(&'static self, request: Request, web: Web) -> Answer;
}

struct Of<H, T>(H, PhantomData<fn() -> T>);

impl<T: 'static, H: Answers<T>> Begins<H::Taken, H::Reply> for Of<H, T> {
    fn begin(&self, taken: H::Taken) -> Coming<H::Reply> {
        self.0.begin(taken)
    }
}

impl<T: 'static, H: Answers<T>> Answering for Of<H, T> {
    fn answer(&'static self, request: Request, web: Web) -> Answer {
        answered::<T, H::Taken, H::Reply>(self, request, web)
    }
}

fn answered<T, A: Taken<T> + Send + 'static, R: IntoResponse + 'static>(
    page: &'static dyn Begins<A, R>,
    request: Request,
    web: Web,
) -> Answer {
    let taken = A::take(request, web);
    Box::pin(async move {
        match taken.await {
            Ok(taken) => page.begin(taken).await.into_response(),
            Err(refused) => refused,
        }
    })
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
