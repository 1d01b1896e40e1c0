//! Blocks as server-sent events.

use std::convert::Infallible;

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, stream};
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;
use utoipa::ToSchema;

use crate::{Final, Ports, views::OutcomeView};

#[derive(Serialize, ToSchema)]
pub(crate) struct FinalView {
    height: u64,
    block: String,
    time: u64,
    decided: Vec<DecidedView>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DecidedView {
    transaction: String,
    #[serde(flatten)]
    outcome: OutcomeView,
}

/// Final blocks as they come: an event `block` with a `FinalView` for each; `missed` with a number where a client was too
/// slow for so many.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "chain",
    responses((status = OK, body = FinalView, content_type = "text/event-stream"))
)]
pub(crate) async fn stream(State(ports): State<Ports>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let finals = ports.finals.subscribe();
    let events = stream::unfold(finals, |mut finals| async move {
        let event = match finals.recv().await {
            Ok(block) => event(&block),
            Err(RecvError::Lagged(missed)) => Event::default().event("missed").data(missed.to_string()),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), finals))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

fn event(block: &Final) -> Event {
    let decided = block.decided.iter().map(|(transaction, outcome)| DecidedView {
        transaction: transaction.to_string(),
        outcome: (*outcome).into(),
    });
    let view = FinalView {
        height: block.height.0,
        block: block.block.to_string(),
        time: block.time.0,
        decided: decided.collect(),
    };
    let data = serde_json::to_string(&view).unwrap_or_default();
    Event::default().event("block").id(view.height.to_string()).data(data)
}
