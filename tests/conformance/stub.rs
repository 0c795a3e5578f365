//! Stubs in a Worker, on workerd only: `tests/fixtures/rooms/src/stubs` calls rooms and reports the results.

use libtest_mimic::Trial;
use rooms::{Answer, Ask};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use websocket_do::client::connect;

use crate::{
    Context, Host, Load, cases,
    peer::{Format, Peer, get_json, http, refused, request, room},
};

async fn case(host: &Host, name: &str) -> Value {
    get_json(&host.rooms, &format!("/stub/{name}?room={}", room())).await
}

/// The cases of a typed client that every transport must pass, here through a stub: the client runs in the Worker.
pub(crate) fn client_cases(workerd: &Context) -> impl Iterator<Item = Trial> {
    client_cases::CASES.iter().map(|case| {
        workerd.trial(Load::Sleeping, &format!("stub::{case}"), move |host| {
            Box::pin(async move {
                let answer = client_case(&host.rooms, case).await?;
                if answer.ends_with("passed") { Ok(()) } else { Err(answer.into()) }
            })
        })
    })
}

/// Runs a case in the Worker; returns the whole answer.
async fn client_case(address: &str, case: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request =
        format!("GET /stub/client/{case}?room={} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n", room());
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    // The body may be chunked.
    Ok(answer.trim_end_matches("\r\n\r\n").trim_end_matches("\r\n0").to_owned())
}

