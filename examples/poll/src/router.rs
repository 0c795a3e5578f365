//! The routers: one around the rooms, and one inside of each room.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};

/// The number of votes of each option.
pub type Votes = BTreeMap<String, u32>;

/// What the server answers itself, without a room.
pub fn router() -> Router {
    Router::new().route("/", get(async || "Polls"))
}

/// What a poll answers to requests that are no route of the room.
pub(crate) fn of_poll(votes: Votes) -> Router {
    Router::new().route("/votes", get(all)).route("/votes/{option}", get(one)).with_state(votes)
}

async fn all(State(votes): State<Votes>) -> Json<Votes> {
    Json(votes)
}

async fn one(State(votes): State<Votes>, Path(option): Path<String>) -> Result<Json<u32>, StatusCode> {
    votes.get(&option).copied().map(Json).ok_or(StatusCode::NOT_FOUND)
}
