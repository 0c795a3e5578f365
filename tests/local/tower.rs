//! Rooms as a `tower` service inside an axum server.

use std::{convert::Infallible, net::SocketAddr, sync::Mutex, time::Duration};

use axum::{
    Extension, Router,
    body::Body,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::Response,
    routing::get as on_get,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tower::{Service, ServiceExt};
use websocket_do::{
    App, HttpError, Room, Session, Upgrade, WsProtocol,
    local::{AppService, Server},
    websocket_do,
};

use super::{
    PATIENCE, becomes, exchange, get,
    room::{Loaded, User},
    text, until_the_end, upgraded,
};

/// The rooms, below the path that the router around them leaves.
fn rooms(limits: impl FnOnce(Server) -> Server) -> AppService {
    let app = App::new().page("/page", "the page").rooms::<Loaded>("/{room}");
    limits(Server::new(app)).into_service().expect("rooms")
}

/// Serves a router on a free port until the sender is used or dropped.
async fn serve(router: Router) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    (address, stop, tokio::spawn(async { server.await.expect("a server that stops") }))
}

fn nested(rooms: AppService) -> Router {
    Router::new().route("/", on_get(async || "the router")).nest_service("/rooms", rooms)
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_nested_in_a_router_have_its_prefix() {
    let rooms = rooms(|server| server);
    let (address, _stop, _) = serve(nested(rooms)).await;
    assert_eq!(get(address, "/").await, (200, "the router".into()));
    assert_eq!(get(address, "/rooms/page").await, (200, "the page".into()));
    assert_eq!(get(address, "/rooms/a/count").await, (200, "0".into()));
    assert_eq!(get(address, "/rooms/a/nowhere").await.0, 404);
    assert_eq!(get(address, "/page").await.0, 404);
    assert_eq!(get(address, "/rooms/a/websocket").await, (400, "Expected websocket".into()));
    let mut ada = upgraded(address, "/rooms/a/websocket").await;
    becomes(address, "/rooms/a/count", "1").await;
    ada.write_all(&text(r#"{"type":"flood","frames":1,"bytes":3}"#)).await.unwrap();
    let expected = br#"{"type":"flood","bytes":"xxx"}"#;
    let mut received = vec![0; 2 + expected.len()];
    timeout(PATIENCE, ada.read_exact(&mut received)).await.unwrap().unwrap();
    assert_eq!(received[2..], expected[..]);
    // The client closes: the room answers, and the connection ends.
    ada.write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x0f, 0xa1]).await.unwrap();
    assert_eq!(until_the_end(&mut ada).await, [0x88, 2, 0x0f, 0xa1]);
    becomes(address, "/rooms/a/ends", "[4001]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_refuses_before_the_room_sees_the_request() {
    async fn with_key(request: Request, next: Next) -> Result<Response, StatusCode> {
        let has_key = request.headers().contains_key("x-key");
        if has_key { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
    }
    let (address, _stop, _) = serve(nested(rooms(|server| server)).layer(middleware::from_fn(with_key))).await;
    assert_eq!(get(address, "/rooms/a/count").await.0, 401);
    let request =
        |headers: &str| format!("GET /rooms/a/count HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
    assert!(exchange(address, request("x-key: 1\r\n").as_bytes()).await.ends_with("\r\n\r\n0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_of_a_layer_reaches_routes_and_connect() {
    let as_user = |name| serve(nested(rooms(|server| server)).layer(Extension(User(name))));
    let (address, _stop, _) = as_user("ada").await;
    assert_eq!(get(address, "/rooms/a/user").await, (200, "ada".into()));
    upgraded(address, "/rooms/a/websocket").await;
    let (address, _stop, _) = as_user("mallory").await;
    let upgrade = b"GET /rooms/a/websocket HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, close\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    assert!(exchange(address, upgrade).await.starts_with("HTTP/1.1 401 "));
}

/// A room that hands on the request which its internal route has received.
#[derive(Default)]
struct Leak;

static LEAKED: Mutex<Option<websocket_do::Request>> = Mutex::new(None);

#[derive(Debug, WsProtocol)]
#[ws(client, server = Noted)]
enum Note {
    Note,
}

#[derive(Debug, WsProtocol)]
#[ws(server)]
enum Noted {}

#[websocket_do(client = Note, session = ())]
impl Leak {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn note(&self, _session: &Session<Self>) {}

    #[get("/leak")]
    async fn leak(&self, room: &Room<Self>) -> websocket_do::Result<()> {
        Ok(room.namespace::<Self>()?.by_name("b").internal(websocket_do::Request::default()).await?)
    }

    #[get("/internal", internal)]
    fn internal(&self, request: websocket_do::Request) {
        LEAKED.lock().expect("a request").replace(request);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_an_internal_route_has_received_reaches_none_through_the_service() {
    let mut rooms = App::new().rooms::<Leak>("/{room}").into_service().expect("rooms");
    assert_eq!(rooms.call(request("/a/leak")).await.unwrap().status(), StatusCode::NO_CONTENT);
    let mut leaked = LEAKED.lock().unwrap().take().expect("a request").map(Body::from);
    assert_eq!(leaked.uri().path(), "/internal");
    *leaked.uri_mut() = "/c/internal".parse().unwrap();
    assert_eq!(rooms.call(leaked).await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_limits_apply_to_nested_rooms() {
    let rooms = rooms(|server| server.request_timeout(Duration::from_millis(200)).max_backlog(1024));
    let (address, _stop, _) = serve(nested(rooms)).await;
    let slow = b"POST /rooms/a/body HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhalf";
    assert!(exchange(address, slow).await.starts_with("HTTP/1.1 408 "));
    let large = format!("POST /rooms/a/body HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", (1 << 20) + 1);
    assert!(exchange(address, large.as_bytes()).await.starts_with("HTTP/1.1 413 "));

    let mut stream = upgraded(address, "/rooms/a/websocket").await;
    stream.write_all(&text(r#"{"type":"flood","frames":1,"bytes":16000000}"#)).await.unwrap();
    stream.read_exact(&mut [0; 10]).await.unwrap();
    stream.write_all(&text(r#"{"type":"flood","frames":10,"bytes":1000}"#)).await.unwrap();
    becomes(address, "/rooms/a/ends", "[1006]").await;
    let close = [&[0x88, 10][..], &1013_u16.to_be_bytes(), b"too slow"].concat();
    assert!(until_the_end(&mut stream).await.ends_with(&close));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graceful_shutdown_closes_sessions_with_1001_and_later_requests_are_503() {
    let rooms = rooms(|server| server);
    let (address, stop, stopped) = serve(nested(rooms.clone())).await;
    let mut ada = upgraded(address, "/rooms/a/websocket").await;
    becomes(address, "/rooms/a/count", "1").await;
    stop.send(()).unwrap();
    timeout(PATIENCE, stopped).await.expect("axum does not wait for sessions").unwrap();
    timeout(PATIENCE, rooms.stop()).await.unwrap();
    let close = [&[0x88, 17][..], &1001_u16.to_be_bytes(), b"server shutdown"].concat();
    assert_eq!(until_the_end(&mut ada).await, close);
    let later = rooms.oneshot(request("/a/count")).await.unwrap();
    assert_eq!(later.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_clone_closes_all_connections_when_it_is_dropped() {
    let rooms = rooms(|server| server);
    let (address, stop, stopped) = serve(nested(rooms.clone())).await;
    let mut ada = upgraded(address, "/rooms/a/websocket").await;
    becomes(address, "/rooms/a/count", "1").await;
    stop.send(()).unwrap();
    stopped.await.unwrap();
    ada.write_all(&text(r#"{"type":"flood","frames":1,"bytes":3}"#)).await.unwrap();
    timeout(PATIENCE, ada.read_exact(&mut [0; 4])).await.unwrap().expect("one clone is left");
    drop(rooms);
    until_the_end(&mut ada).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_waits_for_requests_in_progress() {
    let mut rooms = rooms(|server| server.request_timeout(PATIENCE));
    let (body, chunks) = body();
    let response = tokio::spawn(rooms.call(request_with("POST", "/a/body", body)));
    let stopping = tokio::spawn({
        let rooms = rooms.clone();
        async move { rooms.stop().await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stopping.is_finished());
    drop(chunks);
    assert_eq!(timeout(PATIENCE, response).await.unwrap().unwrap().unwrap().status(), 200);
    timeout(PATIENCE, stopping).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_without_an_upgradable_connection_is_426_and_no_session() {
    let mut rooms = rooms(|server| server);
    let request = Request::builder()
        .uri("/a/websocket")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .body(Body::empty());
    assert_eq!(rooms.call(request.unwrap()).await.unwrap().status(), StatusCode::UPGRADE_REQUIRED);
    let count = rooms.call(self::request("/a/count")).await.unwrap();
    assert_eq!(axum::body::to_bytes(Body::new(count.into_body()), 10).await.unwrap(), "0");
}

#[test]
fn a_service_outside_a_runtime_is_an_error() {
    let error = App::new().into_service().expect_err("no runtime");
    assert_eq!(
        error.to_string(),
        "rooms need a tokio runtime; call this inside `#[tokio::main]` or `Runtime::block_on`"
    );
}

fn request(path: &str) -> Request {
    request_with("GET", path, Body::empty())
}

fn request_with(method: &str, path: &str, body: Body) -> Request {
    Request::builder().method(method).uri(path).body(body).expect("a request")
}

/// A body that ends when the sender is dropped.
fn body() -> (Body, oneshot::Sender<()>) {
    let (sender, receiver) = oneshot::channel::<()>();
    let end = futures_util::stream::once(async {
        let _ = receiver.await;
        Ok::<_, Infallible>("")
    });
    (Body::from_stream(end), sender)
}
