//! Requests that are slow or too large, and responses that are not read.

use std::time::Duration;

use tokio::{io::AsyncWriteExt, net::TcpStream, time::sleep};

use super::{exchange, get, serve, until_the_end};

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_is_closed() {
    let server = serve(|server| server.request_timeout(SHORT)).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    assert!(until_the_end(&mut stream).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_request_head_ends_the_connection() {
    let server = serve(|server| server.request_timeout(SHORT)).await;
    let (mut reading, mut writing) = TcpStream::connect(server.address()).await.unwrap().into_split();
    let drip = tokio::spawn(async move {
        let mut sent = 0;
        while writing.write_all(b"GET / HTTP/1.1\r\nx: ".get(sent..=sent).unwrap_or(b"x")).await.is_ok() {
            sent += 1;
            sleep(Duration::from_millis(20)).await;
        }
    });
    let mut received = Vec::new();
    let end = tokio::io::AsyncReadExt::read_to_end(&mut reading, &mut received);
    let _ = tokio::time::timeout(super::PATIENCE, end).await.expect("the server ends the connection");
    drop(reading);
    drip.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_second_request_head_ends_the_connection() {
    let server = serve(|server| server.request_timeout(SHORT)).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET /a/count HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    sleep(SHORT * 2).await;
    // The connection may be idle for longer than a head may take.
    stream.write_all(b"GET /a/count HTTP/1.1\r\n").await.unwrap();
    let received = String::from_utf8(until_the_end(&mut stream).await).unwrap();
    assert_eq!(received.matches("HTTP/1.1 ").count(), 1, "{received}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed() {
    let server = serve(|server| server.keep_alive_timeout(SHORT)).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET /a/count HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let received = String::from_utf8(until_the_end(&mut stream).await).unwrap();
    assert!(received.starts_with("HTTP/1.1 200 "), "{received}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_is_408() {
    let server = serve(|server| server.request_timeout(SHORT)).await;
    for body in ["content-length: 10\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"] {
        let answer = exchange(server.address(), format!("POST /a/body HTTP/1.1\r\nhost: x\r\n{body}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_body_is_413_before_it_is_received() {
    let server = serve(|server| server).await;
    let too_large = (1 << 20) + 1;
    let announced = format!("POST /a/body HTTP/1.1\r\nhost: x\r\ncontent-length: {too_large}\r\n\r\n");
    let mut chunked = b"POST /a/body HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    chunked.extend(format!("{too_large:x}\r\n").bytes().chain(std::iter::repeat_n(b'x', too_large)));
    for request in [announced.as_bytes(), &chunked] {
        let answer = exchange(server.address(), request).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_of_an_unrouted_request_is_not_read() {
    let server = serve(|server| server).await;
    for path in ["/a/nothing", "/", "/a/count"] {
        let request = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 200000000\r\n\r\nbegun");
        let answer = exchange(server.address(), request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404 ") || answer.starts_with("HTTP/1.1 405 "), "{path}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_head_is_431() {
    let server = serve(|server| server).await;
    let request = format!("GET /a/count HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "x".repeat(100_000));
    let answer = exchange(server.address(), request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(get(server.address(), "/a/count").await, (200, "0".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_responses_end_the_connection() {
    let server = serve(|server| server.request_timeout(SHORT)).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let requests = b"GET /a/count HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    // Until the server ends the connection: it reads no further request while a response is unsent.
    let writing = async { while stream.write_all(&requests).await.is_ok() {} };
    tokio::time::timeout(super::PATIENCE * 2, writing).await.expect("the server ends the connection");
}
