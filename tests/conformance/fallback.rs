//! `#[fallback]`: the requests that no route handles.

use serde_json::{Value, json};

use crate::{
    Host, cases,
    peer::{Format, Peer, http, request, response, room},
};

async fn send(host: &Host, method: &str, path: &str, body: &str) -> (u16, Value) {
    let headers = [("x-own", "mine")];
    let (status, body) = request(&host.rooms, method, &format!("/fallback/{}{path}", room()), &headers, body).await;
    (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
}

cases! {
    async fn the_fallback_takes_whole_requests_of_every_method(host: Host) {
        assert_eq!(send(&host, "GET", "/x/y?a=1&b", "").await, (200, json!(["GET", "/x/y", "a=1&b", "mine", ""])));
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let expected = json!([method, "/", null, "mine", "body"]);
            assert_eq!(send(&host, method, "/", "body").await, (200, expected), "{method}");
        }
        assert_eq!(send(&host, "POST", "/known", "").await, (200, json!(["POST", "/known", null, "mine", ""])));
    }

    async fn routes_go_before_the_fallback(host: Host) {
        assert_eq!(send(&host, "GET", "/known", "").await, (200, json!("known")));
        assert_eq!(send(&host, "GET", "/known/", "").await.1[1], "/known/");
    }

    async fn an_internal_route_is_the_fallbacks_for_requests_from_outside(host: Host) {
        assert_eq!(send(&host, "GET", "/internal", "").await, (200, json!(["GET", "/internal", null, "mine", ""])));
    }

    async fn the_fallback_has_a_body_limit(host: Host) {
        assert_eq!(send(&host, "POST", "/x", "0123456789abcdef").await.0, 200);
        assert_eq!(send(&host, "POST", "/x", "0123456789abcdefg").await.0, 413);
    }

    async fn the_fallback_answers_head_without_a_body(host: Host) {
        let response = response(&host.rooms, "HEAD", &format!("/fallback/{}/x", room()), &[], "").await;
        assert_eq!((response.status().as_u16(), response.body().len()), (200, 0));
        assert_eq!(send(&host, "GET", "/error", "").await.0, 418);
    }

    async fn upgrades_are_not_the_fallbacks(host: Host) {
        let path = format!("/fallback/{}/websocket", room());
        assert_eq!(http(&host.rooms, "GET", &path, "").await, (400, "Expected websocket".into()));
        assert_eq!(http(&host.rooms, "POST", &path, "").await.0, 200);
        Peer::join(&host.rooms, &path, Format::Json).await;
    }
}
