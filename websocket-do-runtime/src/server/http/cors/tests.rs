//! The headers of preflights and of responses, for each setting.

use super::*;

const PAGE: HeaderValue = HeaderValue::from_static("https://example.com");

fn cors() -> Cors {
    Cors::new()
        .origins(["https://example.com", "http://localhost:5173"])
        .methods([Method::GET, Method::DELETE])
        .headers([header::CONTENT_TYPE, header::AUTHORIZATION])
        .exposed_headers([header::ETAG])
        .max_age(Duration::from_mins(1))
}

fn added(cors: &Cors, origin: Option<&HeaderValue>) -> Vec<String> {
    let headers = cors.response_headers(origin);
    headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect()
}

fn preflight(cors: &Cors, headers: &[(HeaderName, HeaderValue)]) -> Option<Vec<String>> {
    let response = cors.preflight(&Method::OPTIONS, &headers.iter().cloned().collect())?;
    assert_eq!((response.status(), response.body().len()), (StatusCode::NO_CONTENT, 0));
    let headers = response.headers().iter();
    Some(headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect())
}

#[test]
fn an_allowed_origin_is_echoed_and_another_gets_nothing() {
    let allowed =
        ["vary: origin", "access-control-allow-origin: https://example.com", "access-control-expose-headers: etag"];
    assert_eq!(added(&cors(), Some(&PAGE)), allowed);
    for other in ["https://example.com.evil.example", "http://example.com", "https://example.com:8443", "null", ""] {
        assert_eq!(added(&cors(), Some(&HeaderValue::from_static(other))), ["vary: origin"], "{other}");
    }
    assert_eq!(added(&cors(), None), ["vary: origin"]);
    assert_eq!(added(&Cors::new().credentials(), Some(&PAGE)), ["vary: origin"]);
    assert!(added(&cors().credentials(), Some(&PAGE)).contains(&"access-control-allow-credentials: true".into()));
}

#[test]
fn any_origin_is_a_star_that_does_not_vary() {
    assert_eq!(added(&Cors::new().any_origin(), Some(&PAGE)), ["access-control-allow-origin: *"]);
    assert!(added(&Cors::new().any_origin(), None).is_empty());
}

#[test]
fn a_preflight_request_is_an_options_request_with_an_origin_and_a_method() {
    let method = (header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("DELETE"));
    let from = |origin: &'static str| (header::ORIGIN, HeaderValue::from_static(origin));
    let allowed = [
        "access-control-allow-methods: GET, DELETE",
        "access-control-allow-headers: content-type, authorization",
        "access-control-max-age: 60",
    ];
    assert_eq!(preflight(&cors(), &[from("https://example.com"), method.clone()]).unwrap(), allowed);
    assert!(preflight(&cors(), &[from("https://evil.example"), method.clone()]).unwrap().is_empty());
    assert_eq!(preflight(&cors(), &[from("https://example.com")]), None);
    assert_eq!(preflight(&cors(), std::slice::from_ref(&method)), None);
    let headers = [from("https://example.com"), method].into_iter().collect();
    assert!(cors().preflight(&Method::GET, &headers).is_none());
}

#[test]
fn vary_is_added_to_and_other_headers_are_replaced() {
    let mut headers = HeaderMap::new();
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    for (name, value) in cors().response_headers(Some(&PAGE)) {
        add_header(&mut headers, name, value);
    }
    assert_eq!(headers.get_all(header::VARY).iter().collect::<Vec<_>>(), ["accept", "origin"]);
    assert_eq!(headers.get_all(header::ACCESS_CONTROL_ALLOW_ORIGIN).iter().collect::<Vec<_>>(), [PAGE]);
}

#[test]
fn an_origin_is_a_scheme_and_a_host() {
    for origin in ["https://example.com", "http://localhost:5173", "http://[::1]:80801", "tauri://localhost"] {
        assert!(is_origin(origin), "{origin}");
    }
    for other in [
        "",
        "*",
        "null",
        "example.com",
        "https://",
        "://example.com",
        "https://example.com/",
        "https://Example.com",
        "https://example.com:443",
        "http://example.com:80",
        "https://*.example.com",
        "https://a@example.com",
        "https://example.com, https://example.org",
        "https://exämple.com",
    ] {
        assert!(!is_origin(other), "{other}");
    }
}

#[test]
#[should_panic(expected = "expected an origin such as `https://example.com`, found `https://example.com/`")]
fn a_path_behind_an_origin_is_refused() {
    let _ = Cors::new().origins(["https://example.com/"]);
}

#[test]
#[should_panic(expected = "`any_origin` conflicts with `credentials`")]
fn any_origin_with_credentials_is_refused() {
    let _ = crate::App::new().cors(Cors::new().any_origin().credentials());
}
