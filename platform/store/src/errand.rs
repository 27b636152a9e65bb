//! Work to be done on a connection, without the kind of its answer: the pools, and what the runtime makes
//! of them, are compiled once instead of once for every question anybody asks.

use crate::conn::Conn;
use crate::error::StoreError;
use std::any::Any;
use std::sync::Arc;

/// Done once.
pub(crate) type Once = Box<dyn FnOnce(&mut Conn) -> Done + Send>;

/// Done in a transaction; again when the database gave way to another one.
pub(crate) type Again = Arc<dyn Fn(&mut Conn) -> Done + Send + Sync>;

/// What came of it.
pub(crate) struct Done {
    pub fine: bool,
    answer: Box<dyn Any + Send>,
}

impl Done {
    fn new<T: Send + 'static, E: Send + 'static>(result: Result<T, E>) -> Self {
        Self { fine: result.is_ok(), answer: Box::new(result) }
    }

    /// The answer, for whoever knows its kind: that of the work it came from.
    pub fn open<T: 'static, E: From<StoreError> + 'static>(self) -> Result<T, E> {
        match self.answer.downcast::<Result<T, E>>() {
            Ok(result) => *result,
            Err(_) => Err(StoreError::other("the answer to another question").into()),
        }
    }
}

pub(crate) fn once<T, E>(f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Once
where
    T: Send + 'static,
    E: Send + 'static,
{
    Box::new(move |conn| Done::new(f(conn)))
}

pub(crate) fn again<T, E>(f: impl Fn(&mut Conn) -> Result<T, E> + Send + Sync + 'static) -> Again
where
    T: Send + 'static,
    E: Send + 'static,
{
    Arc::new(move |conn| Done::new(f(conn)))
}
