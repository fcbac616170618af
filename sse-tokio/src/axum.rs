//! Event bodies and last event ids in axum's terms.

use core::convert::Infallible;

use axum_core::{
    BoxError,
    body::Body,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use futures_core::Stream;
use http::request::Parts;

use crate::{EventBody, IntoFrame, LastEventId};

impl<S> IntoResponse for EventBody<S>
where
    S: Stream<Item: IntoFrame<Error: Into<BoxError> + Send>> + Send + 'static,
{
    fn into_response(self) -> Response {
        self.response().map(Body::new)
    }
}

#[cfg(feature = "gzip")]
impl<S> IntoResponse for crate::GzipBody<S>
where
    S: Stream<Item: IntoFrame<Error: Into<BoxError> + Send>> + Send + 'static,
{
    fn into_response(self) -> Response {
        self.response().map(Body::new)
    }
}

impl<S: Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::from_headers(&parts.headers))
    }
}
