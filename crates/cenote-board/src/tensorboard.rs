//! TensorBoard's own routes, for tools that were made for it: scalars, images, histograms, text and runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use cenote_events::SummaryKind;
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use crate::api::{self, Column, with_log};
use crate::error::Refusal;
use crate::follow::Log;
use crate::query::Query;

pub(crate) fn routes() -> Router<Arc<Log>> {
    Router::new()
        .route("/environment", get(environment))
        .route("/logdir", get(logdir))
        .route("/runs", get(runs))
        .route("/plugins_listing", get(plugins_listing))
        .route("/plugin/scalars/tags", get(scalar_tags))
        .route("/plugin/scalars/scalars", get(scalars))
        .route("/plugin/scalars/scalars_multirun", post(scalars_multirun))
        .route("/plugin/images/tags", get(image_tags))
        .route("/plugin/images/images", get(images))
        .route("/plugin/images/individualImage", get(individual_image))
        .route("/plugin/histograms/tags", get(histogram_tags))
        .route("/plugin/histograms/histograms", get(histograms))
        .route("/plugin/text/tags", get(text_tags))
        .route("/plugin/text/text", get(text))
        .fallback(|| async { Refusal::missing("this route of TensorBoard is not served here") })
}

type Answer = Result<Json<Json_>, Refusal>;

async fn environment(State(log): State<Arc<Log>>) -> Json<Json_> {
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "data_location": log.root().display().to_string(),
        "window_title": "",
        "experiment_name": "",
        "experiment_description": "",
        "creation_time": 0,
    }))
}

async fn logdir(State(log): State<Arc<Log>>) -> Json<Json_> {
    Json(json!({ "logdir": log.root().display().to_string() }))
}

/// Runs in the order in which they began.
async fn runs(State(log): State<Arc<Log>>) -> Answer {
    with_log(log, |log| {
        let index = log.read();
        let time =
            |run: &cenote_events::RunView<'_>| run.first_wall_time().unwrap_or(f64::INFINITY);
        let mut runs: Vec<_> = index
            .logdir
            .runs()
            .map(|run| (time(&run), run.name()))
            .collect();
        runs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
        Ok(Json(json!(
            runs.iter().map(|(_, name)| name).collect::<Vec<_>>()
        )))
    })
    .await
}

async fn plugins_listing(State(log): State<Arc<Log>>) -> Answer {
    with_log(log, |log| {
        let index = log.read();
        let kinds: std::collections::BTreeSet<_> = index
            .logdir
            .runs()
            .flat_map(|run| run.tags().iter().map(|tag| tag.kind()).collect::<Vec<_>>())
            .collect();
        let plugins = [
            ("scalars", "Scalars", SummaryKind::Scalar),
            ("images", "Images", SummaryKind::Image),
            ("histograms", "Histograms", SummaryKind::Histogram),
            ("text", "Text", SummaryKind::Text),
        ];
        let listed = plugins.map(|(name, tab_name, kind)| {
            let plugin = json!({
                "enabled": kinds.contains(&kind),
                "tab_name": tab_name,
                "disable_reload": false,
                "remove_dom": false,
                "loading_mechanism": { "type": "NONE" },
            });
            (name.to_owned(), plugin)
        });
        Ok(Json(Json_::Object(listed.into_iter().collect())))
    })
    .await
}

/// `{run: {tag: …}}` of the tags of one kind.
async fn tags(log: Arc<Log>, kind: SummaryKind) -> Answer {
    with_log(log, move |log| {
        let index = log.read();
        let mut answer = BTreeMap::new();
        for run in index.logdir.runs() {
            let mut tags = serde_json::Map::new();
            for tag in run.tags().iter().filter(|tag| tag.kind() == kind) {
                let metadata = tag.metadata();
                let shown = metadata.map_or("", |metadata| &metadata.display_name);
                let mut about = json!({
                    "displayName": if shown.is_empty() { tag.tag() } else { shown },
                    // TensorBoard sends HTML; Markdown that is not trusted is not made into any here.
                    "description": "",
                });
                if kind == SummaryKind::Image {
                    about["samples"] = json!(tag.max_samples());
                }
                tags.insert(tag.tag().to_owned(), about);
            }
            if !tags.is_empty() {
                answer.insert(run.name().to_owned(), Json_::Object(tags));
            }
        }
        Ok(Json(json!(answer)))
    })
    .await
}

async fn scalar_tags(State(log): State<Arc<Log>>) -> Answer {
    tags(log, SummaryKind::Scalar).await
}

async fn image_tags(State(log): State<Arc<Log>>) -> Answer {
    tags(log, SummaryKind::Image).await
}

