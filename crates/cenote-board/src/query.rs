//! What a request asks for in its address.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::QueryRejection;
use serde::de::DeserializeOwned;

use crate::error::Refusal;

/// The parameters of an address. Those that are missing or wrong are refused as everything else is.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let refused = |refused: QueryRejection| Refusal::bad(refused.body_text());
        let query = axum_extra::extract::Query::from_request_parts(parts, state).await;
        query
            .map(|axum_extra::extract::Query(asked)| Self(asked))
            .map_err(refused)
    }
}