/// Calls a route of `method` on a namespace that fails as the script says; returns the result and the number of requests and
/// stubs.
async fn retry(host: &Host, method: &str, script: &str) -> (Value, usize, usize) {
    let answer = get_json(&host.rooms, &format!("/stub/retry/{method}?room={script}")).await;
    let log: Vec<_> = answer["log"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert_eq!(log[0], "within fedramp", "{log:?}");
    let requests = log.iter().filter(|line| **line == method.to_uppercase()).count();
    let stubs = log.iter().filter(|line| **line == "get lobby me").count();
    assert_eq!(log.len(), 1 + requests + stubs, "{log:?}");
    (answer["result"].clone(), requests, stubs)
}

cases! {
    async fn a_stub_by_name_reaches_the_room_with_that_name(host: Host) {
        let room = room();
        let saw = get_json(&host.rooms, &format!("/stub/name?room={room}")).await;
        assert_eq!(saw, json!({"name": room, "info": {"name": room, "note": "by name"}}));
        assert_eq!(get_json(&host.rooms, &format!("/calls/{room}/info")).await, saw["info"]);
    }

    async fn a_stub_by_id_reaches_the_room_with_that_id(host: Host) {
        let saw = case(&host, "id").await;
        let id = saw["id"].as_str().unwrap();
        assert!(id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        assert_eq!((&saw["same"], &saw["name"], &saw["note"]), (&json!(true), &json!(null), &json!("by id")));
        let wrong = saw["wrong"]["error"].as_str().unwrap();
        assert!(wrong.starts_with("the room's name or id is not valid: "), "{wrong}");
    }

    async fn a_stub_of_a_unique_room_is_found_again_by_its_id_alone(host: Host) {
        let saw = case(&host, "unique").await;
        let (one, other) = (json!({"name": null, "note": "only here"}), json!({"name": null, "note": null}));
        assert_eq!(saw, json!({"one": one, "other": other, "differ": true}));
    }

    /// workerd accepts location hints and does not support jurisdictions; `retry` tests the call that Cloudflare would get.
    async fn a_stub_with_a_location_hint_is_the_same_room(host: Host) {
        let room = room();
        let saw = get_json(&host.rooms, &format!("/stub/hint?room={room}")).await;
        assert_eq!((&saw["named"], &saw["unique"]), (&json!(room), &json!(null)));
        assert!(saw["jurisdiction"]["error"].as_str().unwrap().contains("urisdiction"), "{saw}");
    }

    async fn every_kind_of_argument_goes_through_a_stub(host: Host) {
        assert_eq!(case(&host, "arguments").await, json!({
            "kick": {"seat": 7, "told": "hush! hush! "},
            "search": ["a/b ü", -7, {"words": "a&b=c? ü+", "from": null}],
            "bytes": [202, [255, 1, 0]],
            "whole": [200, "/whole a=1&b=%26 own the body"],
            "key": "secret",
            "note": null,
        }));
    }

    async fn every_kind_of_result_comes_back_through_a_stub(host: Host) {
        assert_eq!(case(&host, "results").await, json!({
            "forget": [200, 410],
            "moved": ["/info", 303],
            "page": [418, "a page"],
            "none": null,
            "id": "the room's own",
        }));
    }

    async fn the_error_of_a_stub_names_the_cause(host: Host) {
        assert_eq!(case(&host, "refusals").await, json!({
            "error": {"error": "the room responded with 409 Conflict: Conflict"},
            "failed": {"error": "the room responded with 500 Internal Server Error: Internal Server Error"},
            "thrown": {"error": "the room failed: thrown on purpose"},
            "argument": {"error": "the request cannot be made: `case` cannot be \"..\" in a path"},
            "huge": {"error": "the response does not match the handler's return type: it is larger than 32 MiB; use `forward`, which streams it"},
            "large": 32 << 20,
        }));
    }

    async fn a_missing_binding_is_one_error_and_nothing_in_the_log(host: Host) {
        let write = |name: &str| format!("`{name}`; write `name = \"{name}\"` in `[[durable_objects.bindings]]` of `wrangler.toml`");
        assert_eq!(case(&host, "bindings").await, json!({
            "bindings": [
                {"error": format!("no such namespace: missing binding {}", write("NOWHERE"))},
                {"error": format!("no such namespace: not a Durable Object namespace: {}", write("TEXT"))},
            ],
            "log": [],
        }));
        assert_eq!(http(&host.rooms, "GET", "/unbound/room/info", "").await, (500, "Internal Server Error".into()));
    }

    async fn a_stub_reaches_rooms_with_a_name_of_1_to_1024_bytes(host: Host) {
        let error = |bytes: usize| {
            json!({"error": format!("the room's name or id is not valid: a room's name has 1 to 1024 bytes, this one has {bytes}")})
        };
        assert_eq!(case(&host, "names").await, json!([
            [1024, 64, 200, true],
            [error(1025), error(1025), error(1025), false],
            [error(0), error(0), error(0), false],
            null,
        ]));
    }

    async fn a_stub_forwards_a_request_with_its_method_headers_and_body(host: Host) {
        let path = format!("/stub/forward/whole?room={}&a=%26", room());
        let (status, answer) = request(&host.rooms, "POST", &path, &[("x-own", "own")], "the body").await;
        let query = path.split_once('?').unwrap().1;
        assert_eq!((status, answer), (200, format!("/whole {query} own the body")));
        // The room has no route for the whole path.
        assert_eq!(http(&host.rooms, "POST", &format!("/stub/forward/unchanged?room={}", room()), "x").await.0, 404);
        assert_eq!(http(&host.rooms, "GET", &format!("/stub/forward/page?room={}", room()), "").await, (418, "a page".into()));
    }

    async fn a_stub_forwards_an_upgrade(host: Host) {
        let room = room();
        let path = format!("/stub/forward/websocket?room={room}&name=Ada");
        let mut peer = Peer::join(&host.rooms, &path, Format::MessagePack).await;
        let answer = peer.ask(json!({"type": "echo", "text": "hi"})).await;
        assert_eq!(answer, json!({"type": "echo", "text": "hi", "name": "Ada", "header": ""}));
        let direct = format!("ws://{}/calls/{room}/websocket", host.rooms);
        let mut direct = connect::<Ask>(direct).await.unwrap();
        direct.echo("ho").await.unwrap();
        let echo = Answer::Echo { text: "ho".into(), name: String::new(), header: String::new() };
        assert_eq!(direct.next().await, Some(Ok(echo)));
        assert_eq!(get_json(&host.rooms, &format!("/calls/{room}/sessions")).await, 2);
        assert_eq!(refused(&host.rooms, &format!("{path}&refuse=1"), &[]).await, (418, "not today".into()));
    }

    async fn the_typed_client_goes_through_the_stub_in_both_formats(host: Host) {
        let session = |format: &str| json!({
            "format": format,
            "answer": ["hi", "Ada & co", "a Worker"],
            "rule": "the outgoing message is not valid: `text` must have 1 to 10 characters, has 0",
            "sessions": 1,
            "end": true,
            "closed": [4001, "as asked"],
        });
        let plain = json!({"came": true, "closed": 1000});
        assert_eq!(case(&host, "connect").await, json!([session("json"), session("msgpack"), plain]));
    }

    async fn the_typed_client_through_a_stub_reports_who_refused_it(host: Host) {
        assert_eq!(case(&host, "refused").await, json!({
            "status": true,
            "refused": "the server refused the session with status 418: not today",
            "overloaded": "the room is overloaded: the network has holes",
            "unreachable": "the connection failed: the room cannot be reached in 3 attempts: the network has holes",
            "attempts": 4,
        }));
    }

    async fn the_typed_client_reconnects_through_the_stub(host: Host) {
        // `Undelivered`: the room closed before it acknowledged the last message.
        let events = json!(["Opened", "Undelivered", "Reconnecting", "reconnected", "again"]);
        assert_eq!(case(&host, "reconnecting").await, events);
    }

    async fn a_retryable_error_is_retried_on_a_new_stub(host: Host) {
        let done = Value::Null;
        for (method, result) in [("get", "the response does not match the handler's return type: "), ("put", ""), ("delete", "")] {
            let (came, requests, stubs) = retry(&host, method, "retryable/retryable,remote").await;
            assert_eq!((requests, stubs), (3, 3), "{method}: {came}");
            // The fake's last answer is `{}`.
            assert!(came == done || came == 200 || came["error"].as_str().unwrap().starts_with(result), "{came}");
        }
        let given_up = json!({"error": "the room cannot be reached in 3 attempts: the network has holes"});
        let script = "retryable/retryable/retryable/retryable/retryable";
        assert_eq!(retry(&host, "put", script).await, (given_up, 3, 3));
        assert_eq!(retry(&host, "put", &format!("five:{script}")).await.1, 5);
        let (came, requests, _) = retry(&host, "put", "never:retryable").await;
        assert_eq!((came, requests), (json!({"error": "the room cannot be reached: the network has holes"}), 1));
    }

    async fn a_stub_does_not_retry_a_method_that_is_not_idempotent_unless_asked(host: Host) {
        for method in ["post", "patch"] {
            let (came, requests, _) = retry(&host, method, "retryable").await;
            assert_eq!((came, requests), (json!({"error": "the room cannot be reached: the network has holes"}), 1));
            assert_eq!(retry(&host, method, "every:retryable/retryable").await.1, 3);
        }
    }

    async fn a_stub_retries_a_forwarded_request_only_without_a_body(host: Host) {
        assert_eq!(retry(&host, "head", "retryable/retryable").await, (json!(200), 3, 3));
        let (came, requests, _) = retry(&host, "options", "every:retryable").await;
        assert_eq!((came, requests), (json!({"error": "the room cannot be reached: the network has holes"}), 1));
    }

    async fn a_stub_never_retries_overload(host: Host) {
        let overloaded = json!({"error": "the room is overloaded: the network has holes"});
        for script in ["overloaded", "overloaded,retryable", "every:retryable,overloaded,remote"] {
            assert_eq!(retry(&host, "put", script).await, (overloaded.clone(), 1, 1), "{script}");
        }
        assert_eq!(retry(&host, "put", "retryable/overloaded").await, (overloaded, 2, 2));
    }

    async fn a_stub_does_not_retry_an_exception_of_the_room(host: Host) {
        let failed = json!({"error": "the room failed: the network has holes"});
        assert_eq!(retry(&host, "put", "remote").await, (failed, 1, 1));
    }

    async fn a_custom_fetch_with_stubs_works_beside_the_app(host: Host) {
        assert_eq!(http(&host.rooms, "GET", "/stub/nothing", "").await, (404, "there is no case `nothing`".into()));
        assert_eq!(http(&host.rooms, "GET", "/nothing", "").await.0, 404);
        assert_eq!(http(&host.rooms, "GET", "/events/lobby/sum/1/2", "").await, (200, "3".into()));
    }
}