async fn histogram_tags(State(log): State<Arc<Log>>) -> Answer {
    tags(log, SummaryKind::Histogram).await
}

/// `{run: [tag, …]}`.
async fn text_tags(State(log): State<Arc<Log>>) -> Answer {
    let Json(tags) = tags(log, SummaryKind::Text).await?;
    let names = |tags: &Json_| {
        tags.as_object()
            .map(|tags| tags.keys().cloned().collect::<Vec<_>>())
    };
    let lists = tags
        .as_object()
        .into_iter()
        .flatten()
        .map(|(run, tags)| (run.clone(), json!(names(tags))));
    Ok(Json(Json_::Object(lists.collect())))
}

#[derive(Deserialize)]
struct OfRun {
    run: String,
    tag: String,
    #[serde(default)]
    sample: usize,
    #[serde(default)]
    format: String,
}

async fn scalars(
    State(log): State<Arc<Log>>,
    Query(of): Query<OfRun>,
) -> Result<Response, Refusal> {
    with_log(log, move |log| {
        let points = log.read().tag(&of.run, &of.tag)?.scalars();
        if of.format == "csv" {
            return Ok(api::csv(&points).into_response());
        }
        Ok(Json(api::triples(&points)).into_response())
    })
    .await
}

/// `{run: [[wall time, step, value], …]}` of the runs in a form's `runs` fields.
async fn scalars_multirun(
    State(log): State<Arc<Log>>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let of = |name: &str| {
        let named = fields.iter().filter(|(field, _)| field == name);
        named.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    let (tags, runs) = (of("tag"), of("runs"));
    let [tag] = tags.as_slice() else {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "give one field 'tag', and any number of 'runs'",
        ));
    };
    let tag = tag.clone();
    with_log(log, move |log| {
        let index = log.read();
        let series = runs.into_iter().filter_map(|run| {
            let points = index.tag(&run, &tag).ok()?.scalars();
            Some((run, api::triples(&points)))
        });
        Ok(Json(json!(series.collect::<BTreeMap<_, _>>())))
    })
    .await
}

async fn images(State(log): State<Arc<Log>>, Query(of): Query<OfRun>) -> Answer {
    with_log(log, move |log| {
        let values = log.read().tag(&of.run, &of.tag)?.values();
        let image = |&value: &cenote_events::ValueRef| {
            let key = log.session.key(value);
            json!({
                "wall_time": value.wall_time,
                "step": value.step,
                "query": format!("blob_key={key}_{}", of.sample),
            })
        };
        Ok(Json(values.iter().map(image).collect()))
    })
    .await
}

#[derive(Deserialize)]
struct BlobKey {
    blob_key: String,
}

async fn individual_image(
    State(log): State<Arc<Log>>,
    Query(BlobKey { blob_key }): Query<BlobKey>,
) -> Result<Response, Refusal> {
    let (key, sample) = blob_key
        .rsplit_once('_')
        .and_then(|(key, sample)| Some((key.to_owned(), sample.parse().ok()?)))
        .ok_or_else(|| Refusal::bad("this is no blob_key: take it from the route 'images'"))?;
    api::blob(State(log), axum::extract::Path((key, sample))).await
}

/// `[[wall time, step, [[left, right, count], …]], …]`.
async fn histograms(State(log): State<Arc<Log>>, Query(of): Query<OfRun>) -> Answer {
    with_log(log, move |log| {
        let values = log.read().tag(&of.run, &of.tag)?.values();
        let read = log.read_values(&values, |value| value.histogram().ok());
        let each = values.iter().zip(read).filter_map(|(place, histogram)| {
            let buckets: Vec<_> = histogram?
                .buckets
                .iter()
                .map(|bucket| Column(bucket.to_vec()))
                .collect();
            Some(json!([place.wall_time, place.step, buckets]))
        });
        Ok(Json(each.collect()))
    })
    .await
}

/// `[{wall_time, step, text}, …]`, with the text as it was logged: what a caller makes of it is not trusted here.
async fn text(State(log): State<Arc<Log>>, Query(of): Query<OfRun>) -> Answer {
    with_log(log, move |log| {
        let values = log.read().tag(&of.run, &of.tag)?.values();
        let read = log.read_values(&values, |value| value.text().ok());
        let each = values.iter().zip(read).filter_map(|(place, text)| {
            let text = escaped(&text?.strings.join("\n"));
            Some(json!({ "wall_time": place.wall_time, "step": place.step, "text": text }))
        });
        Ok(Json(each.collect()))
    })
    .await
}

/// TensorBoard sends HTML, so that is what a tool takes this for.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
