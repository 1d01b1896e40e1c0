//! Against a small real server.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use serde_json::{Value, json};

use super::*;

/// A ministry that gives this answer to everything; its address, and what it was asked.
async fn ministry(status: u16, answer: &'static str) -> (String, Arc<Mutex<Vec<(Value, Option<String>)>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let router = Router::new().route(
        "/people",
        post(move |headers: HeaderMap, Json(body): Json<Value>| async move {
            let token = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
            seen.lock().unwrap().push((body, token));
            let headers = [("content-type", "application/json"), ("location", "http://127.0.0.1:1/")];
            (StatusCode::from_u16(status).unwrap(), headers, answer).into_response()
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/people", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

fn person() -> Person {
    Person::new("Ada", "11010519491231002X", "secret").unwrap()
}

#[tokio::test]
async fn the_ministry_is_asked_with_its_token_and_believed() {
    for (answer, expected) in [(r#"{"matches":true}"#, true), (r#"{"matches":false}"#, false)] {
        let (url, asked) = ministry(200, answer).await;
        let registry = HttpRegistry::new(&url, Some(Zeroizing::new("token".to_owned()))).unwrap();
        assert_eq!(registry.holds(&person()).await.unwrap(), expected);
        let question = json!({ "name": "ada", "number": "11010519491231002X", "code": "secret" });
        assert_eq!(asked.lock().unwrap().as_slice(), [(question, Some("Bearer token".to_owned()))]);
    }
}

#[tokio::test]
async fn whatever_is_no_answer_is_neither_yes_nor_no_and_names_nobody() {
    let long = format!(r#"{{"matches":true,"more":"{}"}}"#, "a".repeat(5_000));
    for (status, answer) in [
        (500, "{}"),
        (403, r#"{"matches":true}"#),
        (302, ""),
        (200, "yes"),
        (200, "{}"),
        (200, &*long.leak()),
    ] {
        let (url, asked) = ministry(status, answer).await;
        let told = HttpRegistry::new(&url, None).unwrap().holds(&person()).await.unwrap_err().to_string();
        assert!(told.contains("gives no answer"), "{told}");
        assert!(!told.contains("1101") && !told.contains("ada"), "{told}");
        assert_eq!(asked.lock().unwrap().len(), 1);
    }
    let nobody = HttpRegistry::new("http://127.0.0.1:1/", None).unwrap();
    let told = nobody.holds(&person()).await.unwrap_err().to_string();
    assert!(told.contains("the connection fails"), "{told}");
}

#[test]
fn people_are_not_asked_about_where_others_could_listen() {
    for bad in ["http://ministry.example/people", "http://127.0.0.1.example:80/", "ministry", ""] {
        assert!(matches!(HttpRegistry::new(bad, None), Err(HttpRegistryError::Address(_))), "{bad}");
    }
    assert!(HttpRegistry::new("https://ministry.example/people", None).is_ok());
}
