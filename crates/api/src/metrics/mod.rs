//! What a node counts and measures, for Prometheus. Names end in their units; what ends in none is a number of things,
//! or 1 for yes.

mod counted;
mod process;
mod status;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{
        EncodeLabelSet,
        text::{encode_eof, encode_registry},
    },
    metrics::{family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};

pub use self::counted::Metrics;
use crate::{Code, Ports, Problem};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Column {
    column: String,
}

/// What the node counts, for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "node",
    responses((status = OK, body = String, content_type = "application/openmetrics-text"), Problem)
)]
pub(crate) async fn scrape(State(ports): State<Ports>) -> Result<Response, Problem> {
    let text = tokio::task::spawn_blocking(move || describe(&ports)).await;
    let text = text.map_err(|error| Problem::new(Code::Internal, error.to_string()))??;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

fn describe(ports: &Ports) -> Result<String, Problem> {
    let mut own = Registry::with_prefix("realdid");
    let status = ports.status.borrow().clone();
    own.register("build", "The program that runs", Info::new(vec![("version", status.version.clone())]));
    ports.metrics.register(&mut own);
    status::register(&mut own, &status);
    let waiting: Gauge = Gauge::default();
    waiting.set(as_gauge(ports.waiting.len()));
    own.register("clients_waiting", "Transactions that clients wait for", waiting);
    register_storage(&mut own, ports)?;
    // every process has these, so they bear no name of ours
    let mut common = Registry::with_prefix("process");
    process::register(&mut common);
    let mut text = String::new();
    encode_registry(&mut text, &own)
        .and_then(|()| encode_registry(&mut text, &common))
        .and_then(|()| encode_eof(&mut text))
        .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    Ok(text)
}

fn register_storage(registry: &mut Registry, ports: &Ports) -> Result<(), Problem> {
    let sizes = ports.store.sizes().map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let bytes = Family::<Column, Gauge>::default();
    for size in sizes {
        let column = Column { column: size.column.name().to_owned() };
        bytes.get_or_create(&column).set(as_gauge(size.bytes));
    }
    registry.register_with_unit("storage", "Size of the ledger by column", Unit::Bytes, bytes);
    Ok(())
}

/// A number as gauges take it.
fn as_gauge(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}
