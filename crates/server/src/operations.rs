//! What operators ask: is it alive, is it ready, what does it do.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Response, StatusCode, header};
use metrics::{
    Counter, Histogram, Key, KeyName, Label, Level, Metadata, Recorder, SharedString, Unit,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::BroadcastStream;

use crate::Shared;
use crate::answer::plain;

/// Upper bounds of the latency buckets in seconds: a page from memory to a page made on a slow day.
const BUCKETS_S: [f64; 10] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005, 0.025, 0.1, 0.5, 2.0,
];

/// Counters of this server, held by handle so that a request costs two atomic adds.
pub(crate) struct Operations {
    recorder: PrometheusRecorder,
    by_class: [Counter; 5],
    latency: Histogram,
}

impl Operations {
    pub(crate) fn new() -> Operations {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS_S)
            .expect("the buckets are not empty")
            .build_recorder();
        let metadata = Metadata::new("server", Level::INFO, None);
        let describe = |name: &'static str, text: &'static str| {
            (KeyName::from_const_str(name), SharedString::const_str(text))
        };
        let (name, text) = describe("dstudio_http_requests", "Requests by class of status.");
        recorder.describe_counter(name, None, text);
        let (name, text) = describe(
            "dstudio_http_request_duration_seconds",
            "Time to make an answer.",
        );
        recorder.describe_histogram(name, Some(Unit::Seconds), text);
        let by_class = ["1xx", "2xx", "3xx", "4xx", "5xx"].map(|class| {
            let labels = vec![Label::new("status", class)];
            let key = Key::from_parts("dstudio_http_requests", labels);
            recorder.register_counter(&key, &metadata)
        });
        let key = Key::from_static_name("dstudio_http_request_duration_seconds");
        let latency = recorder.register_histogram(&key, &metadata);
        Operations {
            recorder,
            by_class,
            latency,
        }
    }

    pub(crate) fn answered(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.by_class[class].increment(1);
        self.latency.record(took.as_secs_f64());
    }
}

/// Alive: the process answers.
pub(crate) async fn health() -> Response<Body> {
    plain(StatusCode::OK, "ok\n")
}

/// Ready: it answers and is not leaving.
pub(crate) async fn ready(State(shared): State<Arc<Shared>>) -> Response<Body> {
    if shared.ready.load(Ordering::Relaxed) {
        plain(StatusCode::OK, "ready\n")
    } else {
        plain(StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    }
}

/// Counters in Prometheus' text form.
pub(crate) async fn metrics(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let handle = shared.operations.recorder.handle();
    handle.run_upkeep();
    let mut response = Response::new(Body::from(handle.render()));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
    );
    response
}

/// An event for every change of content, for pages that reload themselves.
pub(crate) async fn watch(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let changes = BroadcastStream::new(shared.changes.subscribe());
    let events =
        changes.map(|_| Ok::<_, Infallible>(Bytes::from_static(b"event: changed\ndata: {}\n\n")));
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
